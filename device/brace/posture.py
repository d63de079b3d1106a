"""Which posture the trunk is in, from the angles of one block against the calibrated neutral.

A class is entered when its angle passes a threshold and left when it has come back by a margin
(hysteresis), and only once that has held for a while (dwell), so that a posture is where a person
is, not what they pass through.

Sitting turns the pelvis back by 10 to 50 degrees, and bends the lumbar spine as much.  So while
the wearer sits the pelvis (one sensor at the sacrum) and the lumbar spine (two) are held against
their own mean while sitting: slouching is sinking further, not sitting.
"""

from brace.compat import const

UNKNOWN = const(0)
UPRIGHT = const(1)
FLEXED = const(2)
EXTENDED = const(3)
LEFT = const(4)
RIGHT = const(5)
SUPINE = const(6)
MOVING = const(7)
SLOUCHED = const(8)
DEEP_BEND = const(9)
TWISTED = const(10)
PRONE = const(11)
ON_LEFT = const(12)
ON_RIGHT = const(13)

NAMES = (
    "unknown",
    "upright",
    "flexed",
    "extended",
    "left",
    "right",
    "supine",
    "moving",
    "slouched",
    "deep_bend",
    "twisted",
    "prone",
    "on_left",
    "on_right",
)
LYING = (SUPINE, PRONE, ON_LEFT, ON_RIGHT)
_FAR = LYING + (DEEP_BEND,)

# Which angle made the decision.
AXIS_NONE = const(0)
AXIS_FLEXION = const(1)
AXIS_LATERAL = const(2)
AXIS_INCLINATION = const(3)
AXIS_SPEED = const(4)
AXIS_LUMBAR = const(5)
AXIS_AXIAL = const(6)

_MARGIN_CDEG = const(300)
_DWELL_BLOCKS = const(8)
# Further than this from upright is lying, or a deep bend.
_FAR_CDEG = const(6000)
# Lying on a side rather than on the back.
_SIDE_CDEG = const(4500)
# Mean angular rate of a block that counts as moving, in cdeg/s.
_MOVING_CDPS = const(6000)
# The mean of sitting settles over 8.5 minutes; before 10 s it is no reference.
_SEAT_LONGEST = const(4096)
_SEAT_SHORTEST = const(80)


class Seat:
    """The mean of an angle while sitting."""

    def __init__(self):
        self._mean = 0
        self._n = 0

    def against(self, angle, sits):
        """The angle against its mean while sitting, if the wearer sits; else itself."""
        if not sits:
            return angle
        if self._n < _SEAT_LONGEST:
            self._n += 1
        # Q8, so that slow changes are not lost in rounding.
        self._mean += (angle * 256 - self._mean) // self._n
        return angle - (self._mean >> 8) if self._n >= _SEAT_SHORTEST else 0


class Posture:
    """`block` takes one block's angles; `now` is the posture, `axis`, `value` and `threshold` what
    made it, `level` the deciding angle of the last block; `held`, in the block in which a posture
    begins, for how many it had been so, else 0."""

    def __init__(self, config):
        # A change of settings begins a new run, with a new Posture.
        self._twist = config["twist_cdeg"]
        self._lean = config["lateral_cdeg"]
        self._flexed = config["flexed_cdeg"]
        self._slouch = config["slouch_cdeg"]
        self._extended = -config["extended_cdeg"]
        self._pelvis = Seat()
        self._lumbar = Seat()
        self.now = UNKNOWN
        self.axis = AXIS_NONE
        self.value = 0
        self.threshold = 0
        self.held = 0
        self.level = 0
        self._candidate = UNKNOWN
        self._held = 0

    def _over(self, posture, axis, value, threshold):
        """Whether `value` is beyond `threshold`; a margin less is enough to stay."""
        if self.now == posture:
            threshold -= _MARGIN_CDEG
        if value < threshold:
            return False
        self._axis, self._value, self._threshold = axis, value, threshold
        return True

    def _far(self, flexion, lateral, lies):
        """Lying or bending deeply."""
        if lateral >= _SIDE_CDEG:
            return ON_RIGHT
        if lateral <= -_SIDE_CDEG:
            return ON_LEFT
        if flexion < 0:
            return SUPINE
        return PRONE if lies else DEEP_BEND

    def _is_far(self, inclination):
        threshold = _FAR_CDEG - (_MARGIN_CDEG if self.now in _FAR else 0)
        if inclination < threshold:
            return False
        self._axis, self._value, self._threshold = AXIS_INCLINATION, inclination, threshold
        return True

    def _classify(self, angles, slouch, axial, lies):
        over = self._over
        flexion, lateral = self._flexion, angles[1]
        if self._is_far(angles[2]):
            return self._far(angles[0], lateral, lies)
        if over(MOVING, AXIS_SPEED, angles[3] // 10, _MOVING_CDPS):
            return MOVING
        if over(TWISTED, AXIS_AXIAL, abs(axial), self._twist):
            return TWISTED
        if over(LEFT, AXIS_LATERAL, -lateral, self._lean):
            return LEFT
        if over(RIGHT, AXIS_LATERAL, lateral, self._lean):
            return RIGHT
        if over(FLEXED, AXIS_FLEXION, flexion, self._flexed):
            return FLEXED
        if over(SLOUCHED, AXIS_LUMBAR, slouch, self._slouch):
            return SLOUCHED
        if over(EXTENDED, AXIS_FLEXION, -flexion, self._extended):
            return EXTENDED
        self._axis, self._value, self._threshold = AXIS_FLEXION, flexion, self._flexed
        return UPRIGHT

    def block(self, angles, lumbar, sits, lies):
        """One block: the trunk's angles (flexion, lateral, inclination in cdeg, rate in mdps), the
        lumbar angles (flexion, lateral, axial) or None with one sensor, and whether the wearer
        sits or lies as far as is known.  Returns whether the posture has changed."""
        if lumbar is None:
            # The one sensor is on the pelvis: it shows slouching as sinking back.
            self._flexion = self._pelvis.against(angles[0], sits)
            slouch, axial = -self._flexion if sits else 0, 0
        else:
            self._flexion = angles[0]
            slouch, axial = self._lumbar.against(lumbar[0], sits), lumbar[2]
        found = self._classify(angles, slouch, axial, lies)
        self.level = self._value
        self.held = 0
        if found == self.now:
            self._candidate = found
            self._held = 0
            return False
        if found != self._candidate:
            self._candidate = found
            self._held = 0
        self._held += 1
        if self._held < _DWELL_BLOCKS:
            return False
        self.now = found
        self.axis, self.value, self.threshold = self._axis, self._value, self._threshold
        self.held = self._held - 1
        self._held = 0
        return True
