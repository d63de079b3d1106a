"""OpenSim's storage format for orientations (OpenSense): one .sto for each stretch of samples.

Times in seconds; one column for each sensor, quaternion w,x,y,z of the segment against an earth
frame whose z points up, both on the clock of the first sensor that is there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from plumbline.export.content import Content, Motion
from plumbline.files import write_atomic

# OpenSense looks for bodies by these names.
BODIES = {"S": "pelvis_imu", "L": "torso_imu"}


def _between(times: np.ndarray, known: np.ndarray, quats: np.ndarray) -> np.ndarray:
    """Quaternions at other times: turned on along the shortest way between neighbours (linear,
    made unit again: less than 0.001 degrees off at 104 Hz)."""
    signs = np.sign((quats[1:] * quats[:-1]).sum(axis=1))
    signs[signs == 0] = 1
    smooth = quats * np.concatenate([[1], np.cumprod(signs)])[:, None]
    out = np.stack([np.interp(times, known, smooth[:, i]) for i in range(4)], axis=1)
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def text(motion: Motion) -> str:
    """The file's text."""
    sensors = [sensor for sensor in BODIES if sensor in motion.counts]
    lead = sensors[0]
    times = motion.times(lead)
    columns = []
    for sensor in sensors:
        quats = motion.orientation(sensor)
        if sensor != lead:
            quats = _between(times, motion.times(sensor), quats)
        columns.append(quats)
    head = [f"DataRate={motion.rates[lead]:.6f}", "DataType=Quaternion", "version=3",
            "OpenSimVersion=4.5", "endheader",
            "\t".join(["time", *(BODIES[sensor] for sensor in sensors)])]  # fmt: skip
    rows = [
        "\t".join([f"{t:.6f}", *(",".join(f"{v:.9f}" for v in column[i]) for column in columns)])
        for i, t in enumerate(times)
    ]
    return "\n".join([*head, *rows]) + "\n"


def write(content: Content, target: Path, name: str = "sto") -> list[Path]:
    """One file; with several stretches the others get -2, -3 … before the ending."""
    written = []
    for motion in content.need_motions():
        path = target
        if motion.number > 1:
            path = target.with_name(f"{target.stem}-{motion.number}{target.suffix or '.sto'}")
        write_atomic(path, text(motion).encode())
        written.append(path)
    return written
