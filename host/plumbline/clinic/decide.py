"""Decisions about a person's plan.  Each needs a therapist of the person's profile, each is in
the audit before it takes effect, and a plan in force always carries an approval."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path

from brace.exercise.terms import FEEDBACK

from plumbline.clinic import redflags
from plumbline.clinic.people import Person
from plumbline.clinic.plan import Approval, Item, Plan
from plumbline.clinic.progress import Proposal, Review
from plumbline.errors import Refused, UsageError, os_error
from plumbline.files import write_atomic


def _approve(plan: Plan, by: str, at: dt.datetime) -> Plan:
    plan = replace(plan, approval=None)
    return replace(plan, approval=Approval(by, at, plan.digest))


def _in_force(person: Person) -> Plan:
    plan = person.plan()
    if plan is None:
        raise UsageError(f"{person.pseudonym} has no plan yet",
                         "Approve a first one with `plumbline plan approve FILE`")
    return plan


def _decide(person: Person, plan: Plan, by: str, at: dt.datetime, what: str, **detail) -> Plan:
    """Approves, audits and puts in force, in this order."""
    therapist = person.profile.therapist(by)
    plan = _approve(plan, therapist.name, at)
    person.audit.add(at, therapist.name, what, revision=plan.revision, digest=plan.digest,
                     **detail)  # fmt: skip
    person.put_in_force(plan)
    return plan


def adopt(person: Person, plan: Plan, by: str, at: dt.datetime) -> Plan:
    """A therapist approves a plan as they wrote it; it gets the next revision."""
    old = person.plan()
    if plan.person != person.pseudonym:
        raise Refused(f"the plan is for {plan.person}, not for {person.pseudonym}",
                      "Take the plan of this person")
    if old and old.stopped:
        raise Refused(f"the plan of {person.pseudonym} is stopped: {old.stopped}",
                      "A named therapist may resume it with `plumbline plan resume`")
    plan = replace(plan, revision=old.revision + 1 if old else 1, stopped=None)
    return _decide(person, plan, by, at, "approved", warnings=plan.warnings(
        person.profile.conditions))  # fmt: skip


# -- proposals -------------------------------------------------------------------------------


def _review_path(person: Person) -> Path:
    return person.folder / "review.json"


def keep(person: Person, review: Review, at: dt.datetime) -> None:
    """Stores proposals until somebody decides.  A red flag stops the plan at once: for that
    nobody has to be asked."""
    if review.stop:
        stop(person, "rules", review.stop, at)
        return
    rows = {**asdict(review), "day": review.day.isoformat()}
    person.audit.add(at, "rules", "proposed", digest=review.digest,
                     proposals=[p.because for p in review.proposals])
    write_atomic(_review_path(person), json.dumps(rows, indent=1, ensure_ascii=False).encode())


def waiting(person: Person) -> Review | None:
    """The proposals that wait for a decision on the plan as it is now."""
    try:
        rows = json.loads(_review_path(person).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(error, f"reading {_review_path(person)}") from error
    plan = person.plan()
    if plan is None or rows["digest"] != plan.digest:
        return None
    proposals = tuple(Proposal(**p) for p in rows["proposals"])
    return Review(rows["person"], rows["digest"], dt.date.fromisoformat(rows["day"]), proposals,
                  tuple(rows["remarks"]), rows["stop"])


def apply(item: Item, proposal: Proposal, day: dt.date) -> Item:
    """An exercise's entry after a proposal that is taken on a day."""
    if proposal.action == "hold":
        return item
    if proposal.action in ("raise", "lower"):
        item = item.at_level(proposal.axis, proposal.new)
    elif proposal.action == "fade":
        item = replace(item, feedback=FEEDBACK[proposal.new])
    else:
        item = replace(item, per_week=proposal.new)
    return replace(item, changed=day)


