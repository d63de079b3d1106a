"""Windows of blocks for the classifier, and linear scores (native/include/pl_window.h)."""

from plumbcore._core import ffi, lib
from plumbcore.pipe import BLOCK_FIELDS

WINDOW_FIELDS = lib.PL_WINDOW_FIELDS


class Window:
    """Collects blocks; every 8th gives a vector of WINDOW_FIELDS int16."""

    def __init__(self):
        self._window = ffi.new("pl_window *")
        lib.pl_window_init(self._window)

    def push(self, blocks, index: int) -> bool:
        """Takes the block at `index` of what `Pipe.chunk` wrote; whether a vector is due."""
        data = ffi.from_buffer("int32_t[]", blocks)
        if not 0 <= index < len(data) // BLOCK_FIELDS:
            raise ValueError("buffer too small")
        features = data + index * BLOCK_FIELDS + lib.PL_BLOCK_MOVE
        return bool(lib.pl_window_push(self._window, features))

    def vector(self, out) -> None:
        """The vector of the blocks taken so far, into WINDOW_FIELDS int16."""
        view = ffi.from_buffer("int16_t[]", out, require_writable=True)
        if len(view) < WINDOW_FIELDS:
            raise ValueError("buffer too small")
        lib.pl_window_vector(self._window, view)


def scores(weights, offsets, shift: int, x, first: int, out) -> None:
    """Into out[r] (int32): (offsets[r] + sum of weights[r][c] * x[first + c]) >> shift.

    `weights` (int16, row by row) and `offsets` (int32) are bytes, little-endian; `x` int16.  As
    many rows as there are offsets.
    """
    weight = ffi.from_buffer("uint8_t[]", weights)
    offset = ffi.from_buffer("uint8_t[]", offsets)
    vector = ffi.from_buffer("int16_t[]", x)
    to = ffi.from_buffer("int32_t[]", out, require_writable=True)
    rows = len(offset) // 4
    columns = len(weight) // (2 * rows) if rows else 0
    if (not rows or not 0 <= shift < 32 or first < 0 or first + columns > len(vector)
            or len(to) < rows):
        raise ValueError("sizes do not fit")
    lib.pl_window_scores(weight, offset, rows, columns, shift, vector + first, to)
