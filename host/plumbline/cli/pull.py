"""plumbline pull."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="pull")
@common.several_braces
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library to pull into.")
@click.option("--keep", is_flag=True, help="Acknowledge nothing: the brace keeps what it has.")
@click.option("--no-clock", is_flag=True, help="Leave the brace's clock as it is.")
@common.json_option
def command(device, everything, jobs, store, keep, no_clock, as_json) -> None:
    """Bring the log home from braces into the library.

    What is in the library already is not read again, so an interrupted pull just goes on.  Each
    segment is verified, synced to disk and only then acknowledged to the brace.
    """
    from plumbline import fleet
    from plumbline.cli.progress import Progress
    from plumbline.pull import Progress as Report
    from plumbline.pull import pull
    from plumbline.store.segments import Store

    settings = common.settings(device=device, jobs=jobs, store=store)
    chosen = common.chosen(device, everything)
    library = Store(settings.store)

    def work(found):
        with progress.working(found.name) as line:
            report = Report(line.say, line.bytes, line.records)
            result = pull(lambda: common.connect(found), library, report,
                          set_clock=not no_clock, acknowledge=not keep)  # fmt: skip
            line.say("done")
            return result

    with Progress([f.name for f in chosen]) as progress:
        outcomes = fleet.run(chosen, work, settings.jobs)
    if as_json:
        common.emit_json("pull", {"store": str(settings.store),
                                  "braces": [_record(o) for o in outcomes]})  # fmt: skip
    else:
        for outcome in outcomes:
            if outcome.result:
                click.echo(outcome.result.sentence())
                for text in outcome.result.damage:
                    common.say(f"{outcome.result.serial}: {text}")
    fleet.check(outcomes)


def _record(outcome) -> dict:
    result, error = outcome.result, outcome.error
    record = {"name": outcome.item.name, "error": str(error) if error else None}
    if result:
        values = {k: v for k, v in vars(result).items() if k not in ("times", "gap_records")}
        record |= {**values, "foreign": sorted(result.foreign), "sentence": result.sentence()}
    return record
