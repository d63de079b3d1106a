"""A NOR flash chip: programming only clears bits, erasing is slow, wears, and can be torn.

The model is native/nor/nor.h; the unix port has the same class of it (native/bindings/unix).
"""

from __future__ import annotations

from collections.abc import Callable

from plumbline.virtual._nor import ffi, lib

PAGE = lib.NOR_PAGE
SECTOR = lib.NOR_SECTOR
BLOCK = lib.NOR_BLOCK
# How a command is torn; ANY is one of the others by chance.
NOTHING, PREFIX, RANDOM = lib.NOR_NOTHING, lib.NOR_PREFIX, lib.NOR_RANDOM
UNSTABLE, COMPLETE, ANY = lib.NOR_UNSTABLE, lib.NOR_COMPLETE, lib.NOR_ANY


class Nor:
    """A chip whose contents are the first `size` bytes (all) of the bytearray `data`.

    operations   commands so far
    tear         how the power cut tears its command: NOTHING … COMPLETE, or ANY (the default)
    dead         whether power has failed; nothing is done until `power_on`
    on_change    called with (address, bytes) that each command has left behind
    on_cut       called when power has failed

    `data` may be changed from outside but not resized.
    """

    def __init__(self, data: bytearray, seed: int = 1, size: int | None = None):
        self.data = data
        self.on_cut: Callable[[], None] | None = None
        self.on_change: Callable[[int, bytes], None] | None = None
        self._memory = ffi.from_buffer("uint8_t[]", data, require_writable=True)
        self._chip = ffi.new("nor_chip *")
        lib.nor_init(self._chip, self._memory, size or len(data), seed & 0xFFFFFFFF)

    @property
    def operations(self) -> int:
        return self._chip.operations

    @property
    def dead(self) -> bool:
        return bool(self._chip.dead)

    @property
    def tear(self) -> int:
        return self._chip.tear

    @tear.setter
    def tear(self, tear: int) -> None:
        self._chip.tear = tear

    @property
    def erases(self) -> dict[int, int]:
        """How often each sector was erased, of those that were."""
        return {i: n for i, n in enumerate(self._chip.erases) if n}

    def slowest(self) -> None:
        """Takes the datasheet's maximum times from now on."""
        lib.nor_slowest(self._chip)

    def cut_in(self, operations: int) -> None:
        """Lets power fail in the so-many-th command from now; 1 is the next."""
        lib.nor_cut_in(self._chip, operations)

    def power_on(self) -> None:
        """Power is back."""
        lib.nor_power_on(self._chip)

    def stick(self, address: int, mask: int) -> None:
        """Fault: the bits of `mask` there read 0 from now on, whatever is done.

        ValueError: outside the chip, or another byte of the page is stuck."""
        if lib.nor_stick(self._chip, address, mask) != 0:
            raise ValueError("outside the chip, or another byte of the page is stuck")

    def program(self, address: int, values: bytes) -> int:
        """Clears bits of at most one page; microseconds that it takes, 0 without power.

        ValueError: not within a page of the chip."""
        was_dead = self.dead
        us = lib.nor_program(self._chip, address, values, len(values))
        return self._done(was_dead, us, address, len(values))

    def erase(self, address: int, size: int) -> int:
        """Sets all bits of a sector or block; microseconds that it takes, 0 without power.

        ValueError: neither a sector nor a block of the chip."""
        was_dead = self.dead
        return self._done(was_dead, lib.nor_erase(self._chip, address, size), address, size)

    def _done(self, was_dead: bool, us: int, address: int, length: int) -> int:
        if us < 0:
            raise ValueError("no page, sector or block of the chip")
        if not was_dead:
            if self.on_change:
                self.on_change(address, bytes(self.data[address : address + length]))
            if self.dead and self.on_cut:
                self.on_cut()
        return us
