"""Rows of the clinical page that say how much of something there was, with the spread of days."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.report.wearing import Day, Wearing

# A day worn for less says nothing about rates.
_LEAST_S = 3600.0


def spread(wearing: Wearing, of_day: Callable[[Day], float], form: str = "{:.1f}") -> list[str]:
    """Interval and remark: the least and the most of the days on which the brace was worn for an
    hour or more."""
    if wearing.worn_s < _LEAST_S:
        return ["–", "from less than an hour"]
    days = [of_day(day) for day in wearing.days if day.worn_s >= _LEAST_S]
    if len(days) < 2:
        return ["–", ""]
    return [f"{form.format(min(days))} to {form.format(max(days))}", "range of days"]


def row(what: str, wearing: Wearing, of_day: Callable[[Day], float], n: str,
        unit: str = "per h worn", form: str = "{:.1f}") -> list[str]:  # fmt: skip
    """How often in an hour worn; of_day: how often on a day."""
    total = sum(of_day(day) for day in wearing.days)
    per_hour = total / (wearing.worn_s / 3600)
    return [what, form.format(per_hour), unit, n,
            *spread(wearing, lambda day: of_day(day) / (day.worn_s / 3600), form)]  # fmt: skip
