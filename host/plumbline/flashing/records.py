"""What was done to each brace: one JSON line an act, in a file for each serial number."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from plumbline import paths
from plumbline.errors import os_error
from plumbline.files import sync_folder
from plumbline.flashing.execute import Result


def folder() -> Path:
    """Where the records lie."""
    return paths.data() / "records"


def append(result: Result, location: str) -> Path:
    """Adds a record of a flashed or provisioned brace; returns its file.

    Keys: `at` (UTC), `serial`, `hw`, `board`, `done`, `backend`, `image` and `fw` now,
    `image_before`, `fw_before`, `location`, `seconds`, `tool`.
    """
    hello, before = result.hello, result.before
    record = {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "serial": hello.serial,
        "hw": hello.hw,
        "board": hello.board,
        "done": result.done,
        "backend": result.backend,
        "image": hello.image,
        "fw": hello.fw,
        "image_before": before.image if before else "",
        "fw_before": before.fw if before else "",
        "location": location,
        "seconds": round(result.seconds, 1),
        "tool": version("plumbline"),
    }
    path = folder() / f"{hello.serial}.jsonl"
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
