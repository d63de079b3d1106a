"""Watches what must not move along: the compensation rules and stop limits of an exercise."""

from array import array

from brace.compat import const
from brace.exercise.terms import EITHER, FALL, LUMBAR_FLEX, LUMBAR_TURN, SIGNALS

_FLAG = const(0)
_SIGNAL = const(1)
_MEASURE = const(2)
_LIMIT = const(3)


class Compensation:
    """`begin` takes the rules, `restart` the values at rest, `block` the present ones; `flags`
    are those whose limit was passed since, `worst` the largest share of its limit in percent."""

    def __init__(self):
        self._start = array("i", bytes(4 * SIGNALS))
        self.begin((), (), True)

    def begin(self, rules, stops, both):
        """both: whether the lumbar signals, which need two sensors, mean anything."""
        self._rules = rules
        self._stops = stops
        self._both = both
        self.flags = self.worst = 0
        self.stopped = False

    def restart(self, values):
        """Excursions count from these values on."""
        start = self._start
        for i in range(SIGNALS):
            start[i] = values[i]
        self.flags = self.worst = 0

    def _known(self, signal):
        return self._both or not LUMBAR_FLEX <= signal <= LUMBAR_TURN

    def block(self, values):
        """One block.  Returns the flags that are up now."""
        now = 0
        for rule in self._rules:
            signal = rule[_SIGNAL]
            if not self._known(signal):
                continue
            away = values[signal] - self._start[signal]
            if rule[_MEASURE] == FALL or (rule[_MEASURE] == EITHER and away < 0):
                away = -away
            share = away * 100 // rule[_LIMIT]
            if share > self.worst:
                self.worst = share
            if share > 100:
                now |= rule[_FLAG]
        self.flags |= now
        for signal, limit in self._stops:
            if abs(values[signal] - self._start[signal]) > limit:
                self.stopped = True
        return now
