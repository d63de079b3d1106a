"""Function apart from pain: questionnaires at the checkpoints, judged against their error."""

from __future__ import annotations

from plumbline.clinic import change, proms
from plumbline.report import words
from plumbline.report.course import CHECKPOINTS, Course
from plumbline.report.html import Section, escape, paragraph, table
from plumbline.report.sections.function import drawing

_FUNCTION = ("psfs", "rmdq", "odi")
_OTHER = ("nprs", "sleep", "stress")


def _rows(course: Course, instruments) -> list[list[str]]:
    rows = []
    for name in instruments:
        told = course.told(name)
        if not told:
            continue
        what, limit = proms.INSTRUMENTS[name], change.LIMITS.get(name)
        at = [course.near(name, week) for week in CHECKPOINTS]
        verdict = course.outcome(name)
        judged = "–"
        if verdict:
            matters = {True: ", reaches the MCID", False: ", below the MCID", None: ""}
            judged = f"{verdict.difference:+.1f}: {verdict.word}{matters[verdict.important]}"
        rows.append([
            what.title, what.unit, str(len(told)),
            *(words.score(e.score) if e else "–" for e in at),
            words.score(told[-1].score), judged,
            f"{limit.mdc:g}; {limit.source}" if limit else "no error is known",
        ])  # fmt: skip
    return rows


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None:
        return None
    head = ["Measure", "Unit", "n", *(f"Week {w}" for w in CHECKPOINTS), "Last", "Change",
            "MDC and source"]  # fmt: skip
    body = ""
    for title, names in (("Function", _FUNCTION), ("Pain, sleep, stress", _OTHER)):
        rows = _rows(course, names)
        if rows:
            drawn = {proms.INSTRUMENTS[n].title: drawing(course, n) for n in names}
            figures = "".join(
                f"<figure><figcaption>{escape(what)}</figcaption>{d}</figure>"
                for what, d in drawn.items() if d
            )
            body += f"<h3>{escape(title)}</h3>"
            body += f'<div class="grid">{figures}</div>' if figures else ""
            body += table(head, rows, title, wide=True)
    if not body:
        return None
    note = paragraph(
        "The change is of the last value against the first one. The Oswestry index is entered as "
        "a score only. Grey bands in the drawings are the minimal detectable change about the "
        "first value (MDC: less than that is within the error of asking twice); MCID is the least "
        "change that people call worthwhile. Functioning better and feeling better are judged "
        "apart.",
        kind="note",
    )  # fmt: skip
    return Section("clinic", "Function, and pain", body + note)
