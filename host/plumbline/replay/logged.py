"""Reruns a brace's own raw samples and compares with the records it wrote at the time.

A *run* begins with a start record, before which the brace logs its settings and alignment; with
the raw chunks and the inputs that follow, the same C core and the same files of `device/brace`
must give the same records again, byte for byte.  What the brace decided without recording raw
samples cannot be rerun and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import plumbcore
from brace import records
from brace.calibrate import Calibration
from brace.config import Config
from brace.pipeline import Pipeline
from brace.recorder import RUN

from plumbline import segments
from plumbline.segments import Chunk, Reading, Record

# What the pipeline itself writes; all else in the log comes from elsewhere.
_DECIDED = (records.EPOCH, records.POSTURE, records.CUE, records.RESPONSE, records.PAIN)


@dataclass
class Run:
    """What the brace did from one start record to the next."""

    boot: int
    t_cs: int
    start: dict
    settings: bytes
    alignment: bytes
    inputs: list[tuple[int, int, int]] = field(default_factory=list)
    decided: list[tuple[int, bytes]] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """The first record that came out otherwise: what the brace wrote, what the rerun wrote."""

    number: int
    kind: int
    brace: bytes | None
    rerun: bytes | None

    def __str__(self) -> str:
        def say(body: bytes | None) -> str:
            return "nothing" if body is None else str(records.unpack(self.kind, body))

        name = records.LAYOUTS[self.kind][0]
        return (
            f"record {self.number} ({name}): the brace wrote {say(self.brace)}, "
            f"the replay {say(self.rerun)}"
        )


@dataclass(frozen=True)
class Outcome:
    """What came of a run's replay.  seconds: of samples replayed; compared: records that both
    wrote; difference: None when all were the same; core: version of the brace's core when it is
    not this one, so that differences are to be expected."""

    run: Run
    seconds: float
    compared: int
    difference: Difference | None
    core: int | None

    @property
    def identical(self) -> bool:
        return self.difference is None


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
                found[-1].inputs.append((values["chunk"], values["kind"], values["value"]))
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
            if chunk.follows if run.chunks else chunk.index % RUN == 0:
                run.chunks.append(chunk)
            return


def rerun(run: Run) -> Iterator[tuple[int, bytes]]:
    """What the pipeline writes for a run's samples and inputs, as (kind, body)."""
    written: list[tuple[int, bytes]] = []
    config, calibration = Config(), Calibration()
    config.unpack(run.settings)
    calibration.unpack(run.alignment)
    pipeline = Pipeline(config, lambda kind, body: written.append((kind, bytes(body))))
    start = run.start
    pipeline.start(
        start["rate_s_mhz"], start["rate_l_mhz"], calibration, start["config"], start["reason"]
    )
    inputs = iter(run.inputs)
    due = next(inputs, None)
    for number, chunk in enumerate(run.chunks):
        while due and due[0] <= number:
            pipeline.input(due[1], due[2])
            due = next(inputs, None)
        s, l = (np.ascontiguousarray(part, np.int16) for part in (chunk.s, chunk.l))  # noqa: E741
        pipeline.chunk(s.reshape(-1), len(s), l.reshape(-1), len(l))
        yield from (item for item in written if item[0] in _DECIDED)
        written.clear()


def replay(run: Run) -> Outcome:
    """Reruns a run and compares.  Records that the brace wrote after its raw samples ended are
    not compared."""
    mine = list(rerun(run))
    difference = None
    compared = 0
    for number in range(len(mine)):
        theirs = run.decided[number] if number < len(run.decided) else None
        if theirs != mine[number]:
            body = theirs[1] if theirs and theirs[0] == mine[number][0] else None
            difference = Difference(number, mine[number][0], body, mine[number][1])
            break
        compared += 1
    lead = sum(len(chunk.s) or len(chunk.l) for chunk in run.chunks)
    rate = run.start["rate_s_mhz"] or run.start["rate_l_mhz"]
    core = run.start["core"]
    return Outcome(
        run,
        lead * 1000 / rate,
        compared,
        difference,
        core if core != plumbcore.core_version() else None,
    )
