"""Whole made-up programmes for the report: six weeks of a person who wears, trains and tells."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import trained
import wearer
from plumbline.clinic import decide, progress, training
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.clinic.plan import Item, Plan
from plumbline.report import course, page
from plumbline.report.wearing import build

START = dt.date(2026, 3, 2)
THERAPIST = "A. Sato"
PSFS = ("carry my daughter upstairs", "sit through a lesson", "dig the garden")


def person(folder: Path, weeks: int = 6, seed: int = 1) -> Person:
    """Their folder: profile, plan, diary, audit."""
    rng = random.Random(seed)
    profile = Profile("P7", (Therapist(THERAPIST),), ["degenerative-disc"], ["PL-0001"],
                      {"doctor": "Dr. Ito, 555 0101"})  # fmt: skip
    who = Person.create(folder, profile)
    items = tuple(
        Item(name, 2, 8, 20 if name == "plank" else 0, (3, 0, 1.5), per_week=3, load=1,
             changed=START) for name in trained.PROGRAMME
    )  # fmt: skip
    begun = dt.datetime(2026, 3, 1, 17, tzinfo=dt.timezone.utc)
    decide.adopt(who, Plan("P7", 1, START, items=items, author=THERAPIST), THERAPIST, begun)
    for week in range(weeks + 1):
        at = begun + dt.timedelta(days=7 * week)
        better = week / weeks
        who.diary.add("psfs", {"activities": {
            name: min(10, round(3 + 3.5 * better + i + rng.gauss(0, 0.4)))
            for i, name in enumerate(PSFS)}}, at)  # fmt: skip
        if week in (0, weeks):
            who.diary.add("odi", {"score": 38 - 14 * better}, at, "form")
            who.diary.add("rmdq", {"score": round(11 - 4 * better)}, at, "form")
        for day in (0, 2, 4) if week < weeks else ():
            score = round(max(0, 5.5 - 2 * better + rng.gauss(0, 0.8)))
            who.diary.add("nprs", {"score": score}, at + dt.timedelta(days=day, hours=3))
            who.diary.add("nprs", {"score": max(0, score - 2), "when": "during"},
                          at + dt.timedelta(days=day + 1))  # fmt: skip
    return who


def worn(weeks: int = 6, seed: int = 1, epoch_s: int = 300) -> list[wearer.Record]:
    """Days of wear, with bends, lifts, sitting bouts and pain taps."""
    rng = random.Random(seed)
    out = []
    for i in range(7 * weeks):
        if rng.random() < 0.15:
            continue
        hours = max(1.0, rng.gauss(9 - (i > 20), 2))
        rows = wearer.day(i + 1, hours=hours, seed=seed + i, epoch_s=epoch_s,
                          start_ms=wearer.START_MS + i * trained.DAY_MS)  # fmt: skip
        out += sorted(rows + _doings(i + 1, hours, rng), key=lambda r: r.t_cs)
    return out


def _doings(boot: int, hours: float, rng: random.Random) -> list[wearer.Record]:
    rows = []

    def add(name: str, **fields) -> None:
        t_cs = int(rng.uniform(60, hours * 3600) * 100)
        utc = wearer.START_MS + (boot - 1) * trained.DAY_MS + 10 * t_cs
        rows.append(wearer.Record(boot, t_cs, name, fields, utc))

    for _ in range(int(hours * rng.uniform(6, 14))):
        peak = rng.uniform(22, 95)
        add("bend", bin=sum(peak >= b for b in (45, 60, 90)), peak_cdeg=int(100 * peak),
            fastest_cdps=int(rng.gauss(7000, 1500)), dose_deg_s=int(peak * rng.uniform(1, 6)),
            blocks=30, since=0, block=0)  # fmt: skip
    for _ in range(int(hours * rng.uniform(0.5, 2))):
        add("lift", style=rng.choice((1, 1, 2, 3)), twisted=int(rng.random() < 0.2))
    for _ in range(int(hours * 1.2)):
        add("sitting", seconds=int(rng.expovariate(1 / 1500)) + 30, broken_by=2)
    if rng.random() < 0.1:
        add("pain", score=0, posture=1, flexion_cdeg=2500, lateral_cdeg=0)
    return rows


def report(folder: Path, weeks: int = 6, days_ago: int = 0) -> str:
    """The HTML at the end of so many weeks."""
    who = person(folder, weeks)
    records = worn(weeks)
    wearing = build(records, wearer.clock(records))
    done = training.read(trained.programme(weeks), trained.clock)
    today = START + dt.timedelta(days=7 * weeks - 1 - days_ago)
    plan = who.plan()
    review = progress.review(plan, training.evidence(who, plan, done), today)
    decide.keep(who, review, dt.datetime.combine(today, dt.time(18), dt.timezone.utc))
    told = course.Course.of(who, done, wearing, today)
    wearing.days = wearing.days[-14:]
    about = page.About("P7", "PL-0001", "", "plumbline", dt.datetime(2026, 4, 12, 18, 0),
                       course=told)  # fmt: skip
    return page.render(wearing, about)
