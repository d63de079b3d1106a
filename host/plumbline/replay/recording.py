"""A one-sensor recording through exactly what the brace would have run: C core and device/brace.

    result = plumbline.replay.run(acc_m_s2, gyr_rad_s, rate_hz)
    result.epochs["activity"]; result.events; result.calibration

`epochs`: one row a second, in order and without gaps:

    start_s, end_s   the second it speaks of
    posture          brace.posture.NAMES: the commonest of its blocks
    activity         "walk" "up" "down" "sit" "stand" "lie", or "unknown"
    confidence       0 .. 1, of the activity
    flexion_deg, lateral_deg   mean, against standing upright; forward and right positive
    steps            taken in it
    live             the activity as the brace knew it `LIVE_DELAY_S` after the second ended (a
                     change of posture by its own name, such as "stand_to_sit")

Activities are settled: decided `SETTLED_DELAY_S` after the second ended, always.  The end of the
recording is held for as long.

`events`: one row for each thing that happened, by time:

    time_s      when it began
    kind        "transition" between sitting, standing, lying; "activity" (any other change);
                "posture"; "bend"; "lift"; "sitting" (a bout that ended); "cue"; "mount"
    what        which: "stand_to_sit", "walk", "flexed", "45" (degrees), "stoop", "stand"; for
                mounts "uncalibrated", "right", "upside_down", "tilted", "turned", "slipped",
                "loose", "unknown"
    duration_s  of bends, lifts, bouts
    value, threshold   the number that decided and what it was held against (degrees; ln of a
                likelihood ratio for lifts and transitions), or NaN
    twisted     of lifts
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from brace import activity, calibrate, lifts, mount, pipeline, posture, records
from brace.config import Config

from plumbline.replay import waist
from plumbline.replay.waist import BLOCK_S, Calibration, find_calibration

_BLOCKS_PER_S = 8
_CHUNK = 13
# The window's 20 blocks and half a second of rounding, then the lags of brace.activity.
SETTLED_DELAY_S = 2.0 + activity.SETTLED_LAG
LIVE_DELAY_S = 2.0 + activity.LIVE_LAG

EPOCH = np.dtype([
    ("start_s", "f8"), ("end_s", "f8"), ("posture", "U12"), ("activity", "U8"),
    ("confidence", "f4"), ("flexion_deg", "f4"), ("lateral_deg", "f4"), ("steps", "i4"),
    ("live", "U12"),
])
EVENT = np.dtype([
    ("time_s", "f8"), ("kind", "U12"), ("what", "U16"), ("duration_s", "f4"), ("value", "f4"),
    ("threshold", "f4"), ("twisted", "?"),
])


@dataclass(frozen=True)
class Result:
    """What `run` found: `epochs` and `events` as above, and the calibration they stand on."""

    epochs: np.ndarray
    events: np.ndarray
    calibration: Calibration


def run(acc_m_s2, gyr_rad_s, rate_hz: float, calibration: Calibration | None = None) -> Result:
    """Decides a recording of one sensor at the waist or sacrum.

    acc_m_s2 (n, 3) specific force, gyr_rad_s (n, 3), both in the sensor's own axes, whatever they
    are, at rate_hz (10 to 10000).  calibration: of this mounting on this person, from
    `plumbline.replay.calibrate`; without one it is found in the recording itself (see
    plumbline.replay.waist for what that presumes), and a "mount" event "uncalibrated" says so.
    ValueError for shapes and rates.
    """
    return decide(acc_m_s2, gyr_rad_s, rate_hz, calibration)


def calibrate_from(acc_m_s2, gyr_rad_s, rate_hz: float) -> Calibration:
    """The calibration of a mounting from any recording in which its wearer walks."""
    return find_calibration(waist.counts(acc_m_s2, gyr_rad_s, rate_hz))


def decide(acc_m_s2, gyr_rad_s, rate_hz: float, calibration: Calibration | None = None,
           activity_tables=None) -> Result:
    """`run`, with other tables than the firmware's own if given (for judging them)."""
    samples = waist.counts(acc_m_s2, gyr_rad_s, rate_hz)
    given = calibration is not None
    known = calibration if given else find_calibration(samples)
    brace = _Brace(known, activity_tables)
    brace.feed(samples)
    epochs = brace.epochs(len(samples) // (_CHUNK * _BLOCKS_PER_S))
    return Result(epochs, brace.events(epochs, None if given else known), known)


class _Brace:
    """The firmware's pipeline with one sensor, and what came out of it."""

    def __init__(self, calibration: Calibration, tables):
        self._records: list[tuple[int, dict]] = []
        self._line = pipeline.Pipeline(Config(), self._take)
        self._movement = self._line.movement
        if tables is not None:
            self._movement.activity = activity.Activity(tables)
        worn = calibrate.Calibration()
        worn.id, worn.sensors = 1, pipeline.HAS_S
        worn.alignment[0] = calibration.alignment
        self._line.start(waist.RATE_MHZ, 0, worn, 0, pipeline.POWER)
        self._movement.lean(*calibration.lean)
        self._stands_at = calibration.stance_block
        self._sure = calibration.found or calibration.stance_block >= 0
        self._postures: list[int] = []
        self._angles: list[tuple[int, int]] = []
        self._steps: list[int] = []
        self._live: list[int] = []
        self._settled: list[tuple[int, int]] = []

    def _take(self, kind: int, body: bytes) -> None:
        fields = records.unpack(kind, body)
        if fields is not None:
            self._records.append((kind, fields))

    def feed(self, samples: np.ndarray) -> None:
        """All samples, a block at a time, and the last block's mean for as long as it takes."""
        n = len(samples) // _CHUNK
        held = np.zeros((1, 6), np.int16)
        if n:
            last = samples[(n - 1) * _CHUNK : n * _CHUNK]
            held[0, 3:] = np.rint(last[:, 3:].mean(axis=0))
        held = np.repeat(held, _CHUNK, axis=0)
        beyond = 24 + _BLOCKS_PER_S * (activity.SETTLED_LAG + 1)
        for i in range(n + beyond if n else 0):
            part = samples[i * _CHUNK : (i + 1) * _CHUNK] if i < n else held
            self._block(np.ascontiguousarray(part).reshape(-1))

    def _block(self, flat: np.ndarray) -> None:
        line, movement = self._line, self._movement
        if self._stands_at >= 0 and line.block == self._stands_at + waist.fields.WINDOW_DELAY:
            # As after a guided calibration: whoever holds the stance stands.
            movement.assume_standing()
        windows = movement.windows
        line.chunk(flat, _CHUNK, flat[:0], 0)
        self._postures.append(line.posture.now)
        self._angles.append((line.angles[0], line.angles[1]))
        self._steps.append(movement.steps)
        if movement.windows > windows:
            doing = movement.activity
            self._live.append(doing.live)
            self._settled.append((doing.settled, doing.settled_margin))

    def epochs(self, n: int) -> np.ndarray:
        """The first n seconds."""
        out = np.zeros(n, EPOCH)
        out["start_s"] = np.arange(n) * _BLOCKS_PER_S * BLOCK_S
        out["end_s"] = out["start_s"] + _BLOCKS_PER_S * BLOCK_S
        steps = np.diff(np.array(self._steps), prepend=0)
        angles = np.array(self._angles, float).reshape(-1, 2) / 100
        for k in range(n):
            part = slice(k * _BLOCKS_PER_S, (k + 1) * _BLOCKS_PER_S)
            settled, margin = self._settled[k + activity.SETTLED_LAG]
            live = self._live[k + activity.LIVE_LAG]
            posture_now = np.bincount(self._postures[part]).argmax()
            if not self._sure:
                settled, live, posture_now = activity.UNKNOWN, activity.UNKNOWN, posture.UNKNOWN
            row = out[k]
            row["posture"] = posture.NAMES[posture_now]
            row["activity"] = activity.NAMES[settled]
            row["confidence"] = activity.confidence(margin) / 100 if settled else 0
            row["flexion_deg"], row["lateral_deg"] = angles[part].mean(axis=0)
            row["steps"] = steps[part].sum()
            row["live"] = activity.NAMES[live]
        return out

    def events(self, epochs: np.ndarray, found: Calibration | None) -> np.ndarray:
        """All events up to the end of the epochs."""
        rows = []
        if found is not None:
            w = min(1.0, abs(found.alignment[0]) / 2**30)
            angle = np.degrees(2 * np.arccos(w))
            what = "uncalibrated" if found.found else "unknown"
            rows.append((0.0, "mount", what, 0, angle, np.nan, False))
        for kind, fields in self._records:
            row = _event(kind, fields)
            if row is not None and (self._sure or row[1] not in ("transition", "activity")):
                rows.append(row)
        end = epochs["end_s"][-1] if len(epochs) else 0.0
        rows = sorted((row for row in rows if row[0] < end), key=lambda row: row[0])
        return np.array(rows, EVENT)


def _event(kind: int, f: dict) -> tuple | None:
    if kind == records.ACTIVITY:
        return _change(f)
    if kind == records.POSTURE:
        return ((f["block"] - 1) * BLOCK_S, "posture", posture.NAMES[f["posture"]], 0,
                f["value_cdeg"] / 100, f["threshold_cdeg"] / 100, False)
    if kind == records.BEND:
        return (f["since"] * BLOCK_S, "bend", ("20", "45", "60", "90")[f["bin"]],
                f["blocks"] * BLOCK_S, f["peak_cdeg"] / 100, 20, False)
    if kind == records.LIFT:
        return (f["since"] * BLOCK_S, "lift", lifts.NAMES[f["style"]], f["blocks"] * BLOCK_S,
                f["score"] / 32, f["sure"] / 32, bool(f["twisted"]))
    if kind == records.SITTING:
        since = f["block"] * BLOCK_S - SETTLED_DELAY_S - f["seconds"]
        return (since, "sitting", activity.NAMES[f["broken_by"]], f["seconds"], f["seconds"],
                np.nan, False)
    if kind == records.CUE:
        return (f["block"] * BLOCK_S, "cue", posture.NAMES[f["posture"]], 0,
                f["value_cdeg"] / 100, f["threshold_cdeg"] / 100, False)
    if kind == records.MOUNT:
        finding = f["finding"]
        if finding == mount.TURNED:
            value, limit = f["turn_cdeg"], mount.TURN_CDEG
        elif finding == mount.SLIPPED:
            value, limit = f["tilt_cdeg"], mount.SLIP_CDEG
        else:
            value, limit = f["tilt_cdeg"], mount.TILT_CDEG
        return (f["block"] * BLOCK_S, "mount", mount.NAMES[finding], 0, value / 100, limit / 100,
                False)
    return None


_CHANGES = {
    (activity.FROM[state], activity.TO[state]): activity.NAMES[state]
    for state in range(activity.STAND_TO_SIT, activity.LIE_TO_STAND + 1)
}


def _change(f: dict) -> tuple:
    between = (f["before"], f["activity"])
    kind = "transition" if between in _CHANGES else "activity"
    what = _CHANGES.get(between, activity.NAMES[f["activity"]])
    return (f["since"] * BLOCK_S, kind, what, 0, f["margin"] / 32, 0, False)
