"""The plan: which exercises, how much of each, with how much feedback; who approved it.

A plan is a TOML file that people read and edit (docs/plan.md).  It takes effect only with an
approval by a named therapist whose digest fits its contents; a change of anything but the
approval makes the digest wrong.

    plan = Plan.read(path)         # FileProblems names every wrong line and its cure
    plan.digest                    # SHA-256 of the contents
    plan.packed()                  # what the brace gets (SPEC.md, "Plan")
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import struct
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from brace.config import SETTINGS
from brace.exercise import planned, terms

from plumbline.clinic import conditions, exercises
from plumbline.clinic.tomlfile import Checker, Field, finish, lines_of, parse, read
from plumbline.errors import Refused
from plumbline.files import write_atomic

FORMAT = 1
MAX_ITEMS = planned.MAX_ITEMS
# Settings of the brace that a plan may set: how it gives feedback.
CUE_SETTINGS = ("cue_on", "cue_dwell_s", "cue_gap_s", "cue_level", "cue_ms", "cue_daily",
                "quiet_from_min", "quiet_to_min", "snooze_min", "flexed_cdeg", "extended_cdeg",
                "lateral_cdeg", "bend_cdeg", "fade_pct")  # fmt: skip
_NAME = Field(str, low=1, high=80)
_ITEM = {
    "name": Field(str, required=True),
    "sets": Field(int, low=1, high=10),
    "reps": Field(int, low=1, high=60),
    "hold_s": Field(int, low=0, high=600),
    "tempo_s": Field(list, low=3, high=3, items=Field(float, low=0, high=20)),
    "rest_s": Field(int, low=0, high=600, default=45),
    "per_week": Field(int, low=0, high=14, default=3),
    "load": Field(int, low=0, default=0),
    "complexity": Field(int, low=0, default=0),
    "balance": Field(int, low=0, default=0),
    "load_kg": Field(float, low=0, high=200, default=0.0),
    "band": Field(list, low=2, high=2, items=Field(float)),
    "side": Field(str, choices=("both", "left", "right"), default="both"),
    "feedback": Field(str, choices=terms.FEEDBACK, default="every"),
    "locked": Field(str, low=1, high=80),
    "changed": Field(dt.date),
    "note": Field(str, high=400),
}
_OTHER = {
    "name": Field(str, required=True, low=1, high=80),
    "kind": Field(str, required=True, choices=("active", "passive")),
    "per_week": Field(int, low=1, high=28, default=3),
    "note": Field(str, high=400),
}
_APPROVAL = {
    "by": Field(str, required=True, low=2, high=80),
    "at": Field(dt.datetime, required=True),
    "digest": Field(str, required=True, low=64, high=64),
}
_TOP = {
    "plumbline_plan": Field(int, required=True, choices=(FORMAT,)),
    "person": Field(str, required=True, low=1, high=32),
    "revision": Field(int, required=True, low=1, high=65535),
    "start": Field(dt.date, required=True),
    "weeks": Field(int, low=1, high=52, default=12),
    "author": _NAME,
    "note": Field(str, high=2000),
    "stopped": Field(str, high=400),
    "cues": Field(dict, default={}),
    "approval": Field(dict),
    "exercise": Field(list, high=MAX_ITEMS, default=[]),
    "other": Field(list, high=40, default=[]),
}


@dataclass(frozen=True)
class Item:
    """One exercise of a plan.  band: None for the library's own; locked: who locked it; changed:
    the day of the last step, after which sessions count towards the next one."""

    name: str
    sets: int
    reps: int
    hold_s: int
    tempo_s: tuple[float, float, float]
    rest_s: int = 45
    per_week: int = 3
    load: int = 0
    complexity: int = 0
    balance: int = 0
    load_kg: float = 0.0
    band: tuple[float, float] | None = None
    side: str = "both"
    feedback: str = "every"
    locked: str | None = None
    changed: dt.date | None = None
    note: str | None = None

    def __post_init__(self):
        # As they come out of a file, or the digest of the same plan would differ.
        for name, value in (
            ("tempo_s", tuple(map(float, self.tempo_s))), ("load_kg", float(self.load_kg)),
            ("band", self.band and tuple(map(float, self.band))),
        ):
            object.__setattr__(self, name, value)

    @property
    def exercise(self) -> exercises.Exercise:
        return exercises.get(self.name)

    def level(self, axis: str) -> int:
        return getattr(self, axis)

    def at_level(self, axis: str, level: int) -> Item:
        """The same with one axis at another level; load changes the dose along its ladder."""
        changed = replace(self, **{axis: level})
        if axis == "load" and exercises.LADDERS[self.exercise.ladder]:
            sets, reps, hold = self.exercise.dose(level)
            changed = replace(changed, sets=sets, reps=reps, hold_s=hold)
        return changed


@dataclass(frozen=True)
class Other:
    """Something to do that the brace does not see: walking, heat, stretching."""

    name: str
    kind: str
    per_week: int = 3
    note: str | None = None


@dataclass(frozen=True)
class Approval:
    """Who approved which contents when."""

    by: str
    at: dt.datetime
    digest: str


@dataclass(frozen=True)
class Plan:
    """A plan; immutable, a change makes another."""

    person: str
    revision: int
    start: dt.date
    weeks: int = 12
    author: str | None = None
    note: str | None = None
    stopped: str | None = None
    cues: dict[str, int] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    others: tuple[Other, ...] = ()
    approval: Approval | None = None

    # -- files -------------------------------------------------------------------------------

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Raises StorageError and FileProblems."""
        return cls._of(*read(Path(path)), str(path))

    @classmethod
    def parse(cls, text: str, name: str = "plan") -> Plan:
        """As `read`, of a text."""
        return cls._of(*parse(text, name), name)

    @classmethod
    def _of(cls, values: dict, checker: Checker, name: str) -> Plan:
        top = checker.table((), "the plan", _TOP, values)
        rows = top["exercise"]
        items = [_item(checker, i, row) for i, row in enumerate(rows)]
        _no_doubles(checker, items)
        others = []
        for i, row in enumerate(top["other"]):
            good = checker.table(("other", i), f"other {i + 1}", _OTHER, row)
            if good["name"] and good["kind"]:
                others.append(Other(**good))
        cues = _cues(checker, top["cues"])
        approval = None
        if top["approval"] is not None:
            good = checker.table(("approval",), "approval", _APPROVAL, top["approval"])
            approval = Approval(**good) if all(good.values()) else None
        finish(checker, name)
        return cls(
            **{key: top[key] for key in ("person", "revision", "start", "weeks", "author",
                                         "note", "stopped")},
            cues=cues, items=tuple(items), others=tuple(others), approval=approval,
        )  # fmt: skip

    def text(self) -> str:
        """The plan as TOML."""
        lines = ["# A Plumbline plan; docs/plan.md explains every key.",
                 *lines_of({"plumbline_plan": FORMAT, "person": self.person,
                            "revision": self.revision, "start": self.start,
                            "weeks": self.weeks, "author": self.author, "note": self.note,
                            "stopped": self.stopped})]  # fmt: skip
        if self.cues:
            lines += ["", "[cues]", *lines_of(self.cues)]
        for item in self.items:
            told = {k: v for k, v in asdict(item).items() if k == "name" or _told(k, v)}
            lines += ["", f"# {item.exercise.title}: {item.exercise.purpose}", "[[exercise]]",
                      *lines_of(told)]  # fmt: skip
        for other in self.others:
            lines += ["", "[[other]]", *lines_of(asdict(other))]
        if self.approval:
            lines += ["", "# Any change above makes this approval void.", "[approval]",
                      *lines_of(asdict(self.approval))]  # fmt: skip
        return "\n".join(lines) + "\n"

    def write(self, path: Path) -> None:
        """Raises StorageError."""
        write_atomic(Path(path), self.text().encode())

    # -- contents ----------------------------------------------------------------------------

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything but the approval."""
        values = asdict(replace(self, approval=None))
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def approved(self) -> bool:
        """Whether a therapist has approved exactly these contents."""
        return self.approval is not None and self.approval.digest == self.digest

    def check_effective(self) -> None:
        """Raises Refused unless the plan may take effect."""
        if self.stopped:
            raise Refused(f"this plan is stopped: {self.stopped}",
                          "A named therapist may resume it with `plumbline plan resume`")
        if not self.approval:
            raise Refused("no therapist has approved this plan",
                          "Have it approved with `plumbline plan approve`")
        if not self.approved:
            raise Refused(f"the plan was changed after {self.approval.by} approved it",
                          "Have it approved again with `plumbline plan approve`")

    def week(self, day: dt.date) -> int:
        """The week of the programme, from 1; 0 before it begins."""
        return (day - self.start).days // 7 + 1 if day >= self.start else 0

    def item(self, name: str) -> Item | None:
        """The entry of an exercise."""
        return next((item for item in self.items if item.name == name), None)

    def with_item(self, item: Item) -> Plan:
        """The same with that exercise's entry replaced."""
        return replace(
            self, items=tuple(item if old.name == item.name else old for old in self.items)
        )

    def warnings(self, flags: list[str] = ()) -> list[str]:
        """What a therapist should look at again, a sentence each."""
        found = []
        tags = [item.exercise.tags for item in self.items]
        strength = [i for i, item in enumerate(self.items)
                    if item.load >= 2 and "strength" in item.exercise.tags]  # fmt: skip
        if strength and not any("warm-up" in t for t in tags[: strength[0]]):
            title = self.items[strength[0]].exercise.title
            found.append(f"{title} is loaded and nothing warms up before it: put a warm-up first.")
        active = self.items or any(o.kind == "active" for o in self.others)
        if self.others and not active:
            found.append("The plan is passive only: add something that the person does.")
        for item in self.items:
            flag = conditions.excluded(item.exercise, list(flags))
            if flag:
                found.append(f"{item.exercise.title} is in the plan although {flag} usually "
                             "leaves it out.")  # fmt: skip
            for axis in exercises.AXES:
                limit, why = conditions.top(item.exercise, axis, list(flags))
                if why and item.level(axis) > limit:
                    found.append(f"{item.exercise.title} is at level {item.level(axis)} of {axis} "
                                 f"although {why} limits it to {limit}.")  # fmt: skip
        return found

    # -- the brace ---------------------------------------------------------------------------

    def packed(self, flags: list[str] = ()) -> bytes:
        """What the brace gets (SPEC.md, "Plan").  flags: the person's conditions, which may
        lower speed limits."""
        rows = b"".join(_packed(item, flags) for item in self.items if item.per_week)
        count = sum(1 for item in self.items if item.per_week)
        return struct.pack(planned.HEAD, planned.FORMAT, count, self.revision) + rows


