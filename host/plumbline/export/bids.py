"""A BIDS data set with motion data (BIDS 1.10, "Motion"): https://bids-specification.readthedocs.io

Each sensor is a tracking system of its own, because each samples on its own clock.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from plumbline.export.content import PLACES, Content, Motion
from plumbline.files import write_atomic

BIDS = "1.10.0"
_AXES = "xyz"
_SYSTEMS = {"S": "sacrum", "L": "lumbar"}


def _columns(sensor: str) -> list[tuple[str, str, str, str]]:
    """(name, component, type, units) of the channels of a sensor, in the order of its columns."""
    place = _SYSTEMS[sensor]
    return [
        *((f"{place}_gyro_{a}", a, "GYRO", "rad/s") for a in _AXES),
        *((f"{place}_accel_{a}", a, "ACCEL", "m/s^2") for a in _AXES),
        *((f"{place}_ornt_{c}", f"quat_{c}", "ORNT", "n/a") for c in "wxyz"),
    ]


def _json(path: Path, value: dict) -> Path:
    write_atomic(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def _tsv(path: Path, rows: list[list]) -> Path:
    write_atomic(path, "".join("\t".join(map(str, row)) + "\n" for row in rows).encode())
    return path


def _label(text: str) -> str:
    """BIDS labels have letters and digits only."""
    return "".join(c for c in text if c.isalnum()) or "unknown"


def _motion(folder: Path, subject: str, motion: Motion) -> list[Path]:
    written = []
    for sensor in motion.counts:
        stem = f"sub-{subject}_task-wear_tracksys-{_SYSTEMS[sensor]}_run-{motion.number}"
        table = np.hstack([motion.gyr(sensor), motion.acc(sensor), motion.orientation(sensor)])
        path = folder / f"{stem}_motion.tsv"
        lines = ("\t".join(f"{v:.7g}" for v in row) for row in table)
        write_atomic(path, ("\n".join(lines) + "\n").encode())
        written += [path, _json(folder / f"{stem}_motion.json", _sidecar(sensor, motion))]
        written.append(_tsv(folder / f"{stem}_channels.tsv", [
            ["name", "component", "type", "tracked_point", "units", "sampling_frequency"],
            *([name, component, kind, _SYSTEMS[sensor], units, f"{motion.rates[sensor]:.3f}"]
              for name, component, kind, units in _columns(sensor)),
        ]))  # fmt: skip
    return written


def _sidecar(sensor: str, motion: Motion) -> dict:
    columns = _columns(sensor)
    return {
        "TaskName": "wear",
        "TaskDescription": "Everyday wear of a back brace, and exercises in it.",
        "SamplingFrequency": round(motion.rates[sensor], 3),
        "SamplingFrequencyEffective": round(motion.rates[sensor], 3),
        "TrackingSystemName": f"Plumbline brace, sensor at the {PLACES[sensor]}",
        "Manufacturer": "Plumbline (open hardware)",
        "ManufacturersModelName": "LSM6DSO inertial sensor, +-2000 dps, +-16 g",
        "RecordingDuration": round(len(motion.counts[sensor]) / motion.rates[sensor], 3),
        "RecordingType": "continuous",
        "MotionChannelCount": len(columns),
        "GYROChannelCount": 3,
        "ACCELChannelCount": 3,
        "ORNTChannelCount": 4,
        "TrackedPointsCount": 1,
        "SpatialAxes": "ALS",
        "RotationRule": "right-hand",
        "RotationOrder": "n/a",
        "SoftwareVersions": f"plumbline {version('plumbline')}",
        "SubjectArtefactDescription": (
            "" if motion.calibrated else
            "Not calibrated to the wearer: axes are those of the sensor, not of the segment."
        ),
    }


def write(content: Content, target: Path, name: str = "bids") -> list[Path]:
    """The data set in a folder, which must not be there yet or be empty."""
    motions = content.need_motions()
    subject = _label(content.who)
    readme = target / "README"
    target.mkdir(parents=True, exist_ok=True)
    write_atomic(readme, (
        b"Motion of the trunk recorded by a Plumbline back brace: one inertial sensor at the "
        b"sacrum, one at the upper lumbar edge (T12/L1).\nSensor frames are turned into the "
        b"segments' (x to the front, y to the left, z up) by the brace's calibration. "
        b"Orientations (w, x, y, z; earth from segment, z up, heading arbitrary) are those of the "
        b"brace's own filter.\nPeople go by pseudonym. No time of day is in this data set.\n"
    ))  # fmt: skip
    written = [
        readme,
        _json(target / "dataset_description.json", {
            "Name": "Plumbline brace recordings", "BIDSVersion": BIDS, "DatasetType": "raw",
            "License": "n/a", "Authors": ["unknown"],
            "GeneratedBy": [{"Name": "plumbline", "Version": version("plumbline")}],
        }),
        _tsv(target / "participants.tsv", [["participant_id"], [f"sub-{subject}"]]),
    ]  # fmt: skip
    folder = target / f"sub-{subject}" / "motion"
    folder.mkdir(parents=True, exist_ok=True)
    for motion in motions:
        written += _motion(folder, subject, motion)
    return written
