"""Every bend forward: how far, how long, how fast, and how much flexion it adds up to.

A bend begins when the trunk's flexion against neutral passes 20 degrees and ends when it has come
back to 15 (hysteresis).  It counts in the highest of the bins 20, 45, 60, 90 degrees that it
reached.  The dose is flexion beyond 20 degrees times time.  Angles in cdeg, rates in cdeg/s, time
in blocks (125 ms).
"""

from brace.compat import const

BINS_CDEG = (2000, 4500, 6000, 9000)
_ENTER_CDEG = const(2000)
_LEAVE_CDEG = const(1500)
# Shorter ones are a shake of the sensor.
_SHORTEST_BLOCKS = const(3)
_FAST = const(6000)


class Bends:
    """`block(flexion, rate)` for each block; on_bend(bin, start, blocks, peak_cdeg, fastest,
    dose) when one has ended: the bin's index, the fastest bending forward in cdeg/s and the dose
    in degrees times seconds.

    Since `restart`: `counts` by bin, `dose` in degrees times seconds, `fast`: bends of over
    60 deg/s."""

    def __init__(self, on_bend):
        self._on_bend = on_bend
        self.counts = [0] * len(BINS_CDEG)
        self.restart()

    def restart(self):
        """Forgets what was."""
        self._block = 0
        self._start = -1
        self._rise = 0
        self._peak = 0
        self._fastest = 0
        self._dose = 0
        self.dose = 0
        self.fast = 0
        for i in range(len(BINS_CDEG)):
            self.counts[i] = 0

    @property
    def bending(self):
        """Whether a bend is under way."""
        return self._start >= 0

    def cancel(self):
        """What is under way is no bend: the wearer lies."""
        self._start = -1

    def block(self, flexion, rate):
        """One block: the trunk's flexion and its rate, forward positive."""
        if self._start < 0:
            # The rate that counts begins before the threshold does.
            self._rise = rate if rate > self._rise else self._rise * 7 // 8
            if flexion >= _ENTER_CDEG:
                self._start = self._block
                self._peak = flexion
                self._fastest = self._rise
                self._dose = 0
        if self._start >= 0:
            if flexion > self._peak:
                self._peak = flexion
            if rate > self._fastest:
                self._fastest = rate
            if flexion > _ENTER_CDEG:
                self._dose += flexion - _ENTER_CDEG
            if flexion < _LEAVE_CDEG:
                self._end()
        self._block += 1

    def _end(self):
        start, self._start, self._rise = self._start, -1, 0
        blocks = self._block - start
        if blocks < _SHORTEST_BLOCKS:
            return
        reached = 0
        while reached + 1 < len(BINS_CDEG) and self._peak >= BINS_CDEG[reached + 1]:
            reached += 1
        dose = self._dose // 800
        self.counts[reached] += 1
        self.dose += dose
        if self._fastest > _FAST:
            self.fast += 1
        self._on_bend(reached, start, blocks, self._peak, self._fastest, dose)
