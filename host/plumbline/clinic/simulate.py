"""Made-up patients who follow a plan for twelve weeks, to see what the rules make of them.

Nobody's data.  Four kinds: "steady" gets better, "flare" gets better with two setbacks,
"drop-off" stops coming after the first week and comes back, "overdoer" does more than asked and
pays for it.  The whole way of a plan is gone: evidence, review, the therapist's decision, audit.

    for line in run("flare", folder, seed=1): print(line)
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.clinic import decide, progress
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.clinic.plan import Item, Plan
from plumbline.clinic.progress import Evidence, Session

START = dt.date(2026, 3, 2)
WEEKS = 12
THERAPIST = "Simulated Therapist"
_STARTING = ("pelvic-tilt", "hip-hinge", "squat", "glute-bridge", "bird-dog", "plank")


@dataclass
class Kind:
    """How a kind of patient behaves in a week (1 ..): shares and points of 10.

    comes: chance that a planned session takes place.  hurts: pain without exercise.  bears: how
    many levels of load before exercise hurts.  extra: sessions a week beyond the plan, which hurt
    as three levels more would.  skill: share of good repetitions in week 1, and what a week
    adds."""

    comes: dict[int, float]
    hurts: dict[int, float]
    bears: float
    extra: dict[int, float] = field(default_factory=lambda: {1: 0})
    skill: tuple[float, float] = (0.74, 0.03)

    @staticmethod
    def at(table: dict[int, float], week: int) -> float:
        """The entry of the last week named that has come."""
        return table[max(w for w in table if w <= week)]


KINDS = {
    "steady": Kind({1: 0.95}, {1: 5.0, 2: 4.0, 3: 3.0, 5: 2.0, 8: 1.0}, bears=4.0),
    "flare": Kind(
        {1: 0.9},
        {1: 4.0, 2: 3.0, 3: 2.0, 5: 6.0, 6: 5.0, 7: 2.0, 9: 6.0, 10: 3.0, 11: 1.0},
        bears=3.0,
    ),
    "drop-off": Kind({1: 0.9, 2: 0.15, 6: 0.8}, {1: 4.0, 3: 3.0, 8: 2.0}, bears=3.0),
    "overdoer": Kind({1: 1.0}, {1: 3.0, 4: 2.0}, bears=1.0,
                     extra={1: 2, 5: 0, 9: 2, 10: 0}, skill=(0.8, 0.02)),
}


@dataclass
class Patient:
    """One made-up patient under way."""

    kind: Kind
    rng: random.Random
    sessions: list[Session] = field(default_factory=list)
    pain: list[tuple[dt.date, float]] = field(default_factory=list)

    def _score(self, middle: float) -> int:
        return max(0, min(10, round(self.rng.gauss(middle, 0.5))))

    def _do(self, item: Item, day: dt.date, week: int, rest: float) -> None:
        first, more = self.kind.skill
        skill = min(0.97, first + more * week - 0.06 * item.complexity)
        reps = item.sets * item.reps if item.exercise.kind != "hold" else item.sets * item.hold_s
        good = sum(self.rng.random() < skill for _ in range(reps))
        load = item.load + 0.5 * item.complexity
        extra = Kind.at(self.kind.extra, week)
        over = max(0.0, load + (3.0 if extra else 0.0) - self.kind.bears)
        before = self._score(0.5 * rest)
        during = self._score(0.6 * rest + 1.6 * over)
        after = before + (1 if during > 5 or self.rng.random() < 0.05 else 0)
        self.sessions.append(Session(day, item.name, item.sets, item.sets, reps, good, before,
                                     during, min(10, after)))

    def live(self, plan: Plan, week: int) -> None:
        """One week."""
        monday = START + dt.timedelta(weeks=week - 1)
        rest = Kind.at(self.kind.hurts, week)
        for i in range(7):
            self.pain.append((monday + dt.timedelta(days=i), self._score(rest)))
        comes = Kind.at(self.kind.comes, week)
        for item in plan.items:
            extra = int(Kind.at(self.kind.extra, week)) if item.per_week else 0
            times = item.per_week + extra
            for i in range(min(times, 7)):
                if self.rng.random() < comes:
                    day = monday + dt.timedelta(days=i * 7 // max(times, 1))
                    self._do(item, day, week, rest)


def _begin(folder: Path, kind: str) -> Person:
    profile = Profile(f"SIM-{kind}", (Therapist(THERAPIST, "made up"),))
    person = Person.create(folder, profile)
    plan = Plan(profile.pseudonym, 1, START, author=THERAPIST, items=tuple(
        Item(name, *_dose(name)) for name in _STARTING))
    decide.adopt(person, plan, THERAPIST, _clock(START - dt.timedelta(days=1)))
    return person


def _dose(name: str) -> tuple:
    from plumbline.clinic import exercises

    exercise = exercises.get(name)
    sets, reps, hold = exercise.dose(0)
    return sets, reps, hold, exercise.tempo_s


def _clock(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(18), dt.timezone.utc)


def run(kind: str, folder: Path, seed: int = 1) -> Iterator[str]:
    """Twelve weeks of a kind of patient, told in lines; their folder is made in `folder`."""
    person = _begin(folder, kind)
    patient = Patient(KINDS[kind], random.Random(seed))
    for week in range(1, WEEKS + 1):
        plan = person.plan()
        patient.live(plan, week)
        sunday = START + dt.timedelta(days=7 * week - 1)
        yield _told(plan, patient, week, sunday)
        evidence = Evidence(tuple(patient.sessions), tuple(patient.pain))
        review = progress.review(plan, evidence, sunday)
        for remark in review.remarks:
            yield f"    ! {remark}"
        steps = [p for p in review.proposals if p.action != "hold"]
        for proposal in steps:
            yield f"    {proposal.action:7} {proposal.because}"
        for because in sorted({p.because for p in review.proposals if p.action == "hold"}):
            yield f"    hold    {because}"
        decide.keep(person, review, _clock(sunday))
        if steps:
            after = decide.accept(person, THERAPIST, _clock(sunday))
            yield f"    approved by {THERAPIST}: revision {after.revision}"


def _told(plan: Plan, patient: Patient, week: int, sunday: dt.date) -> str:
    this = [s for s in patient.sessions if 0 <= (sunday - s.day).days < 7]
    planned = sum(item.per_week for item in plan.items)
    lights = {light: sum(s.light == light for s in this) for light in ("green", "amber", "red")}
    pain = [p for day, p in patient.pain if 0 <= (sunday - day).days < 7]
    reps = sum(s.reps for s in this)
    good = f"{100 * sum(s.good for s in this) / reps:.0f} % good" if reps else "nothing done"
    levels = " ".join(
        f"{item.name}:{item.load}{item.complexity}{item.balance}{'' if item.per_week else '(off)'}"
        for item in plan.items
    )
    return (f"week {week:2}: {len(this)} of {planned} sessions, {good}, pain "
            f"{sum(pain) / len(pain):.1f}, {lights['green']} green {lights['amber']} amber "
            f"{lights['red']} red; {levels}")
