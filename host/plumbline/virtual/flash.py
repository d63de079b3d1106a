"""The emulated board's flash chip: the time it takes, its wear, and power cuts in the middle.

rp2040py applies erase and program commands at once and for free.  On silicon they stop the core,
interrupts included, which is exactly what loses samples; so the time is added here while the
core stands still.  Figures: Winbond W25Q16JV datasheet, typical sector erase 45 ms (maximum 400),
block erase 150 ms (2000), page program 0.4 ms (3).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from rp2040py.peripherals import ssi
from rp2040py.rp2040 import RP2040

SIZE = 2 * 1024 * 1024
_SECTOR = ssi.FLASH_SECTOR_SIZE
# How much each command can touch.
_SIZES = {
    ssi.CMD_SECTOR_ERASE: _SECTOR,
    ssi.CMD_BLOCK_ERASE: ssi.FLASH_BLOCK_SIZE,
    ssi.CMD_PAGE_PROGRAM: ssi.FLASH_PAGE_SIZE,
}


@dataclass
class FlashTiming:
    """How long each command stops the core, in milliseconds."""

    sector_erase_ms: float = 45.0
    block_erase_ms: float = 150.0
    page_program_ms: float = 0.4

    @classmethod
    def worst(cls) -> FlashTiming:
        """The datasheet's maximum times."""
        return cls(400.0, 2000.0, 3.0)


class FlashChip:
    """Hooks the emulated chip's one call per erase or program command.

    `operations` counts them.  With `cut_at` set, power fails in that operation (counted from
    now): a program leaves a prefix and a torn byte, an erase leaves the sector partly erased with
    noise, and `on_cut` is called; from then on the chip ignores everything.
    `on_change(offset, data)` is called with what each command has left behind.
    """

    def __init__(self, mcu: RP2040, timing: FlashTiming | None = None, seed: int = 0):
        self._mcu = mcu
        self._ssi = mcu.ssi
        self._apply = self._ssi._apply_command
        self._ssi._apply_command = self._command
        self._random = random.Random(seed)
        self.timing = timing or FlashTiming()
        self.operations = 0
        self.erases: dict[int, int] = {}
        self.stalled_ns = 0.0
        self.cut_at: int | None = None
        self.on_cut = lambda: None
        self.on_change = lambda offset, data: None
        self.dead = False

    def cut_in(self, operations: int) -> None:
        """Arms a power cut in the `operations`-th flash command from now (1 is the next)."""
        self.cut_at = self.operations + operations

    def _command(self) -> None:
        buffer = self._ssi._tx_buffer
        opcode = buffer[0] if buffer else None
        if not (opcode in _SIZES and self._ssi._write_enabled and len(buffer) >= 4):
            self._apply()
            return
        if self.dead:
            self._ssi._tx_buffer = bytearray()
            return
        self.operations += 1
        address = int.from_bytes(buffer[1:4], "big")
        size = _SIZES[opcode]
        start = address - address % size
        if self.operations == self.cut_at:
            self._tear(opcode, buffer)
            self.dead = True
            self._changed(start, size)
            self.on_cut()
            return
        self._apply()
        self._changed(start, size)
        milliseconds = self.timing.page_program_ms
        if opcode != ssi.CMD_PAGE_PROGRAM:
            for index in range(start // _SECTOR, (start + size) // _SECTOR):
                self.erases[index] = self.erases.get(index, 0) + 1
            one = opcode == ssi.CMD_SECTOR_ERASE
            milliseconds = self.timing.sector_erase_ms if one else self.timing.block_erase_ms
        # The core stands still in the bootrom's routine while the chip is busy; everything else
        # on the board, the sensors' FIFOs first of all, goes on.
        self.stalled_ns += milliseconds * 1e6
        self._mcu.clock.tick(milliseconds * 1e6)

    def _changed(self, start: int, size: int) -> None:
        self.on_change(start, bytes(self._mcu.flash[start : start + size]))

    def _tear(self, opcode: int, buffer: bytearray) -> None:
        flash = self._mcu.flash
        address = int.from_bytes(buffer[1:4], "big")
        if opcode == ssi.CMD_PAGE_PROGRAM:
            data = buffer[4:]
            whole = self._random.randrange(len(data) + 1)
            for index, byte in enumerate(data):
                # A bit that was being cleared may or may not have got there.
                late = self._random.randrange(256) if index >= whole else 0
                flash[address + index] &= byte | late
        else:
            size = _SIZES[opcode]
            address -= address % size
            whole = self._random.randrange(size + 1)
            flash[address : address + whole] = b"\xff" * whole
            for index in range(address + whole, address + size):
                flash[index] |= self._random.randrange(256)
        self._ssi._tx_buffer = bytearray()

    def contents(self) -> bytes:
        """A copy of the whole chip."""
        return bytes(self._mcu.flash[:SIZE])
