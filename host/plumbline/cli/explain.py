"""plumbline explain."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="explain")
@click.argument("source", required=False)
@click.option("--at", metavar="TIME",
              help="A date and time (2026-03-02T10:15:30, local unless it says), or BOOT+SECONDS "
              "as plumbline log show prints where the date is not known.  Without it: the end.")
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@common.device_option
@common.json_option
def command(source, at, store, device, as_json) -> None:
    """Say why the brace decided what it did at a moment.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  With --device the log is read from
    a brace itself.  For the posture, activity and mount in force then, and for bends, lifts and
    cues of the minute before, prints the numbers that decided and their thresholds.
    """
    from plumbline import sources
    from plumbline.explain import explain
    from plumbline.store.segments import Store

    if device:
        with common.connect(common.chosen_one(device)) as brace:
            found = sources.of_brace(brace)
    else:
        found = sources.find(source, Store(common.settings(store=store).store))
    boot, t_cs = _moment(found, at)
    reasons = explain(found.reading, boot, t_cs)
    if as_json:
        common.emit_json("explanation", {
            "serial": found.serial, "boot": boot, "t_cs": t_cs,
            "reasons": [vars(reason) for reason in reasons]})  # fmt: skip
        return
    for reason in reasons:
        click.echo(f"{_time(reason)}  {reason}")
    if not reasons:
        click.echo("Nothing was decided yet.")


def _moment(found, at: str | None) -> tuple[int, int]:
    from plumbline import explain
    from plumbline.errors import StorageError, UsageError

    if at is None:
        where = explain.last(found.reading)
    elif match := re.fullmatch(r"(\d+)\+(\d+(?:\.\d+)?)", at):
        return int(match[1]), round(float(match[2]) * 100)
    else:
        try:
            stamp = datetime.fromisoformat(at)
        except ValueError:
            raise UsageError(
                f"{at!r} is no time", "Give one like 2026-03-02T10:15:30, or 3+120.5"
            ) from None
        where = explain.moment(found.reading, round(stamp.timestamp() * 1000))
    if where is None:
        raise StorageError(
            f"{found.name} has nothing from that time",
            "Look at what there is: plumbline log show",
        )
    return where


def _time(reason) -> str:
    if reason.utc_ms is None:
        return f"boot {reason.boot} +{reason.t_cs / 100:.1f} s"
    return datetime.fromtimestamp(reason.utc_ms / 1000).isoformat(" ", timespec="seconds")
