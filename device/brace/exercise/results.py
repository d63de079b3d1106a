"""The results of a set as they gather, and the records that they become (brace.records)."""

from brace import records
from brace.compat import const
from brace.exercise.terms import FAULTS, LEFT, RIGHT
from brace.exercise.whole import Mean

_NOT_MEASURED = const(0)
_SHORT_LIMIT = const(32767)
_WORD_LIMIT = const(65535)
_BYTE_LIMIT = const(255)


def short(x):
    """Held within an int16."""
    return max(-_SHORT_LIMIT, min(_SHORT_LIMIT, x))


def word(x):
    """Held within a uint16."""
    return max(0, min(_WORD_LIMIT, x))


def byte(x):
    """Held within a uint8."""
    return max(0, min(_BYTE_LIMIT, x))


class Results:
    """What one set comes to.  emit(kind, body) takes the records."""

    def __init__(self, emit):
        self._emit = emit
        self.extent = Mean()
        self.out = Mean()
        self.hold = Mean()
        self.back = Mean()
        self.smooth = Mean()
        self.pelvis = Mean()
        self.trunk = Mean()
        self.sides = (Mean(), Mean())
        self._means = (self.extent, self.out, self.hold, self.back, self.smooth, self.pelvis,
                       self.trunk) + self.sides  # noqa: RUF005  # fmt: skip
        self.begin(0, 0, 0)

    def begin(self, exercise, number, side):
        """A set of an exercise, its number from 0 and the side it is for."""
        self.exercise, self.number, self.side = exercise, number, side
        for mean in self._means:
            mean.clear()
        self.done = self.good = self.flags = self.doubts = 0
        self.first = self.last = 0

    def repetition(self, block, side, peak, times_cs, speed, sparc, ranges, rival, worst, flags):
        """One repetition, or one paced cycle.  times_cs: out, hold, back; sparc in thousandths,
        0 not measured; ranges: of the flexion of pelvis and trunk, cdeg."""
        self.done += 1
        if not flags & FAULTS:
            self.good += 1
        self.flags |= flags
        self.extent.add(abs(peak))
        for mean, value in zip((self.out, self.hold, self.back), times_cs):
            mean.add(value)
        if sparc:
            self.smooth.add(sparc)
        self.pelvis.add(ranges[0])
        self.trunk.add(ranges[1])
        if side in (LEFT, RIGHT):
            self.sides[side - LEFT].add(abs(peak))
        self._emit(
            records.REPETITION,
            records.pack(
                records.REPETITION,
                block,
                byte(self.done),
                side,
                short(peak),
                word(times_cs[0]),
                word(times_cs[1]),
                word(times_cs[2]),
                word(speed),
                short(sparc),
                word(ranges[0]),
                word(ranges[1]),
                byte(rival),
                byte(worst),
                flags,
            ),
        )

    def finish(self, block, ended, seconds_ds, hold=None):
        """The set is over; `hold` (holds.Hold) tells of positions held."""
        left, right = self.sides
        self._emit(
            records.SET,
            records.pack(
                records.SET,
                block,
                self.exercise,
                self.number,
                self.side,
                ended,
                byte(self.done),
                byte(self.good),
                self.flags,
                byte(self.doubts),
                word(seconds_ds),
                short(self.extent.mean),
                word(self.extent.deviation),
                word(self.out.mean),
                word(self.hold.mean),
                word(self.back.mean),
                short(self.smooth.mean),
                word(self.pelvis.mean),
                word(self.trunk.mean),
                short(left.mean),
                word(left.deviation),
                short(right.mean),
                word(right.deviation),
                word(hold.inside * 10 // 8) if hold else _NOT_MEASURED,
                byte(hold.breaks) if hold else _NOT_MEASURED,
                short(hold.furthest) if hold else _NOT_MEASURED,
                short(hold.drift) if hold else _NOT_MEASURED,
                word(hold.unrest) if hold else _NOT_MEASURED,
                word(hold.rate // 10) if hold else _NOT_MEASURED,
            ),
        )
