"""What every kind of exercise does during a set: rules, pace, feedback, doubts."""

from brace.compat import const
from brace.exercise import library, planned
from brace.exercise.compensation import Compensation
from brace.exercise.tempo import Tempo
from brace.exercise.terms import ALTERNATE, BUZZED, EVERY, GAP, LIMIT, PAIN, TIMER

# A buzz shakes the sensors for so long.
_SHAKEN_BLOCKS = const(4)


class Doer:
    """Of one kind of exercise.  The engine calls `prepare`, then `begin`, `feed` and `block` while
    the set runs (`ended` says why it is over), then `finish`."""

    def __init__(self, engine):
        self.engine = engine
        self.values = engine.signals.values
        self.rules = Compensation()
        self.tempo = Tempo()

    def prepare(self, exercise, row, side):
        """A set is about to begin."""
        self.exercise, self.row, self.side = exercise, row, side
        self.signal = exercise[library.SIGNAL]
        self.rules.begin(
            exercise[library.RULES], exercise[library.STOPS], self.engine.signals.both
        )
        low, high = row[planned.LOW], row[planned.HIGH]
        self.low, self.high = (low, high) if low or high else exercise[library.BAND]
        self.ended = self.blocks = self.flags = self._shaken = self._seen = 0

    def begin(self):
        """The set begins with the next block."""
        self.pace()
        self.rules.restart(self.values)

    def pace(self):
        """(Re)starts the pace from here."""
        row, timed = self.row, self.exercise[library.KIND] == TIMER
        if timed or row[planned.FEEDBACK] >= ALTERNATE:
            self.tempo.begin(
                row[planned.OUT_DS], row[planned.HOLD_DS], row[planned.BACK_DS], timed
            )
        else:
            self.tempo.begin(0, 0, 0, False)

    def feed(self, s, n_s, l, n_l):  # noqa: E741
        """Raw samples, before their blocks."""

    def pain(self):
        """Pain was marked."""
        self.flags |= PAIN

    def wanted(self, number):
        """Whether feedback is due in this repetition, counted from 0."""
        feedback = self.row[planned.FEEDBACK]
        return feedback == EVERY or (feedback == ALTERNATE and number & 1 == 0)

    def watch(self):
        """What every block needs.  Returns the compensation flags that have just come up."""
        self.blocks += 1
        if self._shaken:
            self._shaken -= 1
            self.flags |= BUZZED
        if not self.engine.signals.converged:
            self.flags |= GAP
        up = self.rules.block(self.values)
        if self.rules.stopped:
            self.ended = LIMIT
        new = up & ~self._seen
        self._seen = up
        return new

    def say(self, code):
        """Notes that the motor is going to shake the sensors."""
        if code:
            self._shaken = _SHAKEN_BLOCKS
        return code

    def seconds_ds(self):
        """How long the set has lasted, in tenths of a second."""
        return self.blocks * 10 // 8
