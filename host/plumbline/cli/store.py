"""plumbline store."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import click

from plumbline.cli import common


@common.group(name="store")
def command() -> None:
    """Look after the library of pulled logs: who, what, queries, backup, forgetting.

    The library is a folder of segments as the braces wrote them; the catalogue and tables beside
    them are derived and can be deleted at any time.
    """


_store = click.option("--store", type=click.Path(path_type=Path, file_okay=False),
                      help="Folder of the library.")  # fmt: skip


def _open(store):
    from plumbline.store.catalogue import refresh

    return refresh(common.settings(store=store).store)


def _date(ms: int | None) -> str:
    return "" if ms is None else f"{dt.datetime.fromtimestamp(ms / 1000):%Y-%m-%d %H:%M}"


def _ms(day: dt.datetime | None) -> int | None:
    """Midnight of a day by this computer's clock, in ms since 1970."""
    return None if day is None else int(day.timestamp() * 1000)


@common.command(command, name="show")
@_store
@common.json_option
def show(store, as_json) -> None:
    """Show what the library holds, and who wore what."""
    from plumbline.store.wearings import Wearings

    with _open(store) as catalogue:
        rows = catalogue.summary()
        wearings = Wearings(catalogue.store.folder).all()
    if as_json:
        common.emit_json("store", {"braces": rows, "wearings": [vars(w) for w in wearings]})
        return
    if not rows and not wearings:
        common.say(f"The library {catalogue.store.folder} is empty. Pull a brace: plumbline pull")
        return
    common.table(
        ["BRACE", "LIFE", "FROM", "TO", "SEGMENTS", "RAW", "KIB", "RECORDS", "DAMAGED"],
        [[r["serial"], r["generation"], _date(r["first_ms"]), _date(r["last_ms"]),
          r["summary_segments"], r["raw_segments"], r["bytes"] // 1024, r["records"],
          r["damage"]] for r in rows],
    )  # fmt: skip
    for w in wearings:
        since = f" from {_date(w.from_ms)}" if w.from_ms else ""
        until = f" to {_date(w.to_ms)}" if w.to_ms else ""
        click.echo(f"{w.person} wore {w.serial}{since}{until}")


@common.command(command, name="assign")
@click.argument("person")
@click.argument("serial")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
              help="First day (YYYY-MM-DD).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
              help="Last day (YYYY-MM-DD).")
@_store
def assign(person, serial, first, last, store) -> None:
    """Note that PERSON (a pseudonym) wore the brace SERIAL, from and to the days given."""
    from plumbline.store.wearings import Wearing, Wearings

    folder = common.settings(store=store).store
    end = _ms(last + dt.timedelta(days=1)) if last else None
    Wearings(folder).add(Wearing(person, serial, _ms(first), end))
    common.say(f"{person} wore {serial}")


@common.command(command, name="query")
@click.argument("sql")
@_store
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@common.json_option
def query(sql, store, as_csv, as_json) -> None:
    """Ask the library in SQL (DuckDB's).

    \b
    epochs   person, serial, wall, day, seconds, posture, flexion_deg, ...
    events   person, serial, wall, day, type, fields (JSON)
    cues     person, serial, wall, day, number, posture, strength,
             value_deg, outcome, after_s
    days     person, serial, day, worn_h, upright_h, flexed_h, cues,
             answered
    replays  person, serial, wall, day, seconds, records, differences,
             posture_differs_s, ...

    `wall` is the wearer's wall clock.  As in: plumbline store query "SELECT * FROM days"
    """
    from plumbline.store.query import Query

    with _open(store) as catalogue:
        session = Query(catalogue)
        names, rows = session.ask(sql)
        session.close()
    if as_json:
        plain = [[v if isinstance(v, (int, float, str, type(None))) else str(v) for v in row]
                 for row in rows]  # fmt: skip
        common.emit_json("store_query", {"columns": names, "rows": plain})
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    else:
        common.table(names, [[_cell(v) for v in row] for row in rows])


def _cell(value) -> str:
    if value is None:
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@common.command(command, name="tables")
@_store
def tables(store) -> None:
    """Make the Parquet tables up to date; queries do that too."""
    from plumbline.store.tables import derive

    with _open(store) as catalogue:
        made, there = derive(catalogue, common.say)
        common.say(f"{made} blocks made, {there} there, in {catalogue.store.folder / 'tables'}")


@common.command(command, name="verify")
@_store
@common.json_option
def verify(store, as_json) -> None:
    """Check that every segment is still as it was pulled."""
    from plumbline.errors import Mismatch
    from plumbline.store import upkeep

    with _open(store) as catalogue:
        count, faults = upkeep.verify(catalogue)
    if as_json:
        common.emit_json("store_verify", {"segments": count, "faults": [vars(f) for f in faults]})
    else:
        for fault in faults:
            click.echo(f"{fault.path} {fault.text}")
        click.echo(f"{count} segments, {len(faults)} not as they were pulled")
    if faults:
        raise Mismatch(f"{len(faults)} segments are not as they were pulled",
                       "Put them back from a backup: plumbline store restore")  # fmt: skip


@common.command(command, name="backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@_store
def backup(target, store) -> None:
    """Copy the library into one tar file, and read it back to prove it."""
    from plumbline.store import upkeep

    count = upkeep.backup(common.settings(store=store).store, target)
    common.say(f"{target}: {count} files, read back and compared")


@common.command(command, name="restore")
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def restore(source, folder) -> None:
    """Unpack a backup into a new FOLDER."""
    from plumbline.store import upkeep

    count = upkeep.restore(source, folder)
    common.say(f"{folder}: {count} files; use it with --store or PLUMBLINE_STORE")


@common.command(command, name="forget")
@click.argument("person")
@_store
@common.dry_run_option
@common.yes_option
def forget(person, store, dry_run, yes) -> None:
    """Delete everything of PERSON from the library, and prove it.

    Backups and files exported elsewhere are out of reach.
    """
    from plumbline.store import forget as forgetting
    from plumbline.words import count

    with _open(store) as catalogue:
        what = forgetting.plan(catalogue, person)
        folder = f" and the folder {what.folder}" if what.folder else ""
        common.say(f"To go: {count(len(what.segments), 'segment')}{folder}")
        for path in what.shared:
            common.say(f"{path} holds another person's time as well, which goes with it")
        if dry_run:
            return
        common.agree("Delete all of it? It cannot be undone.", yes)
        left = forgetting.forget(catalogue, what)
    common.say(
        f"{person} is forgotten: none of the {left} files left in the library holds anything "
        "of them. Backups and exported files are out of reach: see to those yourself."
    )
