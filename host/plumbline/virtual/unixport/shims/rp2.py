"""Stand-in for MicroPython's `rp2`: the raw flash behind the firmware image."""

from brace.board.flashmap import SIZE, STORAGE
from nor import SECTOR
from world import world


class Flash:
    """rp2.Flash: blocks of 4096 bytes.  Unlike the chip's own routine, which programs rubbish, it
    refuses writes that are not whole 256-byte pages."""

    def __init__(self, *, start=-1, len=-1):
        start = max(start, 0)
        if len < 0:
            len = SIZE - STORAGE - start
        if start % SECTOR or len % SECTOR or not 0 < len <= SIZE - STORAGE - start:
            raise ValueError
        self._base = STORAGE + start
        self._size = len

    def readblocks(self, block, buf, offset=0):
        at = self._base + block * SECTOR + offset
        n = len(buf)
        buf[0:n] = world.nor.data[at : at + n]

    def writeblocks(self, block, buf, offset=None):
        at = self._base + block * SECTOR
        if offset is None:
            world.erase(at, -(-len(buf) // SECTOR) * SECTOR)
        else:
            at += offset
        if at % 256 or len(buf) % 256:
            raise ValueError("the flash is programmed in whole pages of 256 bytes")
        world.program(at, buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self._size // SECTOR
        if op == 5:
            return SECTOR
        if op == 6:
            world.erase(self._base + arg * SECTOR, SECTOR)
        return 0
