"""MicroPython's raw prompt through mpremote: the only module that imports it.

mpremote announces that its library interface will change, so what is used of it is held by a
contract test and pinned by the version in pyproject.toml.  Interactive use goes through its
command line, which is stable.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time

from plumbline.errors import AtPrompt, LinkError, LinkLost, Missing

_SILENCE_S = 3.0
_TRIES = 4
_TRY_S = 2.0
_QUIET_S = 0.5
_REBOOT_S = 10.0


def _transport():
    try:
        from mpremote import transport, transport_serial
    except ModuleNotFoundError as error:
        raise Missing(
            "this needs mpremote", "Install it: pip install 'plumbline[dev]'"
        ) from error
    return transport_serial.SerialTransport, transport.TransportError


class Prompt:
    """The raw prompt of a brace, whose firmware it stops.  `with Prompt(port) as prompt`."""

    def __init__(self, port: str):
        make, self._error = _transport()
        try:
            # On a PTY a read without a timeout blocks for ever.
            self._board = make(port, timeout=_SILENCE_S)
        except (self._error, OSError) as error:
            raise LinkLost(f"{port} cannot be opened", "See plumbline list") from error
        self.port = port
        if not self._enter():
            self._board.close()
            raise AtPrompt(
                f"{port} shows no MicroPython prompt",
                "Only development images have one; a wearer's image cannot be stopped",
            )

    def _enter(self) -> bool:
        """Stops the firmware; tries again because one that is just starting misses the Ctrl-C."""
        for number in range(_TRIES):
            try:
                # mpremote prints what it got instead of the prompt; the error says it better.
                with contextlib.redirect_stdout(io.StringIO()):
                    self._board.enter_raw_repl(soft_reset=False, timeout_overall=_TRY_S)
                if number:
                    self._settle()
                return True
            except (self._error, OSError):
                continue
        return False

    def _settle(self) -> None:
        """Lets late answers to earlier tries come in and go by, then has the prompt shown anew."""
        serial = self._board.serial
        end = time.monotonic() + _TRY_S
        while (waiting := serial.inWaiting()) or time.monotonic() < end:
            if waiting:
                serial.read(waiting)
                end = time.monotonic() + _QUIET_S
            time.sleep(0.01)
        serial.write(b"\x01")

    def __enter__(self) -> Prompt:
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._board.close()

    def run(self, code: str, timeout: float = 20.0) -> str:
        """Runs a program and returns what it printed.  Raises LinkError with its exception."""
        self.start(code)
        return self.finish(timeout)

    def start(self, code: str) -> None:
        """Starts a program that is then talked to with `send` and `line`."""
        with self._translated():
            self._board.exec_raw_no_follow(code)

    def send(self, data: bytes) -> None:
        """Bytes to the running program's stdin."""
        with self._translated():
            self._board.serial.write(data)

    def line(self, timeout: float = 20.0) -> str:
        """The next line that the program prints."""
        with self._translated():
            data = self._board.read_until(1, b"\n", timeout=timeout)
        if not data.endswith(b"\n"):
            raise LinkError(f"{self.port}: the program on the board stopped", self._said(data))
        return data.decode("utf-8", "replace").strip()

    def finish(self, timeout: float = 20.0) -> str:
        """Waits until the program ends; what else it printed."""
        with self._translated():
            out, failed = self._board.follow(timeout)
        if failed:
            raise LinkError(f"{self.port}: the program on the board failed", self._said(failed))
        return out.decode("utf-8", "replace")

    def restart(self) -> None:
        """Starts the firmware again (a soft reset)."""
        with self._translated():
            self._board.exit_raw_repl()
            self._board.serial.write(b"\x04")
            # Who comes next must not take the prompt's last words for a prompt.
            self._board.read_until(1, b"soft reboot\r\n", timeout=_REBOOT_S)

    @staticmethod
    def _said(data: bytes) -> str:
        lines = data.replace(b"\x04", b"").decode("utf-8", "replace").strip().splitlines()
        return f"It said: {lines[-1]}" if lines else "It said nothing"

    @contextlib.contextmanager
    def _translated(self):
        try:
            yield
        except (self._error, OSError) as error:
            raise LinkLost(f"{self.port}: {error}", "Check the cable and try again") from error


def command_line(port: str, *arguments: str) -> int:
    """Runs mpremote's own commands on a brace, on this terminal; its exit code."""
    _transport()
    return subprocess.call([sys.executable, "-m", "mpremote", "connect", port, *arguments])
