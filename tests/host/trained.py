"""Logs of exercises: what the engine makes of scripted performances, as the brace would log it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from brace import records
from plumbline.replay import exercises
from plumbline.virtual.workouts import WORKOUTS
from test_exercises import performed

# 2026-03-02 was a Monday; 17:00 UTC.
START_MS = 1_772_470_800_000
DAY_MS = 86_400_000
_ROW = records.LAYOUTS[records.EXERCISE][2][1:-1]


@dataclass
class Record:
    boot: int
    t_cs: int
    name: str
    fields: dict[str, Any]


@cache
def _done(name: str, changes: tuple) -> Any:
    return performed(name, **dict(changes))


def session(boot: int, *names: str, levels: int = 0, plan: int = 0, **changes) -> list[Record]:
    """One boot in which these workouts were performed, one after the other, some five minutes
    apart.  `Clock` dates boot n to the n-th day."""
    out = [Record(boot, 0, "start", {"zone_min": 60, "sensors": 3, "epoch_s": 60})]
    t_cs = 3000
    for name in names:
        done = _done(name, tuple(sorted(changes.items())))
        row = exercises.row(name, **{**WORKOUTS[name].changes, **changes})
        asked = {**dict(zip(_ROW, row, strict=True)), "levels": levels}
        out.append(Record(boot, t_cs, "exercise", {"chunk": 0, **asked, "plan": plan}))
        for kind, rows in (("repetition", done.repetitions), ("sway", done.sways),
                           ("reposition", done.repositions), ("set", done.sets)):  # fmt: skip
            out += [Record(boot, t_cs + 6000, kind, fields) for fields in rows]
        t_cs += 30_000
    return out


def clock(boot: int, t_cs: int) -> int:
    """ms since 1970."""
    return START_MS + (boot - 1) * DAY_MS + 10 * t_cs
