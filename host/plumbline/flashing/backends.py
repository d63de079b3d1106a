"""The ways of writing an image to a board in BOOTSEL, and which of them can serve which board."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from plumbline import registry
from plumbline.errors import LinkError, Missing, NoDevice, UsageError, os_error
from plumbline.flashing.bootsel import Bootsel

Progress = Callable[[int, int], None]
_PIECE = 16 * 1024
# The board restarts as soon as it has the last block, often before the file is closed.
_GONE = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESHUTDOWN, errno.EINVAL}


class Backend(Protocol):
    """One way of writing."""

    name: str

    def supports(self, board: Bootsel) -> str | None:
        """None when it can write to this board, else why it cannot."""

    def write(self, board: Bootsel, uf2: bytes, progress: Progress) -> None:
        """Writes the image and lets the board start it."""


def _copy(board: Bootsel, uf2: bytes, progress: Progress, sync: bool) -> None:
    """Writes the file into the board's volume piece by piece."""
    path = board.volume / "plumbline.uf2"
    done = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while done < len(uf2):
                done += file.write(uf2[done : done + _PIECE])
                # Without this the kernel takes all at once and the board sees it later.
                if sync:
                    os.fsync(file.fileno())
                progress(done, len(uf2))
    except OSError as error:
        if done < len(uf2) and error.errno in _GONE:
            raise LinkError(
                f"{board.name} went away after {done} of {len(uf2)} bytes",
                "Plug it in again with BOOTSEL held, then run the same command again",
            ) from error
        if error.errno not in _GONE:
            raise os_error(error, f"writing {path}") from error


class Uf2Volume:
    """Copies the file onto the boot ROM's volume."""

    name = "uf2-volume"

    def supports(self, board: Bootsel) -> str | None:
        if board.virtual is not None:
            return "a virtual brace is not on USB"
        if board.volume is None:
            return "its RPI-RP2 volume is not mounted"
        return None

    def write(self, board: Bootsel, uf2: bytes, progress: Progress) -> None:
        _copy(board, uf2, progress, sync=True)


class Virtual:
    """Copies the file into the folder that stands for a virtual brace's volume."""

    name = "virtual"

    def supports(self, board: Bootsel) -> str | None:
        return "it is not a virtual brace" if board.virtual is None else None

    def write(self, board: Bootsel, uf2: bytes, progress: Progress) -> None:
        _copy(board, uf2, progress, sync=False)


class Picotool:
    """Runs Raspberry Pi's picotool, which needs no mounted volume."""

    name = "picotool"

    def supports(self, board: Bootsel) -> str | None:
        if board.virtual is not None:
            return "a virtual brace is not on USB"
        if shutil.which("picotool") is None:
            return "picotool is not installed"
        if board.bus is None:
            return "its USB address is not known"
        return None

    def write(self, board: Bootsel, uf2: bytes, progress: Progress) -> None:
        with tempfile.NamedTemporaryFile(suffix=".uf2") as file:
            file.write(uf2)
            file.flush()
            command = ["picotool", "load", "--verify", "--execute", file.name]
            command += ["--bus", str(board.bus), "--address", str(board.address)]
            done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
            raise LinkError(
                f"picotool failed on {board.name}: {said[-1]}",
                "Plug the board in again with BOOTSEL held, then run the same command again",
            )
        progress(len(uf2), len(uf2))


BACKENDS: tuple[Backend, ...] = (Uf2Volume(), Picotool(), Virtual())


def choose(board: Bootsel, name: str | None = None) -> Backend:
    """The first back-end that supports the board, or the named one.

    Raises UsageError for an unknown name, Missing with each one's reason when none can.
    """
    candidates = [b for b in BACKENDS if name in (None, b.name)]
    if not candidates:
        known = ", ".join(b.name for b in BACKENDS)
        raise UsageError(f"there is no flash back-end {name!r}", f"Choose one of: {known}")
    reasons = []
    for backend in candidates:
        reason = backend.supports(board)
        if reason is None:
            return backend
        reasons.append(f"{backend.name}: {reason}")
    kind = NoDevice if board.virtual else Missing
    raise kind(
        f"{board.name} cannot be written ({'; '.join(reasons)})",
        "Mount its RPI-RP2 volume, as in `udisksctl mount -b /dev/disk/by-label/RPI-RP2`, "
        "or install picotool",
    )


def expect(name: str, virtual: registry.Entry | None, wanted: str | None) -> None:
    """Raises as `choose` does when no back-end, or not the wanted one, could ever write to this
    board: to be asked before it is sent into BOOTSEL."""
    best = Bootsel(name, volume=Path(), bus=0, address=0, virtual=virtual)
    choose(best, wanted)
