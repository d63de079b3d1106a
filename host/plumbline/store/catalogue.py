"""What is in the store: an SQLite catalogue over its segments.

It is derived: deleting `catalogue.sqlite` loses nothing, `update` makes it anew.  One row for each
segment, with its digest and what it covers; one for each boot of a brace, with what dates it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from brace import records as layouts

from plumbline import segments
from plumbline.errors import StorageError
from plumbline.segments import RAW, SUMMARY, Damage
from plumbline.store.segments import Generation, Store

_VERSION = 1
_SCHEMA = """
CREATE TABLE segment (
  serial TEXT, generation INTEGER, stream INTEGER, sequence INTEGER,
  sha256 TEXT, bytes INTEGER, records INTEGER, damage INTEGER, core INTEGER,
  first_boot INTEGER, first_cs INTEGER, last_boot INTEGER, last_cs INTEGER,
  PRIMARY KEY (serial, generation, stream, sequence)
) WITHOUT ROWID;
CREATE TABLE anchor (
  serial TEXT, generation INTEGER, boot INTEGER, t_cs INTEGER, utc_ms INTEGER,
  PRIMARY KEY (serial, generation, boot, t_cs)
) WITHOUT ROWID;
CREATE TABLE zone (
  serial TEXT, generation INTEGER, boot INTEGER, zone_min INTEGER,
  PRIMARY KEY (serial, generation, boot)
) WITHOUT ROWID;
"""
# Each boot's date: its last anchor's, so that time never jumps within a boot.
_BOOTS = """
SELECT serial, generation, boot, max(t_cs) AS t_cs, utc_ms - 10 * t_cs AS offset_ms
FROM anchor GROUP BY serial, generation, boot
"""


class Catalogue:
    """The catalogue of a store, open.  `with Catalogue(store) as catalogue`."""

    def __init__(self, store: Store):
        self.store = store
        self.path = store.folder / "catalogue.sqlite"
        try:
            store.folder.mkdir(parents=True, exist_ok=True)
            self.db = self._open()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"{self.path} cannot be opened ({error})",
                "Delete it: it is made again from the segments",
            ) from error

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30)
        # What is deleted is overwritten: people may ask to be forgotten.
        db.execute("PRAGMA secure_delete = ON")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            db.close()
            self.path.unlink()
            return self._open()
        if version == 0:
            db.executescript(_SCHEMA)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        return db

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    # -- keeping it --------------------------------------------------------------------------

    def lives(self) -> Iterator[Generation]:
        """Every life of every brace in the store."""
        for serial in self.store.serials():
            yield from self.store.generations(serial)

    def update(self, progress: Callable[[int], None] = lambda count: None) -> int:
        """Takes in segments that are new; how many.  Drops rows of segments that are gone."""
        added = 0
        with self.db:
            self._drop_gone()
            for life in self.lives():
                for stream in (SUMMARY, RAW):
                    known = {row[0] for row in self.db.execute(
                        "SELECT sequence FROM segment WHERE serial=? AND generation=? AND "
                        "stream=?", (life.serial, life.number, stream))}  # fmt: skip
                    for sequence in life.held(stream):
                        if sequence not in known:
                            self._take(life, stream, sequence)
                            added += 1
                            progress(added)
        return added

    def _drop_gone(self) -> None:
        held: dict[tuple, set[int]] = {}
        for life in self.lives():
            for stream in (SUMMARY, RAW):
                held[(life.serial, life.number, stream)] = set(life.held(stream))
        for serial, generation, stream, sequence in self.db.execute(
            "SELECT serial, generation, stream, sequence FROM segment"
        ).fetchall():
            if sequence not in held.get((serial, generation, stream), ()):
                self.db.execute(
                    "DELETE FROM segment WHERE serial=? AND generation=? AND stream=? AND "
                    "sequence=?", (serial, generation, stream, sequence))  # fmt: skip

    def _take(self, life: Generation, stream: int, sequence: int) -> None:
        data = life.get(stream, sequence)
        row: dict = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                     "records": 0, "damage": 1, "core": 0}  # fmt: skip
        read = life.load(stream, sequence)
        key = (life.serial, life.number)
        if not isinstance(read, Damage):
            found = read.records
            row.update(records=len(found), core=read.core,
                       damage=sum(d.kind != "cut" for d in read.damage),
                       first_boot=read.boot, first_cs=read.t_cs, last_boot=read.boot,
                       last_cs=read.t_cs)  # fmt: skip
            if found:
                row.update(first_boot=found[0].boot, first_cs=found[0].t_cs,
                           last_boot=found[-1].boot, last_cs=found[-1].t_cs)  # fmt: skip
            self._date(key, read)
        names = ", ".join(row)
        marks = ", ".join("?" * (4 + len(row)))
        self.db.execute(
            f"INSERT OR REPLACE INTO segment (serial, generation, stream, sequence, {names}) "
            f"VALUES ({marks})", (*key, stream, sequence, *row.values()))  # fmt: skip

    def _date(self, key: tuple, read: segments.Segment) -> None:
        def anchor(boot: int, t_cs: int, utc_ms: int) -> None:
            self.db.execute(
                "INSERT OR REPLACE INTO anchor VALUES (?, ?, ?, ?, ?)", (*key, boot, t_cs, utc_ms)
            )

        if read.utc_ms is not None:
            anchor(read.boot, read.t_cs, read.utc_ms)
        for record in read.records:
            if record.type not in (layouts.TIME, layouts.START):
                continue
            fields = record.fields or {}
            if record.type == layouts.START:
                self.db.execute(
                    "INSERT OR REPLACE INTO zone VALUES (?, ?, ?, ?)",
                    (*key, record.boot, fields.get("zone_min", 0)))  # fmt: skip
            elif fields.get("utc_ms"):
                anchor(record.boot, record.t_cs, fields["utc_ms"])

    # -- asking it ---------------------------------------------------------------------------

    def boots(self) -> list[tuple]:
        """(serial, generation, boot, offset_ms or None, zone_min) of every boot: utc_ms = offset +
        10 t_cs."""
        return self.db.execute(
            f"""SELECT b.serial, b.generation, b.boot, a.offset_ms, coalesce(z.zone_min, 0)
            FROM (SELECT serial, generation, first_boot AS boot FROM segment
                  WHERE first_boot IS NOT NULL
                  UNION SELECT serial, generation, last_boot FROM segment
                  WHERE last_boot IS NOT NULL
                  UNION SELECT serial, generation, boot FROM zone
                  UNION SELECT serial, generation, boot FROM anchor) b
            LEFT JOIN ({_BOOTS}) a USING (serial, generation, boot)
            LEFT JOIN zone z USING (serial, generation, boot)"""
        ).fetchall()

    def segments(self, serial: str, generation: int, stream: int) -> list[tuple[int, str]]:
        """(sequence, digest) in order."""
        return self.db.execute(
            "SELECT sequence, sha256 FROM segment WHERE serial=? AND generation=? AND stream=? "
            "ORDER BY sequence", (serial, generation, stream)).fetchall()  # fmt: skip

    def spans(self, serial: str, generation: int) -> list[tuple]:
        """(stream, sequence, digest, first boot, last boot) of a life's readable segments, in
        order."""
        return self.db.execute(
            "SELECT stream, sequence, sha256, first_boot, last_boot FROM segment WHERE serial=? "
            "AND generation=? AND first_boot IS NOT NULL ORDER BY stream, sequence",
            (serial, generation)).fetchall()  # fmt: skip

    def covering(self) -> list[tuple]:
        """(serial, generation, stream, sequence, first utc_ms, last utc_ms) of every segment; None
        where a time is not known."""
        return self.db.execute(
            f"""SELECT s.serial, s.generation, s.stream, s.sequence,
                a.offset_ms + 10 * s.first_cs, b.offset_ms + 10 * s.last_cs
            FROM segment s
            LEFT JOIN ({_BOOTS}) a ON (a.serial, a.generation, a.boot)
                = (s.serial, s.generation, s.first_boot)
            LEFT JOIN ({_BOOTS}) b ON (b.serial, b.generation, b.boot)
                = (s.serial, s.generation, s.last_boot)"""
        ).fetchall()

    def summary(self) -> list[dict]:
        """For each life of each brace: segments, bytes, records, damage, first and last utc_ms."""
        rows = self.db.execute(
            """SELECT serial, generation, sum(stream = 0), sum(stream = 1), sum(bytes),
            sum(CASE stream WHEN 0 THEN records ELSE 0 END), sum(damage)
            FROM segment GROUP BY serial, generation ORDER BY serial, generation"""
        ).fetchall()
        times: dict[tuple, list[int]] = {}
        for serial, generation, _, _, first, last in self.covering():
            known = [t for t in (first, last) if t is not None]
            times.setdefault((serial, generation), []).extend(known)
        keys = ("serial", "generation", "summary_segments", "raw_segments", "bytes", "records",
                "damage")  # fmt: skip
        made = []
        for row in rows:
            known = times[row[:2]]
            covers = {"first_ms": min(known, default=None), "last_ms": max(known, default=None)}
            made.append(dict(zip(keys, row, strict=True)) | covers)
        return made

    def digests(self) -> dict[tuple, str]:
        """(serial, generation, stream, sequence) -> SHA-256 of every segment."""
        with contextlib.closing(self.db.execute(
            "SELECT serial, generation, stream, sequence, sha256 FROM segment")) as rows:
            return {row[:4]: row[4] for row in rows}


def refresh(folder: Path) -> Catalogue:
    """The up-to-date catalogue of the store in a folder."""
    catalogue = Catalogue(Store(folder))
    catalogue.update()
    return catalogue
