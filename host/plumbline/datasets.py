"""The public recordings that tables are trained on and the brace is judged by.

Folders have the layout of their README (PLUMBLINE_DATA): hapt/, sisfall/, trunk_rom/,
exercise_optical/.  None of the people in them wore a brace, and none was a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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


def folder(root: str | Path, name: str) -> Path:
    """The folder of a data set.  PlumblineError if it is not there."""
    path = Path(root) / name
    if not path.is_dir():
        raise PlumblineError(
            f"{path} is not there: name the folder that holds {name}/ (PLUMBLINE_DATA)"
        )
    return path


def hapt(root: str | Path) -> Iterator[Labelled]:
    """Recordings of a phone at the waist, 50 Hz."""
    for path in sorted(folder(root, "hapt").glob("*.npz")):
        with np.load(path, allow_pickle=False) as data:
            person = re.search(r"user(\d+)", path.stem)
            yield Labelled(
                path.stem, person[1] if person else path.stem, data["acc"].astype(float),
                data["gyr"].astype(float), float(data["fs"]), data["labels"].astype(int),
            )


def sisfall(root: str | Path, activities: tuple[str, ...]) -> Iterator[Recording]:
    """Recordings of a sensor at the waist, 200 Hz, named like D15_SA01_R01; only of these
    activities (D15 ...).  People are SA.. (adults) and SE.. (elderly)."""
    for path in sorted(folder(root, "sisfall").glob("S*.npz")):
        with np.load(path, allow_pickle=False) as data:
            for name in sorted(data.files):
                activity, _, rest = name.partition("_")
                if activity in activities:
                    counts = data[name].astype(float)
                    yield Recording(
                        name, rest[:4], counts[:, :3] * 32 / 2**13 * GRAVITY,
                        np.radians(counts[:, 3:6] * 4000 / 2**16), float(data["fs"]),
                    )


@dataclass(frozen=True)
class Optical:
    """A pelvis sensor beside optical motion capture: `vertical` (n, 3) is the vertical as the
    optical pelvis sees it."""

    name: str
    exercise: str
    acc: np.ndarray
    gyr: np.ndarray
    rate_hz: float
    vertical: np.ndarray


def exercise_optical(root: str | Path, exercises: tuple[str, ...]) -> Iterator[Optical]:
    """Clips of these exercises (the first part of a file's name).

    The optical pelvis angles are taken as rotations about x, then the new y, then the new z, from
    a laboratory whose y points up: of all conventions the one under which the pelvis sensor's own
    attitude agrees with them best in every exercise.
    """
    for path in sorted(folder(root, "exercise_optical").glob("*.npz")):
        exercise = path.stem.split("_")[0]
        if exercise not in exercises:
            continue
        with np.load(path, allow_pickle=False) as data:
            names = [str(name) for name in data["cols_pelvis"]]
            pelvis = data["pelvis"].astype(float)

            def three(what, names=names, pelvis=pelvis):
                return pelvis[:, [i for i, name in enumerate(names) if what in name]]

            yield Optical(
                path.stem, exercise, three("Accelerometer"), three("Gyroscope"),
                float(data["fs"]), optical_vertical(np.radians(data["angles_ref"].astype(float))),
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
