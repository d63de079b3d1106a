"""The raw codec (native/include/pl_raw.h; SPEC.md, "Raw blocks"); host only: the brace codes
through `Log.raw`."""

from plumbcore._core import ffi, lib

PIECE = lib.PL_RAW_PIECE
BLOCK_MIN = lib.PL_RAW_BLOCK_MIN


class RawError(ValueError):
    """A block that ends early or is damaged; what came before in it is good."""


class RawEncoder:
    """Codes pieces of chunks into blocks of at most `capacity` (3072 or more) bytes."""

    def __init__(self, capacity: int):
        if capacity < BLOCK_MIN:
            raise ValueError(f"a block must have room for {BLOCK_MIN} bytes")
        self._encoder = ffi.new("pl_raw_encoder *")
        self._out = ffi.new("uint8_t[]", capacity)
        lib.pl_raw_begin(self._encoder, self._out, capacity)

    def add(self, s, l, more: bool = False) -> bool:  # noqa: E741
        """Adds a piece: buffers of six int16 a sample, PIECE samples together at most.  False
        if it does not fit the block: end it, and add the piece to the next."""
        buffers = [ffi.from_buffer(part) for part in (s, l)]
        counts = [len(buffer) // 12 for buffer in buffers]
        result = lib.pl_raw_add(
            self._encoder, ffi.cast("int16_t *", buffers[0]), counts[0],
            ffi.cast("int16_t *", buffers[1]), counts[1], more)
        if result == lib.PL_ERAW_COUNT:
            raise ValueError(f"a piece has at most {PIECE} samples")
        return result == lib.PL_RAW_OK

    def end(self) -> bytes:
        """Ends the block and begins the next one, which goes on with what was learned."""
        block = bytes(ffi.buffer(self._out, lib.pl_raw_end(self._encoder)))
        lib.pl_raw_again(self._encoder, self._out, len(self._out))
        return block


def decode(block):
    """Yields (s, l, more) for each piece of a block: bytes of six int16 a sample, and whether its
    chunk goes on in the next piece.  RawError where the block is damaged."""
    data = ffi.from_buffer(block)
    decoder = ffi.new("pl_raw_decoder *")
    if lib.pl_raw_open(decoder, data, len(data)) != lib.PL_RAW_OK:
        raise RawError("not a raw block of this version")
    samples = [ffi.new("int16_t[]", 6 * PIECE) for _ in range(2)]
    counts = [ffi.new("uint32_t *") for _ in range(2)]
    more = ffi.new("int *")
    while True:
        result = lib.pl_raw_next(decoder, samples[0], counts[0], samples[1], counts[1], more)
        if result == lib.PL_ERAW_END:
            return
        if result != lib.PL_RAW_OK:
            raise RawError("the raw block ends early" if result == lib.PL_ERAW_CUT
                           else "the raw block is damaged")
        s, l = (bytes(ffi.buffer(part, 12 * n[0]))  # noqa: E741
                for part, n in zip(samples, counts, strict=True))
        yield s, l, bool(more[0])
