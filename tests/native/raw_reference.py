"""A second decoder of raw blocks, written from SPEC.md ("Raw blocks") and slow; the tables are
read from native/src/pl_raw_tables.c."""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "native/src/pl_raw_tables.c"


def _tables():
    text = SOURCE.read_text()
    body = text.split("PL_RAW_SYMBOLS + 1u] = {")[1].split("};")[0]
    return [[int(n) for n in re.findall(r"\d+", row)] for row in re.findall(r"\{([^}]*)\}", body)]


TABLES = _tables()
MARKS = [0, 16336, 16360, 16384]


def class_end(c):
    return round(8 * 2 ** (c / 2))


def held(value, low, high):
    return max(low, min(high, value))


class Coder:
    def __init__(self, data):
        self.data = iter(data)
        self.range = 2**32 - 1
        self.code = 0
        for _ in range(4):
            self.code = self.code << 8 | self.byte()

    def byte(self):
        return next(self.data, 0)

    def narrow(self, start, size):
        self.code -= start
        self.range = size
        while self.range < 2**24:
            self.code = self.code << 8 | self.byte()
            self.range <<= 8

    def symbol(self, table):
        unit = self.range >> 14
        at = self.code // unit
        symbol = max(i for i in range(len(table) - 1) if table[i] <= at)
        self.narrow(unit * table[symbol], unit * (table[symbol + 1] - table[symbol]))
        return symbol

    def bits(self, n):
        unit = self.range >> n
        value = self.code // unit
        self.narrow(unit * value, unit)
        return value

    def residual(self, c):
        b = 0 if c < 9 else (c - 9) // 2
        symbol = self.symbol(TABLES[c if c < 9 else 9 + (c - 9) % 2])
        if symbol == 63:
            f = self.bits(8) << 8
            f |= self.bits(8)
        else:
            f = symbol << b | (self.bits(b) if b else 0)
        return -(f + 1) // 2 if f & 1 else f // 2


class Scale:
    def __init__(self, c):
        self.c = c
        self.scale = class_end(c) - class_end(c) // 7

    def follow(self, r):
        self.scale += 8 * abs(r) - (self.scale >> 3)
        self.c = next((c for c in range(38) if self.scale < class_end(c)), 37)


class Channel(Scale):
    def __init__(self, carried=None):
        super().__init__(carried[3] if carried else 11)
        self.w = [64 * (b - 256 if b > 127 else b) for b in carried[:3]] if carried else [
            1200, 0, 0]
        self.warm = 0 if carried else 64
        self.d = [0, 0, 0]
        self.last = None
        self.spread = self.scale >> 2

    def value(self, coder):
        if self.last is None:
            high = coder.bits(8)
            self.last = (high << 8 | coder.bits(8)) - 32768
            return self.last
        norm = max(0, (self.spread >> 4).bit_length() - 1)
        p = self.last + (sum(w * d for w, d in zip(self.w, self.d, strict=True)) + 2048 >> 12)
        p = held(p, -32768, 32767)
        r = coder.residual(self.c)
        x = (p + r + 32768 & 0xFFFF) - 32768
        step = 180 if self.warm else 50
        self.warm = max(0, self.warm - 1)
        if r:
            step = step if r > 0 else -step
            self.w = [held(w + (d * step >> norm), -8191, 8191)
                      for w, d in zip(self.w, self.d, strict=True)]
        d = held(x - self.last, -16384, 16384)
        self.spread += abs(d) - (self.spread >> 4)
        self.d = [d, *self.d[:2]]
        self.last = x
        self.follow(r)
        return x


def decode(block):
    """[(samples of S, samples of L, more)], each sample a list of six."""
    assert block[0] == 1
    shifts = [block[1] & 15, block[1] >> 4]
    pos, channels = 3, []
    for sensor in range(2):
        for _ in range(6):
            carried = None
            if block[2] >> sensor & 1:
                carried = block[pos:pos + 4]
                pos += 4
            channels.append(Channel(carried))
    counts, scales = [0, 0], [Scale(6), Scale(6)]
    coder = Coder(block[pos:])
    pieces = []
    while (mark := coder.symbol(MARKS)) != 2:
        for i in range(2):
            r = coder.residual(scales[i].c)
            counts[i] += r
            scales[i].follow(r)
        samples = [[[channels[6 * sensor + axis].value(coder) << shifts[axis // 3]
                     for axis in range(6)] for _ in range(counts[sensor])] for sensor in range(2)]
        pieces.append((*samples, mark == 1))
    return pieces
