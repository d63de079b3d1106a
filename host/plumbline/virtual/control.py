"""What drives a virtual brace from outside its process: JSON lines over a Unix socket.

A request is one line, `{"do": NAME, ...}`; the answer is one line, `{"ok": true, ...}` or
`{"ok": false, "say": ..., "wrong": ...}`, which tells whether what was asked makes no sense.
`Control` is the client, `ControlServer` the server's end.

    status                              state, simulated time, counters
    run        s                        answers when so much simulated time has passed
    play       motion, loop, delay      moves the body (motion: a script or recording)
    press      s                        holds the button
    battery    mv                       sets the cell's voltage
    usb        plugged                  plugs or pulls the cable
    power      on                       applies or takes power
    cut        operations               fails the power in that flash command from now
    motor      since_ns                 the vibrations so far
    stop                                ends the process
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from plumbline.virtual.board import State


def _at(path: Path, action) -> None:
    """Binds or connects a Unix socket.  Their paths are short: a long one is given relative to its
    folder."""
    if len(os.fsencode(path)) < 100:
        action(str(path))
        return
    here = os.getcwd()
    try:
        os.chdir(path.parent)
        action(path.name)
    finally:
        os.chdir(here)


class ControlServer:
    """Listens at `path`; `serve` handles what has come, without waiting."""

    def __init__(self, server, path: Path):
        self._server = server
        self.path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        _at(path, self._socket.bind)
        os.chmod(path, 0o600)
        self._socket.listen()
        self._socket.setblocking(False)
        self._clients: dict[socket.socket, bytearray] = {}
        # (time due, client): `run` requests that are answered later.
        self._later: list[tuple[int, socket.socket]] = []

    def files(self) -> list[socket.socket]:
        """What to wait for with select."""
        return [self._socket, *self._clients]

    def waiting(self) -> bool:
        """Whether a `run` request has become due, so that the emulation should pause."""
        now = self._server.brace.board.now_ns
        return any(due <= now for due, _ in self._later)

    def serve(self) -> None:
        """Accepts, reads, answers."""
        try:
            client, _ = self._socket.accept()
            client.setblocking(False)
            self._clients[client] = bytearray()
        except BlockingIOError:
            pass
        for client, buffer in list(self._clients.items()):
            try:
                data = client.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self._drop(client)
                continue
            buffer += data
            while (end := buffer.find(b"\n")) >= 0:
                line = bytes(buffer[:end])
                del buffer[: end + 1]
                self._handle(client, line)
        now = self._server.brace.board.now_ns
        for due, client in [entry for entry in self._later if entry[0] <= now]:
            self._later.remove((due, client))
            self._send(client, {"ok": True, "now_ns": now})

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def _drop(self, client: socket.socket) -> None:
        self._clients.pop(client, None)
        self._later = [entry for entry in self._later if entry[1] is not client]
        client.close()

    def _send(self, client: socket.socket, answer: dict) -> None:
        try:
            client.setblocking(True)
            client.sendall(json.dumps(answer).encode() + b"\n")
            client.setblocking(False)
        except OSError:
            self._drop(client)

    def _handle(self, client: socket.socket, line: bytes) -> None:
        try:
            request = json.loads(line)
            action = getattr(self, "_do_" + request.pop("do"))
            if action == self._do_run:
                due = self._server.brace.board.now_ns + int(request["s"] * 1e9)
                self._later.append((due, client))
                return
            answer = action(**request) or {}
        except ValueError as error:
            self._send(client, {"ok": False, "say": str(error), "wrong": True})
            return
        except Exception as error:  # whatever a client asks for, the brace goes on
            said = f"{type(error).__name__}: {error}"
            self._send(client, {"ok": False, "say": said, "wrong": False})
            return
        self._send(client, {"ok": True, **answer})

    # -- requests ----------------------------------------------------------------------------

    def _do_run(self) -> None:
        """Answered later, see _handle."""

    def _do_status(self) -> dict:
        board = self._server.brace.board
        return {
            "state": board.state.value,
            "now_ns": board.now_ns,
            "awake_cycles": board.awake_cycles,
            "flash_operations": board.flash.operations,
            "resets": board.resets,
            "vibrations": len(self._server.brace.bursts()),
        }

    def _do_play(self, motion: str, loop: bool = False, delay: float = 0.0) -> dict:
        return {"s": self._server.brace.play_motion(motion, loop=loop, delay=delay)}

    def _do_press(self, s: float) -> None:
        self._server.brace.press(s)

    def _do_battery(self, mv: int) -> None:
        self._server.brace.set_battery(mv)

    def _do_usb(self, plugged: bool) -> None:
        self._server.brace.set_usb(plugged)

    def _do_power(self, on: bool) -> None:
        brace = self._server.brace
        if on and brace.board.state is State.OFF:
            brace.power_on()
        elif not on:
            brace.power_off()

    def _do_cut(self, operations: int) -> None:
        self._server.brace.board.flash.cut_in(operations)

    def _do_motor(self, since_ns: int = 0) -> dict:
        bursts = self._server.brace.bursts(since_ns)
        return {"bursts": [[burst.start_ns, burst.end_ns] for burst in bursts]}

    def _do_stop(self) -> None:
        self._server.stop()


class ControlError(Exception):
    """The virtual brace refused or did not answer; the message says why.  `wrong`: what was asked
    of it makes no sense."""

    def __init__(self, say: str, wrong: bool = False):
        super().__init__(say)
        self.wrong = wrong


class Control:
    """Client of a control socket: `control("press", s=0.3)` gives the answer as a dict."""

    def __init__(self, path: str | Path, timeout: float | None = 600.0):
        path = Path(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            _at(path, self._socket.connect)
        except OSError as error:
            raise ControlError(f"no virtual brace answers at {path}: is it running?") from error
        self._file = self._socket.makefile("rwb")

    def __call__(self, do: str, **arguments) -> dict:
        """Gives one command.  Raises ControlError."""
        self._file.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise ControlError("the virtual brace has gone")
        answer = json.loads(line)
        if not answer.pop("ok"):
            raise ControlError(answer["say"], answer["wrong"])
        return answer

    def close(self) -> None:
        self._file.close()
        self._socket.close()
