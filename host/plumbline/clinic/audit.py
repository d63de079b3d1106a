"""The append-only record of decisions about a person's plan: who did what when, and why.

One JSON object a line, each with the hash of the line before and its own, so that a line that
was changed, removed or put in between is found.  It proves order and wholeness, not who sat at
the keyboard.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.errors import Mismatch, os_error
from plumbline.files import read_text, sync_folder

_FIRST = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One decision.  what: "proposed", "approved", "overridden", "locked", "unlocked",
    "stopped", "resumed" or "sent"; by: a name, or "rules" for what the rules proposed."""

    number: int
    at: dt.datetime
    by: str
    what: str
    detail: dict[str, Any]
    previous: str
    hash: str


def _hash(row: dict) -> str:
    text = json.dumps({k: row[k] for k in row if k != "hash"}, sort_keys=True,
                      separators=(",", ":"), ensure_ascii=False)  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()


class Audit:
    """The audit of one person, in one file."""

    def __init__(self, path: Path):
        self.path = path

    def entries(self) -> list[Entry]:
        """All entries, checked.  Raises StorageError, and Mismatch for a broken chain.

        A last line without its end is what a power cut leaves of an entry whose `add` never
        returned; it is not an entry.
        """
        found: list[Entry] = []
        for number, line in enumerate(read_text(self.path).split("\n")[:-1], 1):
            found.append(self._entry(number, line, found[-1].hash if found else _FIRST))
        return found

    def _entry(self, number: int, line: str, previous: str) -> Entry:
        try:
            row = json.loads(line)
            right = (row["hash"] == _hash(row) and row["previous"] == previous
                     and row["number"] == number)  # fmt: skip
            entry = Entry(number, dt.datetime.fromisoformat(row["at"]), row["by"], row["what"],
                          row["detail"], previous, row["hash"])  # fmt: skip
        except (ValueError, KeyError, TypeError):
            right = False
        if not right:
            raise Mismatch(f"{self.path}:{number}: the audit was changed here",
                           "Restore the file from a backup and find out who changed it")
        return entry

    def add(self, at: dt.datetime, by: str, what: str, **detail: Any) -> Entry:
        """Appends an entry; on disk once this returns.  Raises StorageError and Mismatch."""
        entries = self.entries()
        row = {
            "number": len(entries) + 1,
            "at": at.isoformat(timespec="seconds"),
            "by": by,
            "what": what,
            "detail": detail,
            "previous": entries[-1].hash if entries else _FIRST,
        }
        row["hash"] = _hash(row)
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._drop_half_line()
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_folder(self.path.parent)
        except OSError as error:
            raise os_error(error, f"writing {self.path}") from error
        return self.entries()[-1]

    def _drop_half_line(self) -> None:
        if not self.path.exists():
            return
        raw = self.path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole != len(raw):
            with open(self.path, "r+b") as file:
                file.truncate(whole)
                file.flush()
                os.fsync(file.fileno())
