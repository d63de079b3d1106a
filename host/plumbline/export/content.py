"""What there is to export: raw motion, worn days, sets, what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from brace.calibrate import Calibration

from plumbline.clinic import diary, training
from plumbline.clinic.people import Person
from plumbline.errors import UsageError
from plumbline.fusion import OrientationFilter
from plumbline.replay import logged
from plumbline.report import wearing
from plumbline.segments import Clock
from plumbline.sources import Source
from plumbline.virtual import rotation

SENSORS = ("S", "L")
PLACES = {"S": "sacrum (S2)", "L": "upper lumbar edge (T12/L1)"}
# One count of the brace's ranges: 70 mdps, 0.488 mg; and those ranges for the filter.
DPS, G = 0.07, 0.000488
GRAVITY = 9.80665
_RANGES = (2293.76, 15.990784)


@dataclass(frozen=True)
class Motion:
    """Raw samples without a hole: (n, 6) counts by sensor, each on its own clock.

    number: from 1; boot, start_s: since which start, and how long after it; utc_ms: of the first
    sample, None when unknown; rates: Hz by sensor; aligned: sensor <- segment quaternions (w, x,
    y, z), identity without a calibration.
    """

    number: int
    boot: int
    start_s: float
    utc_ms: int | None
    counts: dict[str, np.ndarray]
    rates: dict[str, float]
    aligned: dict[str, np.ndarray]
    calibrated: bool

    def times(self, sensor: str) -> np.ndarray:
        """Seconds since the first sample, (n,)."""
        return np.arange(len(self.counts[sensor])) / self.rates[sensor]

    def gyr(self, sensor: str) -> np.ndarray:
        """Angular rate in the segment's frame, rad/s (n, 3)."""
        back = rotation.inverse(self.aligned[sensor])
        return rotation.turn(back, np.radians(self.counts[sensor][:, :3] * DPS))

    def acc(self, sensor: str) -> np.ndarray:
        """Specific force in the segment's frame, m/s^2 (n, 3)."""
        back = rotation.inverse(self.aligned[sensor])
        return rotation.turn(back, self.counts[sensor][:, 3:] * G * GRAVITY)

    def orientation(self, sensor: str) -> np.ndarray:
        """Earth <- segment (n, 4), as the brace's own filter has it; the heading is arbitrary."""
        counts = np.ascontiguousarray(self.counts[sensor])
        found = OrientationFilter(self.rates[sensor], *_RANGES).run(counts[:, :3], counts[:, 3:])
        return rotation.multiply(found.quat, self.aligned[sensor])


@dataclass
class Content:
    """Everything of one log, and of the person who wears the brace if there is one."""

    serial: str
    motions: list[Motion]
    worn: wearing.Wearing
    sets: list[training.Set]
    person: Person | None = None
    entries: list[diary.Entry] = field(default_factory=list)

    @property
    def who(self) -> str:
        """The person's pseudonym, or the brace's serial number."""
        return self.person.pseudonym if self.person else self.serial or "unknown"

    def need_motions(self) -> list[Motion]:
        """Raises UsageError without raw samples."""
        if not self.motions:
            raise UsageError(
                "there are no raw samples in this log",
                "Record some: plumbline settings set raw_on=1, then pull again",
            )
        return self.motions


def of(source: Source, person: Person | None = None,
       sets: Sequence[training.Set] | None = None) -> Content:  # fmt: skip
    """Of a log; sets: of the person's whole library, if that has more than this log."""
    clock = Clock(source.reading)
    records = list(source.reading.records)
    motions = [
        _motion(i, run, clock) for i, run in enumerate(logged.runs(source.reading), 1)
    ]
    return Content(
        source.serial, [m for m in motions if m.counts], wearing.build(records, clock.utc_ms),
        list(sets) if sets is not None else training.read(records, clock.utc_ms), person,
        person.diary.entries() if person else [],
    )  # fmt: skip


def _motion(number: int, run: logged.Run, clock: Clock) -> Motion:
    calibration = Calibration()
    calibration.unpack(run.alignment)
    counts, rates, aligned = {}, {}, {}
    for i, sensor in enumerate(SENSORS):
        rate = run.start[f"rate_{sensor.lower()}_mhz"] / 1000
        parts = [chunk.s if sensor == "S" else chunk.l for chunk in run.chunks]
        together = np.concatenate(parts) if parts else np.zeros((0, 6), np.int16)
        if rate and len(together):
            counts[sensor], rates[sensor] = together, rate
            found = calibration.alignment[i]
            aligned[sensor] = np.array(found or (1 << 30, 0, 0, 0)) / 2**30
    return Motion(number, run.boot, run.t_cs / 100, clock.utc_ms(run.boot, run.t_cs), counts,
                  rates, aligned, bool(calibration.id))  # fmt: skip
