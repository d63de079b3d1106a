"""The recordings that the log's parts of the bench run over, as a brace would have them.

All at 104 Hz in counts of 70 mdps and 0.488 mg.  Where a recording has one sensor only, its
second half plays the other sensor.  None of them was made with a brace or by a patient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from plumbline.virtual import transducer
from plumbline.virtual.body import Body
from plumbline.virtual.recording import load

RATE = 104.0
CHUNK = 21  # samples in a burst, on average
MINUTES = 10.0  # at most, of each folder

# folder: (what it is, people in the training share)
FOLDERS = {
    "broad": ("BROAD, one IMU moved by hand, 13 trials", 1),
    "hapt": ("HAPT, phone at the waist, 50 Hz", 20),
    "sisfall": ("SisFall, waist, 200 Hz", 20),
    "trunk_rom": ("TrunkyXL, L4/5 and T10, seated, 50 Hz", 6),
    "exercise_optical": ("CMU-MBL, pelvis and chest, 100 Hz", 1),
}
# Not recordings: what the noise of an LSM6DSO (typical densities) comes to, at rest and worn.
MODEL = "rest_model"
NORMAL = "rest_normal_mode"
HOUR = "worn_hour"
MODELS = {
    MODEL: "no recording: noise of an LSM6DSO at rest in high-performance mode, in which the "
           "firmware records raw samples, by its datasheet",
    NORMAL: "no recording: the same in normal mode, in which it runs them otherwise",
    HOUR: "no recording: motion script \"hour\" (49 min sitting, 7 walking), noise of rest_model",
}
WHAT = {**{name: f"{what}; people: {people}" for name, (what, people) in FOLDERS.items()},
        **MODELS}
_GYR_LSB, _ACC_LSB = 0.070, 0.488e-3
# rms within the low-passes that are on while raw samples are recorded, in counts.
_GYR_NOISE = transducer.GYR_NOISE * 1e-6 * np.sqrt(RATE * transducer.GYR_BAND / 1000) / _GYR_LSB
_ACC_NOISE = (transducer.ACC_NOISE * 1e-6 * np.sqrt(RATE * transducer.ACC_BAND_LPF2 / 1000)
              / _ACC_LSB)
# rms in normal mode at 16 g, in counts.
_GYR_NORMAL = transducer.GYR_NORMAL_UDPS * 1e-6 / _GYR_LSB
_ACC_NORMAL = transducer.ACC_NORMAL_UG[488000] * 1e-6 / _ACC_LSB


def counts(signal) -> np.ndarray:
    """(n, 6) int16: gx gy gz ax ay az of one sensor at RATE."""
    times = np.arange(0.0, signal.seconds, 1 / RATE)
    gyr, acc = signal.at(times, RATE)
    both = np.hstack([np.degrees(gyr) / _GYR_LSB, acc / _ACC_LSB])
    return np.clip(np.round(both), -32768, 32767).astype("<i2")


def _pair(signals: dict) -> tuple[np.ndarray, np.ndarray]:
    arrays = [counts(signals[name]) for name in sorted(signals, reverse=True)]
    if len(arrays) == 1:
        half = len(arrays[0]) // 2
        arrays = [arrays[0][:half], arrays[0][half:]]
    n = min(map(len, arrays))
    return arrays[0][:n], arrays[1][:n]


def _names(path: Path) -> list[str | None]:
    """SisFall files hold many recordings: every ninth of them."""
    if path.parent.name != "sisfall":
        return [None]
    with np.load(path) as data:
        return sorted(name for name in data.files if name != "fs")[::9]


def pairs(data: Path, folder: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(S, L) of the folder's recordings, spread over its files, up to MINUTES together; of MODELS,
    what `rest` and `worn_hour` make."""
    if folder in MODELS:
        yield worn_hour() if folder == HOUR else rest(normal=folder == NORMAL)
        return
    left = MINUTES * 60 * RATE
    paths = sorted((data / folder).glob("*.npz"))
    step = max(1, len(paths) // 12)
    for path in [p for first in range(step) for p in paths[first::step]]:
        for name in _names(path):
            s, l = _pair(load(path, name))  # noqa: E741
            n = min(len(s), int(left), int(120 * RATE))
            left -= n
            if n:
                yield s[:n], l[:n]
            if left <= 0:
                return


def rest(seconds: float = 300.0, normal: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Two parts at rest with the datasheet's noise densities (3.8 mdps, 110 ug per sqrt(Hz), over
    33 and 26 Hz, taken for white) or, in normal mode, its rms (75 mdps, 3 mg), an offset, and a
    slow sway of a tenth of a degree a second."""
    gyr_noise, acc_noise = (_GYR_NORMAL, _ACC_NORMAL) if normal else (_GYR_NOISE, _ACC_NOISE)
    rng = np.random.default_rng(1)
    n = int(seconds * RATE)
    sway = 0.1 * np.sin(2 * np.pi * 0.25 * np.arange(n) / RATE)[:, None]
    parts = []
    for _ in range(2):
        gyr = rng.normal(0, gyr_noise, (n, 3)) + (rng.uniform(-1, 1, 3) + sway) / _GYR_LSB
        acc = rng.normal(0, acc_noise, (n, 3)) + np.array([0.02, -0.01, 1.0]) / _ACC_LSB
        parts.append(np.round(np.hstack([gyr, acc])).astype("<i2"))
    return parts[0], parts[1]


def worn_hour() -> tuple[np.ndarray, np.ndarray]:
    """An hour of the scripted wearer, who sways and breathes, in parts with offsets and the
    datasheet's noise."""
    rng = np.random.default_rng(2)
    body = Body.from_script("hour")
    parts = []
    for sensor in "SL":
        true = body.samples(sensor, 1_000_000, round(RATE)) * 1e-3
        gyr = true[:, :3] / 1e3 / _GYR_LSB + rng.uniform(-1, 1, 3) / _GYR_LSB
        acc = true[:, 3:] / 1e3 / _ACC_LSB + rng.uniform(-0.02, 0.02, 3) / _ACC_LSB
        gyr += rng.normal(0, _GYR_NOISE, gyr.shape)
        acc += rng.normal(0, _ACC_NOISE, acc.shape)
        both = np.round(np.hstack([gyr, acc]))
        parts.append(np.clip(both, -32768, 32767).astype("<i2"))
    return parts[0], parts[1]


def rest_entropy() -> float:
    """Bits a value that the white noise of such parts has, rounded to counts, however well its
    mean is known: the mean of both kinds of channel, over all places of the mean between counts.
    """
    return (_entropy(_GYR_NOISE) + _entropy(_ACC_NOISE)) / 2


def _entropy(rms: float) -> float:
    edges = np.arange(-12, 13) - 0.5
    found = []
    for mean in np.linspace(-0.5, 0.5, 21):
        p = np.diff([0.5 * (1 + math.erf((e - mean) / rms / math.sqrt(2))) for e in edges])
        p = p[p > 1e-15]
        found.append(-(p * np.log2(p)).sum())
    return float(np.mean(found))
