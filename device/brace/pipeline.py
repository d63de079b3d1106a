"""From samples to decisions and records: everything that a replay runs again.

Pure: chunks of samples and inputs (button, time of day) come in, records and cues go out.  Nothing
here looks at a clock; time is counted in blocks since the start record, so the same chunks and
inputs give the same records on the brace, on the unix port and on the host.
"""

from array import array

from plumbcore import BLOCK_FIELDS, Pipe, core_version

from brace import records
from brace.activity import LIE, SIT, TO
from brace.compat import const
from brace.epoch import Epoch
from brace.exercise.engine import Engine
from brace.haptics import BLOCKS_PER_S, PROMPT, Governor
from brace.mount import RIGHT
from brace.movement import Movement
from brace.posture import MOVING, UNKNOWN, Posture

HAS_S = const(1)
HAS_L = const(2)

# Reasons of a start record.
POWER = const(1)
SENSORS = const(2)
CONFIG = const(3)
CALIBRATED = const(4)
RECORDING = const(5)

# Kinds of input records.
SNOOZE = const(1)
PAIN_TAP = const(2)
MINUTE = const(3)
WEEK = const(4)
DOING = const(5)
SKIP = const(6)
STOP = const(7)

_BLOCKS_PER_MINUTE = const(480)
# Room for the blocks of a FIFO that filled up during a long flash erase.
_BLOCKS_MAX = const(20)
_S = const(1)
_L = const(7)
_LUMBAR = const(13)
_FLEXION = const(0)
_LATERAL = const(1)
_RATE = const(3)
_ORI_FLAGS = const(5)
_CONVERGED = const(2)
# Who turns faster than this has not settled for so many blocks.  Of all seconds in which 20 people
# (HAPT) might have been nudged after 3 to 26 s, 4 % lay in the beginning of standing up with twice
# this, none of 760 with this; people who sit still turn by 1 deg/s.
_STIR_MDPS = const(10000)
_STIR_BLOCKS = const(6)
# How long a cue of each strength shakes the sensors, in blocks, with the time to settle; a pattern
# that guides an exercise as long as the longest.
_MASK_BLOCKS = (0, 5, 8, 11)
_GUIDE_BLOCKS = const(11)


