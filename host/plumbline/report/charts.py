"""Drawings of the programme: the calendar of weeks, courses over time, repetitions, pips.

Inline SVG without script, like figures.py; colours are classes of style.css, and every drawing
says in words what it shows.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.report import words
from plumbline.report.course import Week
from plumbline.report.html import escape

_FULL_DAY_H = 12.0
_WIDTH = 340
_HEIGHT = 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 12, 12, 22


def calendar(weeks: Sequence[Week], today: dt.date) -> str:
    """Columns of weeks, rows of days: the fuller a disc, the longer the brace was worn; a ring is
    a day with exercises.  Above each week its share of the planned sessions."""
    cell, top = 26, 64
    width, height = 24 + cell * len(weeks), top + 7 * cell + 4
    parts = []
    for row, name in enumerate("MTWTFSS"):
        parts.append(f'<text class="tick" x="4" y="{top + row * cell + 17}">{name}</text>')
    for column, week in enumerate(weeks):
        x = 24 + cell * column + cell / 2
        parts.append(_share(week, x))
        parts.append(f'<text class="tick" x="{x}" y="{top - 6}" text-anchor="middle">'
                     f"{week.number}</text>")  # fmt: skip
        for row, day in enumerate(week.days):
            parts.append(_day(week, day, today, x, top + row * cell + cell / 2))
    done, planned = sum(w.done for w in weeks), sum(w.planned for w in weeks)
    worn = sum(len(w.worn) for w in weeks)
    label = (f"Calendar of {words.count(len(weeks), 'week')}: brace worn on "
             f"{words.count(worn, 'day')}, {done} of {planned} planned exercise sessions done")
    return (f'<svg class="calendar" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{label}">{"".join(parts)}</svg>')


def _share(week: Week, x: float) -> str:
    """The bar of a week above its column."""
    if week.ahead or not week.planned:
        return ""
    share = min(1.0, week.done / week.planned)
    return (f'<rect class="planned" x="{x - 8}" y="6" width="16" height="40" rx="3"/>'
            f'<rect class="achieved" x="{x - 8}" y="{46 - 40 * share:.1f}" width="16" '
            f'height="{40 * share:.1f}" rx="3"><title>Week {week.number}: {week.done} of '
            f"{week.planned} sessions</title></rect>")  # fmt: skip


def _day(week: Week, day: dt.date, today: dt.date, x: float, y: float) -> str:
    if day > today:
        return f'<circle class="coming" cx="{x}" cy="{y}" r="1.6"/>'
    hours = week.worn.get(day, 0.0)
    said = f"{day:%a} {day.day} {day:%b}: worn {words.duration(3600 * hours)}"
    radius = 9 * math.sqrt(min(1.0, hours / _FULL_DAY_H))
    marks = f'<circle class="blank" cx="{x}" cy="{y}" r="2"/>'
    if hours > 0:
        marks = f'<circle class="worn" cx="{x}" cy="{y}" r="{max(radius, 2.5):.1f}"/>'
    if week.trained.get(day):
        said += f", {words.count(week.trained[day], 'exercise')}"
        marks += f'<circle class="trained" cx="{x}" cy="{y}" r="10.5"/>'
    return f"<g><title>{said}</title>{marks}</g>"


# -- courses over time -----------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A value on a day; low, high: its interval."""

    day: dt.date
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Scale:
    """From values to the drawing."""

    first: dt.date
    last: dt.date
    low: float
    high: float

    def x(self, day: dt.date) -> float:
        span = max((self.last - self.first).days, 1)
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - self.first).days / span, 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)


