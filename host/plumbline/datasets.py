"""The public recordings that tables are trained on and the brace is judged by.

Folders have the layout of their README (PLUMBLINE_DATA): hapt/, sisfall/, trunk_rom/,
exercise_optical/.  None of the people in them wore a brace, and none was a patient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from plumbline.errors import PlumblineError

GRAVITY = 9.80665

# HAPT's labels are those of brace.activity: 1 walk ... 12 lie to stand.
HAPT_SOURCE = "UCI HAPT (Reyes-Ortiz et al., CC BY 4.0)"
SISFALL_SOURCE = "SisFall (Sucerquia, Lopez, Vargas 2017)"


@dataclass(frozen=True)
class Recording:
    """One sensor: acc (n, 3) m/s^2 and gyr (n, 3) rad/s in the sensor's own frame."""

    name: str
    person: str
    acc: np.ndarray
    gyr: np.ndarray
    rate_hz: float


@dataclass(frozen=True)
class Labelled(Recording):
    """With what was done: rows of (activity, first sample, last sample)."""

    labels: np.ndarray


# (file, why): told of each file that is no recording of its data set.
LeftOut = Callable[[str, str], None]
# What reading such a file ends in.
UNREADABLE = (OSError, BadZipFile, KeyError, ValueError, IndexError, TypeError)


def folder(root: str | Path, name: str) -> Path:
    """The folder of a data set.  PlumblineError if it is not there."""
    path = Path(root) / name
    if not path.is_dir():
        raise PlumblineError(
            f"{path} is not there: name the folder that holds {name}/ (PLUMBLINE_DATA)"
        )
    return path


def _read(paths: list[Path], reader: Callable, left_out: LeftOut | None) -> Iterator:
    """What `reader` (path, arrays) yields of each file.  One that is no recording goes to
    `left_out`, or is a PlumblineError without it."""
    for path in paths:
        try:
            with np.load(path, allow_pickle=False) as data:
                found = list(reader(path, data))
        except UNREADABLE as error:
            leave_out(path, error, left_out)
            continue
        yield from found


def leave_out(path: Path, error: Exception, left_out: LeftOut | None) -> None:
    """Tells of a file whose reading ended in `error`; PlumblineError if nobody listens."""
    why = str(error).strip("'\"") or type(error).__name__
    if left_out is None:
        raise PlumblineError(
            f"{path} is no recording of this data set: {why}", "Take it out of the folder"
        ) from error
    left_out(path.name, why)


def _motion(acc: np.ndarray, gyr: np.ndarray, rate_hz: float) -> tuple:
    """acc, gyr and the rate of a recording, or a ValueError."""
    for values in (acc, gyr):
        if values.ndim != 2 or values.shape[1] != 3 or len(values) < 2:
            raise ValueError(f"shape {values.shape}: expected (n, 3) with n of 2 at least")
        if not np.isfinite(values).all(axis=1).any():
            raise ValueError("no valid sample")
    if not 10 <= rate_hz <= 10_000:
        raise ValueError(f"fs is {rate_hz}: expected 10 to 10000 Hz")
    return acc, gyr, rate_hz


def hapt(root: str | Path, left_out: LeftOut | None = None) -> Iterator[Labelled]:
    """Recordings of a phone at the waist, 50 Hz.  left_out: told of files that are none;
    PlumblineError at the first one without it."""
    return _read(sorted(folder(root, "hapt").glob("*.npz")), _hapt, left_out)


def _hapt(path: Path, data) -> Iterator[Labelled]:
    person = re.search(r"user(\d+)", path.stem)
    labels = data["labels"].astype(int)
    if labels.ndim != 2 or labels.shape[1] != 3 or not np.isin(labels[:, 0], range(1, 13)).all():
        raise ValueError("labels are rows of (activity 1 to 12, first sample, last sample)")
    motion = _motion(data["acc"].astype(float), data["gyr"].astype(float), float(data["fs"]))
    yield Labelled(path.stem, person[1] if person else path.stem, *motion, labels)


