"""A person's programme as the report shows it: weeks, exercises, screens, what was told.

    course = Course.of(person, sets, wearing, today)
    course.weeks[3].done, course.weeks[3].planned, course.told("psfs")
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from plumbline.clinic import audit, change, decide, diary, progress, proms, screen, training
from plumbline.clinic.people import Person
from plumbline.clinic.plan import Plan
from plumbline.report.wearing import GAP, OFF, Wearing

# So many days may a value be away from a checkpoint and still stand for it.
_NEAR_DAYS = 10
CHECKPOINTS = (0, 1, 6, 12)
# What is asked for is the range itself, and its error is published.
_TRUNK_RANGES = ("trunk-flexion", "lateral-bend", "rotation")


@dataclass
class Week:
    """One week of the programme, from 1.  worn: hours by date; trained: exercises done by date;
    done, planned: exercise sessions; good, reps: repetitions (seconds of holds); pain: average
    scores told; ahead: it has not begun."""

    number: int
    first: dt.date
    ahead: bool
    worn: dict[dt.date, float] = field(default_factory=dict)
    trained: dict[dt.date, int] = field(default_factory=dict)
    done: int = 0
    planned: int = 0
    good: int = 0
    reps: int = 0
    pain: list[float] = field(default_factory=list)

    @property
    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=i) for i in range(7)]


@dataclass(frozen=True)
class Trained:
    """One exercise over the programme: its sets, oldest first, grouped by day."""

    name: str
    sets: tuple[training.Set, ...]

    @property
    def what(self):
        return self.sets[0].what

    def days(self) -> dict[dt.date, list[training.Set]]:
        """Its dated sets by day, oldest first."""
        found: dict[dt.date, list[training.Set]] = {}
        for one in self.sets:
            if one.day:
                found.setdefault(one.day, []).append(one)
        return found

    def extents(self) -> list[tuple[dt.date, list[float]]]:
        """Extents of repetitions, or seconds in the band of holds, by day."""
        return [(day, values) for day, sets in self.days().items()
                if (values := _values(sets))]  # fmt: skip

    def verdict(self) -> change.Verdict | None:
        """The last day against the first one, judged by the person's own scatter or a published
        error; None with a single day."""
        days = self.extents()
        if len(days) < 2:
            return None
        if self.name in _TRUNK_RANGES:
            mdc = change.LIMITS["trunk-range"].mdc
        else:
            mdc = change.own_mdc([values for _, values in days])
        return change.judge(days[0][1], days[-1][1], mdc)


def _values(sets: Sequence[training.Set]) -> list[float]:
    if sets[0].held:
        return [one.held.inside_s for one in sets if one.held]
    return [extent for one in sets for extent in one.extents()]


@dataclass
class Course:
    """The whole programme up to a day."""

    person: str
    today: dt.date
    plan: Plan | None
    weeks: list[Week]
    trained: list[Trained]
    screens: list[screen.Screen]
    entries: list[diary.Entry]
    decisions: list[audit.Entry]
    waiting: progress.Review | None
    red_flags: list[str]
    contacts: dict[str, str]

    @classmethod
    def of(cls, person: Person, done: Sequence[training.Set], wearing: Wearing,
           today: dt.date) -> Course:  # fmt: skip
        """From a person's folder, their sets (training.of_person) and the worn days."""
        plan = person.plan()
        own = [one for one in done if not one.screen and one.ended != "not ready"]
        names = list(dict.fromkeys(one.name for one in own))
        entries = person.diary.entries()
        return cls(
            person.pseudonym, today, plan,
            _weeks(plan, training.sessions(person, plan, own) if plan else [], wearing, entries,
                   today),
            [Trained(name, tuple(o for o in own if o.name == name)) for name in names],
            screen.screens(done), entries, person.audit.entries(), decide.waiting(person),
            decide.open_red_flags(person), person.profile.contacts,
        )  # fmt: skip

    @property
    def week(self) -> int:
        """The present week of the programme, from 1; 0 before it or without a plan."""
        return self.plan.week(self.today) if self.plan else 0

    @property
    def over(self) -> bool:
        """Whether its last week has gone by."""
        return bool(self.plan) and self.week > self.plan.weeks

    def told(self, instrument: str) -> list[diary.Entry]:
        """Entries with a score, oldest first; of pain only averages."""
        return [e for e in self.entries if e.instrument == instrument and e.score is not None
                and e.values.get("when", "average") == "average"]  # fmt: skip

    def near(self, instrument: str, week: int) -> diary.Entry | None:
        """The entry that stands for a checkpoint, None if none is near enough."""
        if not self.plan:
            return None
        wanted = self.plan.start + dt.timedelta(days=7 * week)
        close = [e for e in self.told(instrument)
                 if abs((e.at.date() - wanted).days) <= (_NEAR_DAYS if week > 1 else 6)]
        if week == 0:
            close = [e for e in close if e.at.date() <= self.plan.start + dt.timedelta(days=3)]
        return min(close, key=lambda e: abs((e.at.date() - wanted).days), default=None)

    def outcome(self, instrument: str) -> change.Verdict | None:
        """The last score of a questionnaire against its first."""
        told = self.told(instrument)
        limit = change.LIMITS.get(instrument)
        if len(told) < 2 or limit is None:
            return None
        return change.judge([told[0].score], [told[-1].score], limit.mdc, limit.mcid, single=True)

    def lapse(self) -> int | None:
        """Days since the last exercise, if that is remarkable; None otherwise."""
        last = max((one.day for t in self.trained for one in t.sets if one.day), default=None)
        if last is None or not self.plan or self.plan.stopped or self.over:
            return None
        days = (self.today - last).days
        return days if days >= progress.LAPSE_DAYS else None

    def flare(self) -> float | None:
        """How much pain rose this week (progress.flare)."""
        pain = [(e.at.date(), float(e.score)) for e in self.told("nprs")]
        return progress.flare(pain, self.today)


def better(instrument: str) -> int:
    """-1 when a lower score is better, 1 when a higher one is."""
    return proms.INSTRUMENTS[instrument].better


def _weeks(plan: Plan | None, sessions: Sequence[progress.Session], wearing: Wearing,
           entries: Sequence[diary.Entry], today: dt.date) -> list[Week]:  # fmt: skip
    if plan is None:
        return []
    monday = plan.start - dt.timedelta(days=plan.start.weekday())
    found = [
        Week(i + 1, monday + dt.timedelta(days=7 * i), monday + dt.timedelta(days=7 * i) > today)
        for i in range(plan.weeks)
    ]

    def week_of(day: dt.date) -> Week | None:
        index = (day - monday).days // 7
        return found[index] if 0 <= index < len(found) else None

    for day in wearing.days:
        week = week_of(day.date) if day.date else None
        if week:
            hours = sum(s.seconds for s in day.spans if s.posture not in (OFF, GAP)) / 3600
            week.worn[day.date] = week.worn.get(day.date, 0.0) + hours
    for week in found:
        week.planned = 0 if week.ahead else sum(item.per_week for item in plan.items)
    for session in sessions:
        week = week_of(session.day)
        if week:
            week.done += session.done
            week.good += session.good
            week.reps += session.reps
            week.trained[session.day] = week.trained.get(session.day, 0) + 1
    for entry in entries:
        averages = entry.instrument == "nprs" and entry.values.get("when") == "average"
        week = week_of(entry.at.date()) if averages else None
        if week:
            week.pain.append(float(entry.score))
    return found


def median(values: Sequence[float]) -> float | None:
    """None without values."""
    return statistics.median(values) if values else None
