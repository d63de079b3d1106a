"""Which posture the trunk is in, from the angles of one block against the calibrated neutral.

A class is entered when its angle passes a threshold and left when it has come back by a margin
(hysteresis), and only once that has held for a while (dwell), so that a posture is where a person
is, not what they pass through.
"""

from brace.compat import const

UNKNOWN = const(0)
UPRIGHT = const(1)
FLEXED = const(2)
EXTENDED = const(3)
LEFT = const(4)
RIGHT = const(5)
LYING = const(6)
MOVING = const(7)

NAMES = ("unknown", "upright", "flexed", "extended", "left", "right", "lying", "moving")

# Which angle made the decision.
AXIS_NONE = const(0)
AXIS_FLEXION = const(1)
AXIS_LATERAL = const(2)
AXIS_INCLINATION = const(3)
AXIS_SPEED = const(4)

_MARGIN_CDEG = const(300)
_DWELL_BLOCKS = const(8)
_LYING_CDEG = const(6000)
# Mean angular rate of a block that counts as moving, in mdps.
_MOVING_MDPS = const(60000)


class Posture:
    """`block` takes one block's angles; `now` is the posture, `axis`, `value` and `threshold` what
    made it."""

    def __init__(self, config):
        self._config = config
        self.now = UNKNOWN
        self.axis = AXIS_NONE
        self.value = 0
        self.threshold = 0
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

    def _classify(self, flexion, lateral, inclination, speed_mdps):
        config = self._config
        over = self._over
        self._axis, self._value, self._threshold = AXIS_NONE, 0, 0
        if over(LYING, AXIS_INCLINATION, inclination, _LYING_CDEG):
            return LYING
        if over(MOVING, AXIS_SPEED, speed_mdps, _MOVING_MDPS):
            return MOVING
        if over(LEFT, AXIS_LATERAL, -lateral, config["lateral_cdeg"]):
            return LEFT
        if over(RIGHT, AXIS_LATERAL, lateral, config["lateral_cdeg"]):
            return RIGHT
        if over(FLEXED, AXIS_FLEXION, flexion, config["flexed_cdeg"]):
            return FLEXED
        if over(EXTENDED, AXIS_FLEXION, -flexion, -config["extended_cdeg"]):
            return EXTENDED
        self._axis, self._value, self._threshold = AXIS_FLEXION, flexion, config["flexed_cdeg"]
        return UPRIGHT

    def beyond(self, angles):
        """The angle (cdeg) in the direction of the posture that is now: how far it goes."""
        if self.now == LEFT:
            return -angles[1]
        if self.now == RIGHT:
            return angles[1]
        return -angles[0] if self.now == EXTENDED else angles[0]

    def block(self, flexion, lateral, inclination, speed_mdps):
        """One block: angles in cdeg against neutral, angular rate in mdps.  Returns whether the
        posture has changed."""
        found = self._classify(flexion, lateral, inclination, speed_mdps)
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
        self._held = 0
        return True
