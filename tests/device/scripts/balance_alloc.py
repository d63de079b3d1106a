# Steady-state calls of sway and smoothness must not allocate (MicroPython only).
from array import array

import plumbcore
from steady import allocated

sway = plumbcore.Sway(104000, 1 << 30, 0, 0, 0)
smooth = plumbcore.Smooth(104000, array("H", [0] * 256))
samples = array("h", [500, -300, 20, 20, -30, 2049] * 13)
out = array("i", [0] * plumbcore.SWAY_FIELDS)
scratch = array("i", [0] * 1200)


def turn(_):
    sway.feed(samples, 13)
    smooth.feed(samples, 13)
    smooth.sparc(0, 104, scratch)
    sway.result(out)


print(allocated(turn, 40))
