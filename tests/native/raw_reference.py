"""A second decoder of raw blocks, written from SPEC.md ("Raw blocks") and slow; the tables are
read from native/src/pl_range_tables.c."""

import re
from operator import mul
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "native/src/pl_range_tables.c"


def _tables():
    """{name: running sums}"""
    found = re.findall(r"(table_\w+)\[[^{]*\{([^}]*)\}", SOURCE.read_text())
    return {name: [int(n) for n in row.split(",") if n.strip()] for name, row in found}


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

    def folded(self, c, between=False):
        b = 0 if c < 9 else (c - 9) // 2
        name = "b" if between and c < 8 else "a"
        symbol = self.symbol(TABLES[f"table_{c if c < 9 else 9 + (c - 9) % 2}{name}"])
        return self.bits(16) if symbol == 63 else symbol << b | self.bits(b)


def unfold(f):
    return -(f + 1) // 2 if f & 1 else f // 2


def int16(x):
    return (x + 32768 & 0xFFFF) - 32768


class Scale:
    def __init__(self, c):
        self.c = c
        self.scale = end_of(c - 1) + end_of(c - 1) // 5

    def follow(self, f, n=3):
        self.scale += 32 * f - self.scale >> n
        self.c = next((c for c in range(38) if self.scale < end_of(c)), 37)


class Channel(Scale):
    def __init__(self, c, led, weights):
        super().__init__(c)
        self.lead = 1024 if led else 0
        self.w = weights
        self.d = [0, 0, 0]
        self.last = None

    def value(self, coder, number):
        if self.last is None:
            self.last = int16(coder.bits(16))
            self.mean = 256 * self.last
            return self.last
        line = 8 * self.last + (sum(map(mul, self.w, self.d)) >> 9)
        if self.lead > 0:
            x = self.by_mean(coder, number, line)
        else:
            x = self.by_line(coder, number, line)
        self.d = [x - self.last, *self.d[:2]]
        self.last = x
        if number % 64 == 63:
            self.settle()
        return x

    def by_line(self, coder, number, line):
        f = coder.folded(self.c)
        r = unfold(f)
        if number % 2 and r:
            self.w = [w - 84 if (d < 0) != (r < 0) else w + 84
                      for w, d in zip(self.w, self.d, strict=True)]
        self.follow(f)
        return int16((line + 4 >> 3) + r)

    def by_mean(self, coder, number, line):
        mean = self.mean >> 5
        whole = mean + 4 >> 3
        part = mean - 8 * whole
        f = coder.folded(self.c, between=abs(part) >= 2)
        x = int16(whole + (unfold(f) if part >= 0 else -unfold(f)))
        if number % 4 == 0:
            self.lead += abs(8 * x - line) - abs(8 * x - mean) - (self.lead >> 6)
        self.mean += 256 * x - self.mean >> 3
        self.follow(f, 5)
        return x

    def settle(self):
        self.w = [max(-8192, min(8191, w)) for w in self.w]
        if self.lead <= 0 and sum(self.w) < -2048:
            self.mean = 256 * self.last - 64 * (3 * self.d[0] + 2 * self.d[1] + self.d[2])
            self.lead = 1024


def decode(block):
    """[(samples of S, samples of L, more)], each sample a list of six."""
    assert block[0] == 2
    shifts = [block[1] & 15, block[1] >> 4]
    pos, channels = 3, []
    for sensor in range(2):
        for _ in range(6):
            c, led, weights = 11, False, [1200, 0, 0]
            if block[2] >> sensor & 1:
                c, led, weights = block[pos] & 127, block[pos] > 127, [-3072, -2048, -1024]
                pos += 1
                if not led:
                    weights = [64 * (b - 256 if b > 127 else b) for b in block[pos:pos + 3]]
                    pos += 3
            channels.append(Channel(c, led, weights))
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
