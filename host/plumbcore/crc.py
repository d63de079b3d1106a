"""CRC-32 of the wire, the log and the parameter copies (native/include/pl_crc.h)."""

from plumbcore._core import ffi, lib


def crc32(buf, init: int = 0) -> int:
    """CRC-32 (IEEE, as `zlib.crc32`) of a bytes-like object, continuing from `init`."""
    data = ffi.from_buffer(buf)
    return lib.pl_crc32(init, data, len(data))