def _ticks(low: float, high: float) -> list[float]:
    """Two to five round numbers between."""
    step = 10 ** math.floor(math.log10(max(high - low, 1e-6)))
    for factor in (0.2, 0.5, 1.0, 2.0):
        if (high - low) / (step * factor) <= 5:
            step *= factor
            break
    first = math.ceil(low / step)
    return [round(step * i, 6) for i in range(first, int(high // step) + 1)]


def _grid(scale: Scale) -> str:
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{scale.y(v)}" '
        f'y2="{scale.y(v)}"/><text class="tick" x="{_LEFT - 5}" y="{scale.y(v) + 4}" '
        f'text-anchor="end">{v:g}</text>'
        for v in _ticks(scale.low, scale.high)
    ]
    days = [scale.first, scale.last] if scale.last > scale.first else [scale.first]
    for day, side in zip(days, ("start", "end"), strict=False):
        parts.append(f'<text class="tick" x="{scale.x(day)}" y="{_HEIGHT - 6}" '
                     f'text-anchor="{side}">{day.day} {day:%b}</text>')  # fmt: skip
    return "".join(parts)


def _drawing(kind: str, label: str, body: str) -> str:
    return (f'<svg class="{kind}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-label="{escape(label)}">{body}</svg>')


def trend(points: Sequence[Point], name: str, unit: str, low: float, high: float,
          error: float | None = None) -> str:  # fmt: skip
    """A course: dots with their intervals on a line; the shaded band is what lies within the
    error of the first value."""
    low = min([low, *(p.low if p.low is not None else p.value for p in points)])
    high = max([high, *(p.high if p.high is not None else p.value for p in points)])
    scale = Scale(points[0].day, points[-1].day, low, high)
    body = ""
    if error:
        upper = scale.y(min(high, points[0].value + error))
        lower = scale.y(max(low, points[0].value - error))
        body += (f'<rect class="error" x="{_LEFT}" y="{upper}" '
                 f'width="{_WIDTH - _LEFT - _RIGHT}" height="{lower - upper:.1f}"/>')
    body += _grid(scale)
    line = " ".join(f"{scale.x(p.day)},{scale.y(p.value)}" for p in points)
    body += f'<polyline class="mean" points="{line}"/>'
    for p in points:
        if p.low is not None and p.high is not None:
            body += (f'<line class="whisker" x1="{scale.x(p.day)}" x2="{scale.x(p.day)}" '
                     f'y1="{scale.y(p.low)}" y2="{scale.y(p.high)}"/>')  # fmt: skip
        body += (f'<circle class="value" cx="{scale.x(p.day)}" cy="{scale.y(p.value)}" r="3.2">'
                 f"<title>{p.day}: {p.value:.1f} {escape(unit)}</title></circle>")  # fmt: skip
    label = (f"{name} from {points[0].value:.1f} on {points[0].day} to {points[-1].value:.1f} "
             f"{unit} on {points[-1].day}, {words.count(len(points), 'value')}")
    return _drawing("trend", label, body)


def repetitions(days: Sequence[tuple[dt.date, Sequence[tuple[float, bool]]]], name: str,
                unit: str, band: tuple[float, float]) -> str:  # fmt: skip
    """Every repetition as a dot over its day, full when free of faults, open when not; the shaded
    band is the target."""
    values = [value for _, reps in days for value, _ in reps]
    high = max(values) * 1.08
    low = min(0.0, *values) if min(values) < 0.6 * high else min(values) * 0.9
    scale = Scale(days[0][0], days[-1][0], low, high)
    upper, lower = scale.y(min(high, band[1])), scale.y(max(low, min(band[0], high)))
    body = (f'<rect class="target" x="{_LEFT}" y="{upper}" '
            f'width="{_WIDTH - _LEFT - _RIGHT}" height="{max(0.0, lower - upper):.1f}"/>')
    body += _grid(scale)
    for day, reps in days:
        spread = min(3.0, 14 / max(len(reps), 1))
        for i, (value, good) in enumerate(reps):
            x = scale.x(day) + spread * (i - (len(reps) - 1) / 2)
            x = min(max(x, _LEFT + 2), _WIDTH - _RIGHT)
            kind = "good" if good else "faulty"
            body += f'<circle class="rep {kind}" cx="{x:.1f}" cy="{scale.y(value)}" r="2.1"/>'
    good = sum(ok for _, reps in days for _, ok in reps)
    label = (f"{name}: {words.count(len(values), 'repetition')} on "
             f"{words.count(len(days), 'day')}, {good} free of faults, from {min(values):.0f} to "
             f"{max(values):.0f} {unit}")
    return _drawing("trend", label, body)


def pips(score: int, top: int) -> str:
    """A score as full and empty dots."""
    dots = "".join(
        f'<circle class="{"value" if i < score else "blank"}" cx="{8 + 16 * i}" cy="8" r="5.5"/>'
        for i in range(top)
    )
    return (f'<svg class="pips" viewBox="0 0 {16 * top} 16" role="img" '
            f'aria-label="{score} of {top}">{dots}</svg>')
