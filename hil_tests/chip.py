"""What lies in the flash chip, made and changed from outside."""

from brace.board import flashmap
from plumbcore import Log, Params
from plumbcore.flash import MemoryFlash

SECTOR = flashmap.SECTOR
CHECKPOINTS = 4


class Chip:
    """The flash partition of a rig's brace at `offset`, as the core's block device: changed in a
    copy, put back by `write`."""

    def __init__(self, flash, offset, length):
        self._flash, self._offset = flash, offset
        self.data = bytearray(flash.read(offset, length))

    def write(self):
        self._flash.write(self._offset, bytes(self.data))


def damage_params(flash, offset, copies):
    """Spoils the newest of two parameter copies, or both."""
    chip = Chip(flash, offset, 2 * SECTOR)
    newest = _newest(chip, 0)
    for which in [newest] if copies == 1 else [0, 1]:
        at = which * SECTOR
        # In the data; a blank copy gets a header that is none.
        chip.data[at + 24 : at + 28] = b"\0\0\0\0"
        chip.data[at] &= 0x0F
    chip.write()


def _newest(chip, at):
    def sequence(which):
        head = chip.data[at + which * SECTOR :][:20]
        return int.from_bytes(head[8:12], "little") if head[:4] == b"PLPC" else -1

    return 0 if sequence(0) >= sequence(1) else 1


def store_params(flash, offset, data, major=1):
    """Stores a parameter copy as a firmware whose format has this major version would."""
    from plumbcore import crc32

    chip = Chip(flash, offset, 2 * SECTOR)
    Params(MemoryFlash(chip.data), 0, SECTOR).store(data)
    at = _newest(chip, 0) * SECTOR
    chip.data[at + 4] = major << 4
    head = bytes(chip.data[at : at + 16])
    chip.data[at + 16 : at + 20] = crc32(bytes(data), crc32(head)).to_bytes(4, "little")
    chip.write()


def fill_log(flash):
    """A log with no room but what unfetched summaries take; how many segments of them."""
    chip = Chip(flash, flashmap.LOG, flashmap.LOG_LEN)
    log = Log(MemoryFlash(chip.data))
    t_cs = 0
    body = bytearray(150)
    while log.level < 3:
        t_cs += 1
        # Bytes that no packing makes small.
        body[:] = (t_cs * 2654435761 % (1 << 64)).to_bytes(8, "little") * 18 + bytes(6)
        body[t_cs % 144] ^= t_cs & 0xFF
        log.append(0x02, 1, t_cs, body)
    log.close()
    chip.write()
    return log.unacked


def blank_sectors(flash):
    """Offsets in the chip of the log's sectors that nothing has been written to."""
    chip = Chip(flash, flashmap.LOG, flashmap.LOG_LEN)
    blank = b"\xff" * SECTOR
    return [
        flashmap.LOG + at
        for at in range(CHECKPOINTS * SECTOR, flashmap.LOG_LEN, SECTOR)
        if chip.data[at : at + SECTOR] == blank
    ]
