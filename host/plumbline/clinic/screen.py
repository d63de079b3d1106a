"""The movement screen: six items, scored with their evidence, the weakest named.

Score of an item (ours; no published screen, and it predicts nothing): 3 all repetitions free of
faults, 2 at least 60 % of them, 1 less, 0 not finished or pain marked.  What is weakest is told
against the person's own earlier screens: how many standard deviations each figure is worse than
usual; before there are three earlier screens, by score alone.
"""

from __future__ import annotations

import datetime as dt
import statistics
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from brace.exercise import library, planned, terms

from plumbline.clinic import exercises
from plumbline.clinic.change import estimate
from plumbline.clinic.symmetry import symmetry
from plumbline.clinic.training import SCREEN, Set

# Nobody tells a pace, so none is asked for.
_OWN_PACE = {"out_ds": 0, "hold_ds": 0, "back_ds": 0}
# Exercise, changes of its row.  In bird-dog the brace ticks: limbs cannot be seen.
ITEMS: tuple[tuple[str, dict[str, int]], ...] = (
    ("squat", {"reps": 5, **_OWN_PACE}),
    ("hip-hinge", {"reps": 5, **_OWN_PACE}),
    ("lateral-bend", {"reps": 3, **_OWN_PACE}),
    ("stance-single-leg", {"hold_s": 20}),
    ("bird-dog", {"reps": 3}),
    ("glute-bridge", {"reps": 5, **_OWN_PACE}),
)
TOP = 3
_FAIR = 0.6
_BASELINE = 3
# Scatter below this share of the usual figure is chance.
_LEAST_SCATTER = 0.05
_APART_S = 3600


def rows() -> Iterator[tuple[str, bytes]]:
    """(exercise, the row that begins it on the brace).  Nothing is said but begin and end, and
    the ticks of what is paced."""
    for name, changes in ITEMS:
        values = list(planned.default_row(library.by_name(name)))
        for key, value in {"sets": 1, "rest_s": 10, "feedback": terms.QUIET, **changes}.items():
            values[getattr(planned, key.upper())] = value
        values[planned.LEVELS] = SCREEN
        yield name, struct.pack(planned.ITEM, *values)


@dataclass(frozen=True)
class Figure:
    """One figure of an item.  worse: 1 when a higher value is worse, -1 when a lower one is.
    low, high: 95 % interval, None where n does not give one."""

    name: str
    value: float
    unit: str
    n: int
    worse: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Item:
    """One item: score 0 to TOP, done and good repetitions (of a stance: seconds asked and in the
    band), faults with how often, figures."""

    name: str
    score: int
    done: int
    good: int
    faults: dict[str, int]
    figures: tuple[Figure, ...]
    doubtful: bool
    pain: bool

    @property
    def title(self) -> str:
        return exercises.get(self.name).title

    def evidence(self) -> str:
        """A sentence."""
        held = exercises.get(self.name).kind == "stance"
        said = (f"{self.good} of {self.done} s in the band" if held
                else f"{self.good} of {self.done} free of faults")  # fmt: skip
        if self.faults:
            said += ": " + ", ".join(f"{name} ({n})" for name, n in self.faults.items())
        if self.pain:
            said += "; pain was marked"
        if self.doubtful:
            said += "; the count is in doubt"
        return said


@dataclass(frozen=True)
class Screen:
    """One screen.  day None: the brace did not know the time."""

    at: float
    day: dt.date | None
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return sum(item.score for item in self.items)

    @property
    def missing(self) -> list[str]:
        """Items that were not begun."""
        there = {item.name for item in self.items}
        return [name for name, _ in ITEMS if name not in there]


def _mean(name: str, values: Sequence[float], unit: str, worse: int) -> list[Figure]:
    if not values:
        return []
    e = estimate(values)
    return [Figure(name, e.mean, unit, e.n, worse, e.low, e.high)]


