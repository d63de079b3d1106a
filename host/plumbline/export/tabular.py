"""Tables with units: CSV (a line of units below the heads), or Parquet (units in the metadata)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.errors import Missing, UsageError
from plumbline.export.content import Content, Motion
from plumbline.files import write_atomic
from plumbline.report.wearing import GAP, OFF, POSTURES


@dataclass(frozen=True)
class Table:
    """A table: columns of (name, unit) and rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[list[Any]]


def _samples(motion: Motion, sensor: str) -> Table:
    """One row a sample: device time in us since its start, UTC where known, segment frame."""
    columns = (
        ("time_us", "us"), ("utc_ms", "ms since 1970"),
        *((f"gyr_{a}", "rad/s") for a in "xyz"), *((f"acc_{a}", "m/s^2") for a in "xyz"),
        *((f"quat_{c}", "1") for c in "wxyz"),
    )
    gyr, acc, quats = motion.gyr(sensor), motion.acc(sensor), motion.orientation(sensor)
    rows = []
    for i, t in enumerate(motion.times(sensor)):
        utc = None if motion.utc_ms is None else round(motion.utc_ms + 1000 * t)
        values = [round(float(v), 7) for part in (gyr[i], acc[i], quats[i]) for v in part]
        rows.append([round(1e6 * (motion.start_s + t)), utc, *values])
    return Table(f"samples_{sensor}_{motion.number}", columns, rows)


def _days(content: Content) -> Table:
    columns = (("date", "ISO 8601"), ("worn", "h"),
               *((f"{name}", "h") for name in POSTURES[:OFF]),
               ("cues", "1"), ("cues_answered", "1"))  # fmt: skip
    rows = []
    for day in content.worn.days:
        worn = sum(s.seconds for s in day.spans if s.posture not in (OFF, GAP))
        rows.append([
            day.date and day.date.isoformat(), round(worn / 3600, 4),
            *(round(day.seconds(i) / 3600, 4) for i in range(OFF)), len(day.cues),
            sum(cue.outcome == "corrected" for cue in day.cues),
        ])  # fmt: skip
    return Table("days", columns, rows)


def _sets(content: Content) -> Table:
    columns = (
        ("set", "1"), ("time", "s since 1970 or since the start"), ("date", "ISO 8601"),
        ("exercise", ""), ("side", ""), ("ended", ""), ("done", "1"), ("good", "1"),
        ("flags", "bits"), ("doubtful", "bool"), ("duration", "s"), ("inside", "s"),
        ("breaks", "1"), ("drift", "deg"), ("sway_rms_ap", "mm/s^2"), ("sway_rms_ml", "mm/s^2"),
        ("sway_area", "mm^2/s^4"), ("sway_path", "mm/s^2"), ("sway_jerk", "mm^2/s^5"),
    )  # fmt: skip
    rows = []
    for i, one in enumerate(content.sets, 1):
        held, sway = one.held, one.sway or {}
        rows.append([
            i, one.at, one.day and one.day.isoformat(), one.name, one.side, one.ended, one.done,
            one.good, one.flags, one.doubtful, one.seconds, held and held.inside_s,
            held and held.breaks, held and held.drift,
            *(sway.get(key) for key in ("rms_ap", "rms_ml", "area", "path", "jerk")),
        ])  # fmt: skip
    return Table("sets", columns, rows)


def _repetitions(content: Content) -> Table:
    columns = (
        ("set", "1"), ("number", "1"), ("side", ""), ("extent", "deg or mm"), ("unit", ""),
        ("out", "s"), ("hold", "s"), ("back", "s"), ("fastest", "deg/s or mm/s"), ("sparc", "1"),
        ("pelvis_range", "deg"), ("trunk_range", "deg"), ("flags", "bits"),
    )  # fmt: skip
    rows = [
        [i, r.number, r.side, r.extent, "mm" if one.what.unit == "mm" else "deg", r.out_s,
         r.hold_s, r.back_s, r.speed, r.sparc, r.pelvis, r.trunk, r.flags]
        for i, one in enumerate(content.sets, 1) for r in one.repetitions
    ]  # fmt: skip
    return Table("repetitions", columns, rows)


def _told(content: Content) -> Table:
    columns = (("time", "ISO 8601"), ("instrument", ""), ("score", "of the instrument"),
               ("source", ""))  # fmt: skip
    rows = [[e.at.isoformat(), e.instrument, e.score, e.source] for e in content.entries]
    return Table("told", columns, rows)


def tables(content: Content) -> list[Table]:
    """All that have rows."""
    found = [_days(content), _sets(content), _repetitions(content), _told(content)]
    found += [_samples(m, sensor) for m in content.motions for sensor in m.counts]
    return [table for table in found if table.rows]


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in table.columns])
    writer.writerow([unit for _, unit in table.columns])
    writer.writerows([["" if v is None else v for v in row] for row in table.rows])
    return out.getvalue().encode()


def _parquet(table: Table) -> bytes:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise Missing("Parquet needs pyarrow",
                          "Install it: pip install 'plumbline[store]'") from error
    columns = list(zip(*table.rows, strict=True))
    arrays = [pyarrow.array(column) for column in columns]
    fields = [
        pyarrow.field(name, array.type, metadata={"unit": unit})
        for (name, unit), array in zip(table.columns, arrays, strict=True)
    ]
    sink = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), sink
    )
    return sink.getvalue()


def write(content: Content, target: Path, name: str) -> list[Path]:
    """A file for each table in a folder."""
    found = tables(content)
    if not found:
        raise UsageError("this log holds nothing to export", "Pull the brace first")
    target.mkdir(parents=True, exist_ok=True)
    pack = _csv if name == "csv" else _parquet
    written = []
    for table in found:
        path = target / f"{table.name}.{name}"
        write_atomic(path, pack(table))
        written.append(path)
    return written
