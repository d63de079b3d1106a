"""exercise_optical: the pelvis's inclination by the brace's filter against optical markers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from plumbline import datasets
from plumbline.fusion import OrientationFilter, quantise

EXERCISES = {"SqHalfDL": "half_squat", "HeelRaise": "heel_raise", "Walk": "walk"}
# An LSM6DSO's full scales, deg/s and g.
_LSM6DSO = (2293.76, 15.990784)
_PASSES = 4


def inclination(root: Path, jobs: int | None, left_out: datasets.LeftOut | None = None) -> dict:
    """Figures "exercise_optical": root mean square angle between the pelvis's vertical as the
    brace's filter and as optics see it, both planes together.

    Clips are some 1 s long and begin in mid-movement, so the filter is first run over each one
    forwards and backwards in turn, as if the movement had gone on.  How the sensor sits on the
    optical model's pelvis is not known: one rotation for each exercise is fitted to its clips.
    `first_clip_rmse_deg` has it fitted to the first clip only and is of the others, so that no
    clip has had a part in what it is judged by.  `one_mounting_rmse_deg` has a single rotation for
    all exercises instead, as a brace that is calibrated once, so it also holds what sensor, skin
    and markers moved between them.  `sensor_own_…` are the same figures of the attitude that the
    research sensor itself worked out.
    """
    own: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for clip in datasets.exercise_optical(root, tuple(EXERCISES), left_out):
        seen = seen_vertical(clip.acc, clip.gyr, clip.rate_hz)
        pairs.setdefault(EXERCISES[clip.exercise], []).append((seen, clip.vertical))
        if clip.own is not None:
            own.setdefault(EXERCISES[clip.exercise], []).append((clip.own, clip.vertical))
    errors = {name: _errors(found, found) for name, found in sorted(pairs.items())}
    others = [_errors(found[1:], found[:1]) for found in pairs.values() if len(found) > 1]
    return {"exercise_optical": {
        "pelvis_rmse_deg": _rms(list(errors.values())),
        "rmse_deg": {name: _rms([found]) for name, found in errors.items()},
        "first_clip_rmse_deg": _rms(others),
        "one_mounting_rmse_deg": _one_mounting(pairs),
        "sensor_own_rmse_deg": {name: _rms([_errors(found, found)])
                                for name, found in sorted(own.items())},
        "sensor_own_one_mounting_rmse_deg": _one_mounting(own),
        "clips": {name: len(found) for name, found in sorted(pairs.items())},
        "people": 1,
    }}  # fmt: skip


def seen_vertical(acc, gyr, rate_hz: float) -> np.ndarray:
    """(n, 3): the vertical in the sensor's frame by the firmware's filter."""
    gyr_counts, acc_counts = quantise(gyr, acc, *_LSM6DSO)
    orientation = OrientationFilter(rate_hz, *_LSM6DSO, delay_ms=0)
    for _ in range(_PASSES):
        orientation.run(gyr_counts, acc_counts)
        orientation.run(
            np.ascontiguousarray(-gyr_counts[::-1]), np.ascontiguousarray(acc_counts[::-1])
        )
    return datasets.quat_vertical(orientation.run(gyr_counts, acc_counts).quat)


def _one_mounting(pairs: dict[str, list[tuple]]) -> float:
    everything = [pair for found in pairs.values() for pair in found]
    return _rms([_errors(everything, everything)] if everything else [])


def _errors(pairs: list[tuple], fitted: list[tuple]) -> np.ndarray:
    """Angles in degrees between the verticals of pairs, after the rotation that fits those of
    `fitted` best."""
    turn = fit_rotation(
        np.concatenate([p[0] for p in fitted]), np.concatenate([p[1] for p in fitted])
    )
    return np.concatenate([angle_deg(seen @ turn.T, optical) for seen, optical in pairs])


def fit_rotation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The rotation that takes unit vectors a nearest to b (W. Kabsch, Acta Cryst. A32, 1976)."""
    u, _, v = np.linalg.svd(b.T @ a)
    return u @ np.diag([1, 1, np.sign(np.linalg.det(u @ v))]) @ v


def angle_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.degrees(np.arccos(np.clip((a * b).sum(axis=1) / length, -1, 1)))


def _rms(parts: list[np.ndarray]) -> float:
    return float(np.sqrt(np.mean(np.concatenate(parts) ** 2))) if parts else float("nan")
