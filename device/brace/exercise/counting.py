"""Sets of counted repetitions."""

from array import array

from plumbcore import Smooth

from brace.compat import const
from brace.exercise import library, planned
from brace.exercise.doer import Doer
from brace.exercise.repetitions import Repetitions
from brace.exercise.tempo import blocks
from brace.exercise.terms import (
    BUZZED,
    BY_SIGN,
    CLIMB,
    DONE,
    DOUBTFUL,
    FAR,
    FAST,
    FAULTS,
    HEIGHT,
    IDLE,
    JERKY,
    LEFT,
    PELVIS_FLEX,
    PELVIS_LATERAL,
    PELVIS_TURN,
    RIGHT,
    SAY_NUDGE,
    SHORT,
    SLOW,
    TRUNK_FLEX,
    TRUNK_LATERAL,
    TRUNK_TURN,
)

_S = const(0)
_L = const(1)
_IDLE_BLOCKS = const(8 * 20)
# The speeds of some ten seconds, and scratch for their spectrum (native/include/pl_smooth.h).
_SPEEDS = const(1024)
_SCRATCH = const(3700)
# A phase that lasts less or more than so much of its tempo was too fast or too slow.
_FAST_PCT = const(55)
_SLOW_PCT = const(150)

# The other sensor's signal in the same direction: what the whole trunk does is their sum.
PARTNER = {TRUNK_FLEX: PELVIS_FLEX, TRUNK_LATERAL: PELVIS_LATERAL, TRUNK_TURN: PELVIS_TURN}


def _cs(blocks_q8):
    """Hundredths of a second of 1/256 blocks of 125 ms."""
    return blocks_q8 * 25 >> 9