def sisfall(root: str | Path, activities: tuple[str, ...],
            left_out: LeftOut | None = None) -> Iterator[Recording]:
    """Recordings of a sensor at the waist, 200 Hz, named like D15_SA01_R01; only of these
    activities (D15 ...).  People are SA.. (adults) and SE.. (elderly).  left_out as in `hapt`."""
    def reader(path: Path, data) -> Iterator[Recording]:
        for name in sorted(data.files):
            activity, _, rest = name.partition("_")
            if activity in activities:
                counts = data[name].astype(float)
                if counts.ndim != 2 or counts.shape[1] < 6:
                    raise ValueError(f"{name} has shape {counts.shape}: expected (n, 6)")
                yield Recording(name, rest[:4], *_motion(
                    counts[:, :3] * 32 / 2**13 * GRAVITY,
                    np.radians(counts[:, 3:6] * 4000 / 2**16), float(data["fs"]),
                ))

    return _read(sorted(folder(root, "sisfall").glob("S*.npz")), reader, left_out)


@dataclass(frozen=True)
class Optical:
    """A pelvis sensor beside optical motion capture: `vertical` (n, 3) is the vertical as the
    optical pelvis sees it, `own` (n, 3) as the research sensor's own fusion does, which has a
    magnetometer, in the sensor's frame; None where its attitude was not recorded."""

    name: str
    exercise: str
    acc: np.ndarray
    gyr: np.ndarray
    rate_hz: float
    vertical: np.ndarray
    own: np.ndarray | None


def exercise_optical(root: str | Path, exercises: tuple[str, ...],
                     left_out: LeftOut | None = None) -> Iterator[Optical]:
    """Clips of these exercises (the first part of a file's name).  left_out as in `hapt`.

    The optical pelvis angles are taken as rotations about x, then the new y, then the new z, from
    a laboratory whose y points up: of all conventions the one under which the pelvis sensor's own
    attitude agrees with them best in every exercise.
    """
    paths = sorted(folder(root, "exercise_optical").glob("*.npz"))
    chosen = [path for path in paths if path.stem.split("_")[0] in exercises]
    return _read(chosen, _optical, left_out)


def _optical(path: Path, data) -> Iterator[Optical]:
    names = [str(name) for name in data["cols_pelvis"]]
    pelvis = data["pelvis"].astype(float)

    def columns(what: str) -> np.ndarray:
        return pelvis[:, [i for i, name in enumerate(names) if what in name]]

    vertical = optical_vertical(np.radians(data["angles_ref"].astype(float)))
    if len(vertical) != len(pelvis):
        raise ValueError(f"{len(pelvis)} samples of the sensor beside {len(vertical)} of optics")
    motion = _motion(columns("Accelerometer"), columns("Gyroscope"), float(data["fs"]))
    quat = columns("Orientation")
    own = quat_vertical(quat) if quat.shape[1] == 4 else None
    yield Optical(path.stem, path.stem.split("_")[0], *motion, vertical, own)


def quat_vertical(quat: np.ndarray) -> np.ndarray:
    """(n, 3): the vertical in the body's frame, of quaternions (w, x, y, z) (n, 4) earth <- body
    of about unit length."""
    w, x, y, z = (quat / np.linalg.norm(quat, axis=1, keepdims=True)).T
    return np.stack(
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1
    )


def optical_vertical(angles: np.ndarray) -> np.ndarray:
    """The laboratory's y in the frame turned by Rx(a) Ry(b) Rz(c), angles (n, 3)."""
    a, _, c = angles.T
    sin_b, cos_b = np.sin(angles[:, 1]), np.cos(angles[:, 1])
    # Second row of Rx Ry Rz: what the frame's axes have of the laboratory's y.
    return np.stack([
        np.cos(a) * np.sin(c) + np.sin(a) * sin_b * np.cos(c),
        np.cos(a) * np.cos(c) - np.sin(a) * sin_b * np.sin(c),
        -np.sin(a) * cos_b,
    ], axis=1)
