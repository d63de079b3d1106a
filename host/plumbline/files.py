"""Writing files so that readers, crashes and power cuts see the old file or the new one whole; and
reading what may not have been written yet."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from plumbline.errors import os_error


def sync_folder(folder: Path) -> None:
    """Makes renames within `folder` durable, where the platform can do that."""
    with contextlib.suppress(OSError):  # Windows cannot open folders; some mounts cannot sync.
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_atomic(
    path: Path, data: bytes, *, durable: bool = True, mode: int | None = None
) -> None:
    """Replaces `path` by `data`, making its folder.  Raises StorageError and leaves `path` as it
    was.  `durable`: it survives a power cut once this returns.  `mode`: its permissions.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part"
        )
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if mode is not None:
                    os.chmod(temporary, mode)
                if durable:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, f"writing {path}") from error


def read_text(path: Path) -> str:
    """A text file's contents, "" where there is none yet.  Raises StorageError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise os_error(error, f"reading {path}") from error


def make_private(folder: Path) -> None:
    """Makes a folder that only its user may look into, or makes it such.  Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) != 0o700:
            os.chmod(folder, 0o700)
    except OSError as error:
        raise os_error(error, f"making {folder}") from error
