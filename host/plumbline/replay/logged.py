"""Reruns a brace's own raw samples and compares with the records it wrote at the time.

A *run* begins with a start record, before which the brace logs its settings and alignment; with
the raw chunks and the inputs that follow, the same C core and the same files of `device/brace`
must give the same records again, byte for byte.  What the brace decided without recording raw
samples cannot be rerun and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import plumbcore
from brace import records
from brace.calibrate import Calibration
from brace.config import Config
from brace.pipeline import Pipeline
from brace.recorder import RUN

from plumbline import segments
from plumbline.replay import differences
from plumbline.replay.differences import Decided, Difference
from plumbline.segments import Chunk, Reading, Record

# What the pipeline itself writes; all else in the log comes from elsewhere.
_DECIDED = (
    records.EPOCH, records.POSTURE, records.ACTIVITY, records.CUE, records.RESPONSE, records.PAIN,
    records.BEND, records.LIFT, records.SITTING, records.RHYTHM, records.MOUNT, records.WEAR,
    records.REPETITION, records.SET, records.SWAY, records.REPOSITION,
)


@dataclass
class Run:
    """What the brace did from one start record to the next."""

    boot: int
    t_cs: int
    start: dict
    settings: bytes
    alignment: bytes
    # The pipeline's calls for what came from outside: (chunk, name of its method, arguments).
    inputs: list[tuple[int, str, tuple]] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    broken: bool = False  # a hole in its raw samples: what follows cannot be rerun


@dataclass(frozen=True)
class Outcome:
    """What came of a run's replay.  seconds: of samples replayed; compared: records that are the
    same; differences: what is not; postures: seconds by (the brace's posture, the rerun's); core:
    version of the brace's core when it is not this one, so that differences are to be expected."""

    boot: int
    t_cs: int
    seconds: float
    compared: int
    differences: list[Difference]
    postures: dict[tuple[str, str], float]
    core: int | None

    @property
    def identical(self) -> bool:
        return not self.differences

    @property
    def difference(self) -> Difference | None:
        """The first difference, if there is any."""
        return self.differences[0] if self.differences else None

    @property
    def posture_differs_s(self) -> float:
        """For how long the two were of another mind about the posture."""
        return sum(s for (brace, rerun), s in self.postures.items() if brace != rerun)


def runs(reading: Reading) -> list[Run]:
    """The runs of a log that can be rerun: those whose raw samples are there from the start."""
    return collect(reading.records, segments.chunks(reading))


def collect(log: Iterable[Record], raw: Iterable[Chunk]) -> list[Run]:
    """Sorts records, in the log's order, and raw chunks into runs."""
    found: list[Run] = []
    settings = alignment = b""
    for record in log:
        if record.type == records.SETTINGS:
            settings = record.body
        elif record.type == records.ALIGNMENT:
            alignment = record.body
        elif record.type == records.START:
            found.append(Run(record.boot, record.t_cs, record.fields, settings, alignment))
        elif found and found[-1].boot == record.boot:
            if record.type == records.INPUT:
                values = record.fields
                called = ("input", (values["kind"], values["value"]))
                found[-1].inputs.append((values["chunk"], *called))
            elif record.type == records.EXERCISE:
                chunk, *row, plan = record.fields.values()
                found[-1].inputs.append((chunk, "exercise", (tuple(row), plan)))
            elif record.type in _DECIDED:
                found[-1].decided.append((record.type, record.body))
    for chunk in raw:
        _assign(found, chunk)
    return [run for run in found if run.chunks]


def _assign(found: list[Run], chunk: Chunk) -> None:
    """Gives a chunk to its run, the last one that began before it; what follows a hole, or has
    lost its beginning, cannot be rerun."""
    for run in reversed(found):
        if run.boot == chunk.boot and run.t_cs <= chunk.t_cs:
            if not (chunk.follows if run.chunks else chunk.index % RUN == 0):
                run.broken = True
            if not run.broken:
                run.chunks.append(chunk)
            return


def rerun(run: Run) -> tuple[list[Decided], int]:
    """What the pipeline writes for a run's samples and inputs, and how many blocks they made."""
    decided: list[Decided] = []

    def emit(kind: int, body) -> None:
        if kind in _DECIDED:
            decided.append((kind, bytes(body)))

    config, calibration = Config(), Calibration()
    config.unpack(run.settings)
    calibration.unpack(run.alignment)
    pipeline = Pipeline(config, emit)
    start = run.start
    pipeline.start(
        start["rate_s_mhz"], start["rate_l_mhz"], calibration, start["config"], start["reason"]
    )
    inputs = iter(run.inputs)
    due = next(inputs, None)
    for number, chunk in enumerate(run.chunks):
        while due and due[0] <= number:
            getattr(pipeline, due[1])(*due[2])
            due = next(inputs, None)
        pipeline.chunk(chunk.s, len(chunk.s), chunk.l, len(chunk.l))
    return decided, pipeline.block


def replay(run: Run) -> Outcome:
    """Reruns a run and compares.  Records that the brace wrote after its raw samples ended are
    not compared."""
    mine, blocks = rerun(run)
    same, found = differences.compare(run.decided, mine, blocks)
    postures = differences.posture_seconds(run.decided, mine, blocks)
    lead = sum(len(chunk.s) or len(chunk.l) for chunk in run.chunks)
    rate = run.start["rate_s_mhz"] or run.start["rate_l_mhz"]
    core = run.start["core"]
    return Outcome(
        run.boot,
        run.t_cs,
        lead * 1000 / rate,
        same,
        found,
        postures,
        core if core != plumbcore.core_version() else None,
    )
