"""A second decoder of raw blocks, written from SPEC.md ("Raw blocks") and slow; the tables are
read from native/src/pl_range_tables.c."""

import re
from operator import mul
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "native/src/pl_range_tables.c"


def _tables():
    """Each row as running sums."""
    body = SOURCE.read_text().split("PL_RANGE_SYMBOLS] = {")[1].split("};")[0]
    rows = [[int(n, 16) for n in re.findall(r"0x\w+", row)]
            for row in re.findall(r"\{([^}]*)\}", body)]
    return [[entry & 0xFFFF for entry in row] + [16384] for row in rows]


TABLES = _tables()
MARKS = [0, 16336, 16360, 16384]


def end_of(c):
    return round(8 * 2 ** (c / 2)) if c >= 0 else 0


class Coder:
    def __init__(self, data):
        self.front = iter(data)
        self.plain = int.from_bytes(data[::-1], "little")
        self.range = 2**32 - 1
        self.code = 0
        for _ in range(4):
            self.code = self.code << 8 | self.byte()

    def byte(self):
        return next(self.front, 0)

    def symbol(self, table):
        unit = self.range >> 14
        at = self.code // unit
        symbol = max(i for i in range(len(table) - 1) if table[i] <= at)
        self.code -= unit * table[symbol]
        self.range = unit * (table[symbol + 1] - table[symbol])
        while self.range < 2**24:
            self.code = self.code << 8 | self.byte()
            self.range <<= 8
        return symbol

    def bits(self, n):
        value = self.plain & (1 << n) - 1
        self.plain >>= n
        return value

    def folded(self, c):
        b = 0 if c < 9 else (c - 9) // 2
        symbol = self.symbol(TABLES[c if c < 9 else 9 + (c - 9) % 2])
        return self.bits(16) if symbol == 63 else symbol << b | self.bits(b)


def unfold(f):
    return -(f + 1) // 2 if f & 1 else f // 2


class Scale:
    def __init__(self, c):
        self.c = c
        self.scale = end_of(c - 1) + end_of(c - 1) // 5

    def follow(self, f):
        self.scale += 4 * f - (self.scale >> 3)
        self.c = next((c for c in range(38) if self.scale < end_of(c)), 37)


class Channel(Scale):
    def __init__(self, carried=None):
        super().__init__(carried[3] if carried else 11)
        self.w = [64 * (b - 256 if b > 127 else b) for b in carried[:3]] if carried else [
            1200, 0, 0]
        self.d = [0, 0, 0]
        self.last = None

    def value(self, coder, number):
        if self.last is None:
            x = coder.bits(16)
            self.last = x - 65536 if x > 32767 else x
            return self.last
        f = coder.folded(self.c)
        r = unfold(f)
        p = self.last + ((sum(map(mul, self.w, self.d)) >> 11) + 1 >> 1)
        x = (p + r + 32768 & 0xFFFF) - 32768
        if number % 2 and r:
            self.w = [w - 80 if (d < 0) != (r < 0) else w + 80
                      for w, d in zip(self.w, self.d, strict=True)]
        if number % 64 == 63:
            self.w = [max(-8192, min(8191, w)) for w in self.w]
        self.d = [x - self.last, *self.d[:2]]
        self.last = x
        self.follow(f)
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
    counts, scales, numbers = [0, 0], [Scale(6), Scale(6)], [0, 0]
    coder = Coder(block[pos:])
    pieces = []
    while (mark := coder.symbol(MARKS)) != 2:
        for i in range(2):
            f = coder.folded(scales[i].c)
            counts[i] += unfold(f)
            scales[i].follow(f)
        samples = [[[channels[6 * sensor + axis].value(coder, numbers[sensor] + i)
                     << shifts[axis // 3] for axis in range(6)]
                    for i in range(counts[sensor])] for sensor in range(2)]
        numbers = [numbers[sensor] + counts[sensor] for sensor in range(2)]
        pieces.append((*samples, mark == 1))
    return pieces
