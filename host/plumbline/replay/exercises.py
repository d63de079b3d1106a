"""Exercises on recorded samples: the brace's own engine, run on the host.

    done = perform("squat", s, l, (104_000, 104_000))      # as one set after another
    done.sets[0]["good"], done.repetitions, done.says
    found = search(blocks, sensors, rate_mhz)               # sets that nobody marked

`s` and `l` are counts of the sensors, (n, 6) int16 (gyroscope, accelerometer); None for a sensor
that is not there.
"""

from __future__ import annotations

import math
import statistics
from array import array
from dataclasses import dataclass, field

import numpy as np
from brace import records
from brace.exercise import library, planned, terms
from brace.exercise.engine import Engine
from brace.exercise.repetitions import Repetitions
from brace.exercise.signals import Signals
from plumbcore import BLOCK_FIELDS, Pipe

from plumbline.errors import UsageError

_CHUNK = 20
_EMPTY = np.zeros((0, 6), np.int16)


def row(name: str, **changes) -> tuple:
    """An exercise as a plan has it, with the library's dose unless told otherwise: sets, reps,
    hold_s, out_ds, hold_ds, back_ds, rest_s, low, high, side, feedback, ceiling."""
    exercise = library.by_name(name)
    if exercise is None:
        raise UsageError(f"there is no exercise {name!r}", "See `plumbline plan exercises`")
    values = list(planned.default_row(exercise))
    for key, value in changes.items():
        values[getattr(planned, key.upper())] = value
    return tuple(values)


def chunks(s, l, size: int = _CHUNK):  # noqa: E741
    """Both sensors' samples in pieces as bursts bring them."""
    s = _EMPTY if s is None else np.ascontiguousarray(s, np.int16)
    l = _EMPTY if l is None else np.ascontiguousarray(l, np.int16)  # noqa: E741
    for i in range(0, max(len(s), len(l)), size):
        yield s[i : i + size], l[i : i + size]


class _Feed:
    """A pipe and where its blocks go."""

    def __init__(self, rates, alignment, scales):
        self.pipe = Pipe(*rates, *scales)
        for sensor, attitude in enumerate(alignment):
            if attitude is not None and rates[sensor]:
                self.pipe.align(sensor, *attitude)
        self._out = array("i", bytes(4 * BLOCK_FIELDS * 20))

    def blocks(self, s, l):  # noqa: E741
        """The blocks of a chunk, as one array and the places in it."""
        n = self.pipe.chunk(s.reshape(-1), len(s), l.reshape(-1), len(l), self._out)
        return self._out, range(0, n * BLOCK_FIELDS, BLOCK_FIELDS)


def blocks(s, l, rates: tuple[int, int], alignment=(None, None)) -> np.ndarray:  # noqa: E741
    """(n, BLOCK_FIELDS) the pipe's blocks of a recording."""
    feed = _Feed(rates, alignment, ())
    found = []
    for part_s, part_l in chunks(s, l):
        out, places = feed.blocks(part_s, part_l)
        found += [out[at : at + BLOCK_FIELDS].tolist() for at in places]
    return np.array(found, np.int64).reshape(-1, BLOCK_FIELDS)


def sensors_of(rates) -> int:
    """Bits 1 S, 2 L of the sensors that are there."""
    return (1 if rates[0] else 0) | (2 if rates[1] else 0)


@dataclass
class Performed:
    """What the engine made of a recording.  says: (block, code of brace.exercise.terms)."""

    sets: list[dict] = field(default_factory=list)
    repetitions: list[dict] = field(default_factory=list)
    sways: list[dict] = field(default_factory=list)
    repositions: list[dict] = field(default_factory=list)
    says: list[tuple[int, int]] = field(default_factory=list)

    def take(self, kind: int, body: bytes) -> None:
        """A record of the engine's."""
        into = {
            records.SET: self.sets,
            records.REPETITION: self.repetitions,
            records.SWAY: self.sways,
            records.REPOSITION: self.repositions,
        }[kind]
        into.append(records.unpack(kind, bytes(body)))


