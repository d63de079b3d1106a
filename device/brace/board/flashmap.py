"""Where things lie in the flash.  Offsets count from the start of the flash chip.

`rp2.Flash(start=, len=)` counts from STORAGE, the first byte behind the firmware image
(MICROPY_HW_FLASH_STORAGE_BYTES in mpconfigboard.h); `partition` translates.
"""

from brace.compat import const

SECTOR = const(4096)
STORAGE = const(0x078000)
SIZE = const(0x200000)

FILES = const(0x078000)
FILES_LEN = const(0x010000)
BUNDLES = const(0x088000)
BUNDLES_LEN = const(0x014000)
PARAMS = const(0x09C000)
PARAMS_LEN = const(0x004000)
IDENTITY = const(0x0A0000)
IDENTITY_LEN = const(0x008000)
LOG = const(0x0A8000)
LOG_LEN = const(0x158000)


def partition(offset, length):
    """The `rp2.Flash` block device over `length` bytes from `offset` of the chip."""
    from rp2 import Flash

    return Flash(start=offset - STORAGE, len=length)
