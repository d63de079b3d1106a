"""plumbline settings."""

from __future__ import annotations

import click

from plumbline.cli import common

# What each is, beside its limits in 80 columns; `_cdeg` is hundredths of a degree.
MEANINGS = {
    "epoch_s": "length of a summary",
    "cue_on": "nudge at all: 1 yes, 0 no",
    "cue_dwell_s": "out of posture before a nudge",
    "cue_gap_s": "at least between two nudges",
    "cue_level": "strength of a nudge",
    "cue_ms": "length of a nudge",
    "cue_daily": "most nudges in 24 hours",
    "quiet_from_min": "no nudges from: min of the day",
    "quiet_to_min": "... to this one",
    "zone_min": "time zone, minutes from UTC",
    "snooze_min": "quiet after a press",
    "flexed_cdeg": "further forward: flexed",
    "extended_cdeg": "further back: extended",
    "lateral_cdeg": "further to a side: leaning",
    "raw_on": "log raw samples: 1 yes, 0 no",
    "bend_cdeg": "further: a bend, no posture",
    "fade_pct": "fewer nudges each week, %",
    "start_day": "programme begun: day from 1970",
    "slouch_cdeg": "lumbar flexion: slouched",
    "twist_cdeg": "lumbar rotation: twisted",
    "cal_days": "calibration lasts; 0: for ever",
}


@common.group(name="settings")
def command() -> None:
    """Show and change a brace's own settings."""


@common.command(command)
@common.device_option
@common.json_option
def show(device: tuple[str, ...], as_json: bool) -> None:
    """Print a brace's settings with their limits."""
    from brace.config import SETTINGS

    with common.connect(common.chosen_one(device)) as brace:
        answer = brace.config()
    if as_json:
        common.emit_json("settings", answer)
        return
    limits = {name: (default, low, high) for name, default, low, high in SETTINGS}
    # In the order of the firmware's table; those of a newer firmware behind.
    order = {name: place for place, name in enumerate(limits)}
    values = sorted(answer["values"].items(), key=lambda v: order.get(v[0], len(order)))
    common.table(
        ["NAME", "VALUE", "DEFAULT", "FROM", "TO", "MEANING"],
        [[name, value, *limits.get(name, ("", "", "")), MEANINGS.get(name)]
         for name, value in values],
    )


@common.command(command, name="set")
@common.several_braces
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=VALUE...")
@common.json_option
def set_(device, everything, jobs, assignments, as_json) -> None:
    """Change settings of one or several braces; on each, all changes or none."""
    from plumbline import fleet

    changes = dict(_assignment(text) for text in assignments)
    found = common.chosen(device, everything)

    def change(one):
        with common.connect(one) as brace:
            return brace.config_set(changes)

    outcomes = fleet.run(found, change, common.settings(jobs=jobs).jobs)
    if as_json:
        rows = [
            {"name": o.item.name, "error": str(o.error) if o.error else None, **(o.result or {})}
            for o in outcomes
        ]
        common.emit_json("settings_set", {"braces": rows})
    for outcome in outcomes:
        if outcome.result or len(outcomes) > 1:
            common.say(f"{outcome.item.name}: {outcome.error or 'settings stored'}")
    fleet.check(outcomes)


def _assignment(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name.strip(), int(value, 0)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not NAME=NUMBER, as in cue_dwell_s=30", param_hint="NAME=VALUE"
        ) from None
