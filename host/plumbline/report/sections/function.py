"""What the wearer can do, apart from how much it hurts: two courses, judged by their error."""

from __future__ import annotations

from plumbline.clinic import change, proms
from plumbline.report import charts, words
from plumbline.report.course import Course, better
from plumbline.report.html import Section, escape, paragraph

_SHOWN = (("psfs", "What you can do", "Your own activities, 10 is as before"),
          ("nprs", "How much it hurts", "10 is the worst pain"))  # fmt: skip


def plain(verdict: change.Verdict | None, instrument: str) -> str:
    """A sentence for the wearer."""
    if verdict is None:
        return "One value is no course yet: tell it again in a week or two."
    if verdict.word == change.CHANGED:
        good = verdict.difference * better(instrument) > 0
        how = "It has become better" if good else "It has become worse"
        return f"{how}, by more than such answers change by themselves."
    if verdict.word == change.WITHIN:
        return "It goes up and down a little; that is no change yet."
    return "A change cannot be told from these values."


def drawing(course: Course, instrument: str) -> str:
    """A questionnaire's course; "" before there are two days."""
    told = course.told(instrument)
    if len({e.at.date() for e in told}) < 2:
        return ""
    what, limit = proms.INSTRUMENTS[instrument], change.LIMITS.get(instrument)
    return charts.trend([charts.Point(e.at.date(), e.score) for e in told], what.title, what.unit,
                        *what.score, error=limit and limit.mdc)  # fmt: skip


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None:
        return None
    parts = []
    for instrument, title, scale in _SHOWN:
        told = course.told(instrument)
        if told:
            last = told[-1]
            parts.append(
                f"<article><h3>{escape(title)}</h3>"
                + paragraph(f"{scale}.",
                            f"Last: {words.score(last.score)} on {last.at.day} {last.at:%B}.",
                            kind="note")
                + drawing(course, instrument)
                + paragraph(plain(course.outcome(instrument), instrument))
                + "</article>"
            )  # fmt: skip
    if not parts:
        return None
    lead = paragraph(
        "Being able to do more and hurting less are two things, and they need not come together.",
        "The grey band is how much such answers change by themselves." if "trend" in "".join(parts)
        else "",
    )
    taps = len(wearing.marks("pain"))
    tail = ""
    if taps:
        tail = paragraph(f"You marked pain with the button {words.times(taps)}.")
    body = lead + f'<div class="grid">{"".join(parts)}</div>' + tail
    return Section("wearer", "What you can do, and how it feels", body)
