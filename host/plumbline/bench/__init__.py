"""Figures that depend on the machine or on time: `make bench`.

Each module `part_*.py` of this package is one part: TITLE says what it measures, `run(bench)`
measures and puts its figures with their units, and where there is a bar, that.  Adding a part is
adding a file.  All figures go to build/bench.json too, a dot in a key meaning nesting.
"""

from __future__ import annotations

import json
import operator
import re
import time
from collections.abc import Callable
from pathlib import Path

_HOLDS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


class Bench:
    """Collects figures, prints them as they come."""

    def __init__(self, say: Callable[[str], None] = print):
        self.figures: dict = {}
        self.missed: list[str] = []
        self.say = say

    def put(self, key: str, value: float, unit: str = "", *, bar: str = "",
            note: str = "") -> None:
        """One figure: dotted key, number, unit; bar like "<= 0.66", which it should meet."""
        *folders, name = key.split(".")
        place = self.figures
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
        line = f"  {key:28} {_readable(value):>12} {unit:10}"
        if bar:
            met = _meets(value, bar)
            line += f" {bar:9} {'met' if met else 'MISSED'}"
            if not met:
                self.missed.append(key)
        self.say(f"{line}  {note}".rstrip())

    def write(self, path: Path) -> None:
        """Adds the figures to those in the file: a run of some parts keeps the others'."""
        known = json.loads(path.read_text()) if path.exists() else {}
        _merge(known, self.figures)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def best_seconds(*actions: Callable[[], object], rounds: int) -> list[float]:
    """The shortest time of each action, all taken in turn so that none gets the quiet moments."""
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for i, action in enumerate(actions):
            start = time.perf_counter()
            action()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def _readable(value: float) -> str:
    if isinstance(value, int) or value >= 10000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if value >= 100 else f"{value:.3f}"


def _meets(value: float, bar: str) -> bool:
    how, limit = re.fullmatch(r"([<>]=?) *([-\d.]+)", bar).groups()
    return _HOLDS[how](value, float(limit))


def _merge(into: dict, new: dict) -> None:
    for key, value in new.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value
