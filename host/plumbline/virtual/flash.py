"""The emulated board's flash chip: the model of native/nor behind rp2040py's flash controller.

rp2040py applies erase and program commands at once and for free.  On silicon they stop the core,
interrupts included, which is exactly what loses samples; so the time is added here while the
core stands still.
"""

from __future__ import annotations

from rp2040py.peripherals import ssi
from rp2040py.rp2040 import RP2040

from plumbline.virtual.nor import BLOCK, PAGE, SECTOR, Nor

SIZE = 2 * 1024 * 1024
# How much each command can touch.
_SIZES = {
    ssi.CMD_SECTOR_ERASE: SECTOR,
    ssi.CMD_BLOCK_ERASE: BLOCK,
    ssi.CMD_PAGE_PROGRAM: PAGE,
}


class FlashChip(Nor):
    """Hooks the emulated chip's one call per erase or program command.

    Times, wear, faults and power cuts are Nor's: `slowest`, `erases`, `cut_in`, `stick` …
    """

    def __init__(self, mcu: RP2040, seed: int = 0):
        super().__init__(mcu.flash, seed, SIZE)
        self._mcu = mcu
        self._ssi = mcu.ssi
        self._apply = self._ssi._apply_command
        self._ssi._apply_command = self._command

    def _command(self) -> None:
        buffer = self._ssi._tx_buffer
        opcode = buffer[0] if buffer else None
        if not (opcode in _SIZES and self._ssi._write_enabled and len(buffer) >= 4):
            self._apply()
            return
        address = int.from_bytes(buffer[1:4], "big") % SIZE
        if opcode == ssi.CMD_PAGE_PROGRAM:
            microseconds = self.program(address, bytes(buffer[4 : 4 + PAGE]))
        else:
            size = _SIZES[opcode]
            microseconds = self.erase(address - address % size, size)
        self._ssi._write_enabled = False
        self._ssi._tx_buffer = bytearray()
        # The core stands still in the bootrom's routine while the chip is busy; everything else
        # on the board, the sensors' FIFOs first of all, goes on.
        if not self.dead:
            self._mcu.clock.tick(microseconds * 1000)

    def contents(self) -> bytes:
        """A copy of the whole chip."""
        return bytes(self.data[:SIZE])
