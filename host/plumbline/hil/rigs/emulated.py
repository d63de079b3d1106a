"""The rig that can do everything: the real image on the emulated board, in this process."""

from __future__ import annotations

from plumbline.hil.hardware import VIRTUAL
from plumbline.hil.journal import Journal
from plumbline.hil.parts import RigBroken
from plumbline.hil.rig import Setup
from plumbline.hil.rigs import simulated
from plumbline.hil.rigs.emulated_port import EmulatedPort
from plumbline.image import Image
from plumbline.transport import BoardTransport
from plumbline.virtual.board import State
from plumbline.virtual.rig import VirtualBrace


def make(name: str, options: dict) -> EmulatedRig:
    simulated.refuse_options(name, "a virtual brace", options)
    return EmulatedRig(name, VIRTUAL.capabilities)


class _Motor(simulated.Motor):
    def is_on(self) -> bool:
        # PWM: on is an edge within the last two periods.
        edges = self._virtual.motor_edges
        return super().is_on() or (
            bool(edges) and self._virtual.board.now_ns - edges[-1].at_ns < 2_500_000
        )


class EmulatedRig(simulated.SimulatedRig):
    kind = "virtual"
    setups = frozenset({"boot", "sensors", "flash", "timing", "ticks_ms"})
    motor_class = _Motor

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
        self._surround(virtual, journal)
        self.line.connect(BoardTransport(virtual.board))
        self.port = EmulatedPort(virtual.board, self.line, journal)
        if setup.boot:
            self.boot(ticks_ms=setup.ticks_ms)

    def boot(self, timeout: float = 5.0, ticks_ms: int = 0) -> None:
        """Applies power and waits until the brace has enumerated.  Raises RigBroken."""
        self.power.on()
        board = self.virtual.board
        if ticks_ms:
            board.set_timer(ticks_ms)
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
