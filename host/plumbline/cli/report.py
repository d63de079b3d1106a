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
@click.option("--person", default="", help="Whose programme is in it (a pseudonym of "
              "`plumbline plan person`), or a name to put on it.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
              help="First day (YYYY-MM-DD).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
              help="Last day (YYYY-MM-DD).")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False),
              help="Also print it into this PDF; needs chromium.")
@click.option("--open", "show", is_flag=True, help="Show it in the browser.")
@common.json_option
def command(source, store, out, person, first, last, pdf, show, as_json) -> None:
    """Write a person's report from a pulled log.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  The report is one HTML file that
    needs nothing else: a page for the wearer, a page for the clinic.
    """
    from brace.posture import NAMES

    from plumbline import sources
    from plumbline.clinic import people
    from plumbline.files import write_atomic
    from plumbline.report.make import make
    from plumbline.store.segments import Store

    folder = common.settings(store=store).store
    who = _whose(person, folder)
    if source is None and who and len(who.profile.braces) == 1:
        source = who.profile.braces[0]
    found = sources.find(source, Store(folder))
    who = who or (None if person else people.wearing(folder / "people", found.serial))
    html, wearing = make(found, person=person or (who.pseudonym if who else ""),
                         first=first and first.date(), last=last and last.date(), who=who,
                         store=folder)  # fmt: skip
    write_atomic(out, html.encode())
    if pdf:
        from plumbline.report.pdf import to_pdf

        to_pdf(out, pdf)
    if as_json:
        common.emit_json("report", {
            "file": str(out), "serial": found.serial, "days": len(wearing.days),
            "worn_s": round(wearing.worn_s, 1),
            "seconds": {name: round(wearing.seconds(i), 1) for i, name in enumerate(NAMES)},
            "cues": len(wearing.cues()),
            "answered": sum(c.outcome == "corrected" for c in wearing.cues()),
            "person": who.pseudonym if who else None, "pdf": str(pdf) if pdf else None,
        })  # fmt: skip
    else:
        click.echo(out)
        if pdf:
            click.echo(pdf)
    if show:
        click.launch(out.resolve().as_uri())


def _whose(name: str, folder: Path):
    """The person of this pseudonym, None if the name is nobody's in the library."""
    from plumbline.clinic.people import Person

    there = name and "/" not in name and (folder / "people" / name / "profile.toml").is_file()
    return Person(folder / "people" / name) if there else None
