"""Every exercise as the host sees it: the brace's own description and words for people.

    squat = exercises.get("squat")
    squat.dose(2)           # sets, repetitions, seconds held at level 2 of load
    squat.band, squat.unit  # (12.0, 60.0), "°"
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from brace.exercise import library, terms

from plumbline.clinic import tomlfile
from plumbline.errors import UsageError

# Doses by level of load: (sets, repetitions) or seconds held in two sets.
LADDERS = {
    "reps": ((2, 6), (2, 8), (2, 10), (3, 10), (3, 12)),
    "hold": ((2, 10), (2, 15), (2, 20), (2, 30), (2, 45), (2, 60)),
    "none": (),
}
AXES = ("load", "complexity", "balance")
_TRAITS = ("loaded_flexion", "loaded_rotation", "balance_demand", "strain", "prone", "supine")


@dataclass(frozen=True)
class Exercise:
    """One exercise.  Angles in degrees or heights in mm (`unit`), times in seconds."""

    id: int
    name: str
    kind: str  # of brace.exercise.terms.KINDS
    start: str
    signal: int
    direction: int
    swing: float
    band: tuple[float, float]
    unit: str
    tempo_s: tuple[float, float, float]
    sets: int
    reps: int
    hold_s: int
    sides: int
    ceiling_dps: int
    lengthens: int  # the phase that lowers or lengthens: 1 out, 2 back, 0 neither
    purpose: str
    title: str
    how: str
    tags: tuple[str, ...]
    ladder: str
    steps: dict[str, tuple[str, ...]]  # names of the levels of complexity and balance
    traits: frozenset[str]

    def top(self, axis: str) -> int:
        """The highest level of an axis of AXES."""
        if axis == "load":
            return max(len(LADDERS[self.ladder]) - 1, 0)
        return len(self.steps[axis]) - 1

    def dose(self, load: int) -> tuple[int, int, int]:
        """(sets, repetitions, seconds held) at a level of load; the library's own where the
        exercise is not graded by dose."""
        ladder = LADDERS[self.ladder]
        if not ladder:
            return self.sets, self.reps, self.hold_s
        sets, amount = ladder[load]
        return (sets, amount, self.hold_s) if self.ladder == "reps" else (sets, 1, amount)

    def level_name(self, axis: str, level: int) -> str:
        """What a level is called towards people."""
        if axis == "load":
            sets, reps, hold = self.dose(level)
            if self.ladder == "hold":
                return f"{sets} sets of {hold} s"
            return f"{sets} sets of {reps}"
        return self.steps[axis][level]


def _exercise(row: tuple, words: dict) -> Exercise:
    heights = row[library.SIGNAL] == terms.HEIGHT
    scale = 1.0 if heights else 100.0
    sets, reps, hold = row[library.DOSE]
    return Exercise(
        id=row[library.ID],
        name=row[library.NAME],
        kind=terms.KINDS[row[library.KIND]],
        start=terms.STARTS[row[library.START]],
        signal=row[library.SIGNAL],
        direction=row[library.DIRECTION],
        swing=row[library.SWING] / scale,
        band=tuple(value / scale for value in row[library.BAND]),
        unit="mm" if heights else "°",
        tempo_s=tuple(value / 10 for value in row[library.TEMPO]),
        sets=sets,
        reps=reps,
        hold_s=hold,
        sides=row[library.SIDES],
        ceiling_dps=row[library.CEILING],
        lengthens=row[library.LENGTHENS],
        purpose=row[library.PURPOSE],
        title=words["title"],
        how=words["how"],
        tags=tuple(words["tags"]),
        ladder=words["ladder"],
        steps={axis: tuple(words[axis]) for axis in ("complexity", "balance")},
        traits=frozenset(t for t in _TRAITS if words.get(t)),
    )


@cache
def table() -> dict[str, Exercise]:
    """All exercises by name, in the library's order."""
    text = (files("plumbline.clinic") / "exercises.toml").read_text(encoding="utf-8")
    words, _ = tomlfile.parse(text, "exercises.toml")
    return {row[library.NAME]: _exercise(row, words[row[library.NAME]])
            for row in library.LIBRARY}  # fmt: skip


def get(name: str) -> Exercise:
    """The exercise of this name.  Raises UsageError that names the nearest one."""
    import difflib

    if name in table():
        return table()[name]
    close = difflib.get_close_matches(name, table(), n=1)
    raise UsageError(
        f"there is no exercise {name!r}",
        f"The nearest is {close[0]!r}" if close else f"Known are: {', '.join(table())}",
    )


def by_id(number: int) -> Exercise | None:
    """The exercise with the brace's number, None for one of a newer firmware."""
    row = library.by_id(number)
    return table()[row[library.NAME]] if row else None