def _figures(name: str, sets: Sequence[Set]) -> list[Figure]:
    what = exercises.get(name)
    reps = [rep for one in sets for rep in one.repetitions]
    if what.kind == "stance":
        sway = [one.sway["rms_ml"] for one in sets if one.sway]
        inside = [100 * one.held.inside_s / one.seconds for one in sets if one.seconds]
        return [*_mean("sway to the sides", sway, "mm/s²", 1),
                *_mean("time in the band", inside, "%", -1)]  # fmt: skip
    if what.kind == "timer":
        return _mean("pelvis moved along", [rep.extent for rep in reps], "°", 1)
    found = _mean("range", [rep.extent for rep in reps], what.unit, -1)
    found += _mean("smoothness (SPARC)", [r.sparc for r in reps if r.sparc is not None], "", -1)
    alike = symmetry([r.extent for r in reps if r.side == "left"],
                     [r.extent for r in reps if r.side == "right"])  # fmt: skip
    if alike:
        found.append(Figure("left against right", alike.index, "%", sum(alike.n), 0, alike.low,
                            alike.high))  # fmt: skip
    return found


def _item(name: str, sets: Sequence[Set]) -> Item:
    held = exercises.get(name).kind == "stance"
    if held:
        done = sum(one.asked.get("hold_s", 0) for one in sets)
        good = min(done, sum(round(one.held.inside_s) for one in sets if one.held))
    else:
        done, good = sum(one.done for one in sets), sum(one.good for one in sets)
    pain = any(one.flags & terms.PAIN for one in sets)
    faults: dict[str, int] = {}
    for one in sets:
        for fault, n in one.faults().items():
            if fault != "pain":
                faults[fault] = faults.get(fault, 0) + n
    if pain or not done or not all(one.complete for one in sets):
        score = 0
    elif good == done and not faults:
        score = TOP
    else:
        score = 2 if good >= _FAIR * done else 1
    return Item(name, score, done, good, faults, tuple(_figures(name, sets)),
                any(one.doubtful for one in sets), pain)  # fmt: skip


def screens(done: Sequence[Set]) -> list[Screen]:
    """The screens among what was done: sets that were marked so, cut where an hour lies between.
    Of an item done twice the last counts."""
    runs: list[list[Set]] = []
    for one in done:
        if one.screen:
            if runs and one.at - runs[-1][-1].at < _APART_S:
                runs[-1].append(one)
            else:
                runs.append([one])
    return [_screen(run) for run in runs]


def _screen(run: Sequence[Set]) -> Screen:
    items = []
    for name, _ in ITEMS:
        mine = [one for one in run if one.name == name]
        sides: dict[str, Set] = {one.side: one for one in mine}
        if mine:
            items.append(_item(name, list(sides.values())))
    return Screen(run[0].at, run[0].day, tuple(items))


@dataclass(frozen=True)
class Weakest:
    """The weakest item: `why` a sentence; z None when there is no baseline yet."""

    item: Item
    why: str
    z: float | None = None
    baseline: int = field(default=0)


def _worse(figure: Figure, before: Sequence[float]) -> float:
    """How many standard deviations worse than before."""
    usual = statistics.fmean(before)
    scatter = max(statistics.stdev(before), _LEAST_SCATTER * abs(usual), 1e-9)
    away = (figure.value - usual) / scatter
    return abs(away) if figure.worse == 0 else figure.worse * away


def weakest(now: Screen, earlier: Sequence[Screen]) -> Weakest | None:
    """The weakest item of a screen; None of one without items."""
    if not now.items:
        return None
    best: tuple[float, Item, Figure, float] | None = None
    for item in now.items:
        for figure in item.figures:
            before = [
                f.value for screen in earlier for i in screen.items if i.name == item.name
                for f in i.figures if f.name == figure.name
            ]
            if len(before) >= _BASELINE:
                z = _worse(figure, before)
                if best is None or z > best[0]:
                    best = (z, item, figure, statistics.fmean(before))
    if best and best[0] >= 1:
        z, item, figure, usual = best
        return Weakest(
            item, f"{figure.name} {figure.value:.1f} {figure.unit}".rstrip()
            + f", usually {usual:.1f}: {z:.1f} standard deviations worse", z, len(earlier),
        )  # fmt: skip
    low = min(now.items, key=lambda i: (i.score, i.good / max(i.done, 1)))
    if best:
        why = "nothing is worse than usual; this item has the lowest score"
    else:
        left = _BASELINE - len(earlier)
        why = (f"the lowest score; {left} more earlier screens make a baseline" if left > 0
               else "the lowest score")  # fmt: skip
    return Weakest(low, why, None, len(earlier))
