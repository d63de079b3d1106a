"""What surrounds a brace, as tests see it: one small protocol a thing, implemented by each rig.

Times are seconds on the rig's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Protocol

from plumbline.errors import PlumblineError


class RigBroken(PlumblineError):
    """The rig, not the brace, does not do what it should: no test on it means anything."""


@dataclass(frozen=True)
class Pulse:
    """One time that the motor ran or the LED was lit."""

    start: float
    end: float

    @property
    def ms(self) -> float:
        return (self.end - self.start) * 1000


class Clock(Protocol):
    """The time by which a test waits."""

    def now(self) -> float: ...

    def run(self, seconds: float) -> None:
        """Lets time pass; what the brace sends meanwhile is kept."""

    def wait_until(self, condition: Callable[[], object], timeout: float, step: float) -> bool:
        """Lets time pass in steps until `condition()` holds; whether it did."""


class Power(Protocol):
    def off(self) -> None: ...

    def on(self) -> None: ...

    def cycle(self, seconds: float = 1.0) -> None:
        """Off for a while, then on."""

    def reset(self) -> None:
        """Pulls the reset pin (capability pulls_reset)."""


class Supply(Protocol):
    """The cell and the cable (capability sets_battery)."""

    def battery(self, millivolts: int) -> None: ...

    def usb(self, plugged: bool) -> None: ...


class Body(Protocol):
    def play(self, motion: str, *, loop: bool = False) -> float:
        """Plays a motion script (its name, its path, its text) or a recording from now on; how
        many seconds it lasts."""


class Watch(Protocol):
    """An output pin that is watched: the LED's, the motor's."""

    def pulses(self, since: float = 0.0) -> list[Pulse]:
        """When it was on, of those that began at `since` or later."""

    def is_on(self) -> bool: ...


class Motor(Watch, Protocol):
    """The motor's pin, and what may become of the motor behind it (capability breaks_motor)."""

    def die(self, dead: bool = True) -> None:
        """Driven, it does not shake the brace."""

    def run_away(self, running: bool = True) -> None:
        """It shakes the brace whatever its pin says: a shorted transistor."""


class Button(Protocol):
    def press(self, seconds: float = 0.2) -> None: ...


class Port(Protocol):
    def run(self, arguments: Sequence[str], timeout: float = 60.0) -> CompletedProcess[str]:
        """Runs a program that has the serial port for a while."""


class FlashBus(Protocol):
    """Faults of the sensors and of the I2C bus they share; `sensor` is "S" or "L"."""

    def nack(self, transactions: int, sensor: str | None = None) -> None:
        """So many transactions from now are not acknowledged, by one part or by any."""

    def detach(self, sensor: str) -> None: ...

    def attach(self, sensor: str) -> None: ...

    def stick_sda(self, clocks: int) -> None:
        """SDA is held low until so many clocks have been given on SCL."""

    def stick_sda_for_ever(self) -> None: ...

    def stick_scl(self, stuck: bool) -> None: ...

    def free(self) -> None:
        """Both lines are let go."""

    def identity(self, sensor: str, value: int) -> None:
        """WHO_AM_I reads as `value`."""

    def reset_sensor(self, sensor: str) -> None:
        """The part forgets its settings, as after a moment without power."""

    def freeze(self, sensor: str, frozen: bool = True) -> None: ...

    def stick_axis(self, sensor: str, axis: int, count: int | None) -> None:
        """Axis 0..5 (gx gy gz ax ay az) reads as `count` for ever; None ends it."""

    def turn_axes(self, sensor: str, gyr: tuple | None, acc: tuple | None) -> None:
        """What the part reads is a matrix (nine numbers, rows) times the truth."""

    def drift(self, sensor: str, udps_per_minute: tuple[int, int, int]) -> None: ...

    def offset(self, sensor: str, gyr_mdps: tuple, acc_ug: tuple) -> None: ...

    def noise(self, sensor: str, gyr: int, acc: int) -> None:
        """Noise densities in udps and ug per root of Hz."""

    def overrun(self, sensor: str) -> None: ...

    def lose_interrupt(self, sensor: str, lost: bool = True) -> None: ...


class Flash(Protocol):
    """The flash chip behind the firmware's back (capability edits_flash)."""

    def read(self, offset: int, length: int) -> bytes: ...

    def write(self, offset: int, data: bytes) -> None:
        """Puts bytes as they are, whatever was there: rot, or somebody's programmer."""

    def flip(self, offset: int, bit: int) -> None:
        """One bit of a byte changes."""

    def stick(self, offset: int, mask: int) -> None:
        """The bits of `mask` in a byte are worn out: 0 whatever is done."""

    def slowest(self) -> None:
        """Every operation takes as long as the datasheet allows."""

    def cut_in(self, operations: int) -> None:
        """Power fails within that flash operation from now (1 is the next); 0: in none."""

    def operations(self) -> int:
        """Flash operations so far."""
