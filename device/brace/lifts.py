"""Bending down and coming up again: by the back, by the knees, by both, with a twist.

An *episode* begins when the pelvis starts to tilt, sink or rise, and ends when it has been quiet
for 0.75 s.  One that has come back to where it began, after a tilt or a drop worth the name, is a
lift-like movement; whether anything was lifted cannot be felt.  With straight knees the pelvis
tilts far and is hardly accelerated; bending the knees it tilts less and is braked and pushed up at
the bottom.  A linear table (tables_lifts.py, trained on the host) weighs that; between the sure
ones lies the semi-squat.  A turn about the vertical meanwhile (two sensors: a twist of the lumbar
spine) makes it twisted as well.

All integers, O(1) memory: sums over the episode only.  Angles in cdeg, rates in cdeg/s,
accelerations in 1/4096 g, time in blocks (125 ms).
"""

from array import array

from plumbcore import scores

from brace import tables_lifts
from brace.compat import const
from brace.fields import RATE, STEPS, TURN, VERTICAL

STOOP = const(1)
SEMI_SQUAT = const(2)
SQUAT = const(3)

NAMES = ("none", "stoop", "semi_squat", "squat")

# A score (ln of stoop against squat, 1/32) beyond this is sure: e^1 to 1.
SURE = const(32)
TWIST_CDEG = const(2500)
LUMBAR_TWIST_CDEG = const(1200)

_RATE = const(800)
_FORCE = const(120)
_AWAY_CDEG = const(1000)
_BEHIND_CDEG = const(-1500)
_QUIET_BLOCKS = const(6)
_LONGEST_BLOCKS = const(160)
# More are a walk, not a movement on the spot.
_STEPS_MOST = const(6)
# What is worth the name: a tilt, or a drop and a push of 0.05 g.
_TILT_CDEG = const(1200)
_BRAKE = const(205)
# 3 mg: below it an acceleration is as good as none.
_LEAST = const(12)
_FEATURES = const(3)


def log2_q8(x):
    """log2 of x > 0 in Q8, linear between powers of two."""
    whole = 0
    while x >> (whole + 1):
        whole += 1
    part = x >> (whole - 8) if whole >= 8 else x << (8 - whole)
    return whole * 256 + (part & 255)


class Lifts:
    """`block(...)` for each block; on_lift(style, twisted, score, start, blocks, peak_cdeg,
    twist_cdeg) when an episode has turned out to be a lift-like movement."""

    def __init__(self, on_lift, tables=tables_lifts):
        self._on_lift = on_lift
        self._tables = tables
        self._vector = array("h", bytes(2 * _FEATURES))
        self._score = array("i", bytes(4 * 2))
        self.restart()

    def restart(self):
        """Forgets what was."""
        self._block = 0
        self._base = None
        self._level = self._rest = 0
        self._last = 0
        self._start = -1

    def block(self, flexion, blocks, at, axial=0):
        """One block: the pelvis's flexion, its movement fields blocks[at:] and the lumbar axial
        rotation (0 with one sensor)."""
        raw = blocks[at + VERTICAL]
        if self._base is None:
            self._base = flexion
            self._level = self._rest = raw * 16
        # With its offsets a sensor shows another gravity in every attitude: what moves is what
        # differs from a running mean.
        moved = raw - (self._level >> 4)
        self._level += moved
        vertical = raw - (self._rest >> 4)
        active = (
            not -_RATE <= blocks[at + RATE + 1] <= _RATE or not -_FORCE <= moved <= _FORCE
        )
        if self._start >= 0:
            self._steps += blocks[at + STEPS]
            self._go_on(flexion, vertical, blocks[at + TURN], axial, active)
        elif active or not -_AWAY_CDEG <= flexion - self._base <= _AWAY_CDEG:
            self._begin(flexion, vertical, axial)
        else:
            self._base += (flexion - self._base) // 5
            self._rest += vertical
        self._last = vertical
        self._block += 1

    def _begin(self, flexion, vertical, axial):
        self._start = self._block
        self._quiet = 0
        self._n = 0
        self._peak = self._turn = self._left = self._right = 0
        self._axial = axial
        self._axial_most = 0
        self._push = self._drop = 0
        self._steps = 0
        self._go_on(flexion, vertical, 0, axial, True)

    def _go_on(self, flexion, vertical, turn, axial, active):
        away = flexion - self._base
        self._n += 1
        if away > self._peak:
            self._peak = away
        smooth = (vertical + self._last) >> 1
        if smooth > self._push:
            self._push = smooth
        if smooth < self._drop:
            self._drop = smooth
        self._turn += turn // 8
        if self._turn > self._left:
            self._left = self._turn
        if self._turn < self._right:
            self._right = self._turn
        twist = abs(axial - self._axial)
        if twist > self._axial_most:
            self._axial_most = twist
        self._quiet = 0 if active else self._quiet + 1
        # Belts slip when people bend: most of the way back is back.
        if self._quiet >= _QUIET_BLOCKS and away <= max(_AWAY_CDEG, self._peak * 2 // 5):
            if away >= _BEHIND_CDEG and self._steps <= _STEPS_MOST:
                self._end()
            self._start = -1
            self._base = flexion
        elif self._n >= _LONGEST_BLOCKS:
            self._start = -1
            self._base = flexion

    def _end(self):
        if self._peak < _TILT_CDEG and (self._push < _BRAKE or self._drop > -_BRAKE):
            return
        score = self._weigh()
        style = STOOP if score >= SURE else SQUAT if score <= -SURE else SEMI_SQUAT
        twist = self._left if self._left > -self._right else self._right
        twisted = abs(twist) >= TWIST_CDEG or self._axial_most >= LUMBAR_TWIST_CDEG
        if self._axial_most >= LUMBAR_TWIST_CDEG:
            twist = self._axial_most
        blocks = self._n - _QUIET_BLOCKS
        self._on_lift(style, twisted, score, self._start, blocks, self._peak, twist)

    def _weigh(self):
        """ln of the likelihood of straight knees against bent ones, 1/32."""
        vector = self._vector
        vector[0] = min(self._peak // 16, 1125)
        vector[1] = log2_q8(max(self._push, _LEAST))
        vector[2] = log2_q8(max(-self._drop, _LEAST))
        tables = self._tables
        scores(tables.STYLE, tables.STYLE_OFFSETS, tables.STYLE_SHIFT, vector, 0, self._score)
        return self._score[1] - self._score[0]

    @property
    def features(self):
        """The vector that the last score was made of."""
        return self._vector
