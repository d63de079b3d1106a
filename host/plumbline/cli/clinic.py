"""What the clinic's commands share: whose folder, when, printing a plan."""

from __future__ import annotations

import datetime as dt

import click

from plumbline.cli import common

person_option = click.option(
    "-p", "--person", metavar="PSEUDONYM", help="Whose; needed when there are several."
)
by_option = click.option("--by", required=True, metavar="NAME", help="The therapist who decides.")


class When(click.ParamType):
    """A date, or a date and time; without a zone the computer's own is meant."""

    name = "time"

    def convert(self, value, param, ctx):
        if isinstance(value, dt.datetime):
            return value
        try:
            at = dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"{value!r} is no date or time such as 2026-03-02 or 2026-03-02T18:00")
        if len(value) == 10:
            at = at.replace(hour=12)
        return at if at.tzinfo else at.astimezone()


at_option = click.option(
    "--at", type=When(), metavar="TIME", help="When it was (now): 2026-03-02T18:00."
)


def now(at: dt.datetime | None = None) -> dt.datetime:
    """That time, or the present, with its zone."""
    return at or dt.datetime.now().astimezone()


def people():
    """The folder of all people."""
    return common.settings().store / "people"


def chosen_person(pseudonym: str | None):
    """The person meant (`plumbline.clinic.people.Person`)."""
    from plumbline.clinic.people import find

    return find(people(), pseudonym)


def print_plan(plan, conditions: list[str]) -> None:
    """A plan as a table, with what there is to say about it."""
    rows = []
    for item in plan.items:
        exercise = item.exercise
        dose = f"{item.sets} x {item.hold_s} s" if exercise.kind in ("hold", "stance") else (
            f"{item.sets} x {item.reps}")  # fmt: skip
        rows.append([
            exercise.title, dose, f"{item.per_week} a week" if item.per_week else "paused",
            f"{item.load}/{item.complexity}/{item.balance}",
            exercise.level_name("complexity", item.complexity),
            exercise.level_name("balance", item.balance),
            item.feedback, f"locked by {item.locked}" if item.locked else "",
        ])  # fmt: skip
    click.echo(f"Plan {plan.revision} of {plan.person}, from {plan.start}, {plan.weeks} weeks")
    common.table(["EXERCISE", "DOSE", "HOW OFTEN", "LEVEL", "FORM", "BASE", "FEEDBACK", ""], rows)
    for other in plan.others:
        click.echo(f"also: {other.name}, {other.per_week} times a week ({other.kind})")
    if plan.stopped:
        click.echo(f"STOPPED: {plan.stopped}")
    elif plan.approved:
        click.echo(f"approved by {plan.approval.by}, {plan.approval.at:%Y-%m-%d %H:%M}")
    else:
        click.echo("not approved: it has no effect")
    for warning in plan.warnings(conditions):
        common.say(f"look at: {warning}")
