"""BROAD: one IMU moved by hand beside optics, and the error that it is judged by.

D. Laidig, M. Caruso, A. Cereatti, T. Seel: BROAD - A Benchmark for Robust Inertial Orientation
Estimation, Data 6 (2021) 72.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Trial(NamedTuple):
    name: str
    acc: np.ndarray  # (N, 3) m/s^2, sensor frame
    gyr: np.ndarray  # (N, 3) rad/s
    quat_ref: np.ndarray  # (N, 4) earth <- sensor, NaN where markers were lost
    moving: np.ndarray  # (N,) bool
    rate_hz: float


def data_folder() -> Path:
    """Where the recordings are: PLUMBLINE_DATA, or ../shared/data from the project's root."""
    root = Path(__file__).resolve().parents[3]
    return Path(os.environ.get("PLUMBLINE_DATA", root.parent / "shared" / "data"))


def trials() -> list[Trial]:
    """All recordings in the folder `broad`; none if it is absent."""
    return [load(path) for path in sorted((data_folder() / "broad").glob("*.npz"))]


def load(path: Path) -> Trial:
    with np.load(path) as file:
        acc, gyr, quat_ref = (np.array(file[name], dtype=float, order="C")
                              for name in ("acc", "gyr", "quat_ref"))
        return Trial(path.stem, acc, gyr, quat_ref, file["moving"].astype(bool),
                     float(file["fs"]))


def third(trial: Trial) -> Trial:
    """At a third of the rate: means of three samples, the reference at the last of them."""
    n = len(trial.acc) // 3 * 3

    def mean(samples):
        return samples[:n].reshape(-1, 3, 3).mean(axis=1)

    return Trial(trial.name, mean(trial.acc), mean(trial.gyr), trial.quat_ref[2:n:3],
                 trial.moving[2:n:3], trial.rate_hz / 3)


def inclination_deg(quat: np.ndarray, quat_ref: np.ndarray) -> np.ndarray:
    """Angle of the tilt between two attitudes, heading removed: (N,) degrees."""
    w = (quat * quat_ref).sum(axis=1)
    z = (quat[:, 3] * quat_ref[:, 0] - quat[:, 0] * quat_ref[:, 3]
         + quat[:, 2] * quat_ref[:, 1] - quat[:, 1] * quat_ref[:, 2])
    return np.degrees(2 * np.arccos(np.clip(np.hypot(w, z), 0, 1)))


def rmse_deg(quat: np.ndarray, trial: Trial, *, moving: bool = True) -> float:
    """Root mean square of the inclination error over moving (or resting) samples, degrees."""
    seen = (trial.moving == moving) & ~np.isnan(trial.quat_ref).any(axis=1)
    error = inclination_deg(quat[seen], trial.quat_ref[seen])
    return float(np.sqrt(np.mean(error**2)))
