"""Parquet tables of the store's records, derived from the segments and from nothing else.

    <store>/tables/<table>/<serial>/<generation>/<block>.parquet

A block is 64 summary segments, so that a pull makes only the last file anew.  Each file notes what
it was made from and with: the digests of the segments, the version of this derivation, the
firmware's code with its models; when any differs, it is made again.  Tables hold what the brace
recorded, dated by boot; `plumbline.store.query` adds dates and people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from brace import records as layouts
from brace.posture import NAMES

from plumbline.errors import Missing
from plumbline.files import write_atomic
from plumbline.replay import code
from plumbline.segments import SUMMARY, Damage, Record
from plumbline.store.catalogue import Catalogue
from plumbline.store.segments import Generation

BLOCK = 64
# To be raised when a table's columns or their meaning change.
DERIVATION = 1


def _arrow():
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise Missing(
            "the store's tables need pyarrow", "Install it: pip install 'plumbline[store]'"
        ) from error
    return pyarrow


def _name(posture: int | None) -> str | None:
    return NAMES[posture] if posture is not None and posture < len(NAMES) else None


def _epoch(f: dict) -> dict:
    return {
        "seconds": f["blocks"] / 8,
        "posture": _name(f["posture"]),
        "activity": f.get("activity"),
        "confidence": f.get("confidence"),
        "flexion_deg": f["flexion_cdeg"] / 100,
        "flexion_min_deg": f["flexion_min_cdeg"] / 100,
        "flexion_max_deg": f["flexion_max_cdeg"] / 100,
        "lateral_deg": f["lateral_cdeg"] / 100,
        "lumbar_deg": f["lumbar_cdeg"] / 100 if "lumbar_cdeg" in f else None,
        "dynamic_mg": f.get("dynamic_mg"),
        "steps": f.get("steps"),
        "cues": f.get("cues"),
        "worn": f.get("worn"),
    }


_REAL = ("seconds", "flexion_deg", "flexion_min_deg", "flexion_max_deg", "lateral_deg",
         "lumbar_deg")  # fmt: skip
_WHOLE = ("activity", "confidence", "dynamic_mg", "steps", "cues", "worn")


def _schema(arrow, table: str):
    head = [("boot", arrow.int64()), ("t_cs", arrow.int64())]
    if table == "events":
        return arrow.schema([*head, ("type", arrow.string()), ("fields", arrow.string())])
    kinds = {"posture": arrow.string()}
    kinds |= {n: arrow.float64() for n in _REAL} | {n: arrow.int32() for n in _WHOLE}
    order = ("seconds", "posture", "activity", "confidence", "flexion_deg", "flexion_min_deg",
             "flexion_max_deg", "lateral_deg", "lumbar_deg", "dynamic_mg", "steps", "cues",
             "worn")  # fmt: skip
    return arrow.schema([*head, *((name, kinds[name]) for name in order)])


TABLES = ("epochs", "events")


def _row(record: Record) -> tuple[str, dict]:
    """Which table a record goes to, and its columns."""
    head = {"boot": record.boot, "t_cs": record.t_cs}
    fields = record.fields
    if record.type == layouts.EPOCH and fields and "lateral_cdeg" in fields:
        return "epochs", head | _epoch(fields)
    if fields is None:
        fields = {"body": record.body.hex()}
    return "events", head | {"type": record.name, "fields": json.dumps(fields)}


def _path(catalogue: Catalogue, table: str, life: Generation, block: int) -> Path:
    base = catalogue.store.folder / "tables" / table / life.serial / f"{life.number:03d}"
    return base / f"{block:05d}.parquet"


def _mark(digests: list[str]) -> bytes:
    text = f"{DERIVATION} {code.digest()} {' '.join(digests)}"
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _noted(arrow, path: Path) -> bytes | None:
    try:
        return (arrow.parquet.read_schema(path).metadata or {}).get(b"plumbline")
    except (OSError, arrow.ArrowInvalid):
        return None


def _write(arrow, path: Path, table: str, rows: list[dict], mark: bytes) -> None:
    schema = _schema(arrow, table).with_metadata({b"plumbline": mark})
    made = arrow.Table.from_pylist(rows, schema)
    sink = arrow.BufferOutputStream()
    arrow.parquet.write_table(made, sink, compression="zstd")
    write_atomic(path, sink.getvalue().to_pybytes(), durable=False)


def _blocks(catalogue: Catalogue, life: Generation) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    blocks: dict[int, list[tuple[int, str]]] = {}
    for sequence, digest in catalogue.segments(life.serial, life.number, SUMMARY):
        blocks.setdefault(sequence // BLOCK, []).append((sequence, digest))
    yield from sorted(blocks.items())


def derive(
    catalogue: Catalogue, progress: Callable[[str], None] = lambda text: None
) -> tuple[int, int]:
    """Makes what is missing or out of date and removes what has no segments any more; how many
    blocks were made, and how many there are.  Raises Missing without pyarrow."""
    arrow = _arrow()
    made, wanted = 0, set()
    for life in catalogue.lives():
        for block, members in _blocks(catalogue, life):
            mark = _mark([digest for _, digest in members])
            paths = {t: _path(catalogue, t, life, block) for t in TABLES}
            wanted.update(paths.values())
            if all(_noted(arrow, path) == mark for path in paths.values()):
                continue
            progress(f"{life.serial}: block {block}")
            rows: dict[str, list[dict]] = {t: [] for t in TABLES}
            for sequence, _ in members:
                read = life.load(SUMMARY, sequence)
                for record in [] if isinstance(read, Damage) else read.records:
                    table, row = _row(record)
                    rows[table].append(row)
            for table, path in paths.items():
                _write(arrow, path, table, rows[table], mark)
            made += 1
    for path in (catalogue.store.folder / "tables").rglob("*.parquet"):
        if path not in wanted:
            path.unlink()
    return made, len(wanted) // len(TABLES)
