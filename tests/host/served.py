"""Scripted braces on real PTYs, on the register as `plumbline sim` would put them there."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from pathlib import Path

from peer import Peer
from plumbline import image, registry

INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


class Served:
    """One peer served on a PTY by a thread, with a folder that stands for its BOOTSEL volume.

    A bootloader request makes INFO_UF2.TXT appear there; a .uf2 written into the folder becomes
    the image that hello tells of, as on the virtual brace.
    """

    def __init__(self, name: str, folder: Path, peer: Peer):
        self.name = name
        self.peer = peer
        self.bootsel = folder / f"{name}.bootsel"
        self.bootsel.mkdir()
        self.showing = (2, 3100, 4)  # posture, flexion, cues of its live events
        self.flashed: list[bytes] = []
        self.moves = False  # to another port, when it has been flashed
        self._open()
        self._stop, self._wake = os.pipe()
        peer.handlers[0x70] = self._enter_bootsel
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._register()

    def _open(self) -> None:
        self._ours, self._theirs = pty.openpty()
        # Held open, or the line would hang up when the first client leaves.
        tty.setraw(self._theirs)
        self.pty = os.ttyname(self._theirs)

    def _register(self) -> None:
        entry = registry.Entry(self.name, os.getpid(), self.pty, "", str(self.bootsel), "")
        registry.add(entry)

    def _enter_bootsel(self, payload):
        (self.bootsel / "INFO_UF2.TXT").write_text(INFO)

    def _look_for_image(self) -> None:
        for path in self.bootsel.glob("*.uf2"):
            try:
                found = image.load(path)
            except image.ImageError:
                continue  # Still being written.
            self.flashed.append(found.data)
            path.unlink()
            (self.bootsel / "INFO_UF2.TXT").unlink()
            self.peer.hello["image"] = bytes.fromhex(found.digest)
            if self.moves:
                old = self._ours, self._theirs
                self._open()
                self._register()
                for handle in old:
                    os.close(handle)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._ours, self._stop], [], [], 0.02)
            if self._stop in ready:
                return
            if (self.bootsel / "INFO_UF2.TXT").exists():
                self._look_for_image()
            if self._ours in ready:
                data = os.read(self._ours, 4096)
                if not (self.bootsel / "INFO_UF2.TXT").exists():
                    self.peer.write(data)
            self.peer.show(*self.showing)
            out = self.peer.read(0)
            while out:
                out = out[os.write(self._ours, out) :]

    def close(self) -> None:
        registry.remove(self.name)
        os.write(self._wake, b"x")
        self._thread.join()
        for handle in (self._ours, self._theirs, self._stop, self._wake):
            os.close(handle)