def accept(
    person: Person, by: str, at: dt.datetime, only: Collection[str] | None = None
) -> Plan:
    """A therapist accepts the waiting proposals, or those for the exercises in `only`; the
    others are declined.  Returns the plan in force."""
    therapist = person.profile.therapist(by)
    plan, review = _in_force(person), waiting(person)
    if plan.stopped:
        raise Refused(f"the plan of {person.pseudonym} is stopped: {plan.stopped}",
                      "A named therapist may resume it with `plumbline plan resume`")
    if review is None:
        raise UsageError("no proposal waits for this plan",
                         "Make proposals with `plumbline plan propose`")
    unknown = set(only or ()) - {p.exercise for p in review.proposals}
    if unknown:
        raise UsageError(f"nothing was proposed for {', '.join(sorted(unknown))}",
                         f"Known are: {', '.join(p.exercise for p in review.proposals)}")
    taken, declined = [], []
    for proposal in review.proposals:
        if only is not None and proposal.exercise not in only:
            declined.append(proposal.exercise)
            continue
        plan = plan.with_item(apply(plan.item(proposal.exercise), proposal, at.date()))
        if proposal.action != "hold":
            taken.append(proposal.because)
    plan = replace(plan, revision=plan.revision + 1)
    plan = _decide(person, plan, therapist.name, at, "approved", taken=taken, declined=declined)
    _review_path(person).unlink(missing_ok=True)
    return plan


# -- a therapist's own word ------------------------------------------------------------------


def override(person: Person, by: str, name: str, changes: dict, reason: str,
             at: dt.datetime) -> Plan:  # fmt: skip
    """A therapist changes an exercise's entry against or without the rules, and says why."""
    if not reason.strip():
        raise UsageError("an override needs a reason", "Give --because")
    person.profile.therapist(by)
    plan = _in_force(person)
    item = plan.item(name)
    if item is None:
        raise UsageError(f"{name!r} is not in the plan of {person.pseudonym}",
                         f"In it are: {', '.join(i.name for i in plan.items)}")
    unknown = set(changes) - set(asdict(item))
    if unknown:
        raise UsageError(f"an exercise has no {', '.join(sorted(unknown))}",
                         f"It has: {', '.join(asdict(item))}")
    item = replace(item, changed=at.date(), **changes)
    changed = replace(plan.with_item(item), revision=plan.revision + 1)
    # Through the file's own checks: nothing gets in this way that could not be written.
    changed = Plan.parse(replace(changed, approval=None).text(), f"the override of {name}")
    return _decide(person, changed, by, at, "overridden", exercise=name, reason=reason.strip(),
                   changes={k: list(v) if isinstance(v, tuple) else v
                            for k, v in changes.items()})  # fmt: skip


def lock(person: Person, by: str, name: str, on: bool, at: dt.datetime) -> Plan:
    """A therapist takes an exercise out of the rules' hands, or gives it back."""
    therapist = person.profile.therapist(by)
    plan = _in_force(person)
    item = plan.item(name)
    if item is None:
        raise UsageError(f"{name!r} is not in the plan of {person.pseudonym}",
                         f"In it are: {', '.join(i.name for i in plan.items)}")
    changed = plan.with_item(replace(item, locked=therapist.name if on else None))
    changed = replace(changed, revision=plan.revision + 1)
    return _decide(person, changed, by, at, "locked" if on else "unlocked", exercise=name)


def stop(person: Person, by: str, why: str, at: dt.datetime) -> None:
    """Stops the plan; anybody may.  Without a plan only the audit knows."""
    plan = person.plan()
    person.audit.add(at, by, "stopped", why=why)
    if plan and not plan.stopped:
        person.put_in_force(replace(plan, revision=plan.revision + 1, stopped=why, approval=None))
    _review_path(person).unlink(missing_ok=True)


def resume(person: Person, by: str, reason: str, at: dt.datetime) -> Plan:
    """A therapist lets a stopped plan go on, as it was, and says why."""
    if not reason.strip():
        raise UsageError("resuming needs a reason", "Give --because: who cleared it, and how")
    person.profile.therapist(by)
    plan = _in_force(person)
    if not plan.stopped:
        raise UsageError(f"the plan of {person.pseudonym} is not stopped", "Nothing to do")
    plan = replace(plan, revision=plan.revision + 1, stopped=None)
    return _decide(person, plan, by, at, "resumed", reason=reason.strip())


def open_red_flags(person: Person) -> list[str]:
    """Signs of the diary's latest red-flag entry that no therapist has cleared since."""
    entries = person.diary.entries("red-flags")
    if not entries or not entries[-1].values["yes"]:
        return []
    cleared = [e.at for e in person.audit.entries() if e.what == "resumed"]
    if cleared and max(cleared) >= entries[-1].at:
        return []
    return entries[-1].values["yes"]


def answer_red_flags(person: Person, yes: list[str], at: dt.datetime, source: str) -> str | None:
    """Records the answers; any yes stops the plan.  Returns whom to call, or None."""
    person.diary.add("red-flags", {"yes": yes}, at, source)
    if not yes:
        return None
    advice = redflags.advice(yes, person.profile.contacts)
    stop(person, "red flags", advice, at)
    return advice