class Pipeline:
    """emit(kind, body): takes each record.  `posture`, `angles`, `block`, `movement`, `exercises`
    (the engine) and `minute` (of the day, -1 unknown) tell what is now."""

    def __init__(self, config, emit):
        self._config = config
        self._emit = emit
        self._blocks = array("i", bytes(4 * BLOCK_FIELDS * _BLOCKS_MAX))
        self._angles = array("i", bytes(4 * 5))
        self._lumbar = array("i", bytes(4 * 3))
        self.movement = Movement(self._on_movement)
        self.exercises = Engine(emit)
        self._reset(0)

    def _reset(self, sensors):
        self.sensors = sensors
        self.posture = Posture(self._config)
        self.governor = Governor(self._config, self._on_cue, self._on_response)
        self.epoch = Epoch(self._config, self._emit)
        self.movement.restart()
        self.block = 0
        self.chunks = 0
        self._mask = 0
        self._stir = 0
        self._prompt = False
        self.minute = -1
        self._minute_blocks = 0
        self._week = 0
        self.converged = False
        self.fresh = 0
        self.pipe = None

    def start(self, rate_s_mhz, rate_l_mhz, calibration, config_id, reason):
        """Begins anew with these sensors (a rate of 0: not there) and a calibration
        (calibrate.Calibration)."""
        sensors = (HAS_S if rate_s_mhz else 0) | (HAS_L if rate_l_mhz else 0)
        aligned = [q if sensors & (1 << i) else None
                   for i, q in enumerate(calibration.alignment)]  # fmt: skip
        # What is lost of an exercise belongs to the run that ends here.
        self.exercises.pipeline_began(sensors, (rate_s_mhz, rate_l_mhz), aligned)
        self._reset(sensors)
        if sensors:
            self.pipe = Pipe(rate_s_mhz, rate_l_mhz)
            for index in (0, 1):
                if sensors & (1 << index) and calibration.alignment[index]:
                    self.pipe.align(index, *calibration.alignment[index])
                    self.pipe.set_bias(index, *calibration.bias[index])
        if reason == CALIBRATED:
            self.movement.assume_standing()
        # A replay needs nothing but the log.
        self._emit(records.SETTINGS, self._config.pack())
        self._emit(records.ALIGNMENT, calibration.pack())
        self._emit(
            records.START,
            records.pack(
                records.START,
                sensors,
                reason,
                self._config["epoch_s"],
                rate_s_mhz,
                rate_l_mhz,
                config_id,
                calibration.id,
                core_version(),
                self._config["zone_min"],
                0,
            ),
        )

    def exercise(self, row, plan):
        """Begins an exercise, a row of a plan (brace.exercise.planned), with the next chunk;
        plan: the CRC of the plan that it is from, 0 none."""
        body = records.pack(records.EXERCISE, self.chunks, *row, plan)
        self._emit(records.EXERCISE, body)
        self.exercises.start(row)

    def input(self, kind, value):
        """Something from outside that decisions depend on, from the next chunk on.  Returns the
        code of what to say to the wearer (brace.exercise.terms), or 0."""
        self._emit(records.INPUT, records.pack(records.INPUT, self.chunks, kind, value))
        if kind == SNOOZE:
            self.governor.snooze()
        elif kind == PAIN_TAP:
            self.exercises.tap()
            self._emit(
                records.PAIN,
                records.pack(
                    records.PAIN, value, self.posture.now, self._angles[0], self._angles[1]
                ),
            )
        elif kind == MINUTE:
            self.minute = value
            self._minute_blocks = 0
        elif kind == WEEK:
            self._week = value
        elif kind == DOING:
            self.pipe.do(value)
        elif kind == SKIP:
            return self.exercises.skip()
        elif kind == STOP:
            return self.exercises.stop()
        return 0

    def chunk(self, s, n_s, l, n_l):  # noqa: E741
        """One chunk of int16 samples of S and L.  Returns the strength of the cue to give now, or
        the code of what to say in an exercise, or 0."""
        self.exercises.feed(s, n_s, l, n_l)
        n = self.fresh = self.pipe.chunk(s, n_s, l, n_l, self._blocks)
        self.chunks += 1
        cue = 0
        for i in range(n):
            strength = self._on_block(i)
            if strength:
                cue = strength
        return cue

    @property
    def blocks(self):
        """The vectors of the blocks that the last chunk completed, `fresh` of them."""
        return self._blocks

    @property
    def angles(self):
        """Of the last block: trunk flexion, lateral, inclination (cdeg), rate (mdps), dynamic
        acceleration (mg)."""
        return self._angles

    @property
    def lumbar(self):
        """Of the last block: lumbar flexion, lateral, axial (cdeg); zeros with one sensor."""
        return self._lumbar

    def _on_block(self, number):
        blocks, angles = self._blocks, self._angles
        at = number * BLOCK_FIELDS
        trunk = at + (_L if self.sensors & HAS_L else _S)
        # One by one: a loop takes twice as long.
        angles[0] = blocks[trunk]
        angles[1] = blocks[trunk + 1]
        angles[2] = blocks[trunk + 2]
        angles[3] = blocks[trunk + 3]
        angles[4] = blocks[trunk + 4]
        self.block += 1
        self.movement.block(self.sensors, blocks, number)
        self._pass_minute()
        lumbar = self._lumbar
        lumbar[0] = blocks[at + _LUMBAR]
        lumbar[1] = blocks[at + _LUMBAR + 1]
        lumbar[2] = blocks[at + _LUMBAR + 2]
        self.converged = blocks[trunk + _ORI_FLAGS] & _CONVERGED != 0
        if self._mask:
            # The motor shakes the sensors: what they say now is not the wearer.
            self._mask -= 1
        elif self.converged:
            self._decide(angles)
        posture, movement = self.posture, self.movement
        now = posture.now if movement.worn else UNKNOWN
        self.epoch.block(self.block, now, angles, lumbar[0], movement)
        said = self.exercises.block(blocks, at)
        # Nobody is nudged on the way, in an exercise, nor by a brace that sits wrong.
        right = movement.mount <= RIGHT and movement.worn
        idle = movement.moving or not right or self.exercises.on
        cued = MOVING if idle else posture.now
        self._stir = _STIR_BLOCKS if angles[_RATE] > _STIR_MDPS else max(0, self._stir - 1)
        strength = self.governor.block(
            cued,
            posture.level,
            posture.threshold,
            self.minute,
            self._week,
            self._stir > 0,
            posture.held if cued == posture.now else 0,
        )
        if said:
            self._mask = _GUIDE_BLOCKS
            return said
        if self._prompt:
            self._prompt = False
            if not self.governor.hushed(self.minute):
                self._mask = _GUIDE_BLOCKS
                return PROMPT
        if strength:
            self._mask = _MASK_BLOCKS[strength]
            self.epoch.cues += 1
        return strength

    def _decide(self, angles):
        posture = self.posture
        before = posture.now
        doing = TO[self.movement.activity.live]
        lumbar = self._lumbar if self.sensors == HAS_S | HAS_L else None
        if posture.block(angles, lumbar, doing == SIT, doing == LIE):
            self._emit(
                records.POSTURE,
                records.pack(
                    records.POSTURE,
                    self.block,
                    posture.now,
                    before,
                    posture.axis,
                    posture.value,
                    posture.threshold,
                    angles[_FLEXION],
                    angles[_LATERAL],
                ),
            )

    def _pass_minute(self):
        if self.minute < 0:
            return
        self._minute_blocks += 1
        if self._minute_blocks == _BLOCKS_PER_MINUTE:
            self._minute_blocks = 0
            self.minute = (self.minute + 1) % 1440

    def _on_movement(self, kind, values):
        if kind == records.WEAR:
            state, cause, ago = values
            self._emit(kind, records.pack(kind, state, cause, self.block, self.block - ago))
            return
        if kind == records.MOUNT:
            # One prompt when it is found to sit wrong, none for another way of doing so.
            self._prompt = values[0] > RIGHT >= values[1]
        self._emit(kind, records.pack(kind, self.block, *values))

    def _on_cue(self, number, posture, strength, dwell_ds, value, threshold):
        self._emit(
            records.CUE,
            records.pack(
                records.CUE, self.block, number, posture, strength, dwell_ds, value, threshold
            ),
        )

    def _on_response(self, number, outcome, after_ds):
        self._emit(
            records.RESPONSE,
            records.pack(records.RESPONSE, self.block, number, outcome, after_ds),
        )


__all__ = ("BLOCKS_PER_S", "Pipeline")
