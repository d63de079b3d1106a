"""Logs of exercises: what the engine makes of scripted performances, as the brace would log it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

from brace import records
from plumbline.clinic.training import SCREEN
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


# Exercises of the made-up programme, and by how much their range grows in six weeks.
PROGRAMME = {"hip-hinge": 1.25, "squat": 1.5, "lateral-bend": 1.1, "plank": 1.0}


def programme(weeks: int = 6, seed: int = 1) -> list[Record]:
    """Three sessions a week of PROGRAMME that get better, and a screen every two weeks."""
    rng = random.Random(seed)
    out: list[Record] = []
    for week in range(weeks):
        for day in (0, 2, 4):
            if rng.random() < 0.25:
                continue
            grown = {n: 1 + (g - 1) * week / weeks for n, g in PROGRAMME.items()}
            out += _lived(session(7 * week + day + 1, *PROGRAMME), grown, 1 - week / weeks, rng)
        if week % 2 == 0:
            out += _lived(session(7 * week + 6, "squat", "hip-hinge", "lateral-bend",
                                  "stance-single-leg", "bird-dog", "glute-bridge",
                                  levels=SCREEN), {}, 1 - week / weeks, rng)  # fmt: skip
    return out


def _lived(records: list[Record], grown: dict[str, float], faulty: float,
           rng: random.Random) -> list[Record]:  # fmt: skip
    """The same with the scatter of a day, and with faults left out as they are unlearnt."""
    from brace.exercise import library, terms

    out, name, today = [], "", rng.gauss(1, 0.03)
    good = 0
    for record in records:
        fields = dict(record.fields)
        if record.name == "exercise":
            name = library.by_id(fields["exercise"])[library.NAME]
            good = 0
        elif record.name == "repetition":
            fields["peak"] = int(fields["peak"] * grown.get(name, 1) * today * rng.gauss(1, 0.04))
            if rng.random() > faulty:
                fields["flags"] = 0
            good += not fields["flags"] & terms.FAULTS
        elif record.name == "set" and fields["done"] > 1:
            fields["good"] = good
        out.append(Record(record.boot, record.t_cs, record.name, fields))
    return out