def _told(key: str, value) -> bool:
    """Whether a key is written: what differs from its default, and what makes the dose."""
    always = ("sets", "reps", "hold_s", "tempo_s", "per_week", "load", "complexity", "balance",
              "feedback")  # fmt: skip
    return key in always or value != getattr(Item, key, None)


def _item(checker: Checker, i: int, row: dict) -> Item | None:
    place = ("exercise", i)
    what = f"exercise {i + 1}"
    if isinstance(row, dict) and isinstance(row.get("name"), str):
        what += f" ({row['name']})"
    good = checker.table(place, what, _ITEM, row)
    known = exercises.table()
    if good["name"] is None:
        return None
    if good["name"] not in known:
        import difflib

        close = difflib.get_close_matches(good["name"], known, n=1)
        cure = f"The nearest is {close[0]!r}" if close else f"Known are: {', '.join(known)}"
        checker.say((*place, "name"), f"there is no exercise {good['name']!r}", cure)
        return None
    exercise = known[good["name"]]
    for axis in exercises.AXES:
        top = exercise.top(axis)
        if good[axis] is not None and good[axis] > top:
            checker.say((*place, axis), f"{what}: {axis} = {good[axis]} is beyond its levels",
                        f"Give 0 to {top}")  # fmt: skip
            good[axis] = top
    sets, reps, hold = exercise.dose(good["load"] or 0)
    good["sets"] = good["sets"] or sets
    good["reps"] = good["reps"] or reps
    good["hold_s"] = hold if good["hold_s"] is None else good["hold_s"]
    good["tempo_s"] = tuple(float(t) for t in good["tempo_s"] or exercise.tempo_s)
    good["load_kg"] = float(good["load_kg"])
    if good["band"] is not None:
        low, high = (float(v) for v in good["band"])
        if low >= high:
            checker.say((*place, "band"), f"{what}: band = [{low:g}, {high:g}] is empty",
                        "Give the lower bound first")  # fmt: skip
        limit = 32000 if exercise.unit == "mm" else 180
        if max(abs(low), abs(high)) > limit:
            checker.say((*place, "band"), f"{what}: band reaches beyond {limit} {exercise.unit}",
                        "Give angles in degrees, heights in mm")  # fmt: skip
        good["band"] = (low, high)
    return Item(**good)


