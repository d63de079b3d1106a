# What steady-state calls allocate (MicroPython only); for the scripts named *_alloc.py.
import gc


def allocated(turn, calls):
    """Bytes by which the heap grows in turn(0), turn(1) ..., after a first one."""
    turn(0)
    gc.collect()
    before = gc.mem_alloc()
    for i in range(calls):
        turn(i)
    return gc.mem_alloc() - before
