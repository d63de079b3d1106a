"""Runs the emulated RP2040, its plain instructions in C (thumb.c), all else by rp2040py.

rp2040py executes some four million instructions a second, and asks its clock and both PIO blocks
after each.  Most instructions of a firmware only compute and touch memory, which nothing else on
the chip can notice; those are run in one go up to the next alarm of the clock.  Every other one,
and every exception, is rp2040py's, at the same simulated time and with the same cycles as if it
had run them all: tests/host/test_thumb.py lets both run the same code and compares.
"""

from __future__ import annotations

import math
import time

from rp2040py.execute_batch import execute_batch
from rp2040py.simulator import Simulator
from rp2040py.sio import RPSIO

from plumbline.virtual.thumb import _thumb

_CYCLE_NS = 1e9 / 125_000_000
# At most so much in one go where no alarm is near: a tenth of a millisecond of the host's time.
_PIECE = 20_000
# As rp2040py: how long one call runs, and how often it looks at the host's clock.
_BUDGET_S = 0.005
_LOOK_EVERY = 64


class _Sio(RPSIO):
    """The chip's single-cycle I/O, whose divider is that of the quick instructions."""

    thumb: object

    @classmethod
    def share(cls, sio: RPSIO, thumb) -> None:
        """Gives a block's divider to `thumb`, its state included."""
        state = {name: getattr(sio, "div_" + name) for name in _DIVIDER}
        sio.__class__, sio.thumb = cls, thumb
        for name, value in state.items():
            setattr(sio, "div_" + name, value)


def _divider(name: str) -> property:
    def get(sio):
        return getattr(sio.thumb.divider, name)

    def put(sio, value):
        # The library keeps quotients unrounded; all who read one round it towards zero.
        setattr(sio.thumb.divider, name, int(value) & 0xFFFFFFFF)

    return property(get, put)


_DIVIDER = ("dividend", "divisor", "quotient", "remainder", "csr")
for _name in _DIVIDER:
    setattr(_Sio, "div_" + _name, _divider(_name))


class Runner:
    """Drives one simulator.  Its memory must stay where it is, as it does in rp2040py."""

    def __init__(self, simulator: Simulator):
        self._simulator = simulator
        self.lib = _thumb.lib
        mcu = simulator.rp2040
        new, view = _thumb.ffi.new, _thumb.ffi.from_buffer
        self._thumb = core = new("thumb_t *")
        rom = memoryview(mcu.bootrom).cast("B")
        # Kept, because the struct's pointers keep nothing alive.
        self._kept = [view(memoryview(part)) for part in
                      (mcu.core.registers, mcu.sram, mcu.flash, rom)]
        registers, ram, flash, boot = self._kept
        core.registers = _thumb.ffi.cast("uint32_t *", registers)
        core.ram, core.ram_size = ram, len(mcu.sram)
        core.flash, core.flash_size = flash, len(mcu.flash)
        core.rom, core.rom_size = boot, len(rom)
        _Sio.share(mcu.sio, core)

    def run(self) -> None:
        """Lets the board run until the simulator is stopped, or for some milliseconds of the
        host's time; what `rp2040py.execute_batch` does."""
        simulator, plain = self._simulator, self._thumb
        mcu, clock = simulator.rp2040, simulator.clock
        core, tick, execute = mcu.core, clock.tick, mcu.core.execute_instruction
        first, second = mcu.pio
        run = self.lib.thumb_run
        deadline = time.monotonic() + _BUDGET_S
        looks = 0
        while not simulator.stopped:
            looks += 1
            if looks >= _LOOK_EVERY:
                looks = 0
                if time.monotonic() > deadline:
                    return
            if not (first.stopped and second.stopped):
                execute_batch(simulator, 1)
                return
            if core.waiting:
                tick(clock.nanos_to_next_alarm)
                continue
            if not core.interrupts_updated:
                limit = _PIECE
                if clock.has_scheduled_alarm:
                    limit = min(limit, math.ceil(clock.nanos_to_next_alarm / _CYCLE_NS) or 1)
                plain.apsr = core.apsr
                cycles = run(plain, limit)
                if cycles:
                    core.apsr = plain.apsr
                    core.cycles += cycles + plain.dividing
                    tick(cycles * _CYCLE_NS)
                if not plain.left or simulator.stopped:
                    continue
            tick(execute() * _CYCLE_NS)
