"""plumbline plan."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from plumbline.cli import clinic, common


@common.group(name="plan")
def command() -> None:
    """Exercise plans: write, check, approve, change, stop.

    A training aid, not a treatment: the rules propose, a named therapist decides, and nothing
    takes effect before.  docs/plan.md explains the file, docs/progression.md the rules.
    """


@common.command(command)
@click.argument("pseudonym")
@click.option("--therapist", multiple=True, required=True, metavar="NAME",
              help="Who may decide about the plan; may be repeated.")
@click.option("--condition", multiple=True, metavar="NAME",
              help="What to mind: see `plumbline plan conditions`.")
@click.option("--brace", multiple=True, metavar="SERIAL", help="The brace this person wears.")
@click.option("--doctor", metavar="TEXT", help="Whom to call when signs need a doctor.")
@click.option("--emergency", metavar="NUMBER", help="The local emergency number.")
def person(pseudonym, therapist, condition, brace, doctor, emergency) -> None:
    """Make a person's folder.  Give a pseudonym, never a name."""
    from plumbline.clinic.people import Person, Profile, Therapist

    contacts = {k: v for k, v in (("doctor", doctor), ("emergency", emergency)) if v}
    profile = Profile(pseudonym, tuple(Therapist(name) for name in therapist), list(condition),
                      list(brace), contacts)  # fmt: skip
    made = Person.create(clinic.people(), profile)
    common.say(f"{made.folder} made; edit its profile.toml as you like")


@common.command(command)
@common.json_option
def exercises(as_json: bool) -> None:
    """List the exercises that a plan can have."""
    from plumbline.clinic.exercises import table

    if as_json:
        rows = [{**asdict(e), "traits": sorted(e.traits)} for e in table().values()]
        common.emit_json("exercises", {"exercises": rows})
        return
    common.table(
        ["NAME", "WHAT", "TAGS", "LEVELS"],
        [[e.name, e.title, ", ".join(e.tags),
          "/".join(str(e.top(axis)) for axis in ("load", "complexity", "balance"))]
         for e in table().values()],
    )  # fmt: skip


@common.command(command)
@common.json_option
def conditions(as_json: bool) -> None:
    """List the conditions that a profile can name, and what they change."""
    from plumbline.clinic.conditions import CONDITIONS

    if as_json:
        rows = [{"name": name, "says": c.says} for name, c in CONDITIONS.items()]
        common.emit_json("conditions", {"conditions": rows})
        return
    common.table(["NAME", "WHAT IT CHANGES"], [[n, c.says] for n, c in CONDITIONS.items()])


@common.command(command)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, required=True, metavar="EXERCISE...")
@clinic.person_option
@click.option("--start", type=clinic.When(), metavar="DATE", help="First day (today).")
def new(file: Path, names, person, start) -> None:
    """Write a plan FILE with these exercises at their first level, to be edited and approved."""
    from plumbline.clinic.exercises import get
    from plumbline.clinic.plan import Item, Plan
    from plumbline.errors import Refused

    if file.exists():
        raise Refused(f"{file} exists", "Choose another name")
    who = clinic.chosen_person(person)
    items = []
    for name in names:
        exercise = get(name)
        sets, reps, hold = exercise.dose(0)
        items.append(Item(exercise.name, sets, reps, hold, exercise.tempo_s))
    plan = Plan(who.pseudonym, 1, clinic.now(start).date(), items=tuple(items))
    plan.write(file)
    common.say(f"{file} written; edit it, then `plumbline plan approve {file} --by NAME`")


