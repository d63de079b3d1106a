"""plumbline log."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import click

from plumbline.cli import common


@common.group(name="log")
def command() -> None:
    """Look into pulled logs: show, verify, export.

    SOURCE is a serial number in the library, a .seg file, a folder of them, or a dump of a
    brace's flash; without it, the only brace in the library.  With --device the log is read from
    a brace itself, which stores and acknowledges nothing.
    """


_source = click.argument("source", required=False)
_store = click.option("--store", type=click.Path(path_type=Path, file_okay=False),
                      help="Folder of the library.")  # fmt: skip


def _find(source, store, device):
    from plumbline import sources
    from plumbline.store.segments import Store

    if device:
        with common.connect(common.chosen_one(device)) as brace:
            return sources.of_brace(brace)
    return sources.find(source, Store(common.settings(store=store).store))


def _rows(found, types):
    """(utc ms or None, record) of the records of these types; all if none is named."""
    from plumbline.segments import Clock

    clock = Clock(found.reading)
    for record in found.reading.records:
        if not types or record.name in types:
            yield clock.utc_ms(record.boot, record.t_cs), record


def _time(utc_ms: int | None, record) -> str:
    if utc_ms is None:
        return f"boot {record.boot} +{record.t_cs / 100:.2f} s"
    return datetime.fromtimestamp(utc_ms / 1000).isoformat(" ", timespec="milliseconds")


def _values(record) -> dict:
    fields = record.fields
    return {"body": record.body.hex()} if fields is None else fields


def _plain(utc_ms, record) -> dict:
    return {"utc_ms": utc_ms, "boot": record.boot, "t_cs": record.t_cs, "type": record.name,
            **_values(record)}  # fmt: skip


@common.command(command, name="show")
@_source
@common.device_option
@_store
@click.option("--type", "types", multiple=True, metavar="TYPE",
              help="Only records of this type (epoch, posture, cue ...); may be repeated.")
@common.jsonl_option
def show(source, device, store, types, as_jsonl) -> None:
    """Print the records of a log."""
    found = _find(source, store, device)
    for utc_ms, record in _rows(found, types):
        if as_jsonl:
            common.emit_line("record", _plain(utc_ms, record))
        else:
            values = " ".join(f"{k}={v}" for k, v in _values(record).items())
            click.echo(f"{_time(utc_ms, record)}  {record.name:<12} {values}")


@common.command(command, name="audit")
@_source
@common.device_option
@_store
@common.json_option
def audit(source, device, store, as_json) -> None:
    """Show what was done to a claimed brace, and check that nothing of it was altered."""
    from dataclasses import asdict

    from plumbline.errors import Mismatch
    from plumbline.trust.audit import first_keys, verify
    from plumbline.trust.keys import Keys

    found = _find(source, store, device)
    checked = verify(found.reading.records, first_keys(Keys(), found.serial))
    if as_json:
        common.emit_json("log_audit", {
            "source": found.name, "serial": found.serial,
            "entries": [asdict(e) for e in checked.entries],
            "findings": [asdict(f) for f in checked.findings]})  # fmt: skip
    else:
        for e in checked.entries:
            when = "unknown time"
            if e.utc_s:
                when = datetime.fromtimestamp(e.utc_s).isoformat(" ")
            mark = {True: "", False: "  NOT SOUND", None: "  not checked"}[e.sound]
            role = f" by {e.role}" if e.role else ""
            click.echo(f"{e.number:5}  boot {e.boot:<4} {when:<19}  {e.kind}{role}{mark}")
        for finding in checked.findings:
            click.echo(finding.text)
    if checked.forged:
        raise Mismatch(f"the audit of {found.serial} has been tampered with", "See above")


@common.command(command, name="verify")
@_source
@common.device_option
@_store
@common.json_option
def verify(source, device, store, as_json) -> None:
    """Check every segment and record of a log, raw samples included; say what is not there."""
    from plumbline import segments
    from plumbline.errors import Mismatch

    found = _find(source, store, device)
    reading = found.reading
    samples = sum(len(c.s) + len(c.l) for c in segments.chunks(reading))
    counts = {segments.STREAMS[s]: len(list_) for s, list_ in reading.segments.items()}
    records = sum(1 for _ in reading.records)
    # A write cut by a power failure is what the format is made for; nothing is missing.
    bad = [d for d in reading.damage if d.kind != "cut"]
    if as_json:
        common.emit_json("log_verify", {
            "source": found.name, "serial": found.serial, "segments": counts,
            "records": records, "samples": samples,
            "damage": [{"kind": d.kind, "text": str(d)} for d in reading.damage]})  # fmt: skip
    else:
        for damage in reading.damage:
            click.echo(str(damage))
        click.echo(
            f"{found.name}: {counts['summary']} summary and {counts['raw']} raw segments, "
            f"{records} records, {samples} raw samples, "
            f"{f'{len(bad)} damages' if bad else 'all sound'}"
        )
    if bad:
        raise Mismatch(f"{found.name} has {len(bad)} damages", "Pull it again if the brace "
                       "still has it; what is not damaged can be used")  # fmt: skip


@common.command(command, name="erase")
@common.device_option
@common.yes_option
def erase(device, yes) -> None:
    """Erase all that a brace has recorded, pulled or not, before it gets another wearer."""
    found = common.chosen_one(device)
    common.agree(f"Erase everything that {found.name} has recorded?", yes)
    with common.connect(found) as brace:
        brace.erase_log()
    common.say(f"{found.name}: its log is empty")


@common.command(command, name="export")
@_source
@common.device_option
@_store
@click.option("--to", "target", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="File to write: .csv or .jsonl for records, .npz for raw samples.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only records of this type.")
@click.option("--identified", is_flag=True, help="Keep the dates.")
def export(source, device, store, target, types, identified) -> None:
    """Write a log's records, or its raw samples, into a file that other tools read.

    Into .csv goes one type of record, with its units in the column names.  Unless --identified is
    given, times count from the first day, so that the file tells neither whose nor when.  Every
    export is noted in the library (exports.jsonl).
    """
    from plumbline.errors import UsageError
    from plumbline.files import write_atomic
    from plumbline.store import exports

    found = _find(source, store, device)
    if target.suffix == ".npz":
        data, what, count = _npz(found)
    elif target.suffix in (".jsonl", ".csv"):
        rows = [_plain(*row) for row in _rows(found, types)]
        rows = rows if identified else exports.without_dates(rows)
        data = _csv(rows) if target.suffix == ".csv" else _jsonl(rows)
        what, count = f"{len(rows)} records", len(rows)
    else:
        raise UsageError(
            f"{target.suffix or 'a file without an ending'} is not known", "Use .csv, .jsonl, .npz"
        )
    folder = common.settings(store=store).store
    exports.note(folder, "log export", found.name, target, count, identified)
    write_atomic(target, data)
    common.say(f"{target}: {what}")


def _jsonl(rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _csv(rows) -> bytes:
    from plumbline.errors import UsageError

    kinds = sorted({row["type"] for row in rows})
    if len(kinds) > 1:
        raise UsageError(
            f"one table cannot hold {len(kinds)} types of records: {', '.join(kinds)}",
            "Name one with --type, or write .jsonl",
        )
    out = io.StringIO()
    if rows:
        # A newer firmware may have added fields: the widest record names the columns.
        writer = csv.DictWriter(out, max(rows, key=len), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().encode()


def _npz(found) -> tuple[bytes, str, int]:
    import numpy as np

    from plumbline import segments

    chunks = list(segments.chunks(found.reading))
    out = io.BytesIO()
    empty = np.zeros((0, 6), "<i2")
    raw = found.reading.segments[segments.RAW]
    np.savez_compressed(
        out,
        s=np.concatenate([c.s for c in chunks] or [empty]),
        l=np.concatenate([c.l for c in chunks] or [empty]),
        # Of each chunk: boot, samples of S and L, whether it follows the one before.
        chunks=np.array([[c.boot, len(c.s), len(c.l), c.follows] for c in chunks] or
                        np.zeros((0, 4)), "<i8"),
        rates_mhz=np.array(raw[-1].rates_mhz if raw else (0, 0)),
    )  # fmt: skip
    return out.getvalue(), f"{len(chunks)} chunks of raw samples", len(chunks)
