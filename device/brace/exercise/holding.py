"""Sets of positions held, of paced cycles that cannot be counted, and of quiet stance."""

from array import array

from plumbcore import SWAY_FIELDS, Sway

from brace import records
from brace.compat import const
from brace.exercise import library, planned
from brace.exercise.doer import Doer
from brace.exercise.holds import Hold
from brace.exercise.tempo import PAUSE
from brace.exercise.terms import DONE, FAULTS, IDLE, LEFT_BAND, SAY_NUDGE

_S = const(0)
_L = const(1)
# Level and filter of the sway need three seconds before those that count.
_SWAY_BLOCKS = const(26)


class Holding(Doer):
    """A position held for a time."""

    def __init__(self, engine):
        super().__init__(engine)
        self.hold = Hold()

    def begin(self):
        """The set begins with the next block."""
        super().begin()
        self.hold.begin(self.low, self.high)
        self._needed = self.row[planned.HOLD_S] * 8 + self._extra()

    def _extra(self):
        """Blocks that the dose does not count."""
        return 0

    def block(self):
        """One block.  Returns what to say, or 0."""
        new = self.watch()
        hold = self.hold
        hold.block(self.values[self.signal], self.engine.signals.rate_mdps)
        if hold.broke:
            self.flags |= LEFT_BAND
        say = SAY_NUDGE if (hold.broke or new) and self.wanted(0) else 0
        if hold.failed:
            self.ended = IDLE
        elif self.blocks >= self._needed:
            self.ended = DONE
        return self.say(say)

    def finish(self, block, why):
        """The set is over."""
        results = self.engine.results
        results.flags |= self.flags | self.rules.flags
        results.done = int(why == DONE)
        results.good = int(why == DONE and not results.flags & FAULTS)
        results.finish(block, why, self.seconds_ds(), self.hold)


class Pacing(Doer):
    """Cycles at the brace's pace: what the limbs do cannot be seen, only that the trunk keeps
    still."""

    def __init__(self, engine):
        super().__init__(engine)
        self.hold = Hold()

    def begin(self):
        """The set begins with the next block."""
        super().begin()
        self.hold.begin(self.low, self.high)
        self._furthest = 0
        self._rest = self.values[self.signal]

    def block(self):
        """One block.  Returns what to say, or 0."""
        new = self.watch()
        x, tempo = self.values[self.signal], self.tempo
        self.hold.block(x, self.engine.signals.rate_mdps)
        say = tempo.block()
        if tempo.phase == PAUSE:
            # Between cycles the wearer may settle anew.
            self._rest = x
            self._furthest = 0
            self.rules.restart(self.values)
        else:
            if self.hold.broke:
                self.flags |= LEFT_BAND
            away = x - self._rest
            if abs(away) > abs(self._furthest):
                self._furthest = away
            if not say and (self.hold.broke or new) and self.wanted(tempo.cycles):
                say = SAY_NUDGE
        results = self.engine.results
        if tempo.cycles > results.done:
            self._end_cycle(results)
            if tempo.cycles >= self.row[planned.REPS]:
                self.ended = DONE
        return self.say(say)

    def _end_cycle(self, results):
        row = self.row
        paced = (10 * row[planned.OUT_DS], 10 * row[planned.HOLD_DS], 10 * row[planned.BACK_DS])
        results.repetition(
            self.engine.blocks, self.side, self._furthest, paced, 0, 0, (0, 0), 0,
            self.rules.worst, self.flags | self.rules.flags,
        )  # fmt: skip
        self.flags = 0

    def finish(self, block, why):
        """The set is over."""
        self.engine.results.finish(block, why, self.seconds_ds(), self.hold)


class Standing(Holding):
    """Quiet stance, with its sway."""

    def __init__(self, engine):
        super().__init__(engine)
        self._found = array("i", bytes(4 * SWAY_FIELDS))

    def _extra(self):
        return _SWAY_BLOCKS

    def begin(self):
        """The set begins with the next block."""
        super().begin()
        # The lower back's sensor is nearest to where others measure sway (L5).
        engine = self.engine
        self._of = _S if engine.rate(_S) else _L
        self._sway = Sway(engine.rate(self._of), *engine.alignment(self._of))

    def feed(self, s, n_s, l, n_l):  # noqa: E741
        """Raw samples, before their blocks."""
        if self._of == _S:
            self._sway.feed(s, n_s)
        else:
            self._sway.feed(l, n_l)

    def finish(self, block, why):
        """The set is over."""
        if self.blocks and self._sway.result(self._found) == 0:
            self.engine.emit(
                records.SWAY, block, self.exercise[library.ID], self.side, *self._found
            )
        super().finish(block, why)
