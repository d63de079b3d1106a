"""Lumbopelvic rhythm: how lumbar spine and pelvis share a bend forward and the way back.

Needs both sensors: the trunk's flexion is L's, the pelvis's is S's, the lumbar spine's is what
is between them.  During a bend the pelvis's angle is noted each time the trunk passes another 5
degrees, so that memory does not grow with time; when the bend is over the trunk's range is cut in
thirds, and for each the lumbar spine's share of the movement is told, down and up.  Onset lag:
from the lumbar spine's first 3 degrees to the pelvis's, as Laird et al. (BMC Musculoskelet Disord
2019) time pelvic onset.  Angles in cdeg, shares in thousandths, times in ms.
"""

from array import array

from brace.compat import const

_STEP_CDEG = const(500)
_STEPS = const(28)
_START_CDEG = const(1000)
_LEAST_RANGE_CDEG = const(3000)
_ONSET_CDEG = const(300)
_BLOCK_MS = const(125)
_LONGEST_BLOCKS = const(240)
# An onset further from the other one than this belongs to no common movement.
_LONGEST_LAG_MS = const(5000)
# What is told for a lag that cannot be told.
NO_LAG = const(-32768)


class Rhythm:
    """`block(trunk, pelvis)` for each block; on_rhythm(start, range_cdeg, lag_ms, down, up) when a
    bend of at least 30 degrees is over: three shares each way, first third of the movement first;
    NO_LAG if one of both did not move by 3 degrees, or over 5 s apart from the other.  Lists are
    reused."""

    def __init__(self, on_rhythm):
        self._on_rhythm = on_rhythm
        self._down = array("h", bytes(2 * _STEPS))
        self._up = array("h", bytes(2 * _STEPS))
        self._down_shares = [0, 0, 0]
        self._up_shares = [0, 0, 0]
        self.restart()

    def restart(self):
        """Forgets what was."""
        self._block = 0
        self._trunk0 = self._pelvis0 = None
        self._idle()

    def _idle(self):
        self._start = -1
        self._lumbar_ms = self._pelvis_ms = -1
        self._trunk = self._pelvis = 0
        self._reached = 0
        self._peak = self._peak_pelvis = 0

    def block(self, trunk, pelvis):
        """One block: flexion of L's and S's segments."""
        self._block += 1
        if self._trunk0 is None:
            self._trunk0, self._pelvis0 = trunk, pelvis
        t, p = trunk - self._trunk0, pelvis - self._pelvis0
        self._time_onsets(t, p)
        if self._start < 0:
            if t >= _START_CDEG:
                self._start = self._block
            elif -_ONSET_CDEG < t < _ONSET_CDEG:
                # Neutral creeps along with how the wearer stands; what was noted is forgotten.
                self._reached = self._peak = self._peak_pelvis = 0
                self._trunk0 += t // 16
                self._pelvis0 += p // 16
                if -_ONSET_CDEG < t - p < _ONSET_CDEG:
                    self._lumbar_ms = -1
                if -_ONSET_CDEG < p < _ONSET_CDEG:
                    self._pelvis_ms = -1
            elif t < 0:
                self._trunk0, self._pelvis0 = trunk, pelvis
        self._note(t, p)
        self._trunk, self._pelvis = t, p
        if self._start >= 0:
            if t < _START_CDEG // 2:
                self._end()
                self._idle()
            elif self._block - self._start > _LONGEST_BLOCKS:
                self._idle()
                self._trunk0, self._pelvis0 = trunk, pelvis

    def _time_onsets(self, t, p):
        before = self._trunk - self._pelvis
        if self._lumbar_ms < 0 and t - p >= _ONSET_CDEG:
            self._lumbar_ms = self._when(before, t - p)
        if self._pelvis_ms < 0 and p >= _ONSET_CDEG:
            self._pelvis_ms = self._when(self._pelvis, p)

    def _when(self, before, now):
        """Milliseconds at which a line between two blocks crosses the onset."""
        missing = now - _ONSET_CDEG
        step = max(1, now - before)
        return self._block * _BLOCK_MS - min(_BLOCK_MS, missing * _BLOCK_MS // step)

    def _note(self, t, p):
        """The pelvis's angle where the trunk crosses multiples of 5 degrees."""
        last, last_p = self._trunk, self._pelvis
        if t > self._peak:
            self._peak, self._peak_pelvis = t, p
            while self._reached < _STEPS - 1 and t >= (self._reached + 1) * _STEP_CDEG:
                self._reached += 1
                at = self._reached * _STEP_CDEG
                self._down[self._reached] = last_p + (p - last_p) * (at - last) // (t - last)
        elif t < last:
            k = min(last // _STEP_CDEG, _STEPS - 1)
            while k > 0 and k * _STEP_CDEG > t:
                at = k * _STEP_CDEG
                self._up[k] = last_p + (p - last_p) * (last - at) // (last - t)
                k -= 1

    def _pelvis_at(self, table, angle):
        """The pelvis's angle when the trunk's was `angle`, 0 .. peak."""
        k = angle // _STEP_CDEG
        low_t, low_p = k * _STEP_CDEG, table[k] if k else 0
        if k >= self._reached:
            high_t, high_p = self._peak, self._peak_pelvis
        else:
            high_t, high_p = (k + 1) * _STEP_CDEG, table[k + 1]
        if high_t <= low_t:
            return high_p
        return low_p + (high_p - low_p) * (angle - low_t) // (high_t - low_t)

    def _shares(self, table, shares, order):
        third = self._peak // 3
        for i in range(3):
            low, high = i * third, (i + 1) * third
            moved = self._pelvis_at(table, high) - self._pelvis_at(table, low)
            shares[order[i]] = (third - moved) * 1000 // third

    def _end(self):
        # Nobody bends further than the table goes: a sensor has come loose, or no calibration.
        if not _LEAST_RANGE_CDEG <= self._peak < _STEPS * _STEP_CDEG:
            return
        # The way back begins at the far end.
        self._shares(self._down, self._down_shares, (0, 1, 2))
        self._shares(self._up, self._up_shares, (2, 1, 0))
        lag = self._pelvis_ms - self._lumbar_ms
        if min(self._lumbar_ms, self._pelvis_ms) < 0 or abs(lag) > _LONGEST_LAG_MS:
            lag = NO_LAG
        self._on_rhythm(self._start, self._peak, lag, self._down_shares, self._up_shares)
