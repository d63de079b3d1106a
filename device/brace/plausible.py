"""Whether what the sensors say can be, and whether the motor does what it is told.

Looks at every block beside the decisions, and never changes them: it tells of a fault, or has the
sensor set up anew, which begins a new run of the pipeline.  What the orientation filter says
about itself (native/include/pl_fusion.h) does most of the work.
"""

from array import array

from plumbcore import BLOCK_FIELDS, ORI_CLIPPED, ORI_CONVERGED, ORI_FROZEN

from brace import faults
from brace.compat import const

# Where a block holds what is said of S and of L; offsets from there.
_PLACES = (1, 7)
_JUDGED = ORI_CLIPPED | ORI_CONVERGED | ORI_FROZEN
_RATE = const(3)
_DYNAMIC = const(4)
_FLAGS = const(5)
# Blocks (125 ms): five seconds at the end of its range; half a minute of unsound attitudes, each
# sound block making up for one; half a minute of shaking without turning.
_CLIPPED_MAX = const(40)
_UNSOUND_MAX = const(240)
_SHAKING_MAX = const(240)
_BIAS_EVERY = const(480)
# Once a second; after five times that the filter's vertical was not the accelerometer's, half a
# minute making up for one.
_TILT_EVERY = const(8)
_TILT_EXCUSE = const(240)
_TILTED_MAX = const(5)
_QUIET_MDPS = const(5000)
_QUIET_MG = const(30)
# Turning slower than this (mdps) with more dynamic acceleration than this (mg) is no movement of
# a body: the sensor is noisy, or the motor runs.
_STILL_MDPS = const(8000)
_SHAKING_MG = const(45)
# Zero-rate change over life is some deg/s; this (in 10^-6 deg/s) is beyond it.
_BIAS_MAX = const(8_000_000)
# A burst is felt within ten blocks, by more than this, unless the motor is dead: three times.
_BURST_BLOCKS = const(10)
_FELT_MG = const(12)
_DEAD_AFTER = const(3)


class Plausible:
    """fault(code, value), suspect(sensor, code): what is told to whom."""

    def __init__(self, fault, suspect):
        self._fault = fault
        self._suspect = suspect
        self._clipped = bytearray(2)
        self._unsound = array("H", (0, 0))
        self._shaking = array("H", (0, 0))
        self._tilted = bytearray(2)
        self._quiet = bytearray(2)
        self._bias = array("i", (0, 0, 0))
        self._quat = array("i", (0, 0, 0, 0))
        self._blocks = 0
        self._listening = 0
        self._felt = 0
        self._silent = 0

    def begin(self):
        """The pipeline begins anew."""
        self._blocks = self._listening = 0
        for i in (0, 1):
            self._clipped[i] = self._unsound[i] = self._shaking[i] = self._tilted[i] = 0

    def burst(self, ms):
        """The motor has begun a burst."""
        if not self._listening:
            self._listening = _BURST_BLOCKS
            self._felt = 0

    def update(self, line, calibration, s, l):  # noqa: E741
        """After a chunk that the pipeline `line` (brace.pipeline.Pipeline) has taken; `s` and `l`
        begin with its first samples."""
        blocks = line.blocks
        for i in range(line.fresh):
            at = i * BLOCK_FIELDS
            for index in (0, 1):
                if line.sensors & 1 << index:
                    self._look(index, blocks, at + _PLACES[index], line.sensors)
            if self._listening:
                self._listening -= 1
                if not self._listening:
                    self._judge_motor()
            self._blocks += 1
            if self._blocks % _TILT_EVERY == 0:
                self._look_at_tilt(line, 0, s)
                self._look_at_tilt(line, 1, l)
            if self._blocks % _BIAS_EVERY == 0:
                self._look_at_bias(line, calibration)

    def _look(self, index, blocks, at, sensors):
        flags, dynamic = blocks[at + _FLAGS], blocks[at + _DYNAMIC]
        if dynamic > self._felt:
            self._felt = dynamic
        rate = blocks[at + _RATE]
        if flags & _JUDGED != ORI_CONVERGED or self._unsound[index] or self._clipped[index]:
            self._look_at_flags(index, flags)
        self._quiet[index] = rate < _QUIET_MDPS and dynamic < _QUIET_MG
        if dynamic < _SHAKING_MG or rate > _STILL_MDPS:
            self._shaking[index] = 0
            return
        self._shaking[index] += 1
        if self._shaking[index] >= _SHAKING_MAX:
            self._judge_shaking(index, dynamic, sensors)

    def _look_at_flags(self, index, flags):
        if flags & ORI_FROZEN:
            self._suspect(index, faults.SENSOR_FROZEN)
        self._clipped[index] = self._clipped[index] + 1 if flags & ORI_CLIPPED else 0
        if self._clipped[index] >= _CLIPPED_MAX:
            self._clipped[index] = 0
            self._suspect(index, faults.SENSOR_SATURATED)
        unsound = self._unsound[index]
        if not flags & ORI_CONVERGED:
            unsound += 1
        elif unsound:
            unsound -= 1
        if unsound >= _UNSOUND_MAX:
            unsound = 0
            self._suspect(index, faults.SENSOR_IMPLAUSIBLE)
        self._unsound[index] = unsound

    def _judge_shaking(self, index, dynamic, sensors):
        """What shakes both sensors is the motor; what shakes one of two is that sensor."""
        other = 1 - index
        both = self._shaking[other] > _SHAKING_MAX // 2 or not sensors & 1 << other
        self._shaking[index] = 0
        if both:
            self._fault(faults.MOTOR_STUCK, dynamic)
        else:
            self._fault(faults.SENSOR_NOISY, index)

    def _judge_motor(self):
        if self._felt >= _FELT_MG:
            self._silent = 0
            return
        self._silent += 1
        if self._silent >= _DEAD_AFTER:
            self._silent = 0
            self._fault(faults.MOTOR_DEAD, self._felt)

    def _look_at_tilt(self, line, index, sample):
        """Whether gyroscope and accelerometer agree on the vertical, as they do in one part that
        rests: cos of the angle between acc and the filter's up over 0.9 (26 degrees)."""
        if not line.sensors & 1 << index or not self._quiet[index]:
            return
        line.pipe.quat(index, self._quat)
        w, x, y, z = [value >> 16 for value in self._quat]
        ax, ay, az = sample[3], sample[4], sample[5]
        up = ax * (x * z - w * y) + ay * (y * z + w * x) << 1
        up = up + az * (w * w - x * x - y * y + z * z) >> 28
        if up > 0 and 100 * up * up > 81 * (ax * ax + ay * ay + az * az):
            if self._tilted[index] and self._blocks % _TILT_EXCUSE == 0:
                self._tilted[index] -= 1
            return
        self._tilted[index] += 1
        if self._tilted[index] >= _TILTED_MAX:
            self._tilted[index] = 0
            self._suspect(index, faults.SENSOR_IMPLAUSIBLE)

    def _look_at_bias(self, line, calibration):
        for index in (0, 1):
            if not line.sensors & 1 << index:
                continue
            line.pipe.bias(index, self._bias)
            known = calibration.bias[index]
            for k in range(3):
                if abs(self._bias[k] - known[k]) > _BIAS_MAX:
                    self._fault(faults.SENSOR_DRIFT, index)
                    break
