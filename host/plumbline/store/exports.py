"""What left a store: every export is noted, in <store>/exports.jsonl, one JSON object a line.

By default what is exported says neither whose nor exactly when: no serial number, and days
counted from the first one.
"""

from __future__ import annotations

import getpass
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from plumbline.errors import os_error
from plumbline.files import read_text

_DAY_MS = 86_400_000


def note(folder: Path, what: str, source: str, target: Path, rows: int, identified: bool) -> None:
    """Notes an export from the store `folder`.  Raises StorageError: then nothing may go out."""
    line = {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "by": _user(),
        "what": what,
        "source": source,
        "to": str(Path(target).resolve()),
        "rows": rows,
        "identified": identified,
    }
    path = Path(folder) / "exports.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise os_error(error, f"writing {path}") from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def exports(folder: Path) -> list[dict]:
    """All that were noted, oldest first."""
    path = Path(folder) / "exports.jsonl"
    try:
        return [json.loads(line) for line in read_text(path).splitlines()]
    except ValueError as error:
        raise os_error(OSError(5, str(error)), f"reading {path}") from error


def without_dates(rows: list[dict]) -> list[dict]:
    """Rows whose `utc_ms` counts from midnight UTC before the first of them."""
    known = [row["utc_ms"] for row in rows if row.get("utc_ms") is not None]
    first = min(known) // _DAY_MS * _DAY_MS if known else 0
    return [
        row if row.get("utc_ms") is None else {**row, "utc_ms": row["utc_ms"] - first}
        for row in rows
    ]
