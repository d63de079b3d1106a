"""Connects the emulated chip's I2C block to the bus model, each byte taking its real time.

rp2040py moves bytes at once; here every address and data byte is answered nine clocks later, at
the rate the firmware has set.  While a line is stuck nothing is answered, and the firmware's
driver meets its own timeout, as on a board.
"""

from __future__ import annotations

from collections.abc import Callable

from rp2040py.gpio_pin import GPIOPinState
from rp2040py.peripherals.i2c import IC_ENABLE, IC_INTR_MASK, R_TX_EMPTY, I2CMode, I2CState
from rp2040py.rp2040 import RP2040

from plumbline.virtual.i2c_bus import I2CBus

_BITS = 9


class I2CPort:
    """I2C block `number` of the chip, its SDA and SCL pins, and the bus behind it.

    `after` is called after each transfer, so that the rig can look when a sensor's interrupt
    line will move.  `busy_ns`: how long the bus has been moving bytes.
    """

    def __init__(
        self,
        mcu: RP2040,
        number: int,
        sda: int,
        scl: int,
        bus: I2CBus,
        after: Callable[[], None],
    ):
        self._mcu = mcu
        self._block = mcu.i2c[number]
        self._bus = bus
        self._after = after
        self._sda, self._scl = mcu.gpio[sda], mcu.gpio[scl]
        self._alarm = mcu.clock.create_alarm(self._answer)
        self._pending: tuple[Callable[[], int], Callable[[int], None]] | None = None
        self._block.on_connect = self._connect
        self._block.on_write_byte = self._write
        self._block.on_read_byte = self._read
        self._block.on_stop = self._stop
        self._write_register = self._block.write_uint32
        self._block.write_uint32 = self._on_register_write
        self._scl_high = True
        self.busy_ns = 0.0
        self._scl.add_listener(self._on_scl)
        self.refresh()

    def refresh(self) -> None:
        """Shows the lines' levels to the chip's pins; to be called when a fault is set or ends."""
        self._sda.set_input_value(bool(self._bus.sda()))
        self._scl.set_input_value(not self._bus.stuck_scl)

    def _on_register_write(self, offset: int, value: int) -> None:
        # rp2040py keeps the interrupt mask but has no way to set it.
        if offset == IC_INTR_MASK:
            self._block.int_enable = value
            self._block.check_interrupts()
            return
        if offset == IC_ENABLE and not value & 1:
            self._abandon()
        self._write_register(offset, value)

    def _abandon(self) -> None:
        """Disabling the block ends what was under way with the byte on the bus (RP2040 datasheet
        4.3.10.1); rp2040py carries on with it."""
        if self._pending:
            self._alarm.cancel()
            on_bus, _ = self._pending
            self._pending = None
            on_bus()
        if self._block._state is not I2CState.IDLE:
            self._bus.stop()
            self._block._state = I2CState.IDLE
        self._block._busy = self._block._stop = self._block._pending_restart = False

    def _later(self, on_bus: Callable[[], int], complete: Callable[[int], None]) -> None:
        """Nine clocks from now something happens on the bus, and the block is told."""
        if self._bus.blocked():
            return
        clocks = self._block.scl_high_period + self._block.scl_low_period
        # The block counts cycles of clk_sys, whose divider (8.8 bits) rp2040py only keeps.
        rate = self._mcu.clk_sys * 256 // self._mcu.clocks.sys_div
        self._bus.freq_hz = rate // max(clocks, 1)
        self._pending = on_bus, complete
        took_ns = _BITS * clocks * 1e9 / rate
        self.busy_ns += took_ns
        self._alarm.schedule(took_ns)

    def _answer(self) -> None:
        on_bus, complete = self._pending
        self._pending = None
        complete(on_bus())

    def _connect(self, address: int, mode: I2CMode) -> None:
        self._later(
            lambda: self._bus.connect(address, mode == I2CMode.READ),
            lambda ack: self._acknowledged(self._block.complete_connect, ack),
        )

    def _write(self, value: int) -> None:
        self._later(
            lambda: self._bus.write_byte(value),
            lambda ack: self._acknowledged(self._block.complete_write, ack),
        )

    def _acknowledged(self, complete: Callable[[bool], None], ack: int) -> None:
        complete(bool(ack))
        # An abort empties the transmit FIFO, and that raises TX_EMPTY: the SDK waits for it
        # before it looks at the abort.
        if not ack:
            self._block._set_interrupts(R_TX_EMPTY)

    def _read(self, acknowledge: bool) -> None:
        self._later(self._bus.read_byte, self._block.complete_read)

    def _stop(self) -> None:
        self._bus.stop()
        self._block.complete_stop()
        self._after()

    def _on_scl(self, state: GPIOPinState, before: GPIOPinState) -> None:
        high = state != GPIOPinState.LOW
        if high != self._scl_high:
            self._scl_high = high
            self._bus.drive_scl(high)
            self.refresh()
