"""Replay on all cores: a log is cut into units that know nothing of each other.

A unit is segments, as bytes: it can be sent to another process or another computer, and what comes
of it depends on nothing but those bytes and the code.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from brace.recorder import RUN

from plumbline import segments
from plumbline.replay import logged
from plumbline.replay.logged import Outcome, Run
from plumbline.segments import RAW, SUMMARY, Reading, Record

# Below so many bytes (some two hours of samples) other processes cost more than they bring.
_WORTH_A_POOL = 8_000_000


@dataclass(frozen=True)
class Unit:
    """One recording: the raw segments of one run of a brace's pipeline, and the summary segments
    of its boot.  `run` counts the runs of the boot that could be recorded."""

    serial: str
    generation: int
    boot: int
    run: int
    segments: tuple[bytes, ...]


def of_reading(reading: Reading, serial: str = "", generation: int = 0) -> list[Unit]:
    """The units of a log."""
    summary: dict[int, list[bytes]] = defaultdict(list)
    before = None
    for segment in reading.segments[SUMMARY]:
        for boot in {segment.boot, *(record.boot for record in segment.records)}:
            # What goes on from the segment before cannot be read without it.
            if segment.goes_on and before and before not in summary[boot]:
                summary[boot].append(before)
            summary[boot].append(segment.data)
        before = segment.data
    raw: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    for segment in reading.segments[RAW]:
        for place in {_place(record) for record in segment.records if len(record.body) > 4}:
            raw[place].append(segment.data)
    return [
        Unit(serial, generation, boot, run, (*summary[boot], *data))
        for (boot, run), data in sorted(raw.items())
    ]


def _place(record: Record) -> tuple[int, int]:
    """(boot, run) of a raw record: samples of a run are numbered within a range of its own."""
    return record.boot, int.from_bytes(record.body[:4], "little") // RUN


def runs(unit: Unit) -> list[Run]:
    """What can be replayed of a unit."""
    return logged.runs(segments.collect(segments.read_segment(data) for data in unit.segments))


def work(unit: Unit) -> list[Outcome]:
    """Replays it."""
    return [logged.replay(run) for run in runs(unit)]


def replay(
    found: Iterable[Unit],
    jobs: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[Unit, list[Outcome]]]:
    """Replays units on `jobs` cores (all there are), in their order.  progress(done, total)."""
    found = list(found)
    jobs = min(jobs or os.cpu_count() or 1, len(found))
    if jobs < 2 or sum(len(data) for u in found for data in u.segments) < _WORTH_A_POOL:
        for done, unit in enumerate(found, 1):
            yield unit, work(unit)
            progress(done, len(found))
        return
    with ProcessPoolExecutor(jobs) as pool:
        for done, (unit, outcomes) in enumerate(zip(found, pool.map(work, found), strict=True), 1):
            yield unit, outcomes
            progress(done, len(found))


def row(outcome: Outcome) -> dict:
    """An outcome as plain values, as --json prints it and `cohort` keeps it."""
    return {
        "boot": outcome.boot,
        "t_s": outcome.t_cs / 100,
        "seconds": round(outcome.seconds, 3),
        "records": outcome.compared,
        "identical": outcome.identical,
        "difference": str(outcome.difference) if outcome.difference else None,
        "differences": [
            {"type": d.name, "block": d.block, "brace": d.brace, "replay": d.rerun}
            for d in outcome.differences
        ],
        "posture_differs_s": round(outcome.posture_differs_s, 3),
        "postures": [[*pair, round(s, 3)] for pair, s in sorted(outcome.postures.items())],
        "other_core": outcome.core,
    }
