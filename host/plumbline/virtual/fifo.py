"""The LSM6DSO's FIFO: 512 words of 7 bytes (datasheet 6.5, "3 kbyte").

Pure Python in the common subset of CPython and MicroPython; no imports (see source.py).
Modes as in FIFO_CTRL4: 0 bypass, 1 FIFO (stops when full), 6 continuous (overwrites the oldest).
The modes that wait for a trigger of the embedded functions never see one: 3 stays continuous,
4 and 7 stay bypass.
"""

WORD = 7
DEPTH = 512
_CONTINUOUS = (3, 6)


class Fifo:
    """Words wait here.  `count` and `lost` are in words."""

    def __init__(self):
        self._ring = bytearray(WORD * DEPTH)
        self.watermark = 0
        self.stop_on_watermark = False
        self.mode = 0
        self.clear()
        self.lost = 0  # overwritten or refused since power-on

    def clear(self):
        self._first = 0
        self.count = 0
        self.overrun = False
        self.overrun_latched = False

    def set_mode(self, mode):
        """Bypass empties the FIFO; any other mode starts or goes on filling it."""
        if mode in (0, 4, 7):
            self.clear()
        self.mode = mode

    def open(self):
        """Whether words are taken at all."""
        return self.mode == 1 or self.mode in _CONTINUOUS

    def limit(self):
        """How many words fit: all, or the watermark with STOP_ON_WTM."""
        if self.stop_on_watermark and 0 < self.watermark < DEPTH:
            return self.watermark
        return DEPTH

    def stopped(self):
        """Whether words are refused until some are read."""
        return self.mode == 1 and self.count >= self.limit()

    def lose(self, n):
        """Counts n words as lost without their content: the newest or, when continuous, those
        that would be overwritten before they are read."""
        if n > 0:
            self.lost += n
            self.overrun = self.overrun_latched = True

    def push(self, words, at, n):
        """Appends n words from byte `at` of `words`, as far as the mode lets them in."""
        limit = self.limit()
        if n > limit and self.mode != 1:
            self.lose(n - limit)
            at += WORD * (n - limit)
            n = limit
        excess = self.count + n - limit
        if excess > 0:
            self.lose(excess)
            if self.mode == 1:
                n = max(0, n - excess)
            else:
                self._first = (self._first + excess) % DEPTH
                self.count -= excess
        start = (self._first + self.count) % DEPTH
        part = min(n, DEPTH - start)
        ring = self._ring
        ring[WORD * start : WORD * (start + part)] = words[at : at + WORD * part]
        if part < n:
            ring[0 : WORD * (n - part)] = words[at + WORD * part : at + WORD * n]
        self.count += n

    def pop_into(self, buf, at, n):
        """Moves up to n words to byte `at` of buf; zeros (tag 0: empty) for those not there."""
        have = min(n, self.count)
        if have:
            self.overrun = False
            start = self._first
            part = min(have, DEPTH - start)
            ring = self._ring
            buf[at : at + WORD * part] = ring[WORD * start : WORD * (start + part)]
            if part < have:
                buf[at + WORD * part : at + WORD * have] = ring[0 : WORD * (have - part)]
            self._first = (start + have) % DEPTH
            self.count -= have
        if have < n:
            buf[at + WORD * have : at + WORD * n] = bytes(WORD * (n - have))

    def overrun_now(self):
        """Fault: as if nobody had read for long.  The words waiting are overwritten by zeros of
        tag 0x01, and the FIFO is full."""
        self.lose(max(1, self.count))
        self._first = 0
        self.count = self.limit()
        word = b"\x09" + bytes(WORD - 1)
        self._ring[0 : WORD * self.count] = word * self.count

    def status(self):
        """FIFO_STATUS2 without DIFF_FIFO and the counter's flag."""
        return (
            (0x80 if 0 < self.watermark <= self.count else 0)
            | (0x40 if self.overrun else 0)
            | (0x20 if self.count >= self.limit() else 0)
            | (0x08 if self.overrun_latched else 0)
        )
