"""The register of virtual braces running on this computer: one small JSON file for each.

`plumbline sim` writes an entry when a virtual brace is ready and removes it at the end;
discovery reads them.  Entries whose process is gone are removed by whoever meets them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from plumbline import paths
from plumbline.errors import UsageError
from plumbline.files import write_atomic

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


@dataclass(frozen=True)
class Entry:
    """One running virtual brace.

    pid: the process that emulates it.  pty: path of its USB serial line.  control: path of the
    socket that drives what is around it (motion, battery, button, cable).  bootsel: folder that
    stands for the RPI-RP2 volume: while the brace is in BOOTSEL it holds INFO_UF2.TXT, and a
    .uf2 written into it is flashed and started.  image: the UF2 it was started with.
    """

    name: str
    pid: int
    pty: str
    control: str
    bootsel: str
    image: str


def folder() -> Path:
    """Where the entries lie."""
    return paths.state() / "virtual"


def check_name(name: str) -> None:
    """Raises UsageError unless `name` can name a virtual brace."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a virtual brace",
            "Use 1 to 32 letters, digits, '-', '_' and '.', beginning with a letter or digit",
        )


def _path(name: str) -> Path:
    check_name(name)
    return folder() / f"{name}.json"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> Entry | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Entry(**{field.name: values[field.name] for field in fields(Entry)})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def add(entry: Entry) -> None:
    """Registers a brace.  Raises UsageError when a running one already has its name."""
    path = _path(entry.name)
    other = _read(path)
    if other and other.pid != entry.pid and _alive(other.pid):
        raise UsageError(
            f"a virtual brace named {entry.name!r} is already running (process {other.pid})",
            "Choose another name with --name, or stop that one",
        )
    write_atomic(path, json.dumps(asdict(entry), indent=1).encode(), durable=False)


def remove(name: str) -> None:
    """Takes a brace off the register; nothing happens if it is not on it."""
    with contextlib.suppress(FileNotFoundError):
        _path(name).unlink()


def running() -> list[Entry]:
    """The braces whose process lives, by name.  Forgets the dead ones."""
    found = []
    for path in sorted(folder().glob("*.json")):
        entry = _read(path)
        if entry is None or not _alive(entry.pid):
            with contextlib.suppress(OSError):
                path.unlink()
            continue
        found.append(entry)
    return found
