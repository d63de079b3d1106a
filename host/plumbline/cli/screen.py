"""plumbline screen."""

from __future__ import annotations

from dataclasses import asdict

import click

from plumbline.cli import clinic, common

_LONGEST_S = 300.0


@common.group(name="screen")
def command() -> None:
    """The movement screen: six movements, scored with their evidence.

    A training aid: the score is ours, no published screen, and predicts nothing.
    """


@common.command(command)
@common.device_option
def run(device) -> None:
    """Lead through the six movements on the brace; then pull it and `plumbline screen show`."""
    from plumbline.clinic import exercises, screen

    with common.connect(common.chosen_one(device)) as brace:
        brace.exercise("watch", on=True)
        try:
            for number, (name, row) in enumerate(screen.rows(), 1):
                what = exercises.get(name)
                common.say(f"{number} of {len(screen.ITEMS)}: {what.title}. {what.how}")
                brace.exercise("start", row=row)
                _follow(brace)
        finally:
            brace.exercise("watch", on=False)


def _follow(brace) -> None:
    """Tells what happens until the exercise is over."""
    from brace import commands

    from plumbline.errors import PlumblineError

    while True:
        event = brace.event(_LONGEST_S)
        if event is None:
            brace.exercise("stop")
            raise PlumblineError("the brace has said nothing for five minutes",
                                 "Begin the screen again")
        if event.command != commands.EXERCISE:
            continue
        state = brace.link.decode(event)
        if not state["on"] and state["state"] == "off":
            common.say(f"   {state['done']} done, {state['good']} free of faults"
                       + ("" if state["ended"] == "done" else f" ({state['ended']})"))
            return


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
