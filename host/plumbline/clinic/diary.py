"""What a person told, entry by entry: questionnaires, pain, sleep, stress; kept for good.

An entry is never changed: a correction is another entry that names the one it replaces.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plumbline.clinic import proms
from plumbline.errors import Mismatch, UsageError
from plumbline.files import read_text, write_atomic


@dataclass(frozen=True)
class Entry:
    """One entry.  at: when it was true (aware); source: one of proms.SOURCES; score: the
    instrument's, None without one; replaces: number of the entry that this one corrects."""

    number: int
    person: str
    at: dt.datetime
    instrument: str
    values: dict[str, Any]
    score: float | None
    source: str
    by: str = ""
    replaces: int | None = None

    def line(self) -> str:
        row = {**asdict(self), "at": self.at.isoformat(timespec="seconds")}
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


class Diary:
    """The diary of one person, in one file of a JSON object a line."""

    def __init__(self, path: Path, person: str):
        self.path = path
        self.person = person

    def every(self) -> list[Entry]:
        """All entries ever made, corrected ones included, in the order they were made."""
        lines = read_text(self.path).splitlines()
        return [self._entry(i, line) for i, line in enumerate(lines, 1)]

    def _entry(self, number: int, line: str) -> Entry:
        try:
            row = json.loads(line)
            entry = Entry(**{**row, "at": dt.datetime.fromisoformat(row["at"])})
        except (ValueError, KeyError, TypeError) as error:
            raise Mismatch(f"{self.path}:{number}: this is no diary entry",
                           "Restore the file from a backup") from error
        if entry.number != number or entry.person != self.person:
            raise Mismatch(f"{self.path}:{number}: this entry belongs elsewhere",
                           "Restore the file from a backup")
        return entry

    def entries(self, instrument: str | None = None) -> list[Entry]:
        """What counts: without corrected entries, in the order of their times."""
        every = self.every()
        gone = {entry.replaces for entry in every}
        kept = [e for e in every if e.number not in gone and instrument in (None, e.instrument)]
        return sorted(kept, key=lambda e: (e.at, e.number))

    def add(
        self,
        instrument: str,
        values: Mapping[str, Any],
        at: dt.datetime,
        source: str = "wearer",
        by: str = "",
        replaces: int | None = None,
    ) -> Entry:
        """Checks and stores an entry; on disk once this returns.  Raises UsageError and
        StorageError."""
        if at.tzinfo is None:
            raise UsageError("the time has no zone", "Give it as in 2026-03-02T18:00+01:00")
        if source not in proms.SOURCES:
            raise UsageError(f"the source {source!r} is not known",
                             f"Give one of: {', '.join(proms.SOURCES)}")
        good, score = proms.check(instrument, values)
        with self._locked():
            every = self.every()
            if replaces is not None:
                old = next((e for e in every if e.number == replaces), None)
                if old is None or any(e.replaces == replaces for e in every):
                    raise UsageError(f"there is no entry {replaces} to correct",
                                     "See `plumbline prom list` for the numbers")
            entry = Entry(len(every) + 1, self.person, at, instrument, good, score, source, by,
                          replaces)  # fmt: skip
            lines = [e.line() for e in [*every, entry]]
            write_atomic(self.path, ("\n".join(lines) + "\n").encode())
        return entry

    @contextmanager
    def _locked(self):
        """Keeps two programs from writing at once and losing an entry."""
        lock = self.path.with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
            except ImportError:  # Windows: one program at a time is the user's business there.
                pass
            yield
        finally:
            os.close(handle)