@common.command(command)
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a plan FILE: every wrong line is named with its cure."""
    from plumbline.clinic.plan import Plan

    plan = Plan.read(file)
    for warning in plan.warnings():
        common.say(f"look at: {warning}")
    common.say(f"{file} is a plan of {len(plan.items)} exercises"
               + ("" if plan.approved else ", not approved"))  # fmt: skip


@common.command(command)
@clinic.person_option
@common.json_option
def show(person, as_json) -> None:
    """Print the plan in force, and what waits for a decision."""
    from plumbline.clinic import decide
    from plumbline.errors import UsageError

    who = clinic.chosen_person(person)
    plan, review = who.plan(), decide.waiting(who)
    if plan is None:
        raise UsageError(f"{who.pseudonym} has no plan yet",
                         "Write one with `plumbline plan new`, then approve it")
    if as_json:
        common.emit_json("plan", {
            "person": plan.person, "revision": plan.revision, "start": str(plan.start),
            "weeks": plan.weeks, "stopped": plan.stopped, "approved": plan.approved,
            "approved_by": plan.approval.by if plan.approval else None, "digest": plan.digest,
            "exercises": [{**asdict(i), "changed": i.changed and str(i.changed)}
                          for i in plan.items],
            "proposals": [asdict(p) for p in review.proposals] if review else [],
        })  # fmt: skip
        return
    clinic.print_plan(plan, who.profile.conditions)
    for proposal in review.proposals if review else ():
        click.echo(f"proposed: {proposal.action:7} {proposal.because}")


@common.command(command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@clinic.person_option
@clinic.by_option
@click.option("--only", multiple=True, metavar="EXERCISE",
              help="Accept the proposals for these exercises and decline the rest.")
def approve(file, person, by, only) -> None:
    """Approve a plan FILE; without one, the proposals that wait."""
    from plumbline.clinic import decide
    from plumbline.clinic.plan import Plan

    who = clinic.chosen_person(person)
    if file:
        plan = decide.adopt(who, Plan.read(file), by, clinic.now())
    else:
        plan = decide.accept(who, by, clinic.now(), only or None)
    clinic.print_plan(plan, who.profile.conditions)


@common.command(command)
@clinic.person_option
@common.json_option
def propose(person, as_json) -> None:
    """Make proposals for the plan from what was trained and told; a red flag stops it."""
    from plumbline.clinic import decide, progress, training
    from plumbline.errors import UsageError

    who = clinic.chosen_person(person)
    plan = who.plan()
    if plan is None:
        raise UsageError(f"{who.pseudonym} has no plan yet",
                         "Write one with `plumbline plan new`, then approve it")
    done = training.of_person(who, common.settings().store)
    now = clinic.now()
    review = progress.review(plan, training.evidence(who, plan, done), now.date())
    decide.keep(who, review, now)
    if as_json:
        common.emit_json("proposals", {"person": who.pseudonym, "day": str(review.day),
                                       "stop": review.stop, "remarks": review.remarks,
                                       "proposals": [asdict(p) for p in review.proposals]})
        return
    if review.stop:
        common.say(review.stop)
    for remark in review.remarks:
        click.echo(f"! {remark}")
    for proposal in review.proposals:
        click.echo(f"{proposal.action:7} {proposal.because}")
    if review.proposals:
        common.say("nothing takes effect before `plumbline plan approve --by NAME`")


@common.command(command)
@common.device_option
@clinic.person_option
@common.json_option
def send(device, person, as_json) -> None:
    """Send the plan in force to the brace, which confirms it by its hash.

    Of a stopped plan the exercises are taken off the brace.
    """
    from plumbline.clinic import sending

    who = clinic.chosen_person(person)
    with common.connect(common.chosen_one(device)) as brace:
        sent = sending.send(who, brace, clinic.now())
    _print_sent(sent, as_json, "keeps")


@common.command(command)
@common.device_option
@clinic.person_option
@common.json_option
def confirm(device, person, as_json) -> None:
    """Check that the brace has the plan in force; fails when it has another."""
    from plumbline.clinic import sending

    who = clinic.chosen_person(person)
    with common.connect(common.chosen_one(device)) as brace:
        sent = sending.confirm(who, brace)
    _print_sent(sent, as_json, "has")


def _print_sent(sent, as_json: bool, verb: str) -> None:
    if as_json:
        common.emit_json("sent", vars(sent))
        return
    if sent.stopped:
        common.say(f"{sent.serial} {verb} no exercises: the plan is stopped ({sent.stopped})")
    else:
        common.say(f"{sent.serial} {verb} revision {sent.revision} with {sent.exercises} "
                   f"exercises, SHA-256 {sent.sha256}")


@common.command(command)
@click.argument("exercise")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@clinic.person_option
@clinic.by_option
@click.option("--because", required=True, metavar="TEXT", help="The reason; the audit keeps it.")
def override(exercise, changes, person, by, because) -> None:
    """Change an exercise's entry by a therapist's own decision: reps=6 feedback=none."""
    from plumbline.clinic import decide, tomlfile

    values = {}
    for text in changes:
        key, equals, value = text.partition("=")
        try:
            if not equals:
                raise ValueError
            try:
                values[key] = tomlfile.tomllib.loads(f"v = {value}")["v"]
            except ValueError:
                values[key] = value
        except ValueError:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE, as in reps=6") from None
        if isinstance(values[key], list):
            values[key] = tuple(values[key])
    who = clinic.chosen_person(person)
    plan = decide.override(who, by, exercise, values, because, clinic.now())
    clinic.print_plan(plan, who.profile.conditions)


def _lock(exercise, person, by, on) -> None:
    from plumbline.clinic import decide

    plan = decide.lock(clinic.chosen_person(person), by, exercise, on, clinic.now())
    common.say(f"{exercise} is {'locked' if on else 'unlocked'} in revision {plan.revision}")


@common.command(command)
@click.argument("exercise")
@clinic.person_option
@clinic.by_option
def lock(exercise, person, by) -> None:
    """Take an exercise out of the rules' hands."""
    _lock(exercise, person, by, True)


