"""plumbline calibrate."""

from __future__ import annotations

import click

from plumbline.cli import common


@common.command(name="calibrate")
@common.device_option
@click.option("--act", is_flag=True, help="Make a virtual brace's wearer do the movements.")
@common.json_option
def command(device, act, as_json) -> None:
    """Fit a brace to its wearer: stand still, then bend forward once.

    Takes some fifteen seconds.  The brace vibrates at each step.  Standing upright becomes the
    neutral posture that everything is measured against.
    """
    from plumbline.calibration import SAY, calibrate

    found = common.chosen_one(device)
    with common.connect(found) as brace:
        actor = _actor(found) if act else lambda step: None
        made = calibrate(brace, lambda step: common.say(SAY.get(step, step)), actor)
    if as_json:
        common.emit_json("calibrate", {"name": found.name, **vars(made)})
        return
    used = " and ".join({"S": "sacrum", "L": "T12/L1"}[s] for s in made.sensors)
    common.say(
        f"{found.name}: calibrated, quality {made.quality} of 100, bend of {made.bend_deg:.0f}°, "
        f"sensors: {used}"
    )


def _actor(found):
    """Makes a virtual brace's wearer do the movements; a person does them alone."""
    from plumbline.errors import UsageError

    if found.virtual is None:
        raise UsageError(f"{found.name} has a real wearer", "Leave --act away")
    from plumbline.virtual.control import Control

    control = Control(found.virtual.control)

    def act(step: str) -> None:
        if step == "bend":
            control("play", motion="calibrate")

    return act
