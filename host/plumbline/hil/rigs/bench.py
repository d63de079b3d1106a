"""A real brace on a bench, with whatever is wired to it: power switching, a stage, a stand-in.

    [rig.bench-3]
    kind = "bench"
    brace = "PB-0007"                                        # serial number, port, USB path
    capabilities = ["cuts_power", "moves_sensors"]
    power = { by = "uhubctl", hub = "1-2", port = 3 }        # of the hub that the brace hangs on
    stage = { by = "maestro", port = "/dev/ttyACM7", channel = 0 }
    standin = { port = "/dev/ttyACM9" }                      # instead of a stage

docs/hil.md has wiring and calibration.
"""

from __future__ import annotations

import contextlib
import time

from brace.config import Config

from plumbline.errors import LinkError, PlumblineError, UsageError
from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.hil.parts import RigBroken
from plumbline.hil.rig import Rig, Setup
from plumbline.hil.rigs.stage import MaestroStage
from plumbline.hil.rigs.standin import Standin
from plumbline.hil.rigs.uhubctl import Uhubctl
from plumbline.image import Image
from plumbline.transport import SerialTransport

_OPTIONS = {"brace", "power", "stage", "standin"}
_POWER_BY = {"uhubctl": Uhubctl}
_STAGE_BY = {"maestro": MaestroStage}
_STANDIN_BY = {"pico": Standin}
# From power to an enumerated port.
_COMES_BACK_S = 15.0


def make(name: str, options: dict) -> BenchRig:
    unknown = sorted(set(options) - _OPTIONS)
    if unknown or "brace" not in options:
        raise UsageError(
            f"rig {name!r}: unknown options {', '.join(unknown)}" if unknown
            else f"rig {name!r} does not say which brace",
            f"A bench takes {', '.join(sorted(_OPTIONS))}",
        )  # fmt: skip
    return BenchRig(name, options)


def _part(name: str, what: str, option: dict, kinds: dict):
    option = dict(option)
    by = option.pop("by", "")
    if by not in kinds:
        raise UsageError(f"rig {name!r}: {what} by {by!r} is unknown", f"Use {', '.join(kinds)}")
    try:
        return kinds[by](**option)
    except TypeError as error:
        raise UsageError(f"rig {name!r}: {what}: {error}", "See docs/hil.md") from error


class _Power:
    """off, on, cycle: the switch, and the port that goes and comes with it."""

    def __init__(self, rig: BenchRig, switch):
        self._rig, self._switch = rig, switch

    def off(self) -> None:
        self._rig.journal.note("power: off")
        self._rig.line.disconnect()
        self._switch.set(False)

    def on(self) -> None:
        self._rig.journal.note("power: on")
        self._switch.set(True)
        self._rig.connect()

    def cycle(self, seconds: float = 1.0) -> None:
        self.off()
        time.sleep(seconds)
        self.on()


class BenchRig(Rig):
    """`found` is the brace's place on the USB; it outlives restarts."""

    kind = "bench"

    def __init__(self, name: str, options: dict):
        super().__init__(name, frozenset())
        self._wanted = options["brace"]
        self._begun = time.monotonic()
        self.journal: Journal | None = None
        self._switch = self._mover = None
        if "power" in options:
            self._switch = _part(name, "power", options["power"], _POWER_BY)
        if "stage" in options:
            self._mover = _part(name, "stage", options["stage"], _STAGE_BY)
        elif "standin" in options:
            option = {"by": "pico", **options["standin"]}
            self._mover = _part(name, "standin", option, _STANDIN_BY)

    def now(self) -> float:
        return time.monotonic() - self._begun

    # -- the brace -----------------------------------------------------------------------------

    def _find(self, patience: float):
        from plumbline import discover

        end = time.monotonic() + patience
        while True:
            found = discover.matching(discover.braces(), self._wanted)
            if len(found) == 1:
                return found[0]
            if time.monotonic() >= end:
                raise RigBroken(
                    f"{len(found)} braces answer to {self._wanted!r}",
                    "Check the cable, the hub's power and the hardware map",
                )
            time.sleep(0.2)

    def begin(self, image: Image | None) -> None:
        """Flashes the brace unless it runs this image already."""
        from plumbline.flashing.execute import execute
        from plumbline.flashing.plan import Action, Options, plan
        from plumbline.flashing.targets import Target

        if self._switch is not None:
            self._switch.check()
        if self._mover is not None:
            self._mover.check()
        found = self._find(_COMES_BACK_S)
        self.image = image
        if image is None:
            return
        try:
            target = Target(found.name, found.location, found=found)
            step = plan(target, image, Options())
            # A brace without a name may stay so: naming it is the station's business.
            if step.action not in (Action.SKIP, Action.PROVISION):
                execute(step, image)
        except PlumblineError as error:
            raise RigBroken(f"the brace cannot be flashed: {error.what}", error.next) from error

    def connect(self) -> None:
        """Opens the brace's port, wherever it is now."""
        try:
            self.line.connect(SerialTransport(self._find(_COMES_BACK_S).port))
        except LinkError as error:
            raise RigBroken(f"its port does not open: {error.what}", error.next) from error

    def open(self, setup: Setup, journal: Journal) -> None:
        from plumbline.hil.dut import BraceUnderTest

        self.journal = journal
        self.line = Line(journal, self.now, time.sleep)
        if self._switch is not None:
            self.power = _Power(self, self._switch)
        if self._mover is not None:
            self._mover.journal = journal
            self.body = self._mover
        self.connect()
        brace = BraceUnderTest(self.line, setup.seed)
        if brace.link.at_prompt():
            brace.link.restart_from_prompt()
        try:
            brace.wait_ready()
            # Of an older firmware those that it has.
            there = brace.config()["values"]
            defaults = Config().as_dict()
            brace.config_set({name: defaults[name] for name in there if name in defaults})
        except PlumblineError as error:
            raise RigBroken(f"the brace is not ready: {error.what}", error.next) from error

    def close(self) -> None:
        if self.line is not None:
            with contextlib.suppress(LinkError):
                self.line.disconnect()

    def end(self) -> None:
        if self._mover is not None:
            self._mover.close()
