"""What was trained, out of the brace's log: sets with their repetitions, sway, position sense.

    done = training.read(records, clock.utc_ms)
    done[0].name, done[0].good, [rep.extent for rep in done[0].repetitions]
    training.evidence(person, done, today)          # what the progression rules go by

Angles are degrees, heights mm, times seconds; days are the wearer's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brace.exercise import library, terms

from plumbline.clinic import decide, exercises
from plumbline.clinic.people import Person
from plumbline.clinic.plan import Plan
from plumbline.clinic.progress import Evidence, Session
from plumbline.clinic.symmetry import Symmetry, symmetry
from plumbline.segments import Clock

# In a row's levels: the set is part of a movement screen.
SCREEN = 1 << 15
# Of a sway record (native/include/pl_sway.h): to mm/s^2, mm^2/s^4, mm/s^2, mm^2/s^5.
_SWAY = {"rms_ap": 1e-3, "rms_ml": 1e-3, "area": 1e-2, "path": 1e-3, "jerk": 1.0}


@dataclass(frozen=True)
class Repetition:
    """One repetition.  extent: its size; side: of terms.SIDE_NAMES; sparc None when it could not
    be told; pelvis, trunk: ranges of flexion (degrees); flags: bits of brace.exercise.terms."""

    number: int
    side: str
    extent: float
    out_s: float
    hold_s: float
    back_s: float
    speed: float
    sparc: float | None
    pelvis: float
    trunk: float
    flags: int

    @property
    def good(self) -> bool:
        """Free of faults of movement."""
        return not self.flags & terms.FAULTS


@dataclass(frozen=True)
class Held:
    """A position held.  inside_s: in the band; breaks: times out of it; furthest, drift, unrest:
    of the held angle; rate: mean angular rate, deg/s."""

    inside_s: float
    breaks: int
    furthest: float
    drift: float
    unrest: float
    rate: float


@dataclass
class Set:
    """One set.  at: seconds since 1970 (or since the boot, with `day` None); plan: CRC of the
    brace's plan, 0 outside any; asked: the row it was begun with, {} when the log does not say."""

    at: float
    day: dt.date | None
    exercise: int
    number: int
    side: str
    ended: str
    done: int
    good: int
    flags: int
    doubts: int
    seconds: float
    repetitions: list[Repetition] = field(default_factory=list)
    held: Held | None = None
    sway: dict[str, float] | None = None
    errors: tuple[float, ...] = ()
    plan: int = 0
    asked: dict[str, int] = field(default_factory=dict)

    @property
    def screen(self) -> bool:
        """Whether it was part of a movement screen."""
        return bool(self.asked.get("levels", 0) & SCREEN)

    @property
    def known(self) -> bool:
        """Whether this version knows the exercise."""
        return library.by_id(self.exercise) is not None

    @property
    def what(self) -> exercises.Exercise:
        return exercises.by_id(self.exercise)

    @property
    def name(self) -> str:
        return self.what.name

    @property
    def kind(self) -> str:
        return self.what.kind

    @property
    def complete(self) -> bool:
        """Whether the whole dose was done."""
        return self.ended == "done"

    @property
    def doubtful(self) -> bool:
        """Whether the engine doubts its count."""
        return bool(self.doubts or self.flags & (terms.DOUBTFUL | terms.GAP))

    def extents(self, side: str | None = None) -> list[float]:
        """Of the repetitions, or of those to one side."""
        return [r.extent for r in self.repetitions if side in (None, r.side)]

    def symmetry(self) -> Symmetry | None:
        """Left against right, where repetitions have sides."""
        return symmetry(self.extents("left"), self.extents("right"))

    def faults(self) -> dict[str, int]:
        """How many repetitions had which fault (of holds: 1), commonest first."""
        each = [r.flags for r in self.repetitions] or [self.flags]
        counts = {
            name: sum(bool(flags >> bit & 1) for flags in each)
            for bit, (name, _) in enumerate(terms.FLAG_NAMES)
            if terms.FAULTS >> bit & 1
        }
        return dict(sorted(((n, c) for n, c in counts.items() if c), key=lambda item: -item[1]))


def _unit(number: int) -> float:
    exercise = library.by_id(number)
    return 1.0 if exercise and exercise[library.SIGNAL] == terms.HEIGHT else 100.0


def _side(index: int) -> str:
    return terms.SIDE_NAMES[index] if index < len(terms.SIDE_NAMES) else "none"


class _Reader:
    """Gathers the records of one boot."""

    def __init__(self, found: list[Set]):
        self._found = found
        self._asked: dict[str, int] = {}
        self._repetitions: list[dict] = []
        self._errors: list[float] = []
        self._sway: dict | None = None
        self.zone_min = 0

    def take(self, name: str, f: dict[str, Any], at: float, dated: bool) -> None:
        if name == "start":
            self.zone_min = f.get("zone_min", 0)
        elif name == "exercise":
            self._asked = f
            self._repetitions, self._errors, self._sway = [], [], None
        elif name == "repetition":
            self._repetitions.append(f)
        elif name == "reposition" and f["trial"]:
            self._errors.append(f["error"] / 100)
        elif name == "sway":
            self._sway = f
        elif name == "set":
            self._take_set(f, at, dated)

    def _take_set(self, f: dict, at: float, dated: bool) -> None:
        unit = _unit(f["exercise"])
        local = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=at, minutes=self.zone_min)
        exercise = library.by_id(f["exercise"])
        kind = exercise[library.KIND] if exercise else 0
        held = None
        if kind in (terms.HOLD, terms.STANCE):
            held = Held(f["inside_ds"] / 10, f["breaks"], f["furthest"] / 100, f["drift"] / 100,
                        f["unrest"] / 100, f["rate_cdps"] / 100)  # fmt: skip
        mine = self._asked.get("exercise") == f["exercise"]
        self._found.append(Set(
            at, local.date() if dated else None, f["exercise"], f["number"], _side(f["side"]),
            terms.END_NAMES[f["ended"]] if f["ended"] < len(terms.END_NAMES) else "",
            f["done"], f["good"], f["flags"], f["doubts"], f["seconds_ds"] / 10,
            [_repetition(r, unit) for r in self._repetitions], held, _sway(self._sway),
            tuple(self._errors), self._asked.get("plan", 0) if mine else 0,
            dict(self._asked) if mine else {},
        ))  # fmt: skip
        self._repetitions, self._errors, self._sway = [], [], None


