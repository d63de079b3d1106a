"""Stand-in for the firmware's own C module `plumbport` (device/port/cmodule) over world.py."""

from brace.board.pins import MOTOR
from world import world

# The limits of motor.c.
BURST_MAX_MS = 1000
BUDGET_MAX_MS = 20000
REFILL_DIVISOR = 10

_stamp = bytes(48)  # set by run.py
_wearer = False  # the same
_off = None
_fresh = True


def image():
    return _stamp


def wearer():
    return _wearer


def stdin_read(buf):
    world.advance(2)
    return world.take(buf)


def usb_write(buf, n):
    world.send(memoryview(buf)[:n])


def scratch(i, value=None):
    if not 1 <= i <= 3:
        raise ValueError("i must be 1, 2 or 3")
    before = world.scratch.get(i, 0)
    if value is not None:
        world.scratch[i] = value & 0xFFFFFFFF
    return before


def i2c_read(address, register, buf, n):
    if not 1 <= n <= len(buf):
        raise ValueError("n must be 1..len(buf)")
    bus = world.bus
    try:
        bus.write(address, bytes((register,)), False)
        spent = bus.spent_us
        bus.read_into(address, memoryview(buf)[:n])
        bus.spent_us += spent
    finally:
        world.look_at_sensors()
        world.advance(bus.spent_us)


def fresh():
    global _fresh
    first, _fresh = _fresh, False
    return first


def _end():
    global _off
    _off = None
    world.drive(MOTOR, 0)


def motor(level, ms):
    global _off
    if not 0 <= level <= 65535 or ms < 0:
        raise ValueError("level must be 0..65535 and ms not negative")
    if _off:
        world.cancel(_off)
    _end()
    budget, since = world.scratch.get("motor", (BUDGET_MAX_MS, world.now))
    gained = (world.now - since) // 1000 // REFILL_DIVISOR
    budget = min(budget + gained, BUDGET_MAX_MS)
    since += gained * 1000 * REFILL_DIVISOR
    burst = min(ms, BURST_MAX_MS, budget)
    if level == 0 or burst == 0:
        world.scratch["motor"] = (budget, since)
        return 0
    world.scratch["motor"] = (budget - burst, since)
    _off = world.at(world.now + 1000 * burst, _end)
    world.drive(MOTOR, level)
    return burst


def motor_on():
    return _off is not None


def reset():
    """The chip was reset: no burst is under way."""
    global _off, _fresh
    _off = None
    _fresh = True
