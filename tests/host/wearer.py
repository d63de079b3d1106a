"""A made-up wearer: records as a brace would write them, from a seeded script.  Nobody's data."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from brace.posture import EXTENDED, FLEXED, LEFT, MOVING, RIGHT, SUPINE, UPRIGHT

# 2026-03-02 was a Monday; 08:00 UTC.
START_MS = 1_772_438_400_000


@dataclass
class Record:
    boot: int
    t_cs: int
    name: str
    fields: dict[str, Any]
    utc_ms: int | None = None


def clock(records):
    """What dates these records: utc_ms(boot, t_cs), as plumbline.segments.Clock's."""
    anchors = {r.boot: r.utc_ms - 10 * r.t_cs for r in records if r.utc_ms is not None}
    return lambda boot, t_cs: anchors[boot] + 10 * t_cs if boot in anchors else None


def _angle(posture, rng):
    return {
        UPRIGHT: rng.gauss(4, 3), FLEXED: rng.gauss(32, 7), EXTENDED: rng.gauss(-16, 2),
        LEFT: rng.gauss(6, 3), RIGHT: rng.gauss(6, 3), SUPINE: rng.gauss(75, 6),
        MOVING: rng.gauss(10, 6),
    }[posture]  # fmt: skip


def day(boot: int, hours: float = 9.0, epoch_s: int = 60, seed: int = 1, dated: bool = True,
        start_ms: int = START_MS, sensors: int = 3) -> list[Record]:  # fmt: skip
    """One boot of so many hours: changes of posture, epochs, and cues with their answers."""
    rng = random.Random(seed)
    out: list[Record] = []
    end = int(hours * 3600)

    def add(t, name, **fields):
        utc = start_ms + int(t * 1000) if dated else None
        out.append(Record(boot, int(t * 100), name, fields, utc))

    add(0, "start", sensors=sensors, reason=1, epoch_s=epoch_s, calibration=7, zone_min=60)
    t, posture, number, next_epoch = 3.0, UPRIGHT, 0, float(epoch_s)
    add(t, "posture", posture=posture, before=0)
    while t < end:
        scale = min(1.0, hours / 2)
        stay = scale * rng.expovariate(1 / {UPRIGHT: 260, FLEXED: 90, MOVING: 60}.get(posture, 45))
        cue_at = t + 20 if posture in (FLEXED, EXTENDED, LEFT, RIGHT) and stay > 20 else None
        change = min(t + stay, end)
        if cue_at and rng.random() < 0.7:
            change = min(cue_at + rng.uniform(1.5, 12), end)
        answered = cue_at is not None and change - cue_at < 15
        while next_epoch <= change:
            if cue_at and cue_at < next_epoch:
                number = _cue(add, cue_at, number, posture)
                cue_at = None
            angle = _angle(posture, rng)
            add(next_epoch, "epoch", block=int(next_epoch * 8), blocks=epoch_s * 8,
                posture=posture, flexion_cdeg=int(100 * angle),
                flexion_min_cdeg=int(100 * (angle - rng.uniform(3, 12))),
                flexion_max_cdeg=int(100 * (angle + rng.uniform(3, 25))),
                lateral_cdeg=rng.randrange(-500, 500), lumbar_cdeg=int(60 * angle), worn=1)
            next_epoch += epoch_s
        if cue_at and cue_at < change:
            number = _cue(add, cue_at, number, posture)
            cue_at = None
        t = change
        if number and out[-1].name == "cue" or answered:
            last = next(r for r in reversed(out) if r.name == "cue")
            after = t - last.t_cs / 100
            add(t, "response", number=number, outcome=1 if after < 15 else 2,
                after_ds=int(10 * min(after, 15)))
        if t < end:
            choices = [p for p in (UPRIGHT, FLEXED, MOVING, EXTENDED, LEFT, RIGHT) if p != posture]
            weights = {UPRIGHT: 8, FLEXED: 5, MOVING: 4}
            posture = rng.choices(choices, [weights.get(p, 1) for p in choices])[0]
            add(t, "posture", posture=posture, before=0)
    return sorted(out, key=lambda r: r.t_cs)


def _cue(add, at, number, posture):
    add(at, "cue", number=number + 1, posture=posture, strength=1, dwell_ds=200,
        value_cdeg=2600, threshold_cdeg=2000)
    return number + 1


def fortnight(seed: int = 1) -> list[Record]:
    """Fourteen days of some twelve hours."""
    return [
        record
        for i in range(14)
        for record in day(i + 1, hours=12, seed=seed + i, start_ms=START_MS + i * 86_400_000)
    ]
