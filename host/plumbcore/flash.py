"""A block device as the core's flash interface (native/include/pl_flash.h).

The device is what MicroPython calls a block device, with blocks of 4096 bytes: `readblocks(block,
buf, offset)`, `writeblocks(block, buf, offset)` that programs without erasing, and `ioctl(op,
arg)` with 4 (number of blocks), 5 (block size) and 6 (erase block `arg`).
"""

from plumbcore._core import ffi, lib

SECTOR = lib.PL_SECTOR
PAGE = lib.PL_PAGE

_BLOCK_COUNT, _BLOCK_SIZE, _BLOCK_ERASE = 4, 5, 6


class Flash:
    """`struct` is the pl_flash; keep this object as long as the core uses it.

    What the device raises during a call is kept, and raised again by `raise_error`: a write may
    have been done although it raised (KeyboardInterrupt), and the core reads back what it writes.
    """

    def __init__(self, device):
        if device.ioctl(_BLOCK_SIZE, 0) != SECTOR:
            raise ValueError("flash blocks are not of 4096 bytes")
        self.device = device
        self.sectors = device.ioctl(_BLOCK_COUNT, 0)
        self.error = None
        self._handle = ffi.new_handle(self)
        self.struct = ffi.new("pl_flash *", {
            "read": lib.plumbcore_flash_read, "program": lib.plumbcore_flash_program,
            "erase": lib.plumbcore_flash_erase, "context": self._handle})

    def guard(self, call) -> bool:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised again by raise_error
            self.error = self.error or error
            return False
        return True

    def raise_error(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error


class MemoryFlash:
    """Such a device in RAM, over `data` (bytearray of whole sectors) or so many blank sectors."""

    def __init__(self, data):
        self.data = bytearray(b"\xff" * (SECTOR * data)) if isinstance(data, int) else data

    def readblocks(self, block, buf, offset=0):
        at = SECTOR * block + offset
        buf[:] = self.data[at:at + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self.ioctl(_BLOCK_ERASE, block)
            offset = 0
        at = SECTOR * block + offset
        old = int.from_bytes(self.data[at:at + len(buf)], "little")
        new = old & int.from_bytes(buf, "little")
        self.data[at:at + len(buf)] = new.to_bytes(len(buf), "little")

    def ioctl(self, op, arg):
        if op == _BLOCK_COUNT:
            return len(self.data) // SECTOR
        if op == _BLOCK_SIZE:
            return SECTOR
        if op == _BLOCK_ERASE:
            self.data[SECTOR * arg:SECTOR * (arg + 1)] = b"\xff" * SECTOR
        return 0


@ffi.def_extern()
def plumbcore_flash_read(context, offset, data, length):
    flash = ffi.from_handle(context)
    buffer = ffi.buffer(data, length)
    good = flash.guard(
        lambda: flash.device.readblocks(offset // SECTOR, memoryview(buffer), offset % SECTOR))
    return 0 if good else -1


@ffi.def_extern()
def plumbcore_flash_program(context, offset, page):
    flash = ffi.from_handle(context)
    buffer = ffi.buffer(page, PAGE)
    flash.guard(
        lambda: flash.device.writeblocks(offset // SECTOR, memoryview(buffer), offset % SECTOR))
    return 0


@ffi.def_extern()
def plumbcore_flash_erase(context, offset):
    flash = ffi.from_handle(context)
    flash.guard(lambda: flash.device.ioctl(_BLOCK_ERASE, offset // SECTOR))
    return 0
