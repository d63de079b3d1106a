"""plumbline screen."""

from __future__ import annotations

from dataclasses import asdict

import click

from plumbline.cli import clinic, common


@common.group(name="screen")
def command() -> None:
    """The movement screen: six movements, scored with their evidence.

    A training aid: the score is ours, no published screen, and predicts nothing.
    """


@common.command(command)
@common.device_option
@click.option("--act", is_flag=True, help="Make a virtual brace's wearer do the movements.")
def run(device, act) -> None:
    """Lead through the six movements on the brace; then pull it and `plumbline screen show`."""
    from plumbline.clinic import screening

    found = common.chosen_one(device)
    silence = screening.VIRTUAL_SILENCE_S if found.virtual else screening.SILENCE_S
    actor = _actor(found) if act else lambda name: None
    with common.connect(found) as brace:
        for item in screening.lead(brace, common.say, actor, silence):
            common.say(f"   {item.done} done, {item.good} free of faults"
                       + ("" if item.ended == "done" else f" ({item.ended})"))


def _actor(found):
    """Makes a virtual brace's wearer do an item."""
    from plumbline.virtual.screened import SCREENED

    control = common.control(found)
    return lambda name: control("play", motion=SCREENED[name].script)


@common.command(command)
@clinic.person_option
@common.json_option
def show(person, as_json) -> None:
    """Print a person's last screen, and what is weakest in it."""
    from plumbline.clinic import screen, training
    from plumbline.errors import UsageError

    who = clinic.chosen_person(person)
    found = screen.screens(training.of_person(who, common.settings().store))
    if not found:
        raise UsageError(f"{who.pseudonym} has done no movement screen yet",
                         "Run one with `plumbline screen run`, then `plumbline pull`")
    last = found[-1]
    weak = screen.weakest(last, found[:-1])
    if as_json:
        common.emit_json("screen", {
            "person": who.pseudonym, "day": last.day and str(last.day), "total": last.total,
            "of": screen.TOP * len(screen.ITEMS), "missing": last.missing,
            "items": [{**asdict(i), "evidence": i.evidence()} for i in last.items],
            "weakest": weak and {"item": weak.item.name, "why": weak.why, "z": weak.z},
        })  # fmt: skip
        return
    common.table(["ITEM", "SCORE", "EVIDENCE"],
                 [[i.title, f"{i.score} of {screen.TOP}", i.evidence()] for i in last.items])
    click.echo(f"total {last.total} of {screen.TOP * len(screen.ITEMS)}"
               + (f"; not done: {', '.join(last.missing)}" if last.missing else ""))
    if weak:
        click.echo(f"weakest: {weak.item.title} ({weak.why})")
