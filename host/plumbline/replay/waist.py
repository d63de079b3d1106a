"""One sensor's recording as the brace would have had it: counts, blocks, windows, calibration.

Recordings of any rate become an LSM6DSO's counts at 104 Hz (70 mdps and 0.488 mg a count), then
the firmware's C core makes blocks and windows of them.

How a recording is calibrated when nobody has calibrated it (`find_calibration`): from itself,
without any label, by the firmware's own brace.mount.  All walking in the recording says where up
and forward are (rotating the recording rotates the answer with it), and the first two seconds of
standing still, of all stillness within 25 degrees of that, are taken for the stance: a person is
presumed to begin on their feet, as in a brace's guided calibration.  This looks ahead in time, as
if the brace had been calibrated before the recording began; a brace that is worn for longer than
one walk knows the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
from brace import fields
from brace.mount import Gait, Stance, upright
from plumbcore import BLOCK_FIELDS, BLOCK_SAMPLES, WINDOW_FIELDS, Pipe, Window

from plumbline.virtual.resample import fill_gaps, resample

RATE_HZ = 104.0
RATE_MHZ = 104_000
BLOCK_S = BLOCK_SAMPLES / RATE_HZ
GRAVITY = 9.80665
_DPS_COUNT = 0.070
_G_COUNT = 0.000488
_NONE = (1 << 30, 0, 0, 0)
# 200 s before old walking begins to fade.
_GAIT_WINDOWS = 200


@dataclass(frozen=True)
class Calibration:
    """How a sensor sits on a person.

    `alignment`: attitude sensor <- segment (w x y z, Q30); standing upright is upright in it.
    `lean`: the vertical's x and y while walking in that frame, Q11.  `stance_block`: the block
    that ended the stance, or -1.  `windows`: how many windows of walking it was found from, 0 if
    none: then `alignment` says that the sensor is mounted along the body's axes, which nothing has
    confirmed.  `coherence`: how clearly walking pointed forward, in hundredths.
    """

    alignment: tuple[int, int, int, int] = _NONE
    lean: tuple[int, int] = (0, 0)
    stance_block: int = -1
    windows: int = 0
    coherence: int = 0

    @property
    def found(self) -> bool:
        return self.windows > 0


def counts(acc_m_s2, gyr_rad_s, rate_hz: float) -> np.ndarray:
    """(n, 6) int16 at 104 Hz, gx gy gz ax ay az, of (m, 3) arrays at rate_hz.

    Resampled without aliases; gaps of NaN are bridged by straight lines; what an LSM6DSO cannot
    show (over 2293 deg/s or 16 g) is clipped.  ValueError for what is no recording: shapes and
    lengths, rates, no samples, or none that is a number.
    """
    arrays = []
    for name, given in (("acc_m_s2", acc_m_s2), ("gyr_rad_s", gyr_rad_s)):
        try:
            value = np.asarray(given, float)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} is no array of numbers: {error}") from error
        if value.ndim != 2 or value.shape[1] != 3:
            raise ValueError(f"{name} has shape {value.shape}: expected (n, 3)")
        if len(value) < 2:
            raise ValueError(f"{name} has {len(value)} samples: the recording has no samples")
        if not np.isfinite(value).all(axis=1).any():
            raise ValueError(f"{name} has no valid sample: all are NaN or infinite")
        arrays.append(value)
    acc, gyr = arrays
    if len(acc) != len(gyr):
        raise ValueError(
            f"acc_m_s2 has {len(acc)} samples, gyr_rad_s {len(gyr)}: expected the same number"
        )
    if not isinstance(rate_hz, Real) or not 10 <= rate_hz <= 10_000:
        raise ValueError(f"rate_hz is {rate_hz}: expected 10 to 10000 Hz")
    times = np.arange(int((len(acc) - 1) / rate_hz * RATE_HZ) + 1) / RATE_HZ
    both = np.hstack([
        np.degrees(fill_gaps(gyr)) / _DPS_COUNT, fill_gaps(acc) / (GRAVITY * _G_COUNT)
    ])
    at_rate = resample(both, rate_hz, times, RATE_HZ)
    return np.clip(np.rint(at_rate), -32768, 32767).astype(np.int16)


def blocks(samples: np.ndarray, alignment=_NONE) -> np.ndarray:
    """(blocks, BLOCK_FIELDS) int32 that the core makes of counts (n, 6)."""
    pipe = Pipe(RATE_MHZ, 0)
    pipe.align(0, *alignment)
    out = np.zeros((len(samples) // BLOCK_SAMPLES, BLOCK_FIELDS), np.int32)
    flat = np.ascontiguousarray(samples, np.int16).reshape(-1)
    if len(out):
        pipe.chunk(flat, len(samples), np.zeros(6, np.int16), 0, out.reshape(-1))
    return out


def windows(rows: np.ndarray, beyond: int = fields.WINDOW_DELAY) -> np.ndarray:
    """(windows, WINDOW_FIELDS) int16 of blocks; the k-th describes the second from k to k + 1.
    The last block is taken to have gone on for `beyond` blocks."""
    window, vector, found = Window(), np.zeros(WINDOW_FIELDS, np.int16), []
    if not len(rows):
        return np.empty((0, WINDOW_FIELDS), np.int16)
    flat = np.concatenate([rows, np.repeat(rows[-1:], beyond, axis=0)]).reshape(-1)
    for i in range(len(rows) + beyond):
        if window.push(flat, i):
            window.vector(vector)
            found.append(vector.copy())
    return np.array(found, np.int16).reshape(-1, WINDOW_FIELDS)


def find_calibration(samples: np.ndarray) -> Calibration:
    """The calibration that a recording (counts) gives away by itself; see above."""
    gait = _gait(blocks(samples))
    alignment = gait.alignment()
    windows_ = gait.windows if alignment else 0
    alignment = alignment or _NONE
    flat = blocks(samples, alignment).reshape(-1).tolist()
    stance, at = Stance(), -1
    for i in range(len(flat) // BLOCK_FIELDS):
        if stance.block(flat, i * BLOCK_FIELDS + fields.BLOCK_MOVE):
            alignment, at = upright(alignment, stance.up), i
            break
    found = Calibration(alignment, (0, 0), at, windows_, gait.coherence())
    return realigned(samples, found, alignment)


def realigned(samples: np.ndarray, calibration: Calibration, alignment) -> Calibration:
    """The calibration with another alignment, and walking's lean as it is in that."""
    lean = _gait(blocks(samples, alignment)).up[:2] if calibration.found else (0, 0)
    return replace(calibration, alignment=alignment, lean=lean)


def _gait(rows: np.ndarray) -> Gait:
    gait = Gait(_GAIT_WINDOWS)
    for vector in windows(rows).tolist():
        gait.window(vector)
    return gait
