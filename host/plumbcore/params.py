"""Parameter copies A and B (native/include/pl_params.h; SPEC.md, "Parameter copies")."""

import errno

from plumbcore._core import ffi, lib
from plumbcore.flash import SECTOR, Flash


class Params:
    """A small block of bytes in two sectors of `flash` (flash.py), at offset_a and offset_b.

    A store that is cut leaves the old bytes or the new ones.  `sequence` counts stores (0: none);
    `damaged` is the number of copies that the last load or store found unsound.
    """

    def __init__(self, flash, offset_a: int, offset_b: int):
        self._flash = Flash(flash)
        for offset in (offset_a, offset_b):
            if offset % SECTOR or not 0 <= offset < self._flash.sectors * SECTOR:
                raise ValueError("the offsets are not two sectors of the flash")
        if offset_a == offset_b:
            raise ValueError("the offsets are not two sectors of the flash")
        self._params = ffi.new("pl_params *")
        lib.pl_params_init(self._params, self._flash.struct, offset_a, offset_b)

    def _result(self, result: int) -> int | None:
        self._flash.raise_error()
        if result == lib.PL_EPARAMS_NONE:
            return None
        if result == lib.PL_EPARAMS_FLASH:
            raise OSError(errno.EIO, "the flash failed")
        if result == lib.PL_EPARAMS_SIZE:
            raise ValueError("does not fit")
        if result == lib.PL_EPARAMS_VERSION:
            raise RuntimeError("stored by a newer firmware")
        return result

    def load(self, out) -> int | None:
        """Loads the newest sound copy into `out`; its length, or None if there is none."""
        target = ffi.from_buffer(out, require_writable=True)
        return self._result(lib.pl_params_load(self._params, target, len(target)))

    def store(self, data) -> int | None:
        """Stores `data`, at most 4076 bytes."""
        source = ffi.from_buffer(data)
        return self._result(lib.pl_params_store(self._params, source, len(source)))

    @property
    def sequence(self) -> int:
        return self._params.sequence

    @property
    def damaged(self) -> int:
        return self._params.damaged
