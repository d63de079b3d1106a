"""The emulated board's ring oscillator, of which the firmware takes its random bits.

rp2040py has none.  A real one's bit is the jitter between two oscillators; here it is drawn from
a seeded generator, so that runs can be repeated, and it can be made to fail: stuck, or lopsided.
"""

from __future__ import annotations

import random

from rp2040py.peripherals.peripheral import BasePeripheral
from rp2040py.rp2040 import RP2040

_PAGE = 0x40060
_CTRL = 0x00
_STATUS = 0x18
_RANDOMBIT = 0x1C
_ENABLED = 0x00FAB000
_RUNNING = 1 << 31 | 1 << 12


class Rosc(BasePeripheral):
    """ones: the probability of a 1; 0 or 1 is a source that is stuck."""

    def __init__(self, mcu: RP2040, seed: int):
        super().__init__(mcu, "ROSC_BASE")
        self._draw = random.Random(seed).random
        self.ones = 0.5
        self._ctrl = _ENABLED
        mcu.peripherals[_PAGE] = self

    def read_uint32(self, offset: int) -> int:
        if offset == _RANDOMBIT:
            return int(self._draw() < self.ones)
        if offset == _STATUS:
            return _RUNNING
        return self._ctrl if offset == _CTRL else 0

    def write_uint32(self, offset: int, value: int) -> None:
        if offset == _CTRL:
            self._ctrl = value
