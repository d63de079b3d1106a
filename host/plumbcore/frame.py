"""Wire frames (native/include/pl_frame.h; SPEC.md, "Frames").

    pos = 0
    while pos < n:
        pos = decoder.feed(buf, pos, n)
        # buf[decoder.text_start:decoder.text_end] lay outside frames
        if decoder.status > 0: ...    # a frame: kind, cmd, flags, reqid, payload
        elif decoder.status < 0: ...  # damage; dropped_into() gives the bytes back
"""

from plumbcore._core import ffi, lib

WIRE_VERSION = lib.PL_WIRE_VERSION
FRAME_OVERHEAD = lib.PL_FRAME_OVERHEAD
REQUEST = lib.PL_FRAME_REQUEST
RESPONSE = lib.PL_FRAME_RESPONSE
ERROR = lib.PL_FRAME_ERROR
EVENT = lib.PL_FRAME_EVENT
BULK = lib.PL_FRAME_BULK


def frame_encode(out, kind: int, cmd: int, flags: int, reqid: int, payload) -> int:
    """Writes one frame into `out` (writable buffer); the length of what was written.

    `payload` is any bytes-like object of at most 65535 bytes that does not overlap `out`, which
    needs 2 * (len(payload) + FRAME_OVERHEAD) + 2 bytes at worst.  ValueError if it is too small.
    """
    data = ffi.from_buffer(payload)
    if len(data) > 0xFFFF:
        raise ValueError("payload over 65535 bytes")
    header = ffi.new("pl_frame_header *", {
        "version": WIRE_VERSION, "kind": kind & 0xFF, "command": cmd & 0xFF,
        "flags": flags & 0xFF, "request": reqid & 0xFFFF, "length": len(data)})
    target = ffi.from_buffer(out, require_writable=True)
    length = lib.pl_frame_encode(target, len(target), header, data)
    if length < 0:
        raise ValueError("out is too small for the frame")
    return length


class FrameDecoder:
    """Finds frames in a stream of bytes that may also hold text.

    Counters since construction: `frames`, `bad_crc`, `bad_length`, `too_long`, `foreign` (text
    that looked like the start of a frame).  `version`, `kind`, `cmd`, `flags`, `reqid` are those
    of the last frame; `payload` (a memoryview) lasts until the next `feed`; `speaks` is False
    for a frame of another major version.
    """

    def __init__(self, max_payload: int):
        if not 0 <= max_payload <= 0xFFFF:
            raise ValueError("max_payload is not in 0..65535")
        self._buffer = bytearray(max_payload + FRAME_OVERHEAD)
        self._view = memoryview(self._buffer)
        self._decoder = ffi.new("pl_frame_decoder *")
        self._pin = ffi.from_buffer(self._buffer)
        self._taken = ffi.new("uint32_t *")
        lib.pl_frame_init(self._decoder, self._pin, len(self._buffer))
        self.status = lib.PL_FRAME_MORE
        self.text_start = 0
        self.text_end = 0

    def feed(self, buf, start: int = 0, end: int | None = None) -> int:
        """Takes bytes of buf[start:end] up to the end of one frame or one error; the new start.

        Sets `status` (0 more, > 0 frame, < 0 error), `text_start` and `text_end`: the part of
        `buf` that lay outside frames.
        """
        data = ffi.from_buffer(buf)
        end = len(data) if end is None else end
        if not 0 <= start <= end <= len(data):
            raise ValueError("start and end are not inside buf")
        self.status = lib.pl_frame_feed(
            self._decoder, ffi.cast("uint8_t *", data) + start, end - start, self._taken)
        self.text_start = start + self._decoder.text_start
        self.text_end = start + self._decoder.text_end
        return start + self._taken[0]

    def dropped_into(self, out) -> int:
        """Writes the raw bytes of the last error, its 0x7E included if that was not fill, into
        `out`; how many."""
        target = ffi.from_buffer(out, require_writable=True)
        return lib.pl_frame_dropped(self._decoder, target, len(target))

    version = property(lambda self: self._decoder.header.version)
    kind = property(lambda self: self._decoder.header.kind)
    cmd = property(lambda self: self._decoder.header.command)
    flags = property(lambda self: self._decoder.header.flags)
    reqid = property(lambda self: self._decoder.header.request)
    frames = property(lambda self: self._decoder.frames)
    bad_crc = property(lambda self: self._decoder.bad_crc)
    bad_length = property(lambda self: self._decoder.bad_length)
    too_long = property(lambda self: self._decoder.too_long)
    foreign = property(lambda self: self._decoder.foreign)
    # Whether the last error was none: text behind the fill that follows a frame.
    filled = property(lambda self: bool(self._decoder.filled))

    @property
    def payload(self) -> memoryview:
        length = self._decoder.header.length if self.status > 0 else 0
        return self._view[lib.PL_FRAME_HEADER:lib.PL_FRAME_HEADER + length]

    @property
    def speaks(self) -> bool:
        return bool(lib.pl_frame_speaks(self._decoder.header.version))

