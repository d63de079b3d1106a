"""plumbline prom."""

from __future__ import annotations

import click

from plumbline.cli import clinic, common

_SCORED = click.argument("score", type=float)


def _entry_options(function):
    for option in reversed((
        clinic.person_option,
        clinic.at_option,
        click.option("--source", default="wearer", show_default=True, metavar="SOURCE",
                     help="Where from: wearer, therapist, form or brace."),
        click.option("--by", default="", metavar="NAME", help="Who enters it."),
        click.option("--replaces", type=int, metavar="NO", help="The entry that this corrects."),
    )):  # fmt: skip
        function = option(function)
    return function


@common.group(name="prom")
def command() -> None:
    """Questionnaires and check-ins: pain, function, sleep, stress.

    Signs that need a doctor are asked for as well.  Entries are kept for good; a correction is
    another entry.  Of the Oswestry index only the score is taken: its item texts are licensed.
    """


def _add(instrument: str, values: dict, person, at, source, by, replaces) -> None:
    who = clinic.chosen_person(person)
    entry = who.diary.add(instrument, values, clinic.now(at), source, by, replaces)
    score = "" if entry.score is None else f", score {entry.score:g}"
    common.say(f"entry {entry.number} of {who.pseudonym}: {instrument}{score}")


def _whole(score: float):
    return int(score) if score == int(score) else score


def _pairs(items, what: str) -> dict:
    pairs = {}
    for text in items:
        name, equals, score = text.rpartition("=")
        try:
            if not equals:
                raise ValueError
            pairs[name] = _whole(float(score))
        except ValueError:
            raise click.BadParameter(f"{text!r} is not {what}=SCORE") from None
    return pairs


@common.command(command)
@_SCORED
@click.option("--when", default="average", show_default=True, metavar="WHEN",
              help="average, now, worst; before, during or next-day of an exercise.")
@click.option("--exercise", metavar="NAME", help="The exercise that it belongs to.")
@_entry_options
def nprs(score, when, exercise, **entry) -> None:
    """Pain from 0 to 10 (numeric rating scale)."""
    _add("nprs", {"score": _whole(score), "when": when, "exercise": exercise}, **entry)


@common.command(command)
@click.argument("activities", nargs=-1, required=True, metavar="ACTIVITY=SCORE...")
@_entry_options
def psfs(activities, **entry) -> None:
    """Own activities, each from 0 (cannot) to 10 (as before)."""
    _add("psfs", {"activities": _pairs(activities, "ACTIVITY")}, **entry)


@common.command(command)
@_SCORED
@_entry_options
def rmdq(score, **entry) -> None:
    """The Roland-Morris score, 0 to 24."""
    _add("rmdq", {"score": _whole(score)}, **entry)


@common.command(command)
@_SCORED
@_entry_options
def odi(score, **entry) -> None:
    """The Oswestry score in percent, 0 to 100."""
    _add("odi", {"score": _whole(score)}, **entry)


@common.command(command, name="pain-map")
@click.argument("regions", nargs=-1, required=True, metavar="REGION=SCORE...")
@_entry_options
def pain_map(regions, **entry) -> None:
    """Where it hurts, and how much: lower-back-left=4."""
    _add("pain-map", {"regions": _pairs(regions, "REGION")}, **entry)


@common.command(command)
@_SCORED
@click.option("--hours", type=float, metavar="H", help="Hours slept.")
@_entry_options
def sleep(score, hours, **entry) -> None:
    """Last night's sleep from 0 (bad) to 10 (good)."""
    _add("sleep", {"score": _whole(score), "hours": hours}, **entry)


@common.command(command)
@_SCORED
@_entry_options
def stress(score, **entry) -> None:
    """Stress from 0 (none) to 10."""
    _add("stress", {"score": _whole(score)}, **entry)


@common.command(command, name="teach-back")
@click.argument("exercise")
@_entry_options
def teach_back(exercise, **entry) -> None:
    """The wearer has said in own words what an exercise is for."""
    _add("teach-back", {"exercise": exercise}, **entry)


@common.command(command)
@click.argument("name")
@click.argument("value", type=float)
@click.argument("unit", default="")
@_entry_options
def measure(name, value, unit, **entry) -> None:
    """A figure that somebody measured otherwise (grip, EMG, straight-leg raise); only kept."""
    _add("measure", {"name": name, "value": value, "unit": unit}, **entry)


@common.command(command, name="red-flags")
@click.argument("yes", nargs=-1, metavar="SIGN...")
@click.option("--none", "nothing", is_flag=True, help="All were asked, none is there.")
@clinic.person_option
@clinic.at_option
@click.option("--source", default="wearer", metavar="SOURCE", help="Who says so.")
def red_flags(yes, nothing, person, at, source) -> int | None:
    """Signs that need a doctor.  Without SIGN and --none: the questions.

    Any yes stops the plan at once and says whom to call.
    """
    from plumbline.clinic import decide
    from plumbline.clinic.redflags import QUESTIONS
    from plumbline.errors import Exit

    if not yes and not nothing:
        common.table(["SIGN", "QUESTION"], [[q.key, q.asks] for q in QUESTIONS])
        return None
    if yes and nothing:
        raise click.UsageError("Give signs or --none, not both.")
    who = clinic.chosen_person(person)
    advice = decide.answer_red_flags(who, list(yes), clinic.now(at), source)
    if advice:
        click.echo(advice)
        return Exit.REFUSED
    common.say("noted: no sign that needs a doctor")
    return None


@common.command(command, name="list")
@clinic.person_option
@click.option("--of", "instrument", metavar="NAME", help="Only this questionnaire.")
@common.json_option
def list_(person, instrument, as_json) -> None:
    """Print the entries that count, corrected ones left out."""
    entries = clinic.chosen_person(person).diary.entries(instrument)
    if as_json:
        common.emit_json("prom", {"entries": [{**vars(e), "at": e.at.isoformat()}
                                              for e in entries]})
        return
    common.table(
        ["NO", "WHEN", "WHAT", "SCORE", "DETAIL", "SOURCE"],
        [[e.number, f"{e.at:%Y-%m-%d %H:%M}", e.instrument,
          "" if e.score is None else f"{e.score:g}", _detail(e.values), e.source]
         for e in entries],
    )  # fmt: skip


def _detail(values: dict) -> str:
    parts = []
    for key, value in values.items():
        if isinstance(value, dict):
            parts += [f"{k} {v:g}" for k, v in value.items()]
        elif isinstance(value, list):
            parts.append(", ".join(value) or "none")
        elif key != "score":
            parts.append(str(value))
    return ", ".join(parts)
