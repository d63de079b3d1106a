# Steady-state calls of the orientation filter must not allocate (MicroPython only).
from array import array

import plumbcore
from steady import allocated

ori = plumbcore.Orientation(104000)
q = array("i", [0] * 4)
v = array("i", [0] * 3)
samples = bytes(12 * 21)
fifo = bytes(7 * 42)
align = plumbcore.Alignment(104000)
relative = plumbcore.Relative(104000)
state = bytearray(plumbcore.STATE_SIZE)


def turn(_):
    ori.update(1, -2, 3, 20, -30, 2049)
    ori.update_block(samples, 21)
    ori.update_fifo(fifo, 294)
    ori.gap(2)
    ori.quat(q)
    ori.rate(v)
    ori.force(v)
    ori.bias(v)
    ori.state(state)
    ori.restore(state)
    align.still(ori)
    align.bend(ori)
    align.tilt(ori, v)
    align.segment(ori, q)
    align.rate(ori, v)
    align.force(ori, v)
    align.seen(v)
    relative.update(ori, align, ori, align)
    relative.angles(v)
    if align.finish() + align.level() + align.quality() > 0:
        return None
    return ori.resting() and ori.converged() and ori.flags() + ori.lost()


print(allocated(turn, 300))
