"""What the wearer does, from blocks: activity, bends, lifts, sitting, rhythm, mount.

One object that the pipeline feeds with every block; each thing found is given out through `emit`
as (record type, values), the values being those of the type's layout in brace.records after the
block number.  Numbers that made a decision stand beside it.
"""

from array import array

from plumbcore import BLOCK_FIELDS, WINDOW_FIELDS, Window

from brace import mount, records
from brace.activity import (
    LIE,
    SETTLED_LAG,
    SIT,
    STAND,
    STAND_TO_SIT,
    UNKNOWN,
    WALK,
    Activity,
    confidence,
)
from brace.bends import Bends
from brace.compat import const
from brace.fields import (
    BLOCK_L,
    BLOCK_LUMBAR,
    BLOCK_MOVE,
    BLOCK_OTHER_RATE,
    BLOCK_S,
    BLOCKS_PER_S,
    RATE,
    STEPS,
)
from brace.lifts import SURE, Lifts
from brace.mount import Gait
from brace.rhythm import Rhythm
from brace.sitting import Sitting
from brace.wear import ON, Wear

_HAS_S = const(1)
_HAS_L = const(2)
_AXIAL = const(2)
_ANGLE_CDEG = const(16)
# Until a window about a lift's end has been decided.
_LIFT_BLOCKS = const(48)
# So many seconds of walking speak for the mount and for the lean; older ones fade.
_MOUNT_WINDOWS = const(32)
_LEAN_WINDOWS = const(128)
_LEAN_LEAST = const(10)
# Level walking: a reference of so many seconds, then what is held against it.
_REFERENCE_WINDOWS = const(12)
_LEVEL_WINDOWS = const(16)
_LEVEL_LEAST = const(6)
# LIVE_LAG windows and the one that has just come.
_KEPT = const(3)
# So long after a step the wearer is still on the way.
_STEP_BLOCKS = const(12)


def _short(value):
    """Held within an int16."""
    return max(-32768, min(32767, value))