def _repetition(f: dict, unit: float) -> Repetition:
    return Repetition(
        f["number"], _side(f["side"]), abs(f["peak"]) / unit, f["out_cs"] / 100,
        f["hold_cs"] / 100, f["back_cs"] / 100, f["speed"],
        f["sparc"] / 1000 if f["sparc"] else None, f["pelvis_cdeg"] / 100, f["trunk_cdeg"] / 100,
        f["flags"],
    )  # fmt: skip


def _sway(f: dict | None) -> dict[str, float] | None:
    return f and {"n": f["n"], **{name: f[name] * unit for name, unit in _SWAY.items()}}


def read(records: Iterable, utc_ms: Callable[[int, int], int | None]) -> list[Set]:
    """All sets in the records (plumbline.segments.Record), in their order.  Sets of exercises that
    only a newer firmware knows are left out."""
    found: list[Set] = []
    readers: dict[int, _Reader] = {}
    for record in records:
        if record.fields is None:
            continue
        reader = readers.setdefault(record.boot, _Reader(found))
        utc = utc_ms(record.boot, record.t_cs)
        at = record.t_cs / 100 if utc is None else utc / 1000
        reader.take(record.name, record.fields, at, utc is not None)
    return [one for one in found if one.known]


def of_person(person: Person, folder: Path) -> list[Set]:
    """All that a person did with the braces of their profile, and those noted as worn by them,
    in the library in `folder`; oldest first."""
    from plumbline import sources
    from plumbline.store.segments import Store
    from plumbline.store.wearings import Wearing, Wearings

    store = Store(folder)
    worn = [w for w in Wearings(folder).all() if w.person == person.pseudonym]
    noted = {w.serial for w in worn}
    worn += [Wearing(person.pseudonym, s) for s in person.profile.braces if s not in noted]
    found = []
    for wearing in worn:
        if wearing.serial not in store.serials():
            continue
        for life in store.generations(wearing.serial):
            source = sources.of_store(store, wearing.serial, life.number)
            clock = Clock(source.reading)
            for one in read(source.reading.records, clock.utc_ms):
                if wearing.covers(round(one.at * 1000) if one.day else None):
                    found.append(one)
    return sorted(found, key=lambda one: one.at)


# -- for the rules ---------------------------------------------------------------------------


def _told(person: Person, when: str) -> dict[tuple[dt.date, str | None], int]:
    """Pain scores of a kind by day and exercise (None: of no particular one); the last counts."""
    return {
        (entry.at.date(), entry.values.get("exercise")): entry.values["score"]
        for entry in person.diary.entries("nprs")
        if entry.values["when"] == when
    }


def sessions(person: Person, plan: Plan, done: Sequence[Set]) -> list[Session]:
    """One for each exercise and day on which any of it was begun."""
    told = {when: _told(person, when) for when in ("before", "during", "next-day")}

    def pain(when: str, day: dt.date, name: str) -> int | None:
        return told[when].get((day, name), told[when].get((day, None)))

    groups: dict[tuple[dt.date, str], list[Set]] = {}
    for one in done:
        if one.day and not one.screen and one.ended != "not ready":
            groups.setdefault((one.day, one.name), []).append(one)
    found = []
    for (day, name), sets in sorted(groups.items()):
        item = plan.item(name)
        both = sets[0].what.sides == terms.EACH and (item is None or item.side == "both")
        asked = (2 if both else 1) * (item.sets if item else sets[0].asked.get("sets", 1))
        reps, good = _amount(sets)
        found.append(Session(
            day, name, sum(one.complete for one in sets), asked, reps, good,
            pain("before", day, name), pain("during", day, name),
            pain("next-day", day + dt.timedelta(days=1), name),
        ))  # fmt: skip
    return found


def _amount(sets: Sequence[Set]) -> tuple[int, int]:
    """Repetitions and those free of faults; of holds seconds asked and seconds in the band."""
    if sets[0].held:
        asked = sum(one.asked.get("hold_s", round(one.seconds)) for one in sets)
        return asked, min(asked, sum(round(one.held.inside_s) for one in sets))
    return sum(one.done for one in sets), sum(one.good for one in sets)


def evidence(person: Person, plan: Plan, done: Sequence[Set]) -> Evidence:
    """All that the progression rules go by."""
    pain = [
        (entry.at.date(), float(entry.score))
        for entry in person.diary.entries("nprs")
        if entry.values["when"] == "average"
    ]
    return Evidence(
        sessions(person, plan, done), pain, decide.open_red_flags(person),
        person.profile.conditions, person.profile.contacts,
    )  # fmt: skip