class Counting(Doer):
    """Repetitions of a movement."""

    def __init__(self, engine):
        super().__init__(engine)
        self._repetitions = Repetitions()
        self._speeds = array("H", bytes(2 * _SPEEDS))
        self._scratch = array("i", bytes(4 * _SCRATCH))
        # Lowest and highest flexion of pelvis and trunk in this repetition.
        self._range = [0, 0, 0, 0]

    def begin(self):
        """The set begins with the next block."""
        super().begin()
        exercise, engine = self.exercise, self.engine
        self._rivals = exercise[library.RIVALS]
        self._repetitions.begin(
            exercise[library.DIRECTION], exercise[library.SWING], bool(self._rivals),
            exercise[library.COUNTED] == CLIMB,
        )  # fmt: skip
        self._idle = 0
        self._counted = 0
        # Smoothness is that of the segment which the signal is about.
        self._of = _L if TRUNK_FLEX <= self.signal < HEIGHT else _S
        if not engine.rate(self._of):
            self._of = 1 - self._of
        self._smooth = Smooth(engine.rate(self._of), self._speeds)
        both_ways = exercise[library.SIDES] == BY_SIGN
        self._dose = self.row[planned.REPS] * (2 if both_ways else 1)
        self._cycle = blocks(
            self.row[planned.OUT_DS] + self.row[planned.HOLD_DS] + self.row[planned.BACK_DS]
        )
        self._restart_range()

    def feed(self, s, n_s, l, n_l):  # noqa: E741
        """Raw samples, before their blocks."""
        if self._of == _S:
            self._smooth.feed(s, n_s)
        else:
            self._smooth.feed(l, n_l)

    def block(self):
        """One block.  Returns what to say, or 0."""
        self.watch()
        self._stretch_range()
        say = self.tempo.block()
        if not self.wanted(self._counted):
            say = 0
        self._idle += 1
        if self._count():
            faulty = self._take()
            if faulty and self.wanted(self._counted - 1) and not say:
                say = SAY_NUDGE
            if self._counted >= self._dose:
                self.ended = DONE
        if self._idle > _IDLE_BLOCKS + self._cycle:
            self.ended = IDLE
        return self.say(say)

    def _whole(self, signal):
        partner = PARTNER.get(signal)
        value = self.values[signal]
        return value if partner is None else value + self.values[partner]

    def _count(self):
        """Feeds the counter.  Returns whether a repetition is complete."""
        x, rivals = self.values[self.signal], self._rivals
        if not rivals:
            return self._repetitions.block(self.values[self.exercise[library.COUNTED]], x)
        return self._repetitions.block(
            self._whole(self.signal), x, self._whole(rivals[0]), self._whole(rivals[-1])
        )

    # -- one repetition ----------------------------------------------------------------------

    def _take(self):
        """Takes down the repetition that is complete.  Returns whether it had a fault."""
        rep = self._repetitions.rep
        self._counted += 1
        self._idle = 0
        out = _cs(max(0, rep.out_end - rep.start))
        hold = _cs(max(0, rep.back_start - rep.out_end))
        back = _cs(max(0, rep.end - rep.back_start))
        flags = self.flags | self.rules.flags | self._judge(rep, out, back)
        sparc = 0 if flags & BUZZED else self._smoothness(rep)
        self.engine.results.repetition(
            self.engine.blocks, self._side(rep.peak), rep.peak, (out, hold, back),
            rep.speed // self._unit(), sparc, self._ranges(), rep.rival, self.rules.worst, flags,
        )  # fmt: skip
        self.flags = 0
        self.rules.restart(self.values)
        self._restart_range()
        self.pace()
        return flags & FAULTS

    def _unit(self):
        """Of the signal in one unit that people speak of: degrees, or mm."""
        return 1 if self.signal == HEIGHT else 100

    def _judge(self, rep, out, back):
        """The flags of range, tempo, flow and doubt."""
        row, flags = self.row, 0
        if rep.extent < self.low:
            flags |= SHORT
        elif rep.extent > self.high:
            flags |= FAR
        for took, asked in ((out, 10 * row[planned.OUT_DS]), (back, 10 * row[planned.BACK_DS])):
            if asked and took * 100 < asked * _FAST_PCT:
                flags |= FAST
            elif asked and took * 100 > asked * _SLOW_PCT:
                flags |= SLOW
        ceiling = row[planned.CEILING]
        if ceiling and rep.speed > ceiling * self._unit():
            flags |= FAST
        if rep.catches:
            flags |= JERKY
        if rep.doubtful:
            flags |= DOUBTFUL
        return flags

    def _smoothness(self, rep):
        """Thousandths of SPARC, 0 when it cannot be told."""
        now = self._repetitions.blocks << 8
        since = self.engine.samples_since(now - rep.start, self._of)
        until = self.engine.samples_since(now - rep.end, self._of)
        first = self._smooth.count() - since
        if first < 0 or until >= since:
            return 0
        found = self._smooth.sparc(first, since - max(0, until), self._scratch)
        return found if found < -999 else 0

    def _side(self, peak):
        if self.exercise[library.SIDES] != BY_SIGN:
            return self.side
        leftward = self.signal in (PELVIS_TURN, TRUNK_TURN)
        return LEFT if (peak > 0) == leftward else RIGHT

    def _restart_range(self):
        pelvis, trunk = self.values[PELVIS_FLEX], self.values[TRUNK_FLEX]
        self._range[0] = self._range[1] = pelvis
        self._range[2] = self._range[3] = trunk

    def _stretch_range(self):
        seen = self._range
        for at, value in ((0, self.values[PELVIS_FLEX]), (2, self.values[TRUNK_FLEX])):
            if value < seen[at]:
                seen[at] = value
            elif value > seen[at + 1]:
                seen[at + 1] = value

    def _ranges(self):
        """How far the flexion of pelvis and trunk went from lowest to highest."""
        return self._range[1] - self._range[0], self._range[3] - self._range[2]

    def finish(self, block, why):
        """The set is over."""
        results = self.engine.results
        if self.blocks:
            if self._repetitions.end():
                self._take()
            results.doubts = self._repetitions.doubts
            if results.doubts:
                results.flags |= DOUBTFUL
        results.finish(block, why, self.seconds_ds())