class Movement:
    """`block(sensors, blocks, index)` for each block; `activity`, `bends`, `lifts`, `sitting` and
    `steps` tell what has been found since `restart`, `worn` whether the brace is on somebody."""

    def __init__(self, emit):
        self._emit = emit
        self._vector = array("h", bytes(2 * WINDOW_FIELDS))
        self._kept = [array("h", bytes(2 * WINDOW_FIELDS)) for _ in range(_KEPT)]
        self.activity = Activity()
        self.bends = Bends(self._on_bend)
        self.lifts = Lifts(self._on_lift)
        self.sitting = Sitting(self._on_bout)
        self.rhythm = Rhythm(self._on_rhythm)
        self.wear = Wear(self._on_wear)
        self.restart()

    def lean(self, x, y):
        """How the vertical of walking lies in the calibrated frame (Q11), if it is known: what
        level walking is held against from now on."""
        self.activity.lean_x, self.activity.lean_y = x, y
        self._reference = mount.vertical(x, y)

    def restart(self):
        """Begins anew, as after a calibration or when a sensor has come or gone."""
        self._window = Window()
        self._check = Gait(_MOUNT_WINDOWS)
        self._walking = Gait(_LEAN_WINDOWS)
        self._level = Gait(_LEVEL_WINDOWS)
        self._reference = None
        self._slip = 0
        self.activity.restart()
        self.bends.restart()
        self.lifts.restart()
        self.sitting.restart()
        self.rhythm.restart()
        self.wear.restart()
        self.worn = True
        self.mount = mount.UNKNOWN
        self.steps = 0
        self.windows = 0
        self._stepping = 0
        self._settled = UNKNOWN
        self._lift = None
        self._lift_due = 0

    def assume_standing(self):
        """The wearer is known to stand now."""
        self.activity.assume(STAND)

    @property
    def moving(self):
        """Whether the wearer walks, climbs or changes posture: no time for a cue."""
        live = self.activity.live
        return (
            self._stepping > 0
            or UNKNOWN < live < SIT
            or live >= STAND_TO_SIT
        )

    def block(self, sensors, blocks, number):
        """One block: which sensors there are, and the number of its vector in `blocks`."""
        index = number * BLOCK_FIELDS
        at = index + BLOCK_MOVE
        both = sensors == _HAS_S | _HAS_L
        self.wear.block(blocks, at)
        if blocks[at + STEPS]:
            self.steps += blocks[at + STEPS]
            self._stepping = _STEP_BLOCKS
        elif self._stepping:
            self._stepping -= 1
        if self.activity.live == LIE:
            self.bends.cancel()
        trunk = blocks[index + (BLOCK_L if sensors & _HAS_L else BLOCK_S)]
        self.bends.block(trunk, blocks[(index + BLOCK_OTHER_RATE if both else at + RATE) + 1])
        if both:
            pelvis = blocks[index + BLOCK_S]
            self.lifts.block(pelvis, blocks, at, blocks[index + BLOCK_LUMBAR + _AXIAL])
            self.rhythm.block(trunk, pelvis)
        else:
            self.lifts.block(trunk, blocks, at)
        if self._lift_due:
            self._decide_lift()
        if self._window.push(blocks, number):
            self._on_window()

    def _on_window(self):
        doing, vector = self.activity, self._vector
        self._window.vector(vector)
        self._walk(vector)
        self._kept[self.windows % _KEPT][:] = vector
        doing.window(vector)
        self.windows += 1
        if doing.live == WALK:
            # What is live is the oldest of the vectors that are kept.
            self._walk_level(self._kept[self.windows % _KEPT])
        if self.windows <= SETTLED_LAG:
            return
        settled = doing.settled if self.worn else UNKNOWN
        self.sitting.second(settled)
        if settled != self._settled:
            before, self._settled = self._settled, settled
            self._emit(
                records.ACTIVITY,
                (
                    self.settled_block,
                    settled,
                    before,
                    doing.rival,
                    confidence(doing.settled_margin),
                    doing.settled_margin,
                    doing.settled_flexion * _ANGLE_CDEG,
                ),
            )

    def _walk(self, vector):
        if self._walking.window(vector) and self._walking.windows >= _LEAN_LEAST:
            self.activity.lean_x, self.activity.lean_y, _ = self._walking.up
        if self._check.window(vector):
            self._judge(*self._check.check())

    def _walk_level(self, vector):
        """Level walking against what it was like before: has the brace slipped?"""
        level = self._level
        if not level.window(vector) or level.windows < _LEVEL_LEAST:
            return
        if self._reference is not None:
            self._slip = mount.between(level.up, self._reference)
        elif level.windows >= _REFERENCE_WINDOWS:
            self._reference = level.up

    def _judge(self, finding, tilt, turn):
        # Half the limit is enough to stay slipped.
        limit = mount.SLIP_CDEG if self.mount != mount.SLIPPED else mount.SLIP_CDEG // 2
        if finding == mount.RIGHT and self._slip > limit:
            finding, tilt = mount.SLIPPED, self._slip
        if finding != self.mount:
            before, self.mount = self.mount, finding
            self._emit(records.MOUNT, (finding, before, tilt, turn, self._check.coherence()))

    @property
    def settled_block(self):
        """The first of the eight blocks that `activity.settled` speaks of."""
        return (self.windows - 1 - SETTLED_LAG) * BLOCKS_PER_S

    def _on_bend(self, reached, start, blocks, peak, fastest, dose):
        blocks, dose = min(blocks, 65535), min(dose, 65535)
        self._emit(records.BEND, (start, reached, blocks, peak, _short(fastest), dose))

    def _on_wear(self, state, cause, blocks):
        self.worn = state == ON
        if not self.worn:
            # What was going on ended when the brace came off.
            self.bends.cancel()
        self._emit(records.WEAR, (state, cause, blocks))

    def _on_lift(self, style, twisted, score, start, blocks, peak, twist):
        """Sitting down looks much like a squat: wait until the activity is known."""
        if self.activity.live != SIT:
            self._lift = (start, style, twisted, blocks, score, SURE, _short(peak), _short(twist))
            self._lift_due = _LIFT_BLOCKS

    def _decide_lift(self):
        self._lift_due -= 1
        live = self.activity.live
        if live >= SIT and live != STAND:
            self._lift_due = 0
        elif not self._lift_due:
            self._emit(records.LIFT, self._lift)

    def _on_bout(self, seconds, broken_by):
        self._emit(records.SITTING, (min(seconds, 65535), broken_by))

    def _on_rhythm(self, start, spread, lag, down, up):
        shares = tuple([_short(share) for share in down + up])
        self._emit(records.RHYTHM, (start, _short(spread), lag) + shares)
