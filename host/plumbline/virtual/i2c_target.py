"""An emulated chip's I2C block in target mode, as a device on the bus of another emulated board.

rp2040py has no target mode.  Here the registers that a target's firmware uses are modelled after
the RP2040's datasheet (4.3.10.2 and the register list): both FIFOs, FIRST_DATA_BYTE, RX_FULL as a
level, RD_REQ that stretches the clock until the firmware has an answer, and what it raises at
START, STOP and the end of a reading.  Its interrupt handler is the real one, and what it takes is
simulated time.
"""

from __future__ import annotations

from rp2040py.peripherals.i2c import (
    CMD,
    IC_DATA_CMD,
    IC_INTR_MASK,
    IC_SLAVE_DISABLE,
    MASTER_MODE,
    R_RD_REQ,
    R_RX_DONE,
    R_RX_FULL,
    R_START_DET,
    R_STOP_DET,
    R_TX_ABRT,
)

from plumbline.virtual.board import Board, State

# Bit 11 of IC_DATA_CMD (datasheet, table 452); rp2040py has it at bit 10.
_FIRST_DATA_BYTE = 1 << 11
# A target that holds the clock for so long is as good as dead.
_PATIENCE_NS = 5e6


class I2CTarget:
    """Block `number` of `board`, a device as i2c_bus.py wants it.  To be made before the board has
    power: what its firmware sets up is seen here.

    Its board's time follows the bus's: `advance_to` lets it run up to there.
    `held_ns`: how long each byte that was read made the controller wait.  `dead`: bytes that the
    firmware has not given or taken in time.
    """

    def __init__(self, board: Board, number: int):
        self._board = board
        self._block = board.mcu.i2c[number]
        self._offset_us = 0
        self._first = self._reading = False
        self.held_ns: list[int] = []
        self.dead = 0
        self._read_register = self._block.read_uint32
        self._write_register = self._block.write_uint32
        self._block.read_uint32 = self._on_register_read
        self._block.write_uint32 = self._on_register_write

    # -- registers ---------------------------------------------------------------------------

    def _is_target(self) -> bool:
        return not self._block.control & (MASTER_MODE | IC_SLAVE_DISABLE)

    def _on_register_read(self, offset: int) -> int:
        value = self._read_register(offset)
        if offset == IC_DATA_CMD and self._is_target():
            self._level()
            # A full FIFO holds the controller; there is room again.
            self._board.interrupt()
        return value

    def _on_register_write(self, offset: int, value: int) -> None:
        if offset == IC_INTR_MASK:
            # rp2040py keeps the interrupt mask but has no way to set it.
            self._block.int_enable = value
            self._block.check_interrupts()
        elif offset == IC_DATA_CMD and self._is_target():
            if not value & CMD:
                self._block._tx_fifo.push(value & 0xFF)
            self._board.interrupt()
        else:
            self._write_register(offset, value)

    def _level(self) -> None:
        """RX_FULL says what is, not what was."""
        block = self._block
        if block._rx_fifo.item_count > block.rx_threshold:
            block._set_interrupts(R_RX_FULL)
        else:
            block._clear_interrupts(R_RX_FULL)

    # -- the bus -----------------------------------------------------------------------------

    def meet(self, t_us: int) -> None:
        """From now on the board's time, whatever it is, is the bus's t_us."""
        self._offset_us = self._board.now_ns // 1000 - t_us

    def advance_to(self, t_us: int) -> None:
        ahead = (t_us + self._offset_us) * 1000 - self._board.now_ns
        if ahead > 0:
            self._board.run(ahead)

    def begin(self, read: bool) -> bool:
        block = self._block
        # "regardless of whether it is operating in target or controller mode"
        block._set_interrupts(R_START_DET)
        there = self._board.state is State.RUNNING and self._is_target() and block.enable & 1
        self._first, self._reading = bool(there), bool(there and read)
        if self._reading and not block._tx_fifo.empty:
            # What was left for an earlier request is flushed (SLVFLUSH_TXFIFO).
            block._tx_fifo.reset()
            block._set_interrupts(R_TX_ABRT)
        return bool(there)

    def write_byte(self, value: int) -> bool:
        fifo = self._block._rx_fifo
        if not self._wait(lambda: not fifo.full):
            return False
        fifo.push(value | (_FIRST_DATA_BYTE if self._first else 0))
        self._first = False
        self._level()
        return True

    def read_byte(self) -> int:
        fifo, begun = self._block._tx_fifo, self._board.now_ns
        self._block._set_interrupts(R_RD_REQ)
        there = self._wait(lambda: not fifo.empty)
        self.held_ns.append(self._board.now_ns - begun)
        return fifo.pull() if there else 0xFF

    def read_into(self, buf) -> None:
        for i in range(len(buf)):
            buf[i] = self.read_byte()

    def end(self) -> None:
        self._block._set_interrupts(R_STOP_DET | (R_RX_DONE if self._reading else 0))

    def _wait(self, condition) -> bool:
        """Holds the clock until the firmware has done its part."""
        if condition() or self._board.run(_PATIENCE_NS, until=condition):
            return True
        self.dead += 1
        return False