def _no_doubles(checker: Checker, items: list[Item | None]) -> None:
    seen: dict[str, int] = {}
    for i, item in enumerate(items):
        if item is None:
            continue
        if item.name in seen:
            checker.say(("exercise", i, "name"), f"{item.name!r} stands here twice",
                        f"Join it with exercise {seen[item.name] + 1}")  # fmt: skip
        seen.setdefault(item.name, i)


def _cues(checker: Checker, table: dict) -> dict[str, int]:
    fields = {
        name: Field(int, low=low, high=high)
        for name, _, low, high in SETTINGS
        if name in CUE_SETTINGS
    }
    good = checker.table(("cues",), "cues", fields, table)
    return {name: value for name, value in good.items() if value is not None}


def _packed(item: Item, flags: list[str]) -> bytes:
    exercise = item.exercise
    scale = 1 if exercise.unit == "mm" else 100
    low, high = (round(v * scale) for v in item.band or (0, 0))
    levels = item.load | item.complexity << 4 | item.balance << 8
    return struct.pack(
        planned.ITEM,
        exercise.id,
        item.sets,
        item.reps,
        item.hold_s,
        *(round(10 * t) for t in item.tempo_s),
        item.rest_s,
        low,
        high,
        ("both", "left", "right").index(item.side),
        terms.FEEDBACK.index(item.feedback),
        conditions.ceiling_dps(exercise, list(flags)),
        levels,
        round(item.load_kg * 10),
    )
