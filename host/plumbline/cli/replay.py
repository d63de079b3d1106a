"""plumbline replay."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="replay")
@click.argument("source", required=False)
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@common.json_option
def command(source, store, as_json) -> None:
    """Run recorded samples through the firmware's own code, and compare.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  Only where raw samples were
    recorded can be replayed (plumbline settings set raw_on=1).  Ends with exit code 6 when
    something came out otherwise.
    """
    from plumbline import sources
    from plumbline.errors import Mismatch, StorageError
    from plumbline.replay import logged
    from plumbline.store.segments import Store

    found = sources.find(source, Store(common.settings(store=store).store))
    outcomes = [logged.replay(run) for run in logged.runs(found.reading)]
    if not outcomes:
        raise StorageError(
            f"{found.name} holds no raw samples to replay",
            "Record some: plumbline settings set raw_on=1",
        )
    if as_json:
        common.emit_json("replay", {"serial": found.serial, "runs": [
            {"boot": o.run.boot, "t_s": o.run.t_cs / 100, "seconds": round(o.seconds, 3),
             "records": o.compared, "identical": o.identical,
             "difference": str(o.difference) if o.difference else None, "other_core": o.core}
            for o in outcomes
        ]})  # fmt: skip
    else:
        for o in outcomes:
            result = "identical" if o.identical else f"differs: {o.difference}"
            click.echo(
                f"start {o.run.boot}, {o.run.t_cs / 100:.0f} s in: {o.seconds:.0f} s of samples, "
                f"{o.compared} records {result}"
            )
    different = [o for o in outcomes if not o.identical]
    if different:
        raise Mismatch(
            f"{len(different)} of {len(outcomes)} recordings came out otherwise than on the brace",
            "Compare versions: the brace's firmware and this tool may differ (plumbline list)",
        )
