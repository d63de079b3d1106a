"""Recordings of real sensors as motion: reading, cutting, naming axes.

The folders are those of the recordings' README (PLUMBLINE_DATA).  What its arrays' axes mean was
found out from the recordings themselves: the axis that points up at rest, and the sign that the
front-to-back axis takes on bending forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plumbline.virtual.resample import fill_gaps, resample

GRAVITY = 9.80665  # m/s^2 in one g
_SISFALL_G, _SISFALL_DPS = 32 / 2**13, 4000 / 2**16

# Anatomical x (front), y (left), z (up) in terms of a recording's axes.
AXES = {
    "as is": "x y z",
    "hapt": "z -y x",
    "sisfall": "z -x -y",
    "back": "-z -y -x",  # trunk_rom, and the pelvis of exercise_optical
    "chest": "z y -x",  # exercise_optical: in front, so its z points forward
}


@dataclass(frozen=True)
class Signal:
    """One sensor: acc (n, 3) in g, gyr (n, 3) in rad/s, in the anatomical frame, at fs (Hz)."""

    acc: np.ndarray
    gyr: np.ndarray
    fs: float

    @property
    def seconds(self) -> float:
        """From the first to the last sample."""
        return (min(len(self.acc), len(self.gyr)) - 1) / self.fs

    def at(self, times: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """(gyr rad/s, acc g) at times (s), for a reader of `rate` (Hz)."""
        return (
            resample(self.gyr, self.fs, times, rate),
            resample(self.acc, self.fs, times, rate),
        )

    def cut(self, begin: float, end: float | None) -> Signal:
        """The part from begin to end (s)."""
        first = round(begin * self.fs)
        last = None if end is None else round(end * self.fs)
        acc, gyr = self.acc[first:last], self.gyr[first:last]
        if len(acc) < 2:
            raise ValueError(f"nothing is left of the recording from {begin} to {end} s")
        return Signal(acc, gyr, self.fs)


def axes_matrix(axes: str) -> np.ndarray:
    """(3, 3) from a recording's axes to x, y, z, for text such as "z -y x".  Raises ValueError
    when that is no right-handed set of axes."""
    names = axes.split()
    matrix = np.zeros((3, 3))
    if len(names) == 3:
        for row, name in zip(matrix, names, strict=True):
            if name.lstrip("-") in ("x", "y", "z"):
                row["xyz".index(name.lstrip("-"))] = -1.0 if name.startswith("-") else 1.0
    if not np.isclose(np.linalg.det(matrix), 1.0):
        raise ValueError(
            f"{axes!r} does not name right-handed axes: give what points to the front, the left "
            "and up, such as 'z -y x'"
        )
    return matrix


def _signal(acc, gyr, fs, axes: str) -> Signal:
    matrix = axes_matrix(axes)
    n = min(len(acc), len(gyr))
    return Signal(
        fill_gaps(acc[:n]) / GRAVITY @ matrix.T, fill_gaps(gyr[:n]) @ matrix.T, float(fs)
    )


def _measured(samples: np.ndarray) -> bool:
    """Whether a sensor gave anything."""
    return len(samples) > 1 and bool(np.isfinite(samples).all(axis=1).any())


def load(path: str | Path, name: str | None = None, axes: str | None = None) -> dict[str, Signal]:
    """Reads a recording: which sensors it has, {"S": …, "L": …} or only one of them.

    path: an .npz of the recordings' README.  name: which recording, where a file holds several
    (sisfall), such as "D16_SA01_R01".  axes: what the axes mean, over the known (see AXES).
    One sensor worn at the waist is L; a back sensor that gave nothing is left out.  Raises
    ValueError for what cannot be read so.
    """
    with np.load(path, allow_pickle=False) as data:
        have = set(data.files)
        fs = float(data["fs"]) if "fs" in have else 0.0
        if not fs > 0:
            raise ValueError(f"{path} does not say its sampling rate: it needs an array 'fs' (Hz)")
        if {"acc", "gyr"} <= have:
            known = "hapt" if "labels" in have else "as is"
            return {"L": _signal(data["acc"], data["gyr"], fs, axes or AXES[known])}
        back = {sensor: (data[f"acc_{place}"], data[f"gyr_{place}"])
                for sensor, place in (("S", "l45"), ("L", "t10"))
                if {f"acc_{place}", f"gyr_{place}"} <= have}  # fmt: skip
        if back:
            there = {sensor: pair for sensor, pair in back.items() if all(map(_measured, pair))}
            return {sensor: _signal(*pair, fs, axes or AXES["back"])
                    for sensor, pair in (there or back).items()}  # fmt: skip
        if {"pelvis", "chest"} <= have:
            return {
                "S": _columns(data["pelvis"], data["cols_pelvis"], fs, axes or AXES["back"]),
                "L": _columns(data["chest"], data["cols_chest"], fs, axes or AXES["chest"]),
            }
        named = sorted(have - {"fs"})
        if name in named:
            counts = data[name].astype(float)
            acc = counts[:, :3] * _SISFALL_G * GRAVITY
            gyr = np.radians(counts[:, 3:6] * _SISFALL_DPS)
            return {"L": _signal(acc, gyr, fs, axes or AXES["sisfall"])}
    if name is not None:
        raise ValueError(f"{path} has no recording {name!r}; it has {', '.join(named[:8])}, …")
    raise ValueError(f"{path} holds no acc and gyr; name one of its arrays: {named[:8]}")


def _columns(table, names, fs, axes: str) -> Signal:
    def three(what: str) -> np.ndarray:
        columns = [i for i, name in enumerate(names) if what in str(name)]
        if len(columns) != 3:
            raise ValueError(f"no three columns of {what} among {list(names)}")
        return table[:, columns]

    return _signal(three("Accelerometer"), three("Gyroscope"), fs, axes)
