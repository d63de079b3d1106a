"""Sway and SPARC in floating point, written from the papers with scipy, for comparison."""

import numpy as np
from scipy import signal, stats

G = 9.80665


def sway(acc, fs, level_s=2.0, settle_s=1.0, whole=False):
    """ISway's time-domain measures of (n, 3) accelerations in m/s^2 (x forward, y left, z up, as
    far as the sensor was put on): rms_ap, rms_ml, area, path, jerk in SI units.  whole: take the
    vertical from the whole stretch, as Moe-Nilssen does, not from its beginning."""
    level = int(level_s * int(fs))
    up = acc.mean(0) if whole else acc[:level].mean(0)
    up = up / np.linalg.norm(up)
    forward = np.array([1.0, 0.0, 0.0]) - up[0] * up
    forward /= np.linalg.norm(forward)
    left = np.cross(up, forward)
    plane = np.stack([acc @ forward, acc @ left], axis=1)[level:]
    sos = signal.butter(4, 3.5, fs=fs, output="sos")
    zi = signal.sosfilt_zi(sos)
    smooth = np.stack(
        [signal.sosfilt(sos, x, zi=zi * x[0])[0] for x in plane.T], axis=1
    )[int(settle_s * int(fs)):]  # fmt: skip
    n = len(smooth)
    cov = np.cov(smooth.T, bias=True)
    change = np.diff(smooth, axis=0)
    return {
        "n": n,
        "rms_ap": np.sqrt(cov[0, 0]),
        "rms_ml": np.sqrt(cov[1, 1]),
        "area": 2 * np.pi * stats.f.ppf(0.95, 2, n - 2) * np.sqrt(np.linalg.det(cov)),
        "path": np.hypot(*change.T).sum(),
        "jerk": 0.5 * ((change * fs) ** 2).sum() / fs,
    }


def sparc(speed, fs, padlevel=4, fc=10.0, threshold=0.05):
    """SPARC of a speed profile as Balasubramanian et al. 2015 define it, on the dense frequency
    grid of an FFT padded to 2^padlevel times the next power of two."""
    n = int(2 ** (np.ceil(np.log2(len(speed))) + padlevel))
    spectrum = np.abs(np.fft.rfft(speed, n))
    spectrum = spectrum / spectrum[0]
    frequency = np.fft.rfftfreq(n, 1 / fs)
    below = frequency <= fc
    spectrum, frequency = spectrum[below], frequency[below]
    last = np.nonzero(spectrum >= threshold)[0][-1]
    spectrum, frequency = spectrum[: last + 1], frequency[: last + 1]
    steps = np.hypot(np.diff(frequency) / (frequency[-1] - frequency[0]), np.diff(spectrum))
    return -steps.sum()
