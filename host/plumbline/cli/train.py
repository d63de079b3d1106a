"""plumbline train."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="train")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="device/brace",
              show_default=True, help="Folder of the modules to write.")
@common.json_option
def command(directory, out, as_json) -> None:
    """Train the brace's tables on recordings in DIRECTORY.

    Takes hapt/ and sisfall/ there.  Writes tables_activity.py and tables_lifts.py, integers that
    the firmware carries; each says what it was trained on and how it did on people it had not
    seen, leaving one out at a time.  The same recordings give the same bytes.  Takes minutes.
    """
    from plumbline.errors import UsageError
    from plumbline.train import write_tables

    if not out.is_dir():
        raise UsageError(f"{out} is not there", "Give the folder of the tables with --out")
    figures = write_tables(directory, out, common.say)
    if as_json:
        common.emit_json("training", figures)
        return
    rows = []
    for name, found in figures.items():
        for key, value in found.items():
            if isinstance(value, float):
                rows.append([name, key.replace("_", " "), f"{value:.4f}"])
    common.table(["TABLE", "LEAVING ONE PERSON OUT", ""], rows)
