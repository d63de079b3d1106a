"""Lets another program talk to the emulated brace: its serial line on a PTY for a while."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.transport import BoardTransport
from plumbline.virtual.board import Board
from plumbline.virtual.pty_line import PtyLine

_SLICE_NS = 20e6
# Simulated time may run ahead of the other program's, but not out of its sight.
_SPEED = 20.0


class EmulatedPort:
    """`run` gives the line to a program; before and after it is the test's."""

    def __init__(self, board: Board, line: Line, journal: Journal):
        self._board = board
        self._line = line
        self._journal = journal

    def run(
        self, arguments: Sequence[str], timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program, "{port}" in its arguments standing for the serial port's path; a first
        argument of "python" is this interpreter.  Raises subprocess.TimeoutExpired after `timeout`
        seconds of real time.
        """
        pty = PtyLine()
        self._line.disconnect()
        self._board.on_serial = self._heard(pty)
        arguments = [argument.replace("{port}", pty.path) for argument in arguments]
        self._journal.note(f"port: {' '.join(arguments).replace(pty.path, 'PORT')}")
        if arguments[0] == "python":
            arguments[0] = sys.executable
        try:
            with tempfile.TemporaryFile("w+") as output:
                process = subprocess.Popen(
                    arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
                )
                try:
                    self._serve(pty, process, timeout)
                finally:
                    process.kill()
                    process.wait()
                output.seek(0)
                said = output.read()
        finally:
            pty.close()
            self._board.usb.open(True)
            self._line.connect(BoardTransport(self._board))
        self._journal.note(f"port: it ended with {process.returncode}: {said.strip()}")
        return subprocess.CompletedProcess(arguments, process.returncode, said)

    def _heard(self, pty: PtyLine):
        def heard(data: bytes) -> None:
            self._journal.received(data)
            pty.send(data)

        return heard

    def _serve(self, pty: PtyLine, process: subprocess.Popen, timeout: float) -> None:
        board = self._board
        begun, simulated = time.monotonic(), board.now_ns
        opened = None
        while process.poll() is None:
            passed = time.monotonic() - begun
            if passed > timeout:
                raise subprocess.TimeoutExpired(process.args, timeout)
            if pty.open != opened:
                opened = pty.open
                board.usb.open(opened)
            data = pty.exchange()
            if data:
                self._journal.sent(data)
                board.usb.send(data)
            if (board.now_ns - simulated) / 1e9 > _SPEED * passed + 0.1 or pty.behind:
                time.sleep(0.002)
            else:
                board.run(_SLICE_NS)
