"""Stand-in for MicroPython's `time`, on virtual time (world.py).  Ticks wrap at 2^30 as on the
RP2040; `epoch` is what time() says at the first power-on, `offset_ms` what ticks_ms() says."""

import utime as _real
from world import LOOK_US, world

_PERIOD = 1 << 30
epoch = 1609459200
offset_ms = 0

gmtime = _real.gmtime
mktime = _real.mktime


def localtime(seconds=None):
    return _real.gmtime(time() if seconds is None else seconds)


def time():
    return epoch + world.now // 1000000


def time_ns():
    return epoch * 1000000000 + world.now * 1000


def sleep(seconds):
    world.advance(int(seconds * 1000000))


def sleep_ms(ms):
    world.advance(max(0, ms) * 1000)


def sleep_us(us):
    world.advance(max(0, us))


def ticks_ms():
    world.advance(LOOK_US)
    return world.now // 1000 + offset_ms & _PERIOD - 1


def ticks_us():
    world.advance(LOOK_US)
    return world.now + offset_ms * 1000 & _PERIOD - 1


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return ticks + delta & _PERIOD - 1


def ticks_diff(end, start):
    return (end - start + _PERIOD // 2 & _PERIOD - 1) - _PERIOD // 2