def perform(
    exercise: str | tuple,
    s,
    l,  # noqa: E741
    rates: tuple[int, int],
    alignment=(None, None),
    begin_s: float = 0.0,
    scales: tuple = (),
    taps: tuple[float, ...] = (),
) -> Performed:
    """Runs an exercise (a name, or a row) on samples, starting it `begin_s` into them.

    scales: (gyr_fs_mdps, acc_fs_ug) of 32768 counts, those of the brace's sensors by default;
    taps: when pain is marked (s).
    """
    done = Performed()
    feed = _Feed(rates, alignment, scales)
    engine = Engine(done.take)
    engine.pipeline_began(sensors_of(rates), rates, alignment)
    asked = row(exercise) if isinstance(exercise, str) else exercise
    begun = False
    tapped = {int(8 * t) for t in taps}
    for part_s, part_l in chunks(s, l):
        if not begun and engine.blocks >= begin_s * 8:
            engine.start(asked)
            begun = True
        engine.feed(part_s.reshape(-1), len(part_s), part_l.reshape(-1), len(part_l))
        out, places = feed.blocks(part_s, part_l)
        for at in places:
            if engine.blocks in tapped:
                engine.tap()
            code = engine.block(out, at)
            if code:
                done.says.append((engine.blocks, code))
    if engine.on:
        engine.stop()
    return done


# -- sets that nobody marked ---------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """One repetition that was found.  begin, end: s; peak: extent in degrees or mm; moved: swing
    of what was counted on; rival: percent."""

    exercise: str
    begin: float
    end: float
    peak: float
    moved: int
    rival: int
    doubtful: bool


@dataclass
class Run:
    """Repetitions of one exercise in a row.  doubts: what was nearly one and as large, was
    overlapped by larger movements in other directions, or was under way when the recording began
    or ended."""

    exercise: str
    repetitions: list[Found]
    doubts: int = 0

    @property
    def begin(self) -> float:
        return self.repetitions[0].begin

    @property
    def end(self) -> float:
        return self.repetitions[-1].end

    def to(self, sign: int) -> list[Found]:
        """The repetitions to one side."""
        return [r for r in self.repetitions if r.peak * sign > 0]

    @staticmethod
    def _small(side: list[Found]) -> bool:
        usual = statistics.median(abs(r.peak) for r in side)
        return any(abs(r.peak) < _SMALL * usual for r in side)

    def sure(self, asked: int | None = None) -> bool:
        """Whether nothing speaks against the count: no doubts, none far smaller than the others,
        both sides alike often, and as many as were asked for (to each side)."""
        counts = [len(self.to(1)), len(self.to(-1))]
        sided = library.by_name(self.exercise)[library.DIRECTION] == 0
        if self.doubts or any(r.doubtful for r in self.repetitions):
            return False
        if sided and counts[0] != counts[1]:
            return False
        if any(self._small(side) for side in (self.to(1), self.to(-1)) if side):
            return False
        return asked is None or max(counts) == asked


class _Seeker:
    """Looks for one exercise."""

    def __init__(self, exercise: tuple):
        self.exercise = exercise
        self.name = exercise[library.NAME]
        self._unit = 1 if exercise[library.SIGNAL] == terms.HEIGHT else 100
        self._repetitions = Repetitions()
        self._repetitions.begin(
            exercise[library.DIRECTION], exercise[library.SWING], bool(exercise[library.RIVALS]),
            exercise[library.COUNTED] == terms.CLIMB, _USUAL_PCT,
        )  # fmt: skip
        self.found: list[Found] = []
        # When something nearly counted (s), and how far it swung.
        self.doubts: list[tuple[float, float]] = []

    def block(self, values, whole) -> None:
        seen = self._repetitions
        before = seen.doubts
        signal = self.exercise[library.SIGNAL]
        rivals = self.exercise[library.RIVALS]
        measured = values[signal]
        if rivals:
            complete = seen.block(whole(signal), measured, whole(rivals[0]), whole(rivals[-1]))
        else:
            complete = seen.block(values[self.exercise[library.COUNTED]], measured)
        if seen.doubts > before:
            self.doubts.append((seen.blocks / 8, seen.nearly))
        if complete:
            self._take()

    def end(self) -> None:
        if self._repetitions.end():
            self._take()

    def _take(self) -> None:
        rep = self._repetitions.rep
        self.found.append(
            Found(self.name, rep.start / 2048, rep.end / 2048, rep.peak / self._unit, rep.moved,
                  rep.rival, rep.doubtful)
        )  # fmt: skip


# Where nobody marked the sets, returns that go too far are many.
_USUAL_PCT = 60
# Of less than 15 s the slope says nothing.
_LEAST_BLOCKS = 120
# What larger movements cover by more than this is part of them.
_COVERED = 0.6
_EDGE_S = 0.25
# Less than this share of a run's usual swing is no rival to its repetitions, and a repetition that
# goes less than the other share of the usual way to its side may be none.
_COMPARABLE = 0.3
_SMALL = 0.5


def _covered(one: Found, others: list[Found]) -> float:
    """The part of a repetition's time that larger ones of other exercises cover."""
    shared = sum(
        max(0.0, min(one.end, other.end) - max(one.begin, other.begin))
        for other in others
        if other.exercise != one.exercise and other.moved > one.moved
    )
    return shared / max(one.end - one.begin, 0.125)


