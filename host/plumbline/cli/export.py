"""plumbline export."""

from __future__ import annotations

from pathlib import Path

import click

from plumbline.cli import clinic, common
from plumbline.export import FORMATS


@common.command(name="export")
@click.argument("form", type=click.Choice(list(FORMATS)), metavar="FORMAT")
@click.argument("source", required=False)
@click.option("--store", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the library.")
@clinic.person_option
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True,
              help="File or folder to write.")
@common.json_option
def command(form, source, store, person, out, as_json) -> None:
    """Write recordings in formats that others read: FHIR, OpenSim, BIDS.

    \b
    fhir     a FHIR R4 Bundle: activity, exercise, pain, questionnaires
    sto      OpenSim orientations of both sensors, from raw samples
    bids     a BIDS-Motion data set, from raw samples
    csv      tables with a line of units below the heads
    parquet  the same tables with the units in their metadata

    SOURCE is as for `plumbline report`.  docs/exports.md says what was checked.
    """
    from plumbline import export, sources
    from plumbline.clinic import people, training
    from plumbline.errors import UsageError
    from plumbline.export import content
    from plumbline.store.segments import Store

    folder = common.settings(store=store).store
    who = clinic.chosen_person(person) if person else None
    if source is None and who and len(who.profile.braces) == 1:
        source = who.profile.braces[0]
    found = sources.find(source, Store(folder))
    who = who or people.wearing(folder / "people", found.serial)
    whole = form in ("bids", "csv", "parquet")
    if whole and out.is_file():
        raise UsageError(f"{out} is a file", f"Name a folder: {form} writes several files")
    sets = training.of_person(who, folder) if who else None
    written = export.write(form, content.of(found, who, sets or None), out)
    if as_json:
        common.emit_json("export", {"format": form, "files": [str(path) for path in written],
                                    "person": who.pseudonym if who else None})
        return
    for path in written:
        click.echo(path)
