"""Faults on the emulated brace's sensors, I2C bus and flash chip, noted in the device log."""

from __future__ import annotations

from plumbline.hil.journal import Journal
from plumbline.virtual.i2c_bus import NEVER
from plumbline.virtual.parts import ADDRESS
from plumbline.virtual.rig import VirtualBrace

_ONE = 1 << 20


class EmulatedFlashBus:
    """parts.FlashBus.  Faults of the part itself outlive a power cycle, as they would."""

    def __init__(self, virtual: VirtualBrace, journal: Journal):
        self._virtual = virtual
        self._journal = journal
        self._absent: set[str] = set()
        self._identity: dict[str, int] = {}
        self._int1_lost: set[str] = set()
        self.bus = virtual.bus

    def _note(self, text: str) -> None:
        self._journal.note(f"fault: {text}")

    def _now_part(self, sensor: str):
        """The part, brought up to now, so that what happens to it happens now."""
        part = self._virtual.sensors[sensor]
        part.advance_to(self._virtual.board.now_ns // 1000)
        return part

    def apply(self) -> None:
        """After power-on: what is wrong with the parts is still wrong."""
        for sensor, part in self._virtual.sensors.items():
            if sensor in self._absent:
                self.bus.attach(ADDRESS[sensor], None)
            part.who_am_i = self._identity.get(sensor, part.who_am_i)
            part.int1_lost = sensor in self._int1_lost

    def nack(self, transactions: int, sensor: str | None = None) -> None:
        self._note(f"{sensor or 'every part'} does not acknowledge {transactions} times")
        if sensor is None:
            self.bus.nack_left = transactions
        else:
            self._virtual.sensors[sensor].nack_left = transactions

    def detach(self, sensor: str) -> None:
        self._note(f"{sensor} is taken off the bus")
        self._absent.add(sensor)
        self.bus.attach(ADDRESS[sensor], None)

    def attach(self, sensor: str) -> None:
        self._note(f"{sensor} is on the bus again")
        self._absent.discard(sensor)
        part = self._virtual.sensors[sensor]
        part.power_on(self._virtual.board.now_ns // 1000)
        self.bus.attach(ADDRESS[sensor], part)

    def stick_sda(self, clocks: int) -> None:
        self._note(f"SDA is held low for {clocks} clocks")
        self.bus.stuck_sda = clocks
        self._virtual.port.refresh()

    def stick_sda_for_ever(self) -> None:
        self._note("SDA is held low")
        self.bus.stuck_sda = NEVER
        self._virtual.port.refresh()

    def stick_scl(self, stuck: bool) -> None:
        self._note(f"SCL is {'held low' if stuck else 'free again'}")
        self.bus.stuck_scl = stuck
        self._virtual.port.refresh()

    def free(self) -> None:
        self._note("the bus is free again")
        self.bus.stuck_sda = 0
        self.bus.stuck_scl = False
        self._virtual.port.refresh()

    def identity(self, sensor: str, value: int) -> None:
        self._note(f"{sensor} identifies itself as {value:#04x}")
        self._identity[sensor] = value
        if sensor in self._virtual.sensors:
            self._virtual.sensors[sensor].who_am_i = value

    def reset_sensor(self, sensor: str) -> None:
        self._note(f"{sensor} resets by itself")
        self._now_part(sensor).reset_now()

    def freeze(self, sensor: str, frozen: bool = True) -> None:
        self._note(f"{sensor} {'freezes' if frozen else 'thaws'}")
        part = self._now_part(sensor)
        part.freeze() if frozen else part.thaw()

    def stick_axis(self, sensor: str, axis: int, count: int | None) -> None:
        self._note(f"{sensor}'s axis {axis} {'is free' if count is None else f'reads {count}'}")
        self._now_part(sensor)
        transducer = self._virtual.transducers[sensor]
        transducer.stuck.pop(axis, None)
        if count is not None:
            transducer.stuck[axis] = count
        transducer.changed()

    def turn_axes(self, sensor: str, gyr: tuple | None, acc: tuple | None) -> None:
        self._note(f"{sensor}'s axes are turned: gyr {gyr} acc {acc}")
        self._now_part(sensor)
        transducer = self._virtual.transducers[sensor]
        transducer.gyr_matrix = None if gyr is None else [round(v * _ONE) for v in gyr]
        transducer.acc_matrix = None if acc is None else [round(v * _ONE) for v in acc]
        transducer.changed()

    def drift(self, sensor: str, udps_per_minute: tuple[int, int, int]) -> None:
        self._note(f"{sensor} drifts by {udps_per_minute} udps a minute")
        self._now_part(sensor)
        transducer = self._virtual.transducers[sensor]
        transducer.gyr_drift = udps_per_minute
        transducer.drift_from_us = self._virtual.board.now_ns // 1000
        transducer.changed()

    def overrun(self, sensor: str) -> None:
        self._note(f"{sensor}'s FIFO overruns")
        self._now_part(sensor).fifo.overrun_now()

    def lose_interrupt(self, sensor: str, lost: bool = True) -> None:
        self._note(f"{sensor}'s interrupt line is {'broken' if lost else 'whole'}")
        (self._int1_lost.add if lost else self._int1_lost.discard)(sensor)
        self._virtual.sensors[sensor].int1_lost = lost


class EmulatedFlash:
    """parts.Flash."""

    def __init__(self, virtual: VirtualBrace, journal: Journal):
        self._board = virtual.board
        self._journal = journal

    def read(self, offset: int, length: int) -> bytes:
        return bytes(self._board.mcu.flash[offset : offset + length])

    def write(self, offset: int, data: bytes) -> None:
        self._journal.note(f"flash: {len(data)} bytes at {offset:#x} are changed")
        self._board.mcu.flash[offset : offset + len(data)] = data

    def cut_in(self, operations: int) -> None:
        self._journal.note(f"flash: power will fail in operation {operations} from now")
        self._board.flash.cut_in(operations)

    def operations(self) -> int:
        return self._board.flash.operations
