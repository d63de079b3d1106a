"""The virtual brace's USB serial line as a pseudo-terminal that any program can open.

A program that opens it raises DTR, as on a real port; while none has it open, what the brace
sends is dropped, as a brace's USB stack drops what no host takes.
"""

from __future__ import annotations

import os
import pty
import select
import tty

_CHUNK = 4096
# A host that reads more slowly than this much behind holds the brace up, as USB does.
_BEHIND_MAX = 65536


class PtyLine:
    """`path` is what to open.  Non-blocking throughout."""

    def __init__(self):
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        self._out = bytearray()
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)

    def fileno(self) -> int:
        return self._master

    @property
    def open(self) -> bool:
        """Whether a program has it open."""
        return not any(event & select.POLLHUP for _, event in self._poll.poll(0))

    @property
    def behind(self) -> bool:
        """Whether the program reads too slowly for the brace to send more."""
        return len(self._out) > _BEHIND_MAX

    def send(self, data: bytes) -> None:
        """Queues what the brace sends."""
        self._out += data

    def exchange(self) -> bytes:
        """Moves what can be moved now; what the program has sent."""
        if not self.open:
            self._out.clear()
            return b""
        try:
            while self._out:
                del self._out[: os.write(self._master, self._out[:_CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            self._out.clear()
        try:
            return os.read(self._master, _CHUNK)
        except (BlockingIOError, OSError):
            return b""

    def close(self) -> None:
        os.close(self._master)
