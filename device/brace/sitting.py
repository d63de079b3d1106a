"""Sitting bouts, breaks and standing up, from one settled activity a second."""

from brace.activity import LIE, SIT, STAND, UNKNOWN, WALK
from brace.compat import const

# A bout goes on over shorter interruptions than this, s.
_BREAK_S = const(10)


class Sitting:
    """`second(activity)` once a second; on_bout(seconds, broken_by) when a bout has ended, with
    the activity that broke it.

    `bout_s`: the bout under way so far; since `restart`: `longest_s`, `breaks`, `stand_ups` (from
    sitting or lying to one's feet) and `seconds` by activity (brace.activity's codes, UNKNOWN to
    LIE)."""

    def __init__(self, on_bout):
        self._on_bout = on_bout
        self.seconds = [0] * (LIE + 1)
        self.restart()

    def restart(self):
        """Forgets what was."""
        for i in range(LIE + 1):
            self.seconds[i] = 0
        self.bout_s = 0
        self.longest_s = 0
        self.breaks = 0
        self.stand_ups = 0
        self._away_s = 0
        self._down = False

    def second(self, activity):
        """One more second of this activity."""
        self.seconds[activity] += 1
        if activity == UNKNOWN:
            return
        if activity in (SIT, LIE):
            self._down = True
        elif self._down and (activity == STAND or activity >= WALK):
            self._down = False
            self.stand_ups += 1
        if activity == SIT:
            self.bout_s += 1 + self._away_s
            self._away_s = 0
            if self.bout_s > self.longest_s:
                self.longest_s = self.bout_s
        elif self.bout_s:
            self._away_s += 1
            if self._away_s >= _BREAK_S:
                bout, self.bout_s, self._away_s = self.bout_s, 0, 0
                self.breaks += 1
                self._on_bout(bout, activity)
