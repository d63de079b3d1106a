"""plumbline cohort."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.group(name="cohort")
def command() -> None:
    """Work on the whole library at once, on all cores or on a Dask cluster."""


@common.command(command, name="replay")
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@click.option("--scheduler", metavar="ADDRESS",
              help="A Dask scheduler, as tcp://host:8786; without it, a cluster of this computer.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Workers here (one a core).")
@click.option("--force", is_flag=True, help="Also replay what was replayed with this code.")
@common.json_option
def replay(store, scheduler, jobs, force, as_json) -> None:
    """Replay every recording in the library, and compare with what the braces decided.

    What has been replayed with the same code is not replayed again, so that this goes on where it
    was interrupted.  The result is the same on one core, on all, and on a cluster.  Ends with exit
    code 6 when something came out otherwise.  A cluster's workers get samples, but no names and no
    keys; use tls:// where others share the network.
    """
    from plumbline.cli.progress import Progress
    from plumbline.errors import Mismatch, StorageError
    from plumbline.replay import code, cohort
    from plumbline.store.catalogue import refresh

    with refresh(common.settings(store=store).store) as catalogue:
        boots = cohort.plan(catalogue)
        folder = catalogue.store.folder
    if not boots:
        raise StorageError(
            f"{folder} holds no raw samples to replay",
            "Record some: plumbline settings set raw_on=1, then plumbline pull",
        )
    sealed = 0
    todo = [boot for boot in boots if force or cohort.known(folder, boot) is None]
    if todo:
        with Progress(["replay"]) as progress:
            line = progress["replay"]
            line.say("starting workers")
            client = cohort.connect(scheduler, jobs)
            try:
                line.say(f"{len(todo)} of {len(boots)} boots to do")
                done = 0

                def step(boot) -> None:
                    nonlocal done
                    done += 1
                    line.count(done, len(todo), f"boots, last {boot.name}")

                sealed = cohort.replay(folder, todo, client, step)
            finally:
                cohort.disconnect(client)
    if sealed:
        common.say(f"{sealed} of {len(boots)} boots are left out: they are sealed to a key that "
                   "is not on this computer (plumbline keys show)")
    rows = [row for boot in boots for row in cohort.known(folder, boot) or ()]
    if as_json:
        common.emit_json("cohort_replay", {
            "code": code.digest(), "boots": len(boots), "replayed": len(todo) - sealed,
            "sealed": sealed, "runs": rows,
        })  # fmt: skip
    else:
        _print(rows)
    different = sum(not row["identical"] for row in rows)
    if different:
        raise Mismatch(
            f"{different} of {len(rows)} recordings came out otherwise than on the brace",
            "plumbline replay SERIAL shows how; another firmware than this tool's is expected to",
        )


def _print(rows: list[dict]) -> None:
    lives: dict[tuple[str, int], list[dict]] = {}
    for row in rows:
        lives.setdefault((row["serial"], row["generation"]), []).append(row)
    table = []
    for (serial, generation), mine in lives.items():
        hours = sum(r["seconds"] for r in mine) / 3600
        share = sum(r["posture_differs_s"] for r in mine) / max(36 * hours, 1e-9)
        table.append([serial, generation, len(mine), f"{hours:.2f}",
                      sum(r["records"] for r in mine), sum(len(r["differences"]) for r in mine),
                      f"{share:.2f}"])  # fmt: skip
    head = ["BRACE", "LIFE", "RECORDINGS", "HOURS", "SAME", "OTHER", "POSTURE OTHER %"]
    common.table(head, table)
