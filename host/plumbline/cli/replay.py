"""plumbline replay."""

from __future__ import annotations

import time
from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="replay")
@click.argument("source", required=False)
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Cores to use (all).")
@click.option("--show", type=click.IntRange(min=0), default=5, metavar="N",
              help="Print at most N differences of a recording (5).")
@common.json_option
def command(source, store, jobs, show, as_json) -> None:
    """Run recorded samples through the firmware's own code, and compare.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  Only where raw samples were
    recorded can be replayed (plumbline settings set raw_on=1).  Ends with exit code 6 when
    something came out otherwise.  For the whole library: plumbline cohort replay.
    """
    from plumbline import sources
    from plumbline.errors import Mismatch, Refused, StorageError
    from plumbline.replay import code, units
    from plumbline.store.segments import Store

    found = sources.find(source, Store(common.settings(store=store).store))
    began = time.monotonic()
    replayed = units.replay(units.of_reading(found.reading, found.serial), jobs)
    outcomes = [outcome for _, several in replayed for outcome in several]
    took = time.monotonic() - began
    closed = [d for d in found.reading.damage if d.kind == "sealed"]
    if not outcomes and closed:
        raise Refused(str(closed[0]), "Bring the key here: plumbline keys restore")
    if not outcomes:
        raise StorageError(
            f"{found.name} holds no raw samples to replay",
            "Record some: plumbline settings set raw_on=1",
        )
    if as_json:
        rows = [units.row(outcome) for outcome in outcomes]
        common.emit_json("replay", {"serial": found.serial, "code": code.digest(), "runs": rows})
    else:
        for outcome in outcomes:
            _print(outcome, show)
    seconds = sum(o.seconds for o in outcomes)
    common.say(f"{seconds:.0f} s of samples replayed in {took:.1f} s")
    different = [o for o in outcomes if not o.identical]
    if different:
        raise Mismatch(
            f"{len(different)} of {len(outcomes)} recordings came out otherwise than on the brace",
            "Compare versions: the brace's firmware and this tool may differ (plumbline list)",
        )


def _print(outcome, show: int) -> None:
    from plumbline.words import count

    head = f"start {outcome.boot}, {outcome.t_cs / 100:.0f} s in: {outcome.seconds:.0f} s"
    head += " of samples"
    same = count(outcome.compared, "record")
    if outcome.identical:
        click.echo(f"{head}, {same} identical")
        return
    share = 100 * outcome.posture_differs_s / max(outcome.seconds, 0.001)
    click.echo(
        f"{head}, {same} identical and {len(outcome.differences)} not; posture differs for "
        f"{outcome.posture_differs_s:.0f} s ({share:.1f} %)"
    )
    for difference in outcome.differences[:show]:
        click.echo(f"  {difference}")
    if len(outcome.differences) > show:
        click.echo(f"  and {len(outcome.differences) - show} more: --json lists all")
    if outcome.core is not None:
        click.echo(f"  the brace ran another core ({outcome.core:#x}), so this is to be expected")
