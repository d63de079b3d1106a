"""The folder in which a running virtual brace keeps its flash, so that it outlives the process.

Every erase and program goes to the file at once, as it would into silicon: killing the process is
a power cut, not a step back in time.
"""

from __future__ import annotations

import os
from pathlib import Path

from plumbline.virtual.flash import SIZE


class FlashFile:
    """`flash.bin` in a folder: 2 MiB, made blank if it is not there."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "flash.bin"
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        size = os.fstat(self._fd).st_size
        if size < SIZE:
            os.pwrite(self._fd, b"\xff" * (SIZE - size), size)

    def read(self) -> bytes:
        """The whole contents."""
        return os.pread(self._fd, SIZE, 0)

    def write(self, offset: int, data: bytes) -> None:
        """Puts what has changed."""
        os.pwrite(self._fd, data, offset)

    def close(self) -> None:
        os.close(self._fd)
