"""Inclination from recorded gyroscopes and accelerometers: the brace's own filter, in batches.

    gyr, acc = quantise(gyr_rad_s, acc_m_s2, 2000, 16)
    result = OrientationFilter(rate_hz=100).run(gyr, acc)
    result.quat        # (N, 4) float64 (w, x, y, z), earth <- sensor, z up, |q| = 1
    result.bias_dps    # (N, 3) float64
    result.resting     # (N,) bool
    result.converged   # (N,) bool

The C core of the firmware does the work (native/include/pl_fusion.h says how), so the results are
those that a brace would have found from the same counts.  `run` releases the GIL: threads with a
filter each run side by side.
"""

from typing import NamedTuple

import numpy as np
from plumbcore import STATE_SIZE
from plumbcore._core import ffi, lib

STANDARD_GRAVITY = 9.80665

_RATE_HZ = (10.0, 2000.0)
_GYR_RANGE_DPS = (100.0, 4400.0)
_ACC_RANGE_G = (1.9, 32.0)
_DELAY_MS = (0.0, 65.0)


class FusionResult(NamedTuple):
    """What the filter told after each of N samples."""

    quat: np.ndarray  # (N, 4) float64, earth <- sensor, advanced by delay_ms
    bias_dps: np.ndarray  # (N, 3) float64, sensor frame
    resting: np.ndarray  # (N,) bool
    converged: np.ndarray  # (N,) bool


def _number(name: str, value, low: float, high: float, unit: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r}: expected a number of {unit}") from None
    if not low <= number <= high:
        raise ValueError(f"{name} is {number:g}: expected {low:g} to {high:g} {unit}")
    return number


def _three_columns(name: str, value) -> np.ndarray:
    array = np.asarray(value)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"{name} has shape {array.shape}: expected (N, 3)")
    return array


def _counts(name: str, value, scale: float) -> np.ndarray:
    array = _three_columns(name, value)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"{name} has dtype {array.dtype}: expected floating point")
    counts = np.rint(array * scale)
    if np.isnan(counts).any():
        raise ValueError(f"{name} holds NaN: fill or cut the gaps first")
    return np.clip(counts, -32768, 32767).astype(np.int16)


def quantise(gyr_rad_s, acc_m_s2, gyr_range_dps: float,
             acc_range_g: float) -> tuple[np.ndarray, np.ndarray]:
    """Readings of a sensor with these full scales: ((N, 3) int16, (N, 3) int16).

    gyr_rad_s, acc_m_s2: (N, 3) floating point, sensor frame; 32768 counts are the range
    (g = 9.80665 m/s^2).  What exceeds a range is clipped, as sensors do.  ValueError on NaN or
    a wrong shape, TypeError on a wrong dtype.
    """
    gyr_range = _number("gyr_range_dps", gyr_range_dps, *_GYR_RANGE_DPS, "deg/s")
    acc_range = _number("acc_range_g", acc_range_g, *_ACC_RANGE_G, "g")
    gyr = _counts("gyr_rad_s", gyr_rad_s, 180 / np.pi * 32768 / gyr_range)
    acc = _counts("acc_m_s2", acc_m_s2, 32768 / (acc_range * STANDARD_GRAVITY))
    if len(gyr) != len(acc):
        raise ValueError(f"gyr_rad_s has {len(gyr)} rows and acc_m_s2 {len(acc)}: expected equal")
    return gyr, acc


class OrientationFilter:
    """One sensor's filter; `run` goes on from where the last one ended.

    rate_hz: of the samples, as measured if known.  gyr_range_dps, acc_range_g: the values of
    32768 counts; for an LSM6DSO these are 2293.76 and 15.990784 (70 mdps, 0.488 mg per LSB).
    delay_ms: the group delay of the sensor's own low-pass filter, by which the attitude is
    advanced at the current rate.
    """

    def __init__(self, rate_hz: float, gyr_range_dps: float = 2000, acc_range_g: float = 16,
                 *, delay_ms: float = 2.5):
        rate = _number("rate_hz", rate_hz, *_RATE_HZ, "Hz")
        gyr = _number("gyr_range_dps", gyr_range_dps, *_GYR_RANGE_DPS, "deg/s")
        acc = _number("acc_range_g", acc_range_g, *_ACC_RANGE_G, "g")
        delay = _number("delay_ms", delay_ms, *_DELAY_MS, "ms")
        params = ffi.new("pl_ori_params *")
        lib.pl_ori_params_default(params)
        params.rate_mhz = round(rate * 1e3)
        params.gyr_fs_mdps = round(gyr * 1e3)
        params.acc_fs_ug = round(acc * 1e6)
        params.delay_us = round(delay * 1e3)
        self._coef = ffi.new("pl_ori_coef *")
        self._state = ffi.new("pl_ori_state *")
        error = lib.pl_ori_coef_init(self._coef, params)
        if error == lib.PL_EFUSION_RATE:
            raise ValueError(f"rate_hz is {rate:g}: at +-{gyr:g} deg/s expected at least "
                             f"{gyr / 54:.0f} Hz, so that a sample turns by 54 degrees at most")
        if error == lib.PL_EFUSION_PARAM:
            raise ValueError(f"delay_ms is {delay:g}: expected at most 8 samples, "
                             f"{8000 / rate:g} ms")
        assert error == 0, error
        lib.pl_ori_init(self._state, self._coef)

    def run(self, gyr_counts, acc_counts) -> FusionResult:
        """Updates with N samples of counts, (N, 3) int16 each, sensor frame."""
        gyr = self._checked("gyr_counts", gyr_counts)
        acc = self._checked("acc_counts", acc_counts)
        n = len(gyr)
        if n != len(acc):
            raise ValueError(f"gyr_counts has {n} rows and acc_counts {len(acc)}: expected equal")
        quat = np.empty((n, 4))
        bias = np.empty((n, 3))
        resting = np.empty(n, bool)
        converged = np.empty(n, bool)
        lib.fusion_batch(self._state, self._coef, _pointer("int16_t *", gyr),
                         _pointer("int16_t *", acc), n, _pointer("double *", quat),
                         _pointer("double *", bias), _pointer("uint8_t *", resting),
                         _pointer("uint8_t *", converged),
                         lib.FUSION_BEST)
        return FusionResult(quat, bias, resting, converged)

    def gap(self, n_samples: int) -> None:
        """n_samples were lost before the next run."""
        lib.pl_ori_gap(self._state, self._coef, n_samples)

    @property
    def state(self) -> bytes:
        """All that the next sample needs; set it on a filter of the same parameters to go on."""
        buffer = bytearray(STATE_SIZE)
        lib.pl_ori_save(self._state, self._coef, ffi.from_buffer("uint8_t[]", buffer), STATE_SIZE)
        return bytes(buffer)

    @state.setter
    def state(self, value: bytes) -> None:
        if len(value) != STATE_SIZE:
            raise ValueError(f"state has {len(value)} bytes: expected {STATE_SIZE}")
        if lib.pl_ori_restore(self._state, self._coef, ffi.from_buffer("uint8_t[]", value),
                              STATE_SIZE):
            raise ValueError("state is damaged or of a filter with other parameters: expected "
                             "one that the same rate, ranges and delay have given")

    @staticmethod
    def _checked(name: str, value) -> np.ndarray:
        array = _three_columns(name, value)
        if array.dtype != np.int16:
            raise TypeError(f"{name} has dtype {array.dtype}: expected int16 (see quantise)")
        return np.ascontiguousarray(array)


def _pointer(kind: str, array: np.ndarray):
    return ffi.cast(kind, array.ctypes.data)
