"""Pain that was marked with the brace's button, beside the movement that it interrupted."""

from __future__ import annotations

from brace import lifts
from brace.exercise import terms

from plumbline.report import words
from plumbline.report.html import Section, paragraph, table
from plumbline.report.wearing import POSTURES, Day, Mark

# A tap is looked at by the brace up to two seconds after the press; a movement counts that ended
# no longer before it than this.
_BEFORE_S = 10.0
_SHOWN = 20


def _movement(day: Day, at: float) -> str:
    """The bend or lift-like movement that ended shortly before, or was under way."""
    for mark in sorted(day.marks, key=lambda m: m.at, reverse=True):
        if mark.kind not in ("bend", "lift"):
            continue
        begun = mark.at - mark.fields.get("blocks", 0) / 8
        if begun <= at <= mark.at + _BEFORE_S:
            if mark.kind == "lift":
                style = mark.fields["style"]
                name = lifts.NAMES[style] if style < len(lifts.NAMES) else "none"
                return f"lift-like movement ({name.replace('_', '-')})"
            return f"bend to {mark.fields['peak_cdeg'] / 100:.0f}°"
    return ""


def _exercise(course, at: float) -> str:
    """The exercise whose set was under way."""
    for trained in course.trained if course else ():
        for one in trained.sets:
            if one.at - one.seconds <= at <= one.at + _BEFORE_S and one.flags & terms.PAIN:
                reps = [str(r.number) for r in one.repetitions if r.flags & terms.PAIN]
                return one.what.title + (f", repetition {words.listed(reps)}" if reps else "")
    return ""


def _row(day: Day, mark: Mark, course) -> list[str]:
    f = mark.fields
    posture = POSTURES[f["posture"]] if f["posture"] < len(POSTURES) else "unknown"
    doing = _exercise(course, mark.at) or _movement(day, mark.at)
    return [
        f"{words.day_name(day)}, {words.clock(day, mark.at)}", doing or "–",
        words.PLAIN[posture], f"{f['flexion_cdeg'] / 100:.0f}", "°",
    ]  # fmt: skip


def section(wearing, about) -> Section | None:
    found = [(day, mark) for day in wearing.days for mark in day.marks if mark.kind == "pain"]
    if not found:
        return None
    rows = [_row(day, mark, about.course) for day, mark in found[-_SHOWN:]]
    said = f"Pain was marked {words.times(len(found))}."
    if len(found) > _SHOWN:
        said += f" The last {_SHOWN} are shown."
    body = paragraph(said) + table(["When", "During", "Posture", "Trunk flexion", "Unit"], rows,
                                   "Pain that was marked", wide=True)  # fmt: skip
    note = paragraph(
        "What was done at that time, not what caused the pain. A tap says that it hurt, not how "
        "much.", kind="note",
    )  # fmt: skip
    return Section("clinic", "Pain that was marked", body + note)
