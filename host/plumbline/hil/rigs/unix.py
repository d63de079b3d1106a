"""The firmware on MicroPython's unix port: the same Python and C, hours in seconds; no image."""

from __future__ import annotations

from plumbline.errors import UsageError
from plumbline.hil.hardware import UNIX
from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.hil.parts import Pulse, RigBroken
from plumbline.hil.rig import Rig, Setup
from plumbline.hil.rigs.models import ModelFlash, ModelFlashBus
from plumbline.hil.rigs.motions import describe
from plumbline.hil.rigs.pulses import lit, vibrations
from plumbline.image import Image
from plumbline.virtual.body import Body
from plumbline.virtual.parts import SHAKE_MG
from plumbline.virtual.unixport import (
    UnixBrace,
    UnixBraceError,
    UnixTransport,
    find_binary,
    firmware,
)


def make(name: str, options: dict) -> UnixRig:
    if options:
        raise UsageError(
            f"rig {name!r}: the unix port takes no options, but has {', '.join(options)}",
            "Remove them from the hardware map",
        )
    return UnixRig(name, UNIX.capabilities)


class _Around:
    """Power, supply, body and button, each noted in the device log."""

    def __init__(self, rig: UnixRig):
        self._rig = rig
        self._note = rig.journal.note

    def off(self) -> None:
        self._note("power: off")
        self._rig.virtual.power_off()

    def on(self) -> None:
        self._note("power: on")
        self._rig.virtual.power_on()

    def cycle(self, seconds: float = 1.0) -> None:
        self.off()
        self._rig.line.run(seconds)
        self.on()

    def reset(self) -> None:
        self._note("reset pin")
        self._rig.virtual.reset()

    def battery(self, millivolts: int) -> None:
        self._note(f"battery: {millivolts} mV")
        self._rig.virtual.set_battery(millivolts)

    def usb(self, plugged: bool) -> None:
        self._note(f"usb: {'in' if plugged else 'out'}")
        self._rig.virtual.set_usb(plugged)

    def play(self, motion: str, *, loop: bool = False) -> float:
        self._rig.journal.motion(*describe(motion))
        recorded = str(motion).endswith(".npz")
        body = Body.from_recording(motion) if recorded else Body.from_script(motion)
        self._rig.virtual.play(body, loop=loop)
        return body.seconds

    def press(self, seconds: float = 0.2) -> None:
        self._note(f"button: {seconds:g} s")
        self._rig.virtual.set_button(True)
        self._rig.line.run(seconds)
        self._rig.virtual.set_button(False)


class _Motor:
    def __init__(self, rig: UnixRig):
        self._virtual = rig.virtual
        self._note = rig.journal.note

    def die(self, dead: bool = True) -> None:
        self._note(f"motor: {'dead' if dead else 'whole'}")
        self._virtual.exec(f"world.shake_ug = {0 if dead else SHAKE_MG * 1000}")

    def run_away(self, running: bool = True) -> None:
        self._note(f"motor: {'runs away' if running else 'whole'}")
        self._virtual.exec(f"world.shake({SHAKE_MG * 1000 if running else 0})")

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return vibrations(self._virtual.bursts(int(since * 1e9)))

    def is_on(self) -> bool:
        edges = self._virtual.motor_edges
        return bool(edges) and edges[-1].level


class _Led:
    def __init__(self, virtual: UnixBrace):
        self._virtual = virtual

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return lit(self._virtual.led_edges, self._virtual.now_s, since)

    def is_on(self) -> bool:
        edges = self._virtual.led_edges
        return bool(edges) and edges[-1].level


class UnixRig(Rig):
    """`virtual` is the brace with everything around it, anew for every test."""

    kind = "unix"
    setups = frozenset({"boot", "sensors", "flash", "timing", "ticks_ms", "sabotage"})

    def __init__(self, name: str, capabilities: frozenset[str]):
        super().__init__(name, capabilities)
        self.virtual: UnixBrace | None = None
        self.journal: Journal | None = None

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
        self.virtual, self.journal = virtual, journal
        self.line = Line(journal, self.now, virtual.run)
        around = _Around(self)
        self.power = self.supply = self.body = self.button = around
        self.motor, self.led = _Motor(self), _Led(virtual)
        self.flash_bus = ModelFlashBus(virtual.exec, journal)
        self.flash = ModelFlash(virtual.exec, virtual.eval, self._read_flash, journal)
        if setup.timing == "worst":
            virtual.exec("nor.slowest()")
        self.line.connect(UnixTransport(virtual))
        if setup.boot:
            self.power.on()

    def _read_flash(self, offset: int, length: int) -> bytes:
        return self.virtual.flash()[offset : offset + length]

    def close(self) -> None:
        if self.virtual is not None:
            self.virtual.close()
            self.virtual = None
