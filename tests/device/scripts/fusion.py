# The orientation filter through the module: the same lines on MicroPython and on CPython.
# sys.argv[1]: a file of 12-byte samples, else synthetic ones.
import struct
import sys
from array import array

import plumbcore

RATE = 104000


def synthetic(n):
    # A linear congruential generator: motion, pauses, saturation.
    seed = 1
    out = bytearray(12 * n)
    for i in range(n):
        for k in range(6):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            noise = ((seed >> 16) & 0x3FF) - 512
            value = noise // 64 if (i // 300) % 2 else noise * 8 + (2000 if k == 1 else 0)
            if k == 5:
                value += 2049
            if i % 501 == 500 and k < 3:
                value = 32767
            struct.pack_into("<h", out, 12 * i + 2 * k, value)
    return out


def words(samples, n):
    # FIFO words, accelerometer first as often as not, with a hole of three samples.
    out = bytearray()
    for i in range(n):
        if 400 <= i < 403:
            continue
        gyr = bytes([1 << 3 | (i & 3) << 1]) + bytes(samples[12 * i : 12 * i + 6])
        acc = bytes([2 << 3 | (i & 3) << 1]) + bytes(samples[12 * i + 6 : 12 * i + 12])
        out += acc + gyr if i % 3 else gyr + acc
    return out


def tell(name, ori):
    q, v = array("i", [0] * 4), array("i", [0] * 3)
    ori.quat(q)
    line = [name] + list(q)
    for read in (ori.bias, ori.rate, ori.force):
        read(v)
        line += list(v)
    print(*line, ori.flags(), ori.resting(), ori.converged(), ori.lost())


def refused(*args):
    try:
        plumbcore.Orientation(*args)
    except ValueError as error:
        print(args, error)


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], "rb") as file:
            samples = file.read()
        rate, gyr, acc = int(sys.argv[2]), 2000000, 16000000
    else:
        samples, rate, gyr, acc = synthetic(2000), RATE, 2293760, 15990784
    n = len(samples) // 12
    ori = plumbcore.Orientation(rate, gyr, acc)
    view = memoryview(samples)
    for i in range(0, n, 25):
        part = min(25, n - i)
        ori.update_block(view[12 * i : 12 * (i + part)], part)
        tell("block", ori)
    saved = bytearray(plumbcore.STATE_SIZE)
    print(ori.state(saved), plumbcore.crc32(saved))

    other = plumbcore.Orientation(rate, gyr, acc)
    other.restore(saved)
    for i in range(0, min(n, 500)):
        other.update(*struct.unpack_from("<6h", samples, 12 * i))
    other.gap(4)
    tell("sample", other)
    other.gap(400)
    tell("gap", other)
    other.set_bias(1500000, -70000, 14000000)
    fifo = words(samples, min(n, 600))
    print(other.update_fifo(fifo, 7 * 555 + 3))
    print(other.update_fifo(memoryview(fifo)[7 * 555 :], 700))
    tell("fifo", other)
    other.reset()
    tell("reset", other)
    scales = ((RATE, 1), (RATE, 2000000, 1), (RATE, 2000000, 16000000, 65535))
    for args in ((5000,), (30000,)) + scales:
        refused(*args)
    try:
        plumbcore.Orientation(52000).restore(saved)
    except ValueError as error:
        print(error)


main()
