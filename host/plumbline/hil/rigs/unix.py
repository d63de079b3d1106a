"""The firmware on MicroPython's unix port: the same Python and C, hours in seconds; no image."""

from __future__ import annotations

from plumbline.hil.hardware import UNIX
from plumbline.hil.journal import Journal
from plumbline.hil.parts import RigBroken
from plumbline.hil.rig import Setup
from plumbline.hil.rigs import simulated
from plumbline.image import Image
from plumbline.virtual.unixport import (
    UnixBrace,
    UnixBraceError,
    UnixTransport,
    find_binary,
    firmware,
)


def make(name: str, options: dict) -> UnixRig:
    simulated.refuse_options(name, "the unix port", options)
    return UnixRig(name, UNIX.capabilities)


class UnixRig(simulated.SimulatedRig):
    kind = "unix"
    setups = frozenset({"boot", "sensors", "flash", "timing", "ticks_ms", "sabotage"})

    def begin(self, image: Image | None) -> None:
        try:
            find_binary()
        except UnixBraceError as error:
            raise RigBroken(str(error), "Build it: make unix") from error

    def now(self) -> float:
        return self.virtual.now_s

    def is_off(self) -> bool:
        return self.virtual.state == "off"

    def open(self, setup: Setup, journal: Journal) -> None:
        virtual = UnixBrace(
            setup.flash,
            sensors=setup.sensors,
            typical=True,
            seed=setup.seed,
            ticks_ms=setup.ticks_ms,
            program=setup.sabotage + firmware() if setup.sabotage else None,
        )
        self._surround(virtual, journal)
        if setup.timing == "worst":
            virtual.exec("nor.slowest()")
        self.line.connect(UnixTransport(virtual))
        if setup.boot:
            self.power.on()

    def _do(self, code: str) -> None:
        self.virtual.exec(code)

    def _ask(self, expression: str):
        return self.virtual.eval(expression)

    def _read_flash(self, offset: int, length: int) -> bytes:
        return self.virtual.flash()[offset : offset + length]

    def close(self) -> None:
        if self.virtual is not None:
            self.virtual.close()
            self.virtual = None
