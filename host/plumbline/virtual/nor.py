"""A NOR flash chip: programming only clears bits, erasing is slow, wears, and can be torn.

Pure Python in the common subset of CPython and MicroPython, integers only; no imports (source.py
says why).  Times are a Winbond W25Q16JV's: typical page program 0.4 ms (3 at most), sector erase
45 ms (400), block erase 150 ms (2000).
"""

PAGE = 256
SECTOR = 4096
BLOCK = 65536
_ERASED = b"\xff" * PAGE


class Nor:
    """A chip whose contents are the bytearray `data`.

    program, erase   do one command, and return the microseconds it takes
    operations       commands so far, erases[sector number] times erased
    on_change        called with (address, bytes) that each command has left behind
    cut_at           the number of the operation in which power fails: it is torn, `on_cut` is
                     called, and nothing works until `power_on`
    stuck            {address: mask}, fault: bits of the mask read 0 whatever is done
    """

    def __init__(self, data, seed=1):
        self.data = data
        self.operations = 0
        self.erases = {}
        self.cut_at = None
        self.on_cut = None
        self.on_change = None
        self.dead = False
        self.stuck = {}
        self.page_us = 400
        self.sector_us = 45000
        self.block_us = 150000
        self._random = (seed * 747796405 + 2891336453) & 0xFFFFFFFF

    def slowest(self):
        """Takes the datasheet's maximum times from now on."""
        self.page_us = 3000
        self.sector_us = 400000
        self.block_us = 2000000

    def cut_in(self, operations):
        """Lets power fail in the so-many-th operation from now; 1 is the next."""
        self.cut_at = self.operations + operations

    def power_on(self):
        """Power is back."""
        self.dead = False
        self.cut_at = None

    def program(self, address, values):
        """Clears bits of at most one page."""
        if not self._begin():
            return 0
        whole = len(values)
        if self.operations == self.cut_at:
            whole = self._draw(whole + 1)
        data = self.data
        if whole == PAGE and data[address : address + PAGE] == _ERASED:
            data[address : address + PAGE] = values
        else:
            for i in range(whole):
                data[address + i] &= values[i]
        if whole < len(values):
            # Of the byte under way some bits are cleared, of the rest none.
            data[address + whole] &= values[whole] | self._draw(256)
        return self._end(address, len(values), self.page_us)

    def erase(self, address, size):
        """Sets all bits of a sector or block."""
        if not self._begin():
            return 0
        whole = size
        if self.operations == self.cut_at:
            whole = self._draw(size + 1)
        self.data[address : address + whole] = b"\xff" * whole
        for i in range(address + whole, address + size):
            self.data[i] |= self._draw(256)
        for sector in range(address // SECTOR, (address + size) // SECTOR):
            self.erases[sector] = self.erases.get(sector, 0) + 1
        return self._end(address, size, self.block_us if size == BLOCK else self.sector_us)

    def _begin(self):
        if self.dead:
            return False
        self.operations += 1
        return True

    def _end(self, address, size, us):
        for at in self.stuck:
            if address <= at < address + size:
                self.data[at] &= 255 - self.stuck[at]
        if self.on_change:
            self.on_change(address, bytes(self.data[address : address + size]))
        if self.operations == self.cut_at:
            self.dead = True
            if self.on_cut:
                self.on_cut()
        return us

    def _draw(self, n):
        self._random = (self._random * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self._random >> 8) * n >> 24
