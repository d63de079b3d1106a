"""One rig: a brace and what surrounds it, brought into the same state before every test."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.image import Image


@dataclass(frozen=True)
class Setup:
    """What a test wants to begin with (`@pytest.mark.setup(sensors="L")`).

    image: the firmware; None leaves a real brace as it is.  boot: whether it is powered on.
    sensors: which are there.  flash: what the chip holds instead of the image alone.  timing:
    "typical" or "worst" flash times.  ticks_ms: where the millisecond counter begins.
    sabotage: MicroPython code that runs before the firmware at every start.
    A test is skipped on a rig whose `setups` lacks what differs from the defaults.
    """

    image: Image | None = None
    seed: int = 1
    boot: bool = True
    sensors: str = "SL"
    flash: bytes = b""
    timing: str = "typical"
    ticks_ms: int = 0
    sabotage: str = ""

    def special(self) -> set[str]:
        """What differs from an ordinary brace."""
        plain = Setup()
        names = ("boot", "sensors", "flash", "timing", "ticks_ms", "sabotage")
        return {name for name in names if getattr(self, name) != getattr(plain, name)}


class Rig:
    """What all rigs share.  A rig sets those of `power`, `supply`, `body`, `motor`, `led`,
    `button`, `flash_bus`, `flash` and `port` that it has, in `open`."""

    kind = ""
    # What of a Setup beyond the ordinary the rig can do.
    setups: frozenset[str] = frozenset()

    def __init__(self, name: str, capabilities: frozenset[str]):
        self.name = name
        self.capabilities = capabilities
        self.line: Line | None = None
        # The firmware under test; None on a rig that takes the brace as it is.
        self.image: Image | None = None
        self.power = self.supply = self.body = self.motor = self.led = None
        self.button = self.flash_bus = self.flash = self.port = None

    @property
    def clock(self) -> Line:
        return self.line

    def now(self) -> float:
        """Seconds on the rig's clock."""
        raise NotImplementedError

    def is_off(self) -> bool:
        """Whether the brace has no power."""
        raise NotImplementedError

    def begin(self, image: Image | None) -> None:
        """Once before the first test: whatever takes long, flashing above all."""

    def open(self, setup: Setup, journal: Journal) -> None:
        """Brings the brace into the state that a test begins in.  Raises RigBroken."""
        raise NotImplementedError

    def close(self) -> None:
        """After a test, however it ended."""

    def end(self) -> None:
        """Once after the last test."""

    def describe(self) -> dict:
        """What records say about the rig."""
        return {"name": self.name, "kind": self.kind, "capabilities": sorted(self.capabilities)}
