"""From a block of the pipeline to the signals that exercises are described in (terms.py)."""

from array import array

from brace.compat import const
from brace.exercise.terms import (
    CLIMB,
    HEIGHT,
    LUMBAR_FLEX,
    LUMBAR_LATERAL,
    LUMBAR_TURN,
    PELVIS_FLEX,
    PELVIS_LATERAL,
    PELVIS_ROLL,
    PELVIS_TURN,
    PRONE,
    SIDE,
    SIGNALS,
    SUPINE,
    TRUNK_FLEX,
    TRUNK_LATERAL,
    TRUNK_TURN,
    UPRIGHT,
)

# Places in a block (native/include/pl_pipe.h, pl_features.h); a test holds them to the headers.
_S = const(1)
_L = const(7)
_LUMBAR = const(13)
_OTHER_RATE = const(16)
_MOVE = const(20)
_FLEXION = const(0)
_LATERAL = const(1)
_INCLINATION = const(2)
_RATE = const(3)
_ORI_FLAGS = const(5)
_UP = const(0)
_TURN = const(6)
_VERTICAL = const(7)

_CONVERGED = const(2)
_HAS_S = const(1)
_HAS_L = const(2)
_BLOCK_SAMPLES = const(13)
# Up along x of more than this (Q14, 50 degrees of inclination) is lying on back or front.
_LYING_Q14 = const(12551)
# The mean rate of a block that counts as still.
_STILL_MDPS = const(6000)
# Vertical acceleration (6 mg, 1/65536 g) and blocks that make a standstill.
_QUIET_Q4 = const(400)
_QUIET_BLOCKS = const(3)
# Speed and height forget with 2^8 blocks, half a minute.
_LEAK = const(8)
# Some 0.9 m: products with the unit stay small.
_HEIGHT_LIMIT = const(400_000)


def arcsine_cdeg(x_q14):
    """The angle (cdeg) whose sine is x (Q14): exact to 0.1 degrees below 40, to 0.5 below 50,
    held beyond that.  It tells how far a lying pelvis has rolled."""
    x = max(-12551, min(12551, x_q14))
    square = x * x >> 14
    # x + x^3 / 6 + 3 x^5 / 40 + 15 x^7 / 336, Q14
    sum_ = 2731 + (square * (1229 + (square * 731 >> 14)) >> 14)
    angle = x + (x * (square * sum_ >> 14) >> 14)
    return angle * 11459 >> 15  # 18000 / pi of 2^15 / 2^14


class Signals:
    """`block` takes a block; `values` are the signals, `still` and `position` what the wearer
    does, `rate_mdps` how fast the trunk turns, `converged` whether the attitude can be trusted.
    Set `getting_ready` while nothing is measured yet."""

    def __init__(self):
        self.values = array("i", bytes(4 * SIGNALS))
        self.begin(_HAS_S | _HAS_L, 104000)

    def begin(self, sensors, rate_mhz):
        """With these sensors (bits 1 S, 2 L) and the leading one's rate."""
        self.sensors = sensors
        self._rate = rate_mhz // _BLOCK_SAMPLES
        # Units in mm/s (Q16) and mm (Q20): g / 4096 / 16 by a block's length, and its square.
        slower = 104000 * 1000 // rate_mhz
        self._climb_unit = 1226 * slower // 1000
        self._height_unit = 2452 * slower // 1000 * slower // 1000
        self.still = False
        self.position = UPRIGHT
        self.converged = False
        self.rate_mdps = 0
        self._rest_q4 = self._quiet = 0
        self.getting_ready = True
        self.zero()

    def zero(self):
        """Turns and height count from here."""
        self._turn_s = self._turn_l = 0
        self._speed = self._height = 0

    @property
    def both(self):
        """Whether lumbar signals mean anything."""
        return self.sensors == _HAS_S | _HAS_L

    def _turned(self, sum_cdps):
        """cdeg of a sum of mean rates (cdeg/s) over blocks."""
        return sum_cdps * 1000 // self._rate

    def block(self, blocks, at):
        """One block, at its place in what the pipe wrote."""
        values = self.values
        has_s, has_l = self.sensors & _HAS_S, self.sensors & _HAS_L
        pelvis = at + (_S if has_s else _L)
        trunk = at + (_L if has_l else _S)
        move = at + _MOVE
        self._turn_s += blocks[move + _TURN]
        self._turn_l += blocks[at + _OTHER_RATE + 3] if has_s and has_l else blocks[move + _TURN]
        values[PELVIS_FLEX] = blocks[pelvis + _FLEXION]
        values[PELVIS_LATERAL] = blocks[pelvis + _LATERAL]
        values[PELVIS_TURN] = self._turned(self._turn_s)
        values[PELVIS_ROLL] = arcsine_cdeg(blocks[move + _UP])
        values[TRUNK_FLEX] = blocks[trunk + _FLEXION]
        values[TRUNK_LATERAL] = blocks[trunk + _LATERAL]
        values[TRUNK_TURN] = self._turned(self._turn_l)
        values[LUMBAR_FLEX] = blocks[at + _LUMBAR]
        values[LUMBAR_LATERAL] = blocks[at + _LUMBAR + 1]
        values[LUMBAR_TURN] = blocks[at + _LUMBAR + 2]
        self.rate_mdps = blocks[trunk + _RATE]
        self.still = self.rate_mdps < _STILL_MDPS and blocks[pelvis + _RATE] < _STILL_MDPS
        self._rise(blocks[move + _VERTICAL], self.still)
        values[CLIMB] = self._speed * self._climb_unit >> 16
        values[HEIGHT] = self._height * self._height_unit >> 20
        self.converged = blocks[trunk + _ORI_FLAGS] & _CONVERGED != 0
        self._place(blocks[move + _UP], blocks[trunk + _INCLINATION])

    def _rise(self, vertical, still):
        """Integrates the vertical acceleration twice, forgetting with half a minute.  What the
        sensor reads too much or too little is learned while the wearer gets ready; at rest there
        is no speed."""
        off = vertical * 16 - self._rest_q4
        if self.getting_ready and still:
            self._rest_q4 += off >> 2
            self._speed = self._height = 0
            return
        self._rest_q4 += off >> 8
        speed = self._speed + off
        self._quiet = self._quiet + 1 if still and abs(off) < _QUIET_Q4 else 0
        speed -= speed >> (1 if self._quiet >= _QUIET_BLOCKS else _LEAK)
        self._speed = speed
        height = self._height + speed
        height -= height >> _LEAK
        self._height = max(-_HEIGHT_LIMIT, min(_HEIGHT_LIMIT, height))

    def _place(self, up_x, inclination):
        if inclination < 5000:
            self.position = UPRIGHT
        elif up_x > _LYING_Q14:
            self.position = SUPINE
        elif up_x < -_LYING_Q14:
            self.position = PRONE
        else:
            self.position = SIDE
