"""Joint position sense: a place is shown by going there, and found again without looking."""

from brace.compat import const
from brace.exercise.terms import SAY_NUDGE, SAY_TICK
from brace.exercise.whole import root

# Still for 1.5 s at a place takes it, from the mean of the last 1 s.
_STILL = const(12)
_MEAN = const(8)
_HOME = const(700)

_SHOW = const(0)
_HOME_1 = const(1)
_FIND = const(2)
_HOME_2 = const(3)


class Reposition:
    """`block` takes the signal and whether the wearer is still; `trial` is True when a trial is
    complete, whose `target` and `found` stand then.  Sums for the three errors are kept."""

    def begin(self, direction, swing):
        """A place is at least `swing` away from the start, in `direction`."""
        self._direction = direction
        self._swing = swing
        self._state = _SHOW
        self._still = self._sum = 0
        self._start = None
        self.trials = self.target = self.found = 0
        self._constant = self._absolute = self._square = 0
        self.trial = False

    def block(self, x, still):
        """One block.  Returns what to say, or 0."""
        self.trial = False
        if self._start is None:
            self._start = x
        away = (x - self._start) * self._direction
        at_home = self._state in (_HOME_1, _HOME_2)
        here = abs(away) < _HOME if at_home else away >= self._swing
        if not still or not here:
            self._still = self._sum = 0
            return 0
        self._still += 1
        if self._still > _STILL - _MEAN:
            self._sum += away
        if self._still < _STILL:
            return 0
        mean = self._sum // _MEAN
        self._still = self._sum = 0
        return self._take(mean)

    def _take(self, mean):
        if self._state == _SHOW:
            self.target = mean
            self._state = _HOME_1
            return SAY_NUDGE
        if self._state == _HOME_1:
            self._state = _FIND
            return SAY_TICK
        if self._state == _HOME_2:
            self._state = _SHOW
            return SAY_TICK
        self.found = mean
        error = mean - self.target
        self.trials += 1
        self._constant += error
        self._absolute += abs(error)
        self._square += error * error
        self.trial = True
        self._state = _HOME_2
        return SAY_NUDGE

    def errors(self):
        """(absolute, constant, variable) error over the trials: mean size, mean, standard
        deviation (of the trials, n - 1); zeros before the first, variable 0 before the second."""
        n = self.trials
        if not n:
            return 0, 0, 0
        constant = self._constant // n
        if n < 2:
            return self._absolute // n, constant, 0
        spread = (self._square - self._constant * self._constant // n) // (n - 1)
        return self._absolute // n, constant, root(max(0, spread))
