"""plumbline report."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import common


@common.command(name="report")
@click.argument("source", required=False)
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False),
              default=Path("report.html"), help="File to write (report.html).")
@click.option("--person", default="", help="Name or pseudonym to put on it.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day (YYYY-MM-DD).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day (YYYY-MM-DD).")
@click.option("--open", "show", is_flag=True, help="Show it in the browser.")
@common.json_option
def command(source, store, out, person, first, last, show, as_json) -> None:
    """Write a person's report from a pulled log.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  The report is one HTML file that
    needs nothing else: a page for the wearer, a page for the clinic.
    """
    from brace.posture import NAMES

    from plumbline import sources
    from plumbline.files import write_atomic
    from plumbline.report.make import make
    from plumbline.store.segments import Store

    found = sources.find(source, Store(common.settings(store=store).store))
    html, wearing = make(found, person=person, first=first and first.date(),
                         last=last and last.date())  # fmt: skip
    write_atomic(out, html.encode())
    if as_json:
        common.emit_json("report", {
            "file": str(out), "serial": found.serial, "days": len(wearing.days),
            "worn_s": round(wearing.worn_s, 1),
            "seconds": {name: round(wearing.seconds(i), 1) for i, name in enumerate(NAMES)},
            "cues": len(wearing.cues()),
            "answered": sum(c.outcome == "corrected" for c in wearing.cues()),
        })  # fmt: skip
    else:
        click.echo(out)
    if show:
        click.launch(out.resolve().as_uri())
