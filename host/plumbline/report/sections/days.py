"""Each day as a band of postures over the hours, with the nudges and how far the trunk leaned."""

from __future__ import annotations

from plumbline.report import figures, words
from plumbline.report.html import Section, escape, paragraph
from plumbline.report.wearing import Day, Wearing

# Beyond so many days each gets a thin band only, all on the same hours of the clock.
_IN_FULL = 3


def _full(day: Day) -> str:
    frame = figures.Frame.of(day)
    cues = figures.cue_marks(frame) if day.cues else ""
    return (
        f'<figure class="day"><figcaption>{escape(words.day_name(day))}</figcaption>'
        f"{figures.strip(frame)}{cues}{figures.axis(frame)}{figures.ribbon(frame)}</figure>"
    )


def _thin(day: Day, hours: tuple[int, int], last: bool) -> str:
    frame = figures.Frame.clock(day, *hours) if day.date else figures.Frame.of(day)
    cues = figures.cue_marks(frame) if day.cues else ""
    axis = figures.axis(frame) if last or not day.date else ""
    name = f"{day.date:%a} {day.date.day}" if day.date else words.day_name(day)
    worn = words.duration(day.worn_s)
    return (
        f'<figure class="day thin"><figcaption>{escape(name)}<span>{worn}</span></figcaption>'
        f"<div>{figures.strip(frame, 26)}{cues}{axis}</div></figure>"
    )


def section(wearing: Wearing, about) -> Section | None:
    if not wearing.days:
        return None
    full = len(wearing.days) <= _IN_FULL
    if full:
        rows = [_full(day) for day in wearing.days]
    else:
        hours = figures.common_hours([d for d in wearing.days if d.date] or wearing.days)
        rows = [_thin(day, hours, day is wearing.days[-1]) for day in wearing.days]
    seen = sorted({p for day in wearing.days for p in figures.shown(day)})
    key = figures.legend(seen)
    marks = ""
    if wearing.cues():
        marks = (
            '<ul class="legend"><li><svg class="keymark"><circle class="dot corrected" cx="6" '
            'cy="7" r="3.5"/></svg>a nudge, answered</li><li><svg class="keymark"><circle '
            'class="dot ignored" cx="6" cy="7" r="3.5"/></svg>a nudge, not answered</li></ul>'
        )
    note = paragraph(
        "The line under each band is how far your back leaned forward, in degrees; the shading is "
        "how much it varied.",
        kind="note",
    ) if full and any(len(day.epochs) > 1 for day in wearing.days) else ""  # fmt: skip
    title = "Your day" if len(wearing.days) == 1 else "Your days"
    return Section("wearer", title, key + "".join(rows) + marks + note)
