"""The plan's way to the brace: what is in force goes, is read back, and stands in the audit."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from plumbline.clinic.conditions import CONDITIONS
from plumbline.clinic.people import Person
from plumbline.clinic.plan import Plan
from plumbline.device import Brace
from plumbline.errors import Mismatch, Refused, UsageError

_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Sent:
    """What the brace has kept.  settings: those of the brace that were changed with it."""

    serial: str
    revision: int
    exercises: int
    sha256: str
    settings: dict[str, int]
    stopped: str | None = None


def cue_settings(plan: Plan, conditions: list[str]) -> dict[str, int]:
    """How the brace gives feedback: the plan's own word goes before the conditions'."""
    settings: dict[str, int] = {}
    for flag in sorted(conditions):
        settings |= CONDITIONS[flag].cues
    return settings | plan.cues | {"start_day": (plan.start - _EPOCH).days}


def _in_force(person: Person, brace: Brace) -> Plan:
    plan = person.plan()
    if plan is None:
        raise UsageError(f"{person.pseudonym} has no plan yet",
                         "Approve one with `plumbline plan approve FILE`")
    serial = brace.identity.serial
    if serial not in person.profile.braces:
        known = ", ".join(person.profile.braces) or "none"
        raise Refused(f"{serial or 'this brace'} is not a brace of {person.pseudonym}",
                      f"Their profile names: {known}; add this one there if it is theirs")
    return plan


def send(person: Person, brace: Brace, at: dt.datetime) -> Sent:
    """Sends the plan in force; of a stopped plan it takes the exercises off the brace.

    Raises Refused when the plan has no effect or the brace is another person's, PlumblineError
    when the brace has kept something else.
    """
    plan = _in_force(person, brace)
    settings: dict[str, int] = {}
    if plan.stopped:
        packed = b""
    else:
        plan.check_effective()
        packed = plan.packed(person.profile.conditions)
        settings = cue_settings(plan, person.profile.conditions)
    kept = brace.plan_set(packed)
    if settings:
        brace.config_set(settings)
    sent = Sent(brace.identity.serial, kept["revision"], kept["exercises"], kept["sha256"].hex(),
                settings, plan.stopped)  # fmt: skip
    person.audit.add(at, plan.approval.by if plan.approval else "rules", "sent", brace=sent.serial,
                     revision=plan.revision, sha256=sent.sha256, exercises=sent.exercises,
                     settings=settings)  # fmt: skip
    return sent


def confirm(person: Person, brace: Brace) -> Sent:
    """Whether the brace has the plan in force.  Raises Mismatch when it has another."""
    plan = _in_force(person, brace)
    wanted = b"" if plan.stopped else plan.packed(person.profile.conditions)
    kept = brace.plan()
    sha256 = kept["sha256"].hex()
    if sha256 != hashlib.sha256(wanted).hexdigest():
        raise Mismatch(
            f"{brace.identity.serial} has revision {kept['revision']} of a plan, not revision "
            f"{plan.revision} of {person.pseudonym}",
            "Send it with `plumbline plan send`",
        )
    return Sent(brace.identity.serial, kept["revision"], kept["exercises"], sha256, {},
                plan.stopped)  # fmt: skip
