"""The rig that can do everything: the real image on the emulated board, in this process."""

from __future__ import annotations

from plumbline.errors import UsageError
from plumbline.hil.hardware import VIRTUAL
from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.hil.parts import Pulse, RigBroken
from plumbline.hil.rig import Rig, Setup
from plumbline.hil.rigs.emulated_port import EmulatedPort
from plumbline.hil.rigs.models import ModelFlash, ModelFlashBus
from plumbline.hil.rigs.motions import describe
from plumbline.hil.rigs.pulses import lit, vibrations
from plumbline.image import Image
from plumbline.transport import BoardTransport
from plumbline.virtual.board import State
from plumbline.virtual.parts import SHAKE_MG
from plumbline.virtual.rig import VirtualBrace


def make(name: str, options: dict) -> EmulatedRig:
    if options:
        raise UsageError(
            f"rig {name!r}: a virtual brace takes no options, but has {', '.join(options)}",
            "Remove them from the hardware map",
        )
    return EmulatedRig(name, VIRTUAL.capabilities)


class _Power:
    def __init__(self, rig: EmulatedRig):
        self._rig = rig

    def off(self) -> None:
        self._rig.journal.note("power: off")
        self._rig.virtual.power_off()

    def on(self) -> None:
        self._rig.journal.note("power: on")
        self._rig.virtual.power_on()

    def cycle(self, seconds: float = 1.0) -> None:
        self.off()
        self._rig.line.run(seconds)
        self.on()

    def reset(self) -> None:
        self._rig.journal.note("reset pin")
        self._rig.virtual.board.reset()


class _Supply:
    def __init__(self, rig: EmulatedRig):
        self._rig = rig

    def battery(self, millivolts: int) -> None:
        self._rig.journal.note(f"battery: {millivolts} mV")
        self._rig.virtual.set_battery(millivolts)

    def usb(self, plugged: bool) -> None:
        self._rig.journal.note(f"usb: {'in' if plugged else 'out'}")
        self._rig.virtual.set_usb(plugged)


class _Body:
    def __init__(self, rig: EmulatedRig):
        self._rig = rig

    def play(self, motion: str, *, loop: bool = False) -> float:
        self._rig.journal.motion(*describe(motion))
        return self._rig.virtual.play_motion(motion, loop=loop)


class _Button:
    def __init__(self, rig: EmulatedRig):
        self._rig = rig

    def press(self, seconds: float = 0.2) -> None:
        self._rig.journal.note(f"button: {seconds:g} s")
        self._rig.virtual.set_button(True)
        self._rig.line.run(seconds)
        self._rig.virtual.set_button(False)


class _Motor:
    def __init__(self, rig: EmulatedRig):
        self._virtual = rig.virtual
        self._note = rig.journal.note

    def die(self, dead: bool = True) -> None:
        self._note(f"motor: {'dead' if dead else 'whole'}")
        self._virtual.shake_mg = 0 if dead else SHAKE_MG

    def run_away(self, running: bool = True) -> None:
        self._note(f"motor: {'runs away' if running else 'whole'}")
        self._virtual.shake(SHAKE_MG * 1000 if running else 0)

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return vibrations(self._virtual.bursts(int(since * 1e9)))

    def is_on(self) -> bool:
        # PWM: on is an edge within the last two periods.
        edges = self._virtual.motor_edges
        if not edges:
            return False
        return edges[-1].level or self._virtual.board.now_ns - edges[-1].at_ns < 2_500_000


class _Led:
    def __init__(self, virtual: VirtualBrace):
        self._virtual = virtual

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        return lit(self._virtual.led_edges, self._virtual.board.now_ns / 1e9, since)

    def is_on(self) -> bool:
        edges = self._virtual.led_edges
        return bool(edges) and edges[-1].level


class EmulatedRig(Rig):
    """`virtual` is the brace with everything around it, anew for every test."""

    kind = "virtual"
    setups = frozenset({"boot", "sensors", "flash", "timing"})

    def __init__(self, name: str, capabilities: frozenset[str]):
        super().__init__(name, capabilities)
        self.virtual: VirtualBrace | None = None
        self.journal: Journal | None = None

    def begin(self, image: Image | None) -> None:
        if image is None:
            raise RigBroken(
                "a virtual brace needs a firmware image",
                "Build it: make firmware; or name one with --hil-image",
            )
        self.image = image

    def now(self) -> float:
        return self.virtual.board.now_ns / 1e9

    def is_off(self) -> bool:
        return self.virtual.board.state is State.OFF

    def open(self, setup: Setup, journal: Journal) -> None:
        virtual = VirtualBrace(setup.flash, sensors=setup.sensors, seed=setup.seed)
        if setup.timing == "worst":
            virtual.board.flash.slowest()
        image = setup.image or self.image
        if not setup.flash:
            virtual.board.write_image(image.data, image.base)
        self.virtual, self.journal = virtual, journal
        self.line = Line(journal, self.now, virtual.run)
        self.power, self.supply = _Power(self), _Supply(self)
        self.body, self.button = _Body(self), _Button(self)
        self.motor, self.led = _Motor(self), _Led(virtual)
        self.flash_bus = ModelFlashBus(self._do, journal)
        self.flash = ModelFlash(self._do, self._ask, self._read_flash, journal)
        self.line.connect(BoardTransport(virtual.board))
        self.port = EmulatedPort(virtual.board, self.line, journal)
        if setup.boot:
            self.boot()

    def boot(self, timeout: float = 5.0) -> None:
        """Applies power and waits until the brace has enumerated.  Raises RigBroken."""
        self.power.on()
        board = self.virtual.board
        if not board.run(timeout * 1e9, until=lambda: board.usb.connected):
            raise RigBroken(
                f"the image did not enumerate within {timeout:g} s",
                "Run `plumbline sim` with it and look at its console",
            )

    def _models(self) -> dict:
        virtual = self.virtual
        return {
            "imu": virtual.sensors,
            "part": virtual.transducers,
            "bus": virtual.bus,
            "nor": virtual.board.flash,
        }

    def _do(self, code: str) -> None:
        for sensor in self.virtual.sensors.values():
            sensor.advance_to(self.virtual.board.now_ns // 1000)
        exec(code, self._models())
        self.virtual.port.refresh()

    def _ask(self, expression: str):
        return eval(expression, self._models())

    def _read_flash(self, offset: int, length: int) -> bytes:
        return bytes(self.virtual.board.mcu.flash[offset : offset + length])

    @property
    def state(self) -> State:
        return self.virtual.board.state

    def close(self) -> None:
        self.virtual = None

    def describe(self) -> dict:
        from importlib.metadata import version

        return {**super().describe(), "emulator": f"rp2040py {version('rp2040py')}"}
