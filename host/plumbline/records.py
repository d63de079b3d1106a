"""What was done to each brace on this computer: one JSON line an act, in a file for each serial
number.  `at` (UTC) and `tool` (this tool's version) come with every act.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from plumbline import paths
from plumbline.errors import os_error
from plumbline.files import sync_folder


def folder() -> Path:
    """Where the records lie."""
    return paths.data() / "records"


def append(serial: str, act: dict) -> Path:
    """Adds an act (`done` says which) to a brace's record, durably; returns its file.  Raises
    StorageError."""
    record = {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "serial": serial,
        **act,
        "tool": version("plumbline"),
    }
    path = folder() / f"{serial}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, (json.dumps(record) + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, f"writing {path}") from error
    return path
