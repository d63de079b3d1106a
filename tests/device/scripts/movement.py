# Pipe, windows and scores through the module: the same lines on MicroPython and on CPython.
from array import array

import plumbcore

RATE = 104000
CHUNK = 17


class Wearer:
    """Integers that look like two sensors on somebody who rests, walks and bends."""

    def __init__(self):
        self._seed = 7
        self._bob = 0
        self._rise = 25

    def _noise(self, size):
        self._seed = (self._seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._seed >> 16) % (2 * size + 1) - size

    def samples(self, n, walking, turn):
        out = array("h", [0] * (6 * n))
        for i in range(n):
            # A triangle wave of some 2 Hz.
            self._bob += self._rise
            if self._bob > 650 or self._bob < -650:
                self._rise = -self._rise
            bob = self._bob if walking else 0
            out[6 * i] = self._noise(3) + bob // 16
            out[6 * i + 1] = self._noise(3) + turn + bob // 8
            out[6 * i + 2] = self._noise(3) - bob // 12
            out[6 * i + 3] = self._noise(8) + bob // 3
            out[6 * i + 4] = self._noise(8) - bob // 5
            out[6 * i + 5] = self._noise(8) + 2049 + bob
        return out


def main():
    wearer = Wearer()
    pipe = plumbcore.Pipe(RATE, RATE)
    # Some 40 degrees about an oblique axis.
    pipe.align(0, 1008955000, 212000000, 212000000, 212000000)
    window = plumbcore.Window()
    blocks = array("i", [0] * (3 * plumbcore.BLOCK_FIELDS))
    vector = array("h", [0] * plumbcore.WINDOW_FIELDS)
    weights = bytes((i * 37) & 0xFF for i in range(2 * 5 * 37))
    offsets = bytes((i * 91) & 0xFF for i in range(20))
    found = array("i", [0] * 5)
    for step in range(190):
        walking, turn = step % 60 > 30, 500 if 80 < step < 90 else 0
        s = wearer.samples(CHUNK, walking, turn)
        other = wearer.samples(CHUNK + step % 2, walking, turn)
        n = pipe.chunk(s, CHUNK, other, CHUNK + step % 2, blocks)
        for i in range(n):
            if step % 10 == 0:
                print(*blocks[i * plumbcore.BLOCK_FIELDS : (i + 1) * plumbcore.BLOCK_FIELDS])
            if window.push(blocks, i):
                window.vector(vector)
                plumbcore.scores(weights, offsets, 10, vector, 3, found)
                print(*vector, *found)


main()
