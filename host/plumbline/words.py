"""Numbers and lists in the words that people use."""

from __future__ import annotations

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """"45 s", "2 min 05 s", "12 min", "3 h 05 min"; from a day on "105 h"."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 599.5:
        whole, rest = divmod(round(seconds), 60)
        return f"{whole} min {rest:02} s" if rest else f"{whole} min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes >= 24 * 60:
        return f"{round(seconds / 3600)} h"
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes % 60 else f"{minutes // 60} h"


def count(number: int, one: str, many: str | None = None) -> str:
    """"one nudge", "3 nudges"."""
    if number == 1:
        return f"one {one}"
    return f"{'no' if number == 0 else number} {many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """"64 %"; "–" of nothing."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def listed(items: Sequence[str]) -> str:
    """"a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]
