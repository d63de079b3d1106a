"""The bytes between this computer and a brace: a serial port, or an emulated board in-process.

A transport moves bytes and keeps the clock by which the other end is waited for.  On a serial
port that clock is this computer's.  On an in-process board it is the board's own, which passes
only while the host waits in `read`: a test that uses it is exact and repeatable.
"""

from __future__ import annotations

import errno
import os
import time
from typing import Protocol

from plumbline.errors import LinkError, LinkLost

_READ = 65536


class Transport(Protocol):
    """What a link needs."""

    description: str

    def read(self, timeout: float) -> bytes:
        """What has come, as soon as there is any; b"" when `timeout` seconds passed without.

        Raises LinkLost when the other end is gone for good.
        """

    def write(self, data: bytes) -> None:
        """Sends all of `data`.  Raises LinkLost, or LinkError when the other end takes none."""

    def now(self) -> float:
        """Seconds on the clock by which timeouts count."""

    def close(self) -> None:
        """Lets go of the port.  Twice is harmless."""


class SerialTransport:
    """A serial port or PTY through pyserial, opened exclusively.

    Every read and write has a timeout of its own, because on a PTY a read without one blocks for
    ever.  The speed setting means nothing on USB.
    """

    def __init__(self, port: str, write_timeout: float = 10.0):
        import serial

        self.description = port
        self._errors = (serial.SerialException, OSError)
        try:
            self._port = serial.Serial(
                port, 115200, timeout=0, write_timeout=write_timeout, exclusive=_exclusive()
            )
        except self._errors as error:
            raise _open_error(port, error) from error

    def read(self, timeout: float) -> bytes:
        try:
            if self._port.timeout != timeout:
                self._port.timeout = timeout
            data = self._port.read(1)
            if data:
                waiting = self._port.in_waiting
                if waiting:
                    data += self._port.read(min(waiting, _READ))
            return data
        except (*self._errors, TypeError) as error:
            # pyserial meets its own closed handle as a TypeError.
            raise self._lost() from error

    def write(self, data: bytes) -> None:
        import serial

        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise LinkError(
                f"{self.description} takes no bytes",
                "Reset the brace: press its button for ten seconds, or unplug it",
            ) from error
        except (*self._errors, TypeError) as error:
            raise self._lost() from error

    def now(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        self._port.close()

    def _lost(self) -> LinkLost:
        return LinkLost(
            f"the connection on {self.description} was lost",
            "Check cable and battery, then run the same command again",
        )


def _exclusive() -> bool | None:
    return True if os.name == "posix" else None


def _open_error(port: str, error: Exception) -> LinkError:
    code = getattr(error, "errno", None)
    text = str(error).lower()
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return LinkError(
            f"{port} is in use by another program",
            "Close the other one (a terminal, mpremote, another plumbline) and try again",
        )
    if code in (errno.EACCES, errno.EPERM):
        return LinkError(
            f"you may not open {port}", "Run `plumbline doctor`: it shows the rule to install"
        )
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "filenotfound" in text:
        return LinkLost(f"there is no {port}", "See what is connected: plumbline list")
    return LinkError(f"{port} cannot be opened: {error}", "Unplug the brace and plug it in again")


class BoardTransport:
    """The USB serial line of an in-process emulated board (`plumbline.virtual.board.Board`).

    Takes over the board's `on_serial`.
    """

    def __init__(self, board):
        self.description = "the emulated board"
        self._board = board
        self._received = bytearray()
        board.on_serial = self._received.extend

    def read(self, timeout: float) -> bytes:
        if not self._received:
            # A rest too short for the clock to show would never pass.
            self._board.run(max(timeout * 1e9, 1.0), until=lambda: bool(self._received))
        data = bytes(self._received)
        self._received.clear()
        return data

    def write(self, data: bytes) -> None:
        self._board.usb.send(data)

    def now(self) -> float:
        return self._board.now_ns / 1e9

    def close(self) -> None:
        self._board.on_serial = lambda data: None
