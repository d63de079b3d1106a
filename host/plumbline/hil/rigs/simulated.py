"""What the rigs without hardware share: everything around a simulated brace, each act noted in the
device log.

`virtual` is a `plumbline.virtual.rig.VirtualBrace` or a `plumbline.virtual.unixport.UnixBrace`,
which answer to the same names.
"""

from __future__ import annotations

from plumbline.errors import UsageError
from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.hil.parts import Pulse
from plumbline.hil.rig import Rig
from plumbline.hil.rigs.models import ModelFlash, ModelFlashBus
from plumbline.hil.rigs.motions import describe
from plumbline.hil.rigs.pulses import lit, vibrations
from plumbline.virtual.parts import SHAKE_MG


def refuse_options(name: str, what: str, options: dict) -> None:
    """Raises UsageError if the hardware map gives options to a rig that takes none."""
    if options:
        raise UsageError(
            f"rig {name!r}: {what} takes no options, but has {', '.join(options)}",
            "Remove them from the hardware map",
        )


class _Part:
    def __init__(self, rig: SimulatedRig):
        self._rig = rig
        self._virtual = rig.virtual
        self._note = rig.journal.note


class Around(_Part):
    """Power, supply, body and button."""

    def off(self) -> None:
        self._note("power: off")
        self._virtual.power_off()

    def on(self) -> None:
        self._note("power: on")
        self._virtual.power_on()

    def cycle(self, seconds: float = 1.0) -> None:
        self.off()
        self._rig.line.run(seconds)
        self.on()

    def reset(self) -> None:
        self._note("reset pin")
        self._virtual.reset()

    def battery(self, millivolts: int) -> None:
        self._note(f"battery: {millivolts} mV")
        self._virtual.set_battery(millivolts)

    def usb(self, plugged: bool) -> None:
        self._note(f"usb: {'in' if plugged else 'out'}")
        self._virtual.set_usb(plugged)

    def play(self, motion: str, *, loop: bool = False) -> float:
        self._rig.journal.motion(*describe(motion))
        return self._virtual.play_motion(motion, loop=loop)

    def press(self, seconds: float = 0.2) -> None:
        self._note(f"button: {seconds:g} s")
        self._virtual.set_button(True)
        self._rig.line.run(seconds)
        self._virtual.set_button(False)


class Motor(_Part):
    """The vibration motor, and what can be wrong with it."""

    def die(self, dead: bool = True) -> None:
        self._note(f"motor: {'dead' if dead else 'whole'}")
        self._virtual.shake_mg = 0 if dead else SHAKE_MG

    def run_away(self, running: bool = True) -> None:
        self._note(f"motor: {'runs away' if running else 'whole'}")
        self._virtual.shake(SHAKE_MG * 1000 if running else 0)

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return vibrations(self._virtual.bursts(int(since * 1e9)))

    def is_on(self) -> bool:
        edges = self._virtual.motor_edges
        return bool(edges) and edges[-1].level


class Led(_Part):
    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return lit(self._virtual.led_edges, self._rig.now(), since)

    def is_on(self) -> bool:
        edges = self._virtual.led_edges
        return bool(edges) and edges[-1].level


class SimulatedRig(Rig):
    """`virtual` is the brace with everything around it, anew for every test.

    A subclass makes one in `open`, gives it to `_surround`, and says how the models of its parts
    are reached: `_do` a statement, `_ask` an expression, `_read_flash` its flash.
    """

    motor_class = Motor

    def __init__(self, name: str, capabilities: frozenset[str]):
        super().__init__(name, capabilities)
        self.virtual = None
        self.journal: Journal | None = None

    def _surround(self, virtual, journal: Journal) -> None:
        self.virtual, self.journal = virtual, journal
        self.line = Line(journal, self.now, virtual.run)
        self.power = self.supply = self.body = self.button = Around(self)
        self.motor, self.led = self.motor_class(self), Led(self)
        self.flash_bus = ModelFlashBus(self._do, journal)
        self.flash = ModelFlash(self._do, self._ask, self._read_flash, journal)

    def _do(self, code: str) -> None:
        raise NotImplementedError

    def _ask(self, expression: str):
        raise NotImplementedError

    def _read_flash(self, offset: int, length: int) -> bytes:
        raise NotImplementedError
