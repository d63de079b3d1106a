"""Guides the wearer through a calibration and takes what it finds.

Two movements (native/include/pl_fusion.h): stand upright and still, then bend forward once and
come back.  The wearer is led by vibration; a host, if there is one, gets each step as an event.
Standing upright becomes the neutral posture.  Time counts in blocks (125 ms).
"""

import struct
from array import array

from plumbcore import BENDING, STILL, WEARING

from brace import pipeline
from brace.compat import const

# Steps, as events name them.
IDLE = const(0)
READY = const(1)
STANDING = const(2)
BEND = const(3)
DONE = const(4)
FAILED = const(5)

STEPS = ("idle", "ready", "standing", "bend", "done", "failed")

# Why it failed; the first five are the ALIGN_* of the core, negated.
REASONS = (
    "",
    "short",
    "unsure",
    "moved",
    "small",
    "crooked",
    "cancelled",
    "no_sensor",
    "storage",
    "swapped",
)
CANCELLED = const(6)
NO_SENSOR = const(7)
STORAGE = const(8)
SWAPPED = const(9)

# What a calibration record is about: one that was taken, or why a new one is asked for.
TAKEN = const(0)
TOO_OLD = const(1)
SITS_WRONG = const(2)

DUE = ("", "age", "mount", "none")
NONE_YET = const(3)
_DAY_MS = const(86_400_000)

# The trunk bends as far as the pelvis or further; the other way round sensors are swapped.
_SWAPPED_CDEG = const(1000)
_READY_BLOCKS = const(16)
_STANDING_BLOCKS = const(32)
_BEND_BLOCKS = const(56)

# version, sensors, quality (of the worse sensor), spare, id, utc_ms (0 unknown), bend seen (cdeg),
# two alignments sensor <- segment (w x y z, Q30), two gyroscope biases (10^-6 deg/s).
_LAYOUT = "<BBBBIQi4i4i3i3i"
VERSION = const(1)
SIZE = struct.calcsize(_LAYOUT)


class Calibration:
    """What a calibration found.  `id` 0: there is none."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Forgets it."""
        self.id = 0
        self.sensors = 0
        self.quality = 0
        self.utc_ms = 0
        self.bend_cdeg = 0
        self.alignment = [None, None]
        self.bias = [(0, 0, 0), (0, 0, 0)]

    def pack(self):
        """The bytes to store."""
        identity = (1 << 30, 0, 0, 0)
        quats = [q or identity for q in self.alignment]
        return struct.pack(
            _LAYOUT,
            VERSION,
            self.sensors,
            self.quality,
            0,
            self.id,
            self.utc_ms,
            self.bend_cdeg,
            *quats[0],
            *quats[1],
            *self.bias[0],
            *self.bias[1],
        )

    def unpack(self, raw):
        """Takes stored bytes; False, and no calibration, if they are not of this version."""
        self.clear()
        if len(raw) < SIZE or raw[0] != VERSION:
            return False
        values = struct.unpack_from(_LAYOUT, raw)
        self.sensors, self.quality, self.id = values[1], values[2], values[4]
        self.utc_ms, self.bend_cdeg = values[5], values[6]
        for i in (0, 1):
            if self.sensors & (1 << i):
                self.alignment[i] = values[7 + 4 * i : 11 + 4 * i]
                self.bias[i] = values[15 + 3 * i : 18 + 3 * i]
        return True


def due(calibration, utc_ms, days, sits_wrong):
    """Why the wearer should calibrate anew, an index into DUE: NONE_YET, SITS_WRONG, TOO_OLD
    (older than `days`, if those and the time are known), or 0."""
    if not calibration.id:
        return NONE_YET
    if sits_wrong:
        return SITS_WRONG
    if days and utc_ms and calibration.utc_ms:
        if utc_ms - calibration.utc_ms > days * _DAY_MS:
            return TOO_OLD
    return 0


class Calibrator:
    """Runs one calibration at a time.

    guide(step): vibrates.  tell(step, reason): informs a host.  keep(calibration) -> whether it
    could be stored; called with a new id and the time filled in by the caller.
    """

    def __init__(self, line, guide, tell, keep):
        self._pipeline = line
        self._guide = guide
        self._tell = tell
        self._keep = keep
        self._until = 0
        self._seen = array("i", bytes(4 * 8))
        self._bias = array("i", bytes(4 * 3))
        self.step = IDLE
        self.reason = 0

    @property
    def running(self):
        """Whether a calibration is under way."""
        return self.step in (READY, STANDING, BEND)

    def _go(self, step, blocks):
        self.step = step
        self._until = self._pipeline.block + blocks
        self._guide(step)
        self._tell(step, self.reason)

    def start(self):
        """Begins.  Returns False if one is under way already."""
        if self.running:
            return False
        self.reason = 0
        if not self._pipeline.sensors:
            self._fail(NO_SENSOR)
        else:
            self._go(READY, _READY_BLOCKS)
        return True

    def cancel(self):
        """Ends it without a result."""
        if self.running:
            self._fail(CANCELLED)

    def _fail(self, reason):
        self.reason = reason
        if self._pipeline.pipe:
            self._pipeline.input(pipeline.DOING, WEARING)
        self._go(FAILED, 0)

    def update(self):
        """To be called after each chunk."""
        if not self.running or self._pipeline.block < self._until:
            return
        if self.step == READY:
            self._pipeline.input(pipeline.DOING, STILL)
            self._go(STANDING, _STANDING_BLOCKS)
        elif self.step == STANDING:
            self._pipeline.input(pipeline.DOING, BENDING)
            self._go(BEND, _BEND_BLOCKS)
        else:
            self._pipeline.input(pipeline.DOING, WEARING)
            self._finish()

    def _finish(self):
        pipe, seen = self._pipeline.pipe, self._seen
        found = Calibration()
        found.sensors = self._pipeline.sensors
        found.quality = 100
        bends = [0, 0]
        for i in (0, 1):
            if not found.sensors & (1 << i):
                continue
            error = pipe.find(i)
            if error:
                self._fail(-error)
                return
            pipe.alignment(i, seen)
            bends[i] = seen[5]
            found.alignment[i] = tuple(seen[:4])
            found.quality = min(found.quality, seen[4])
            found.bend_cdeg = max(found.bend_cdeg, seen[5])
            pipe.bias(i, self._bias)
            found.bias[i] = tuple(self._bias)
        if found.sensors == 3 and bends[0] > bends[1] + _SWAPPED_CDEG:
            self._fail(SWAPPED)
            return
        if self._keep(found):
            self._go(DONE, 0)
        else:
            self._fail(STORAGE)
