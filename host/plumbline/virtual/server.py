"""A virtual brace as a process of its own, as `plumbline sim` runs it.

Its USB serial line is a PTY, its BOOTSEL drive a folder, and a Unix socket takes JSON lines that
drive what is around it (control.py).  It is entered in the register, so that `plumbline list`
finds it.
"""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

from plumbline import image, paths, registry
from plumbline.errors import StorageError
from plumbline.virtual.board import State
from plumbline.virtual.control import ControlServer
from plumbline.virtual.pty_line import PtyLine
from plumbline.virtual.rig import VirtualBrace
from plumbline.virtual.store import FlashFile

_SLICE_NS = 20e6
_IDLE_WAIT_S = 0.005
_INFO_UF2 = "UF2 Bootloader v3.0\nModel: Plumbline virtual brace\nBoard-ID: RPI-RP2\n"


class Server:
    """Runs one virtual brace until `stop`.

    name: in the register, and of its folder, which keeps its flash between runs.
    image_path: the UF2 put on a brace whose flash is still blank.
    speed: upper limit of simulated over real time; 1 paces it to real time, None does not pace.
    """

    def __init__(
        self,
        name: str,
        image_path: Path,
        *,
        speed: float | None = 20.0,
        sensors: str = "SL",
        seed: int = 1,
    ):
        self.name = name
        self.folder = paths.state() / "virtual" / name
        self._file = FlashFile(self.folder)
        self.image_path = Path(image_path)
        contents = self._file.read()
        self.brace = VirtualBrace(contents, sensors=sensors, seed=seed)
        self.brace.board.flash.on_change = self._file.write
        self.brace.board.on_panic = self._panicked
        if not contents.strip(b"\xff"):
            firmware = image.load(self.image_path)
            self.brace.board.write_image(firmware.data, firmware.base)
        self.line = PtyLine()
        self.brace.board.on_serial = self.line.send
        self.control = ControlServer(self, self.folder / "control.sock")
        self.bootsel = self.folder / "bootsel"
        self.bootsel.mkdir(exist_ok=True)
        self._speed = speed
        self._stopping = False
        self._was_open = False

    def _panicked(self, code: int) -> None:
        said = f"the firmware ran into breakpoint {code:#x}; its watchdog will restart it"
        print(said, file=sys.stderr, flush=True)
        self.brace.board.lock_up()

    def stop(self) -> None:
        """Makes `serve` return soon."""
        self._stopping = True

    def serve(self, on_ready=lambda server: None) -> None:
        """Powers the brace on and runs it; `on_ready` is called once it can be opened."""
        self.brace.power_on()
        registry.add(
            registry.Entry(
                self.name,
                os.getpid(),
                self.line.path,
                str(self.control.path),
                str(self.bootsel),
                str(self.image_path),
            )
        )
        try:
            on_ready(self)
            self._loop()
        finally:
            registry.remove(self.name)
            self.control.close()
            self.line.close()
            self._file.close()

    # -- the loop ----------------------------------------------------------------------------

    def _loop(self) -> None:
        board = self.brace.board
        started, simulated = time.monotonic(), board.now_ns
        while not self._stopping:
            self._watch_line()
            received = self.line.exchange()
            if received:
                board.usb.send(received)
            self.control.serve()
            if board.state is State.BOOTSEL:
                self._watch_drive()
            else:
                self._hide_drive()
            busy = self.line.behind
            if not busy and board.state is State.RUNNING:
                board.run(_SLICE_NS, until=lambda: bool(self.control.waiting()))
            elif board.state is not State.RUNNING:
                board.run(_SLICE_NS)
            if self._speed:
                ahead = (board.now_ns - simulated) / 1e9 / self._speed
                ahead -= time.monotonic() - started
                if ahead < -1.0:
                    # Fallen behind: do not race to catch up afterwards.
                    started, simulated = time.monotonic(), board.now_ns
                busy = busy or ahead > 0
            if busy:
                self._wait(_IDLE_WAIT_S)

    def _wait(self, seconds: float) -> None:
        readers = [*self.control.files()]
        if self.line.open:
            readers.append(self.line)
        select.select(readers, [], [], seconds)

    def _watch_line(self) -> None:
        opened = self.line.open
        if opened != self._was_open:
            self._was_open = opened
            self.brace.board.usb.open(opened)

    # -- the BOOTSEL drive -------------------------------------------------------------------

    def _hide_drive(self) -> None:
        info = self.bootsel / "INFO_UF2.TXT"
        if info.exists():
            info.unlink()

    def _watch_drive(self) -> None:
        info = self.bootsel / "INFO_UF2.TXT"
        if not info.exists():
            info.write_text(_INFO_UF2)
        for path in sorted(self.bootsel.glob("*.uf2")):
            try:
                firmware = image.load(path)
            except (image.ImageError, StorageError):
                # Still being copied, or not for us: the ROM ignores such blocks as well.
                continue
            path.unlink()
            info.unlink()
            self.brace.board.write_image(firmware.data, firmware.base)
            self.brace.board.start_image()
            return