@common.command(command)
@click.argument("exercise")
@clinic.person_option
@clinic.by_option
def unlock(exercise, person, by) -> None:
    """Give an exercise back to the rules."""
    _lock(exercise, person, by, False)


@common.command(command)
@clinic.person_option
@click.option("--because", required=True, metavar="TEXT", help="Why.")
@click.option("--by", default="wearer", metavar="NAME", help="Who stops it; anybody may.")
def stop(person, because, by) -> None:
    """Stop the plan at once."""
    from plumbline.clinic import decide

    who = clinic.chosen_person(person)
    decide.stop(who, by, because, clinic.now())
    common.say(f"the plan of {who.pseudonym} is stopped; a named therapist may resume it")


@common.command(command)
@clinic.person_option
@clinic.by_option
@click.option("--because", required=True, metavar="TEXT", help="Who cleared it, and how.")
def resume(person, by, because) -> None:
    """Let a stopped plan go on as it was."""
    from plumbline.clinic import decide

    who = clinic.chosen_person(person)
    clinic.print_plan(decide.resume(who, by, because, clinic.now()), who.profile.conditions)


@common.command(command)
@clinic.person_option
@common.json_option
def audit(person, as_json) -> None:
    """Print who decided what when; fails when the record was changed."""
    entries = clinic.chosen_person(person).audit.entries()
    if as_json:
        common.emit_json("audit", {"entries": [{**vars(e), "at": e.at.isoformat()}
                                               for e in entries]})
        return
    common.table(
        ["NO", "WHEN", "WHO", "WHAT", "DETAIL"],
        [[e.number, f"{e.at:%Y-%m-%d %H:%M}", e.by, e.what,
          "; ".join(f"{k}: {v}" for k, v in e.detail.items() if k != "digest")]
         for e in entries],
    )  # fmt: skip


@common.command(command)
@click.argument("kind", type=click.Choice(["steady", "flare", "drop-off", "overdoer"]))
@click.option("--seed", type=int, default=1, show_default=True, help="Which made-up patient.")
def simulate(kind: str, seed: int) -> None:
    """Show twelve weeks of a made-up patient and what the rules make of them."""
    import tempfile

    from plumbline.clinic import simulate as made_up

    with tempfile.TemporaryDirectory() as folder:
        for line in made_up.run(kind, Path(folder), seed):
            click.echo(line)
