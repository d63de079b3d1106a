"""Counts repetitions of one signal and measures each: range, phases, speed, what else swung.

A repetition is a turning point of the signal that stands out by `swing` from the turning point
before it; the way back must undo most of that, so that a wobble on the way does not count twice.
Of movements to either side, those count that go clearly beyond the middle.  Up and down is counted
on the climbing speed, whose turning points need no height to be known.  A repetition counts
only if the trunk moves no further in a rival direction meanwhile: a side bend is no forward bend,
however the sensor sits.  What nearly counted, and what counted by a little, makes the count
doubtful, and is said to be so.

Phases are told by speed: one begins and ends where the speed passes 5 % of its highest in that
phase (the usual onset criterion of motor control; a minimum-jerk movement is seen to last 88 % of
its duration).  Blocks are 125 ms; instants are interpolated, so phases are good to some 20 ms.
"""

from array import array

from brace.compat import const

_TRACE = const(256)
_MASK = const(_TRACE - 1)
# A repetition longer than this many blocks (30 s) is cut.
_LONGEST = const(240)
# What stands out by between 60 and 130 % of what is needed is doubtful, and so is a rival of more
# than 75 % of the own movement.
_NEARLY_PCT = const(60)
_CLEARLY_PCT = const(130)
_RIVAL_PCT = const(75)
# To either side: beyond the middle by so much of the swing.
_BEYOND_PCT = const(20)
# Going back by more than this, and a tenth of the way, within a phase is a catch.
_CATCH = const(200)
_TENTH = const(10)


class Repetition:
    """One repetition.  peak: extent from the start in the signal's unit, signed; extent: its size;
    start, out_end, back_start, end: instants in 1/256 blocks since `begin`; speed: highest, unit a
    second; rival: largest rival swing in percent of the own one; moved: the swing of what is
    counted on; catches: times it went back."""

    def __init__(self):
        self.peak = self.extent = self.speed = self.rival = self.catches = self.moved = 0
        self.start = self.out_end = self.back_start = self.end = 0
        self.doubtful = False


