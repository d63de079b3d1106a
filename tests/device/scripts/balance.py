# Sway and smoothness through the module: the same lines on MicroPython and on CPython.
from array import array

import plumbcore


def main():
    seed = 11
    sway = plumbcore.Sway(104000, 1008955000, 212000000, 212000000, 212000000)
    ring = array("H", [0] * 400)
    smooth = plumbcore.Smooth(104000, ring)
    smooth.bias(-250000, 40000, 900000)
    out = array("i", [0] * plumbcore.SWAY_FIELDS)
    scratch = array("i", [0] * 2400)
    samples = array("h", [0] * (6 * 21))
    for step in range(60):
        for i in range(21):
            for k in range(6):
                seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
                samples[6 * i + k] = (seed >> 16) % 81 - 40
            samples[6 * i + 1] += 25 * (step % 10)
            samples[6 * i + 5] += 2049
        sway.feed(samples, 21)
        smooth.feed(samples, 21)
        code = sway.result(out)
        print(code, *out, smooth.count())
        if step > 20 and step % 7 == 0:
            print(smooth.sparc(smooth.count() - 300, 300, scratch))
            print(smooth.sparc(smooth.count() - 77, 77, scratch))
            print(smooth.sparc(0, 300, scratch))


main()
