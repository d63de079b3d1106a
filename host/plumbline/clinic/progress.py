"""Proposals for a plan, by fixed rules from what was done, how well, and how it hurt.

A pure function: the same plan, evidence and day give the same review.  Nothing here changes a
plan; decide.py does, on a named therapist's word.

Pain decides first, as a traffic light (a rule of UK physiotherapy practice, not a measurement):
0 to 3 of 10 during an exercise is green, 4 to 5 amber and to have settled within 24 hours, 6 and
more red.  Then come locks, adherence, control, and only then more load, complexity or balance: one
step of one axis of an exercise at a time.  docs/progression.md lists the rules.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from brace.exercise.terms import FEEDBACK

from plumbline.clinic import conditions, exercises, redflags
from plumbline.clinic.plan import Item, Plan

GREEN, AMBER, RED = "green", "amber", "red"
WINDOW_DAYS = 14
MIN_SESSIONS = 3
MIN_REPS = 12
# Shares of repetitions without a fault: enough to go on from, too few to stay.
GOOD_SHARE, POOR_SHARE, MASTERED_SHARE = 0.8, 0.6, 0.9
# The cut-off that home exercise studies call adherent (see docs/progression.md).
ADHERENT = 0.7
MAX_RAISES = 2
OVERDONE = 1.3
LITTLE = 0.5
FLARE_RISE = 2.0
LAPSE_DAYS = 4


@dataclass(frozen=True)
class Session:
    """One exercise on one day.  sets: done and planned; reps: counted and free of faults (for
    holds: seconds asked and seconds in the band); pain: 0..10 before, during and the next day,
    None when not told."""

    day: dt.date
    exercise: str
    sets: int
    sets_planned: int
    reps: int
    good: int
    pain_before: int | None = None
    pain_during: int | None = None
    pain_next_day: int | None = None

    @property
    def light(self) -> str | None:
        """The traffic light of the worst pain during it; None when nothing was told."""
        if self.pain_during is None:
            return None
        return GREEN if self.pain_during <= 3 else AMBER if self.pain_during <= 5 else RED

    @property
    def settled(self) -> bool | None:
        """Whether pain was green or back where it was before within a day; None when not told."""
        if self.pain_before is None or self.pain_next_day is None:
            return None
        return self.pain_next_day <= max(self.pain_before, 3)

    @property
    def done(self) -> bool:
        """At least half the sets: counts towards adherence."""
        return 2 * self.sets >= self.sets_planned


@dataclass(frozen=True)
class Evidence:
    """What a review goes by.  pain: (day, average pain 0..10); red_flags: signs told and not yet
    cleared by a therapist."""

    sessions: Sequence[Session] = ()
    pain: Sequence[tuple[dt.date, float]] = ()
    red_flags: Sequence[str] = ()
    conditions: Sequence[str] = ()
    contacts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """action: "raise", "lower", "hold", "pause", "restart" or "fade"; axis: of exercises.AXES,
    "feedback" or ""; because: the explanation in a sentence."""

    exercise: str
    action: str
    axis: str
    old: int
    new: int
    because: str


@dataclass(frozen=True)
class Review:
    """All that the rules have to say about a plan.  stop: whom to call, when a red flag was
    told; then there are no proposals."""

    person: str
    digest: str
    day: dt.date
    proposals: tuple[Proposal, ...] = ()
    remarks: tuple[str, ...] = ()
    stop: str | None = None


def flare(pain: Sequence[tuple[dt.date, float]], day: dt.date) -> float | None:
    """How much this week's median pain is above that of the four weeks before, if that is at
    least FLARE_RISE; None otherwise or with fewer than three entries in either."""
    recent = [p for d, p in pain if 0 <= (day - d).days < 7]
    before = [p for d, p in pain if 7 <= (day - d).days < 35]
    if min(len(recent), len(before)) < 3:
        return None
    rise = statistics.median(recent) - statistics.median(before)
    return rise if rise >= FLARE_RISE else None


class _Item:
    """One exercise of the plan and its sessions within the window, oldest first."""

    def __init__(self, item: Item, evidence: Evidence, day: dt.date, begin: dt.date):
        self.item = item
        self.exercise = item.exercise
        self.flags = list(evidence.conditions)
        # What led to the last step does not lead to the next one too.
        since = max(day - dt.timedelta(days=WINDOW_DAYS - 1), begin)
        if item.changed:
            since = max(since, item.changed + dt.timedelta(days=1))
        own = [s for s in evidence.sessions
               if s.exercise == item.name and since <= s.day <= day]  # fmt: skip
        self.sessions = sorted(own, key=_order)
        self.red = [s for s in self.sessions if s.light == RED]
        amber = [s for s in self.sessions if s.light == AMBER]
        self.unsettled = [s for s in self.sessions if s.settled is False and s not in self.red]
        self.unknown = [s for s in amber if s.settled is None]
        self.amber = amber
        self.untold = [s for s in self.sessions if s.light is None]
        reps = sum(s.reps for s in self.sessions)
        self.reps = reps
        self.share = sum(s.good for s in self.sessions) / reps if reps else None
        days = (day - since).days + 1
        self.planned = max(1.0, item.per_week * days / 7)
        self.done = sum(s.done for s in self.sessions)
        self.adherence = min(1.0, self.done / self.planned)
        self.overdone = self.planned >= MIN_SESSIONS and self.done > OVERDONE * self.planned

    def room(self) -> list[str]:
        """Axes that may go one step up, the least advanced first."""
        found = []
        for axis in exercises.AXES:
            top, _ = conditions.top(self.exercise, axis, self.flags)
            level = self.item.level(axis)
            if level < top:
                found.append((level / self.exercise.top(axis), exercises.AXES.index(axis), axis))
        return [axis for _, _, axis in sorted(found)]

    def step(self, axis: str, by: int, action: str, because: str) -> Proposal:
        old = self.item.level(axis)
        return Proposal(self.item.name, action, axis, old, old + by, because)

    def hold(self, because: str) -> Proposal:
        return Proposal(self.item.name, "hold", "", 0, 0, because)

    def lower(self, order: Sequence[str], because: str) -> Proposal:
        """One step down on the first of these axes that can; a pause where none can."""
        for axis in order:
            if self.item.level(axis) > 0:
                name = self.exercise.level_name(axis, self.item.level(axis) - 1)
                return self.step(axis, -1, "lower", f"{because}: {axis} goes down one step "
                                                    f"({name}).")  # fmt: skip
        return Proposal(self.item.name, "pause", "", self.item.per_week, 0,
                        f"{because} at its easiest form: it pauses until the therapist has seen "
                        "it.")  # fmt: skip


def _order(session: Session) -> tuple:
    return (session.day, session.sets, session.reps, session.good, session.pain_during or 0)


def _counted(n: int, what: str) -> str:
    return f"one {what}" if n == 1 else f"{n} {what}s"


_PAIN_ORDER = ("load", "complexity", "balance")
_CONTROL_ORDER = ("complexity", "balance", "load")


def _pain(it: _Item, rise: float | None) -> Proposal | None:
    """What pain demands, or None when it allows to go on."""
    title = it.exercise.title
    if it.red:
        worst = max(s.pain_during for s in it.red)
        return it.lower(_PAIN_ORDER, f"{title} hurt {worst} of 10 (red) in "
                                     f"{_counted(len(it.red), 'session')}")  # fmt: skip
    if len(it.unsettled) >= 2:
        return it.lower(_PAIN_ORDER, f"After {len(it.unsettled)} sessions of {title} pain had not "
                                     "settled by the next day")  # fmt: skip
    if rise is not None:
        return it.hold(f"Pain rose by {rise:.0f} points this week: {title} stays as it is. A "
                       "setback is expected now and then.")  # fmt: skip
    if it.unsettled:
        return it.hold(f"After one session of {title} pain had not settled by the next day: it "
                       "stays as it is.")  # fmt: skip
    if it.unknown:
        return it.hold(f"{title} hurt 4 to 5 of 10 (amber) and nobody told how it was the next "
                       "day: it stays as it is.")  # fmt: skip
    if it.amber:
        return it.hold(f"{title} hurt 4 to 5 of 10 (amber) and settled within a day: it stays as "
                       "it is.")  # fmt: skip
    return None


def _readiness(it: _Item) -> Proposal | None:
    """What stands against going on, or None."""
    title = it.exercise.title
    if len(it.sessions) < MIN_SESSIONS or it.reps < MIN_REPS:
        return it.hold(f"{_counted(len(it.sessions), 'session')} of {title} "
                       f"in two weeks {'is' if len(it.sessions) == 1 else 'are'} too few to judge "
                       "by: it stays as it is.")  # fmt: skip
    if it.share < POOR_SHARE:
        if any(it.item.level(axis) for axis in _CONTROL_ORDER):
            return it.lower(_CONTROL_ORDER, f"Only {100 * it.share:.0f} % of {title} was free of "
                                            "faults")  # fmt: skip
        return it.hold(f"Only {100 * it.share:.0f} % of {title} was free of faults in its easiest "
                       "form: it stays, look at it together.")  # fmt: skip
    if it.untold:
        return it.hold(f"In {_counted(len(it.untold), 'session')} of {title} nobody told how it "
                       "hurt: it stays as it is.")  # fmt: skip
    if it.overdone:
        return it.hold(f"{title} was done {it.done} times where {it.planned:.0f} were planned: "
                       "first as planned, then more.")  # fmt: skip
    if it.adherence < ADHERENT:
        return it.hold(f"{title} was done {100 * it.adherence:.0f} % of the planned times: first "
                       "regularly, then more.")  # fmt: skip
    if it.share < GOOD_SHARE:
        return it.hold(f"{100 * it.share:.0f} % of {title} was free of faults, "
                       f"{100 * GOOD_SHARE:.0f} % are asked for: it stays as it is.")  # fmt: skip
    return None


def _warmed_up(plan: Plan, item: Item) -> bool:
    before = plan.items[: plan.items.index(item)]
    return any("warm-up" in other.exercise.tags and other.per_week for other in before)


def _advance(it: _Item, plan: Plan, raises: int) -> Proposal:
    """The next step for an exercise that nothing stands against."""
    title = it.exercise.title
    well = (f"{title}: {len(it.sessions)} sessions, {100 * it.share:.0f} % free of faults, pain "
            "green")  # fmt: skip
    stage = FEEDBACK.index(it.item.feedback)
    # Feedback fades one step behind the levels: what is new still gets all of it.
    if it.share >= MASTERED_SHARE and stage > max(0, len(FEEDBACK) - 1 - _height(it.item)):
        return Proposal(it.item.name, "fade", "feedback", stage, stage - 1,
                        f"{well}: the brace says less, so that the skill becomes the wearer's "
                        "own.")  # fmt: skip
    room = it.room()
    if room and raises < MAX_RAISES:
        axis = room[0]
        level = it.item.level(axis) + 1
        strength = axis == "load" and level >= 2 and "strength" in it.exercise.tags
        if strength and not _warmed_up(plan, it.item):
            return it.hold(f"{well}, but nothing warms up before it: put a warm-up before more "
                           "load.")  # fmt: skip
        name = it.exercise.level_name(axis, level)
        return it.step(axis, 1, "raise", f"{well}: {axis} goes up one step ({name}).")
    if room:
        return it.hold(f"{well}: ready, but {MAX_RAISES} exercises step up already this time.")
    limits = [why for axis in exercises.AXES
              if (why := conditions.top(it.exercise, axis, it.flags)[1])]  # fmt: skip
    because = f"at the highest level that {limits[0]} allows" if limits else "at its highest level"
    return it.hold(f"{well}: it is {because}.")


def _paused(it: _Item, rise: float | None, evidence: Evidence, day: dt.date) -> Proposal:
    title = it.exercise.title
    recent = [p for d, p in evidence.pain if 0 <= (day - d).days < 7]
    calm = len(recent) >= 3 and max(recent) <= 3
    if calm and rise is None and not it.red:
        return Proposal(it.item.name, "restart", "", 0, 2,
                        f"{title} was paused and pain was 3 or less all week: it starts again "
                        "twice a week in the same form.")  # fmt: skip
    return it.hold(f"{title} stays paused until pain was 3 or less for a week.")


def _propose(it: _Item, plan: Plan, rise, evidence: Evidence, day: dt.date, raises) -> Proposal:
    if it.item.locked:
        return it.hold(f"{it.item.locked} locked {it.exercise.title}: the rules leave it alone.")
    flag = conditions.excluded(it.exercise, it.flags)
    if not it.item.per_week:
        return _paused(it, rise, evidence, day)
    because = _pain(it, rise) or _readiness(it)
    if because:
        return because
    if flag:
        return it.hold(f"{it.exercise.title} is in the plan by a therapist's decision although "
                       f"{flag} usually leaves it out: the rules do not raise it.")  # fmt: skip
    return _advance(it, plan, raises)


def _adherence(gathered: list[_Item], evidence: Evidence, plan: Plan, day: dt.date) -> list[str]:
    """What was done against what was planned: too little in a whole week, or too much."""
    said = []
    names = [it.exercise.title for it in gathered if it.item.per_week and it.overdone]
    if names:
        said.append(f"Done more often than planned: {', '.join(names)}. More is not faster; talk "
                    "about rest days.")  # fmt: skip
    planned = sum(it.item.per_week for it in gathered)
    week = [s for s in evidence.sessions if 0 <= (day - s.day).days < 7 and s.done]
    whole = (day - plan.start).days >= 6
    if whole and planned and len(week) < LITTLE * planned:
        said.append(f"{len(week)} of {planned} planned sessions this week: ask what stands in the "
                    "way before changing the plan.")  # fmt: skip
    return said


def _remarks(plan: Plan, evidence: Evidence, day: dt.date, rise: float | None) -> list[str]:
    said = plan.warnings(list(evidence.conditions))
    if rise is not None:
        said.append(f"Pain this week is {rise:.0f} points above the four weeks before. Setbacks "
                    "are expected; the plan holds until it calms down.")  # fmt: skip
    days = sorted({s.day for s in evidence.sessions if s.day <= day})
    quiet = (day - max(days[-1], plan.start)).days if days else (day - plan.start).days
    if quiet >= LAPSE_DAYS and plan.items:
        week = plan.week(day)
        early = " Most people who stop do so early: a call now helps most." if week <= 2 else ""
        said.append(f"No exercise for {quiet} days: ask what stands in the way.{early}")
    return said


def review(plan: Plan, evidence: Evidence, day: dt.date) -> Review:
    """What the rules propose for a plan on a day, from the sessions of the last WINDOW_DAYS; of
    an exercise that changed in between, from those after the change."""
    if evidence.red_flags:
        stop = redflags.advice(sorted(evidence.red_flags), evidence.contacts)
        return Review(plan.person, plan.digest, day, stop=stop)
    if plan.stopped:
        return Review(plan.person, plan.digest, day, stop=plan.stopped)
    rise = flare(evidence.pain, day)
    gathered = [_Item(item, evidence, day, plan.start) for item in plan.items]
    # The least advanced first get the few raises; proposals come in the plan's order.
    order = sorted(range(len(gathered)), key=lambda i: (_height(gathered[i].item), i))
    proposals: dict[int, Proposal] = {}
    raises = 0
    for index in order:
        proposal = _propose(gathered[index], plan, rise, evidence, day, raises)
        raises += proposal.action == "raise"
        proposals[index] = proposal
    remarks = _remarks(plan, evidence, day, rise) + _adherence(gathered, evidence, plan, day)
    return Review(plan.person, plan.digest, day,
                  tuple(proposals[i] for i in range(len(gathered))), tuple(remarks))


def _height(item: Item) -> int:
    return sum(item.level(axis) for axis in exercises.AXES)
