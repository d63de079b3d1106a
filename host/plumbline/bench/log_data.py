"""The recordings that the log's parts of the bench run over, as a brace would have them.

All at 104 Hz in counts of 70 mdps and 0.488 mg.  Where a recording has one sensor only, its
second half plays the other sensor.  None of them was made with a brace or by a patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from plumbline.virtual.recording import load

RATE = 104.0
CHUNK = 21  # samples in a burst, on average
MINUTES = 10.0  # at most, of each folder

# folder: (what it is, people in the training share)
FOLDERS = {
    "broad": ("BROAD, one IMU moved by hand, 13 trials", 1),
    "hapt": ("HAPT, phone at the waist, 50 Hz", 20),
    "sisfall": ("SisFall, waist, 200 Hz", 20),
    "trunk_rom": ("TrunkyXL, L4/5 and T10, seated, 50 Hz", 7),
    "exercise_optical": ("CMU-MBL, pelvis and chest, 100 Hz", 1),
}
# Not a recording: what the noise of an LSM6DSO at rest (typical densities) comes to.
MODEL = "rest_model"


def counts(signal) -> np.ndarray:
    """(n, 6) int16: gx gy gz ax ay az of one sensor at RATE."""
    times = np.arange(0.0, signal.seconds, 1 / RATE)
    gyr, acc = signal.at(times, RATE)
    both = np.hstack([np.degrees(gyr) / 0.070, acc / 0.488e-3])
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
    """(S, L) of the folder's recordings, spread over its files, up to MINUTES together."""
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


def rest(seconds: float = 300.0) -> tuple[np.ndarray, np.ndarray]:
    """Two parts at rest with the datasheet's noise densities (3.8 mdps, 110 ug per sqrt(Hz), over
    half the rate), an offset, and a slow sway of a tenth of a degree a second."""
    rng = np.random.default_rng(1)
    n = int(seconds * RATE)
    sway = 0.1 * np.sin(2 * np.pi * 0.25 * np.arange(n) / RATE)[:, None]
    parts = []
    for _ in range(2):
        gyr = rng.normal(0, 3.8e-3 * np.sqrt(RATE / 2), (n, 3)) + rng.uniform(-1, 1, 3) + sway
        acc = rng.normal(0, 110e-6 * np.sqrt(RATE / 2), (n, 3)) + [0.02, -0.01, 1.0]
        parts.append(np.round(np.hstack([gyr / 0.070, acc / 0.488e-3])).astype("<i2"))
    return parts[0], parts[1]
