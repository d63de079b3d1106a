"""plumbline calibrate."""

from __future__ import annotations

import click

from plumbline.cli import common


@common.command(name="calibrate")
@common.several_braces
@click.option("--act", is_flag=True, help="Make a virtual brace's wearer do the movements.")
@common.json_option
def command(device, everything, jobs, act, as_json) -> None:
    """Fit a brace to its wearer: stand still, then bend forward once.

    Takes some fifteen seconds.  The brace vibrates at each step.  Standing upright becomes the
    neutral posture that everything is measured against.  What was found is also noted in the
    brace's record on this computer.
    """
    chosen = common.chosen(device, everything)
    if len(chosen) > 1:
        _several(chosen, common.settings(jobs=jobs).jobs, act, as_json)
        return
    (found,) = chosen
    from plumbline.calibration import SAY

    made = _one(found, act, lambda step: common.say(SAY.get(step, step)))
    if as_json:
        common.emit_json("calibrate", {"name": found.name, **vars(made)})
    else:
        common.say(f"{found.name}: {_sentence(made)}")


def _one(found, act, tell):
    """Calibrates one brace and notes it in its record."""
    from plumbline import calibration, records

    patience = calibration.VIRTUAL_STEP_S if found.virtual else calibration.STEP_S
    actor = _actor(found) if act else lambda step: None
    with common.connect(found) as brace:
        made = calibration.calibrate(brace, tell, actor, patience)
        if brace.identity.serial:
            records.append(brace.identity.serial, {"done": "calibrated", **vars(made)})
    return made


def _sentence(made) -> str:
    used = " and ".join({"S": "sacrum", "L": "T12/L1"}[s] for s in made.sensors)
    return (
        f"calibrated, quality {made.quality} of 100, bend of {made.bend_deg:.0f}°, sensors: {used}"
    )


def _several(chosen, jobs, act, as_json) -> None:
    from plumbline import fleet
    from plumbline.calibration import SAY
    from plumbline.cli.progress import Progress

    def work(found):
        with progress.working(found.name) as line:
            made = _one(found, act, lambda step: line.say(SAY.get(step, step)))
            line.say(_sentence(made))
            return made

    with Progress([f.name for f in chosen]) as progress:
        outcomes = fleet.run(chosen, work, jobs)
    rows = [
        {"name": o.item.name, "error": str(o.error) if o.error else None,
         **(vars(o.result) if o.result else {})}
        for o in outcomes
    ]  # fmt: skip
    if as_json:
        common.emit_json("calibrations", {"braces": rows})
    else:
        common.table(
            ["NAME", "OUTCOME", "QUALITY", "BEND"],
            [[row["name"], "failed" if row["error"] else "calibrated", row.get("quality"),
              row.get("bend_deg")] for row in rows],
        )  # fmt: skip
    fleet.check(outcomes)


def _actor(found):
    """Makes a virtual brace's wearer do the movements; a person does them alone."""
    control = common.control(found)

    def act(step: str) -> None:
        if step == "bend":
            control("play", motion="calibrate")

    return act
