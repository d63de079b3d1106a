# Alignment and lumbar angles through the module: the same lines on MicroPython and on CPython.
# Samples of two sensors come from tests/device/test_core_fusion.py as a file of 12-byte samples.
import sys
from array import array

import plumbcore

STEP = 10


def tell(name, *reads):
    line = [name]
    for n, read in reads:
        out = array("i", [0] * n)
        read(out)
        line += list(out)
    print(*line)


def main():
    sides = []
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            samples = file.read()
        align = plumbcore.Alignment(100000 // STEP)
        sides.append((plumbcore.Orientation(100000), align, memoryview(samples)))
    relative = plumbcore.Relative(100000 // STEP)
    v = array("i", [0] * 3)
    for i in range(len(sides[0][2]) // 12 // STEP):
        for ori, align, samples in sides:
            ori.update_block(samples[12 * STEP * i : 12 * STEP * (i + 1)], STEP)
            if 30 <= i < 60:
                align.still(ori)
            elif 60 <= i < 120:
                align.bend(ori)
            elif i == 120:
                print(align.finish(), align.quality())
                tell("align", (3, align.seen), (4, align.quat))
        if i > 120:
            relative.update(sides[0][0], sides[0][1], sides[1][0], sides[1][1], i == 130)
            relative.angles(v)
            print(*v)
            for ori, align, _ in sides:
                align.tilt(ori, v)
                line = list(v[:2])
                align.rate(ori, v)
                line += list(v)
                align.force(ori, v)
                print(*line, *v)
    align = sides[0][1]
    align.begin()
    print(align.finish(), align.level(), align.level(array("i", [0, 0, 0, 1 << 30])))
    align.set_quat(array("i", [0, 1 << 30, 0, 0]))
    tell("set", (4, align.quat))
    for bad in (lambda: align.set_quat(array("i", [1, 2, 3, 4])), lambda: plumbcore.Alignment(5),
                lambda: plumbcore.Relative(8000, 10)):
        try:
            bad()
        except ValueError as error:
            print(error)


main()
