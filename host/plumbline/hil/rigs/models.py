"""Faults of the sensor and bus models and of the flash model, the same for both virtual rigs.

Both have the same models under the same names (`imu`, `part`, `bus`, `nor`), on one side in this
process and on the other in MicroPython's: a fault is a line of Python that runs where they are.
"""

from __future__ import annotations

from collections.abc import Callable

from plumbline.hil.journal import Journal
from plumbline.virtual.i2c_bus import NEVER
from plumbline.virtual.parts import ADDRESS

_ONE = 1 << 20


def _matrix(rows: tuple | None) -> list[int] | None:
    return None if rows is None else [round(value * _ONE) for value in rows]


class ModelFlashBus:
    """parts.FlashBus.  Faults of a part outlive a power cycle, as they would.

    do(code): runs a line of Python where the models are, brought up to now.
    """

    def __init__(self, do: Callable[[str], None], journal: Journal):
        self._run = do
        self._journal = journal

    def _do(self, what: str, code: str) -> None:
        self._journal.note(f"fault: {what}")
        self._run(code)

    def nack(self, transactions: int, sensor: str | None = None) -> None:
        target = "bus" if sensor is None else f"imu[{sensor!r}]"
        what = f"{sensor or 'every part'} does not acknowledge {transactions} times"
        self._do(what, f"{target}.nack_left = {transactions}")

    def detach(self, sensor: str) -> None:
        self._do(f"{sensor} is taken off the bus", f"bus.attach({ADDRESS[sensor]}, None)")

    def attach(self, sensor: str) -> None:
        part = f"imu[{sensor!r}]"
        self._do(
            f"{sensor} is on the bus again",
            f"{part}.reset_now(); bus.attach({ADDRESS[sensor]}, {part})",
        )

    def stick_sda(self, clocks: int) -> None:
        self._do(f"SDA is held low for {clocks} clocks", f"bus.stuck_sda = {clocks}")

    def stick_sda_for_ever(self) -> None:
        self._do("SDA is held low", f"bus.stuck_sda = {NEVER}")

    def stick_scl(self, stuck: bool) -> None:
        self._do(f"SCL is {'held low' if stuck else 'free again'}", f"bus.stuck_scl = {stuck}")

    def free(self) -> None:
        self._do("the bus is free again", "bus.stuck_sda = 0; bus.stuck_scl = False")

    def identity(self, sensor: str, value: int) -> None:
        self._do(
            f"{sensor} identifies itself as {value:#04x}", f"imu[{sensor!r}].who_am_i = {value}"
        )

    def reset_sensor(self, sensor: str) -> None:
        self._do(f"{sensor} resets by itself", f"imu[{sensor!r}].reset_now()")

    def freeze(self, sensor: str, frozen: bool = True) -> None:
        what, call = ("freezes", "freeze") if frozen else ("thaws", "thaw")
        self._do(f"{sensor} {what}", f"imu[{sensor!r}].{call}()")

    def stick_axis(self, sensor: str, axis: int, count: int | None) -> None:
        part = f"part[{sensor!r}]"
        if count is None:
            self._do(
                f"{sensor}'s axis {axis} is free",
                f"{part}.stuck.pop({axis}, None); {part}.changed()",
            )
        else:
            self._do(
                f"{sensor}'s axis {axis} reads {count}",
                f"{part}.stuck[{axis}] = {count}; {part}.changed()",
            )

    def turn_axes(self, sensor: str, gyr: tuple | None, acc: tuple | None) -> None:
        part = f"part[{sensor!r}]"
        self._do(
            f"{sensor}'s axes are turned: gyr {gyr} acc {acc}",
            f"{part}.gyr_matrix = {_matrix(gyr)}; {part}.acc_matrix = {_matrix(acc)}; "
            f"{part}.changed()",
        )

    def drift(self, sensor: str, udps_per_minute: tuple[int, int, int]) -> None:
        part = f"part[{sensor!r}]"
        self._do(
            f"{sensor} drifts by {udps_per_minute} udps a minute",
            f"{part}.gyr_drift = {udps_per_minute}; {part}.drift_from_us = bus.now(); "
            f"{part}.changed()",
        )

    def offset(self, sensor: str, gyr_mdps: tuple, acc_ug: tuple) -> None:
        part = f"part[{sensor!r}]"
        self._do(
            f"{sensor} is off by {gyr_mdps} mdps, {acc_ug} ug",
            f"{part}.gyr_offset = {gyr_mdps}; {part}.acc_offset = {acc_ug}; {part}.changed()",
        )

    def noise(self, sensor: str, gyr: int, acc: int) -> None:
        part = f"part[{sensor!r}]"
        self._do(
            f"{sensor}'s noise is {gyr} udps and {acc} ug per root of Hz",
            f"{part}.gyr_noise = {gyr}; {part}.acc_noise = {acc}; {part}.changed()",
        )

    def overrun(self, sensor: str) -> None:
        self._do(f"{sensor}'s FIFO overruns", f"imu[{sensor!r}].fifo.overrun_now()")

    def lose_interrupt(self, sensor: str, lost: bool = True) -> None:
        what = "broken" if lost else "whole"
        self._do(f"{sensor}'s interrupt line is {what}", f"imu[{sensor!r}].int1_lost = {lost}")


class ModelFlash:
    """parts.Flash.

    do, ask: run a line of Python and evaluate an expression where the chip's model is.
    """

    def __init__(
        self,
        do: Callable[[str], None],
        ask: Callable[[str], object],
        read: Callable[[int, int], bytes],
        journal: Journal,
    ):
        self._do, self._ask = do, ask
        self.read = read
        self._journal = journal

    def write(self, offset: int, data: bytes) -> None:
        self._journal.note(f"flash: {len(data)} bytes at {offset:#x} are changed")
        for at in range(0, len(data), 4096):
            piece = data[at : at + 4096]
            self._do(f"nor.data[{offset + at}:{offset + at + len(piece)}] = {piece!r}")

    def flip(self, offset: int, bit: int) -> None:
        self._journal.note(f"flash: bit {bit} at {offset:#x} flips")
        self._do(f"nor.data[{offset}] ^= {1 << bit}")

    def stick(self, offset: int, mask: int) -> None:
        self._journal.note(f"flash: the bits {mask:#04x} at {offset:#x} stay 0 from now on")
        self._do(f"nor.stick({offset}, {mask})")

    def slowest(self) -> None:
        self._journal.note("flash: the slowest times of the datasheet")
        self._do("nor.slowest()")

    def cut_in(self, operations: int) -> None:
        when = f"in operation {operations} from now" if operations else "in none"
        self._journal.note(f"flash: power will fail {when}")
        self._do(f"nor.cut_in({operations})")

    def operations(self) -> int:
        return int(self._ask("nor.operations"))
