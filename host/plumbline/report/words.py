"""What the report calls things, and how it gives figures."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence

from plumbline.report.wearing import Day
from plumbline.words import count, duration, listed, percent

__all__ = [
    "PLAIN", "clock", "count", "date", "day_name", "duration", "interval", "listed", "percent",
    "score", "times", "wilson",
]  # fmt: skip

# What each posture is called towards the wearer.
PLAIN = {
    "upright": "upright",
    "flexed": "bent forward",
    "extended": "leaning back",
    "left": "leaning left",
    "right": "leaning right",
    "supine": "lying on your back",
    "prone": "lying on your front",
    "on_left": "lying on your left side",
    "on_right": "lying on your right side",
    "moving": "moving",
    "slouched": "slouched",
    "deep_bend": "bent down deeply",
    "twisted": "twisted",
    "unknown": "not sure",
    "off": "not worn",
    "gap": "nothing recorded",
}


def day_name(day: Day) -> str:
    """"Tuesday 21 November", or which start of the brace it was."""
    if day.date is None:
        return f"Start {day.number}, date not known"
    return f"{day.date:%A} {day.date.day} {day.date:%B}"


def date(day: dt.date | None) -> str:
    """"4 April 2026"."""
    return f"{day.day} {day:%B %Y}" if day else "date not known"


def clock(day: Day, at: float, seconds: bool = False) -> str:
    """The time of day, or since the start where the date is not known."""
    if day.date is None:
        passed = int(at - day.start)
        hours, rest = divmod(passed, 3600)
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{day.clock(at):%H:%M:%S}" if seconds else f"{day.clock(at):%H:%M}"


def times(n: int) -> str:
    """"once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def score(value: float) -> str:
    """Of a questionnaire: whole, or to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Median and quartiles of at least one value."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959964
    centre = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * (hits * (n - hits) / n + z * z / 4) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)