class Repetitions:
    """`block` takes the signal; True when a repetition is complete, which then stands in `rep`.
    `count` of them so far, `doubts`: what was not counted but nearly so, `nearly`: how far the
    last of those swung."""

    def __init__(self):
        # What is counted on, what is measured, and two rivals.
        self._x, self._m, self._rival_0, self._rival_1 = (
            array("i", bytes(4 * _TRACE)) for _ in range(4)
        )
        self.rep = Repetition()
        self.begin(1, 1000, False)

    def begin(self, direction, swing, rivals, climbing=False, usual_pct=25):
        """direction: 1 or -1 for turning points on that side, 0 for both; swing > 0; rivals:
        whether there are any; climbing: what is counted on is the speed of what is measured;
        usual_pct: of movements to either side, what is less than that of the usual extent to
        that side is a return that went too far."""
        self._usual_pct = usual_pct
        self._climbing = climbing
        self._fell = False
        self._direction = direction
        self._swing = swing
        self._with_rivals = rivals
        self.blocks = self.count = self.doubts = self.nearly = 0
        self._trend = 0
        self._high = self._low = self._high_at = self._low_at = 0
        self._before = self._before_at = 0
        # The middle of movements to either side, of what is counted on and of what is measured.
        self._middle_q4 = self._measured_q4 = self._base = 0
        self._usual = [0, 0]
        # A turning point that counts and whose way back is under way; at -1 there is none.
        self._peak_at = -1
        self._peak = self._from = self._from_at = 0
        self._fast = self._last = self._done_at = self._rival_seen = 0

    # -- turning points ------------------------------------------------------------------------

    def block(self, x, measured, rival_0=0, rival_1=0):
        """One block: what is counted on, what is measured, and the rivals."""
        i = self.blocks
        at = i & _MASK
        self._x[at] = x
        self._m[at] = measured
        self._rival_0[at] = rival_0
        self._rival_1[at] = rival_1
        if i == 0:
            self._middle_q4, self._measured_q4, self._base = x << 4, measured << 4, x
            self._high = self._low = self._before = self._last = x
        step = x - self._last
        self._last = x
        self.blocks = i + 1
        if self._direction == 0:
            self._track_middle(x, measured)
        complete = self._peak_at >= 0 and self._follow(x, step, i)
        if self._trend >= 0 and x > self._high:
            self._high, self._high_at = x, i
        if self._trend <= 0 and x < self._low:
            self._low, self._low_at = x, i
        if self._trend == 0:
            self._set_out(x, i)
        elif self._trend > 0:
            if self._high - x >= self._needed(self._high, 1):
                complete = self._turn(self._high, self._high_at, 1) or complete
                self._low, self._low_at = x, i
        elif x - self._low >= self._needed(self._low, -1):
            complete = self._turn(self._low, self._low_at, -1) or complete
            self._high, self._high_at = x, i
        return complete

    def _track_middle(self, x, measured):
        """The middle between both sides follows what is near it, with some 2 s."""
        off = (x << 4) - self._middle_q4
        if abs(off) < self._swing << 3:
            self._middle_q4 += off >> 4
            self._measured_q4 += ((measured << 4) - self._measured_q4) >> 4
            self._base = self._middle_q4 >> 4

    def _set_out(self, x, i):
        """Before the first turning point: which way it goes."""
        swing = self._swing >> 1 if self._direction == 0 else self._swing
        if x - self._low >= swing:
            self._trend = 1
            self._before, self._before_at = self._low, self._low_at
            self._high, self._high_at = x, i
        elif self._high - x >= swing:
            self._trend = -1
            self._before, self._before_at = self._high, self._high_at
            self._low, self._low_at = x, i

    def _needed(self, turning, side):
        """How far back makes a turning point: at least half of the way there, to one side two
        thirds (at the bottom of a deep squat the pelvis goes back by up to half); a quarter for
        setting out anew, so that a smaller repetition after a large one counts."""
        if self._direction == 0:
            return max(abs(turning - self._base) >> 1, self._swing >> 1)
        way = abs(turning - self._before)
        return max(way * 2 // 3 if side == self._direction else way >> 2, self._swing)

    def _turn(self, x, at, side):
        """A turning point is sure.  True if that completes the repetition before it."""
        complete = False
        # The turning point of a speed lies in the middle of the way back.
        if self._peak_at >= 0 and (not self._climbing or side == self._direction):
            complete = self._finish(at)
        if self._counts(x, at, side):
            self._peak, self._peak_at = x, at
            self._from, self._from_at = self._before, self._before_at
            self._fast = 0
            self._fell = False
        self._before, self._before_at = x, at
        self._trend = -side
        return complete

    def _counts(self, x, at, side):
        if self._direction == -side:
            return False
        home = self._base if self._direction == 0 else self._before
        extent = (x - home) * side
        swung = abs(x - self._before)
        if swung < self._swing:
            return self._miss(swung, swung * 100 >= self._swing * _NEARLY_PCT)
        if self._direction == 0:
            # No further than back to the middle, or far less than usual to this side: a return.
            beyond = swung * _BEYOND_PCT
            if extent * 100 < beyond:
                return self._miss(swung, extent * 200 >= beyond)
            enough = self._usual[side > 0] * self._usual_pct
            if extent * 100 < enough:
                return self._miss(swung, extent * 200 >= enough)
        rival = self._rival(self._leaving(home, x, at), at)
        if rival > 100:
            return self._miss(swung, rival * _RIVAL_PCT < 10_000)
        self._rival_seen = rival
        usual = self._usual[side > 0]
        self._usual[side > 0] = (usual + extent) >> 1 if usual else extent
        return True

    def _miss(self, swung, nearly):
        """What does not count, but perhaps nearly did.  False."""
        if nearly:
            self.doubts += 1
            self.nearly = swung
        return False

    def _leaving(self, home, x, at):
        """The last block before `at` that was still within a fifth of the way from home."""
        limit = abs(x - home) // 5
        first = max(self._before_at, at - _LONGEST, self.blocks - _TRACE)
        i = at
        while i > first and abs(self._x[i & _MASK] - home) > limit:
            i -= 1
        return i

    def _rival(self, first, last):
        """The larger swing of the rivals between two blocks, in percent of the own one."""
        if not self._with_rivals:
            return 0
        own = _swung(self._x, first, last)
        rival = max(_swung(self._rival_0, first, last), _swung(self._rival_1, first, last))
        return min(999, rival * 100 // max(own, 1))

    # -- the way back --------------------------------------------------------------------------

    def _follow(self, x, step, i):
        """After a turning point that counts: True when the way back has come to an end."""
        if self._climbing:
            # Back again, and no longer on the way.
            way = x * self._direction
            self._fell = self._fell or way < -(self._swing >> 2)
            return self._fell and way * 10 > -abs(self._peak) and self._finish(i)
        speed = abs(step)
        if speed > self._fast:
            self._fast = speed
        home = self._home()
        slow = speed * 20 <= self._fast
        if slow and abs(x - home) * 2 < abs(self._peak - home):
            return self._finish(i)
        if self._direction == 0 and (x - home) * (self._peak - home) <= 0:
            return self._finish(i)
        return i - self._peak_at > _LONGEST and self._finish(i)

    def _home(self):
        """Where a repetition begins and ends."""
        return self._base if self._direction == 0 else self._from

    def end(self):
        """The set is over.  True if that completes a repetition whose way back was under way."""
        if self._trend and self._peak_at < 0 and self._direction != -self._trend:
            # A way back had begun.  Nothing more comes: half of it will do.
            side = self._trend
            turning, at = (self._high, self._high_at) if side > 0 else (self._low, self._low_at)
            way, back = abs(turning - self._before), abs(self._last - turning)
            if back * 2 >= way >= self._swing:
                self._turn(turning, at, side)
            elif way >= self._swing:
                self._miss(way, back * 200 >= self._swing)
        return self._peak_at >= 0 and self._finish(self.blocks - 1)

    # -- measures ------------------------------------------------------------------------------

    def _finish(self, last):
        rep, m = self.rep, self._m
        peak_at, home = self._peak_at, self._home()
        side = 1 if self._peak > home else -1
        self._peak_at = -1
        first = max(self._from_at, self._done_at, peak_at - _LONGEST, self.blocks - _TRACE + 1)
        top = _furthest(m, first, last, side)
        home = self._measured_q4 >> 4 if self._direction == 0 else m[first & _MASK]
        rep.peak = max(0, (m[top & _MASK] - home) * side) * side
        rep.extent = abs(rep.peak)
        rep.rival = self._rival_seen
        # Phases are those of a position; of a climb the counted signal is a speed.
        path = self._x
        if self._climbing:
            path = m
        else:
            top = peak_at
        out_fast = _steepest(path, first, top)
        back_fast = _steepest(path, top, last)
        rep.start = _edge(path, out_fast, first, -1)
        rep.out_end = _edge(path, out_fast, top, 1)
        rep.back_start = _edge(path, back_fast, top, -1)
        rep.end = _edge(path, back_fast, last, 1)
        rep.speed = 8 * max(
            _step(m, _steepest(m, first, top)), _step(m, _steepest(m, top, last))
        )
        rep.catches = _catches(path, first, top) + _catches(path, top, last)
        rep.moved = abs(self._peak - self._from)
        rep.doubtful = rep.moved * 100 < self._swing * _CLEARLY_PCT or rep.rival > _RIVAL_PCT
        self._done_at = last
        self.count += 1
        return True


def _furthest(trace, first, last, side):
    """The block between two in which the trace is furthest to that side."""
    best = first
    for i in range(first, last + 1):
        if (trace[i & _MASK] - trace[best & _MASK]) * side > 0:
            best = i
    return best


def _edge(trace, fast, limit, way):
    """The instant, in 1/256 blocks, at which the speed passes 5 % of that of step `fast` on the
    way to block `limit`.  Steps lie between blocks: at i + 1/2."""
    level = _step(trace, fast) // 20
    i = fast
    while i + way >= min(fast, limit) and i + way < max(fast + 1, limit):
        speed = _step(trace, i + way)
        if speed <= level:
            here = _step(trace, i)
            part = 256 * (here - level) // max(1, here - speed)
            return 256 * i + 128 + way * part
        i += way
    return 256 * limit


def _catches(trace, first, last):
    """How often the movement went back on its way between two blocks."""
    way = 1 if trace[last & _MASK] > trace[first & _MASK] else -1
    limit = max(_CATCH, abs(trace[last & _MASK] - trace[first & _MASK]) // _TENTH)
    found = 0
    furthest = trace[first & _MASK]
    back = False
    for i in range(first, last + 1):
        value = trace[i & _MASK]
        if (value - furthest) * way > 0:
            furthest = value
            back = False
        elif (furthest - value) * way > limit and not back:
            found += 1
            back = True
    return found


def _step(trace, i):
    """The size of the step from block i to the next."""
    return abs(trace[(i + 1) & _MASK] - trace[i & _MASK])


def _steepest(trace, first, last):
    """The block whose step to the next is the largest, from one block to another."""
    best = first
    for i in range(first, last):
        if _step(trace, i) > _step(trace, best):
            best = i
    return best


def _swung(trace, first, last):
    """From the lowest to the highest value between two blocks."""
    low = high = trace[first & _MASK]
    for i in range(first, last + 1):
        value = trace[i & _MASK]
        if value < low:
            low = value
        elif value > high:
            high = value
    return high - low
