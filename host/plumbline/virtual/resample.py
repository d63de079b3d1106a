"""Samples of a recording at any times, without aliases.

A windowed sinc (Kaiser, beta 9: side lobes below -90 dB) reaching HALF_WIDTH zero crossings to
both sides, cut off at 0.45 of the lower of both rates.  Unlike a polyphase filter it takes any
ratio, so a sensor's real rate of 104.17 Hz and a trim is met exactly.
"""

from __future__ import annotations

import numpy as np

HALF_WIDTH = 24
BETA = 9.0
_AT_ONCE = 1 << 15


def fill_gaps(values):
    """Replaces non-finite samples by straight lines between their neighbours; (n, k) array.
    Raises ValueError when nothing is left."""
    values = np.array(values, float)
    bad = ~np.isfinite(values).all(axis=1)
    if bad.all():
        raise ValueError("the recording has no valid sample")
    if bad.any():
        index = np.arange(len(values))
        for column in values.T:
            column[bad] = np.interp(index[bad], index[~bad], column[~bad])
    return values


def resample(values, fs, times, rate):
    """Values at `times` (s) of samples taken at k/fs; the result's rate is `rate` (Hz).

    values (n, k), times (m,) -> (m, k).  Before the first and after the last sample those are
    held.
    """
    values = np.asarray(values, float)
    times = np.asarray(times, float)
    cutoff = 0.9 * min(1.0, rate / fs)  # of the recording's Nyquist frequency
    reach = HALF_WIDTH / cutoff
    taps = np.arange(-int(np.ceil(reach)) + 1, int(np.ceil(reach)) + 1)
    out = np.empty((len(times), values.shape[1]))
    for begin in range(0, len(times), _AT_ONCE):
        at = times[begin : begin + _AT_ONCE] * fs
        base = np.floor(at).astype(np.int64)
        index = base[:, None] + taps
        distance = at[:, None] - index
        weight = np.sinc(cutoff * distance) * np.i0(
            BETA * np.sqrt(np.maximum(0.0, 1.0 - (distance / reach) ** 2))
        )
        weight[np.abs(distance) > reach] = 0.0
        weight /= weight.sum(axis=1, keepdims=True)
        index = index.clip(0, len(values) - 1)
        out[begin : begin + _AT_ONCE] = np.einsum("ij,ijk->ik", weight, values[index])
    return out