def search(
    blocks: np.ndarray, sensors: int, rate_mhz: int,
    exercises: tuple[str, ...] = ("trunk-flexion", "lateral-bend", "rotation"),
) -> list[Run]:  # fmt: skip
    """Finds these exercises in blocks (n, BLOCK_FIELDS) of a recording in which nobody marked
    sets.  Of repetitions that overlap in time, the larger movement counts."""
    from brace.exercise.counting import PARTNER

    blocks = _facing(blocks)
    signals = Signals()
    signals.begin(sensors, rate_mhz)
    signals.getting_ready = False
    values = signals.values

    def whole(signal: int) -> int:
        partner = PARTNER.get(signal)
        return values[signal] + (values[partner] if partner is not None else 0)

    seekers = [_Seeker(library.by_name(name)) for name in exercises]
    for block in blocks.tolist():
        signals.block(block, 0)
        for seeker in seekers:
            seeker.block(values, whole)
    for seeker in seekers:
        seeker.end()
    found = sorted((r for s in seekers for r in s.found), key=lambda r: r.begin)
    doubts = {s.name: list(s.doubts) for s in seekers}
    kept = []
    for one in found:
        if _covered(one, found) > _COVERED:
            doubts[one.exercise].append((one.begin, one.moved))
        else:
            kept.append(one)
    seconds = len(blocks) / 8
    for one in kept:
        if one.begin < _EDGE_S or one.end > seconds - _EDGE_S:
            doubts[one.exercise].append((one.begin, math.inf))
    return _runs(kept, doubts)


# Where a block has the turning rates of S (or of the only sensor) and of L (pl_pipe.h).
_TURNS = (20 + 6, 16 + 3)


def _facing(blocks: np.ndarray) -> np.ndarray:
    """Blocks without the steady part of the turning rates.  A brace has learnt its gyroscopes'
    offsets at rest before an exercise begins; in a recording that has no rest, what turns on and
    on is taken for that offset (the slope of the heading, by least squares)."""
    level = np.array(blocks, np.int64).reshape(-1, BLOCK_FIELDS)
    n = len(level)
    if n < _LEAST_BLOCKS:
        return level
    t = np.arange(n) - (n - 1) / 2
    for at in _TURNS:
        heading = np.cumsum(level[:, at])
        level[:, at] -= int(round((t * heading).sum() / (t * t).sum()))
    return level


def _runs(kept: list[Found], doubts: dict[str, list[tuple[float, float]]]) -> list[Run]:
    runs: list[Run] = []
    for one in kept:
        if runs and runs[-1].exercise == one.exercise:
            runs[-1].repetitions.append(one)
        else:
            runs.append(Run(one.exercise, [one]))
    for run in runs:
        least = _COMPARABLE * statistics.median(r.moved for r in run.repetitions)
        run.doubts = sum(
            run.begin <= t <= run.end and swung >= least for t, swung in doubts[run.exercise]
        )
    return runs
