"""Sets of finding a position again."""

from brace import records
from brace.compat import const
from brace.exercise import library, planned
from brace.exercise.doer import Doer
from brace.exercise.reposition import Reposition
from brace.exercise.results import short, word
from brace.exercise.terms import DONE, IDLE

_IDLE_BLOCKS = const(8 * 60)


class Finding(Doer):
    """Joint position sense."""

    def __init__(self, engine):
        super().__init__(engine)
        self._reposition = Reposition()

    def begin(self):
        """The set begins with the next block."""
        super().begin()
        self._reposition.begin(self.exercise[library.DIRECTION], self.exercise[library.SWING])
        self._idle = 0

    def block(self):
        """One block.  Returns what to say, or 0."""
        self.watch()
        found = self._reposition
        say = found.block(self.values[self.signal], self.engine.signals.still)
        self._idle = 0 if say else self._idle + 1
        if found.trial:
            results = self.engine.results
            results.done = results.good = found.trials
            error = found.found - found.target
            self._record(self.engine.blocks, found.trials, found.target, found.found, error, 0)
            if found.trials >= self.row[planned.REPS]:
                self.ended = DONE
        elif self._idle > _IDLE_BLOCKS:
            self.ended = IDLE
        return self.say(say)

    def _record(self, block, trial, target, found, absolute, variable):
        self.engine.emit(
            records.REPOSITION, block, trial, short(target), short(found), short(absolute),
            word(variable),
        )  # fmt: skip

    def finish(self, block, why):
        """The set is over: the errors over all trials."""
        if self.blocks:
            absolute, constant, variable = self._reposition.errors()
            self._record(block, 0, 0, constant, absolute, variable)
        self.engine.results.finish(block, why, self.seconds_ds())
