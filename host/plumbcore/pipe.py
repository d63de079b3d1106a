"""Chunks of two sensors' samples in, blocks of integers out (native/include/pl_pipe.h)."""

from plumbcore._core import ffi, lib
from plumbcore.fusion import ACC_FS_UG, GYR_FS_MDPS

BLOCK_FIELDS = lib.PL_BLOCK_FIELDS
BLOCK_SAMPLES = lib.PL_PIPE_BLOCK_SAMPLES
WEARING = lib.PL_PIPE_WEARING
STILL = lib.PL_PIPE_STILL
BENDING = lib.PL_PIPE_BENDING


class Pipe:
    """Orientation and block features of S (sensor 0) and L (1); a rate of 0 means "not there".

    `gyr_fs_mdps` and `acc_fs_ug` are the values of 32768 counts.  ValueError for rates and scales
    that the orientation filter refuses.
    """

    def __init__(
        self,
        rate_s_mhz: int,
        rate_l_mhz: int,
        gyr_fs_mdps: int = GYR_FS_MDPS,
        acc_fs_ug: int = ACC_FS_UG,
    ):
        self._pipe = ffi.new("pl_pipe *")
        self._lost = ffi.new("uint32_t *")
        rates = (rate_s_mhz, rate_l_mhz, gyr_fs_mdps, acc_fs_ug)
        if lib.pl_pipe_init_scaled(self._pipe, *rates) != 0:
            raise ValueError("a rate or scale is outside its limits")

    def align(self, sensor: int, w: int, x: int, y: int, z: int) -> None:
        """Sets the attitude sensor <- segment (Q30).  ValueError if it is no unit quaternion."""
        if lib.pl_pipe_align(self._pipe, _sensor(sensor), (w, x, y, z)):
            raise ValueError("not a quaternion of length 1 in Q30")

    def do(self, doing: int) -> None:
        """What the wearer does from the next block on: WEARING, STILL (begins a calibration) or
        BENDING."""
        if doing not in (WEARING, STILL, BENDING):
            raise ValueError("doing is WEARING, STILL or BENDING")
        lib.pl_pipe_do(self._pipe, doing)

    def find(self, sensor: int) -> int:
        """Ends the calibration of a sensor: 0 and its alignment taken, or ALIGN_*."""
        return lib.pl_pipe_find(self._pipe, _sensor(sensor))

    def level(self, sensor: int) -> int:
        """Ends it from standing alone, forward being where it was: 0 or ALIGN_*."""
        return lib.pl_pipe_level(self._pipe, _sensor(sensor))

    def alignment(self, sensor: int, out) -> None:
        """Into 8 int32: the alignment (4, Q30), quality 0..100, bend, sway and crookedness seen
        (cdeg)."""
        view = ffi.from_buffer("int32_t[8]", out, require_writable=True)
        align = lib.pl_pipe_alignment(self._pipe, _sensor(sensor))
        for i in range(4):
            view[i] = align.q[i]
        view[4], view[5] = align.quality, align.bend_cdeg
        view[6], view[7] = align.sway_cdeg, align.crooked_cdeg

    def unpack(self, sensor: int, words, length: int, samples) -> int:
        """FIFO words into `samples` (int16, six a sample); how many samples."""
        data = ffi.from_buffer("uint8_t[]", words)
        out = ffi.from_buffer("int16_t[]", samples, require_writable=True)
        if not 0 <= length <= len(data):
            raise ValueError("buffer too small")
        return lib.pl_pipe_unpack(
            self._pipe, _sensor(sensor), data, length, out, len(out) // 6, self._lost
        )

    def lost(self) -> int:
        """Samples that `unpack` found missing so far."""
        return self._lost[0]

    def gap(self, sensor: int, n: int) -> None:
        """n samples of a sensor were lost before the next chunk."""
        lib.pl_pipe_gap(self._pipe, _sensor(sensor), n)

    def chunk(self, s, n_s: int, l, n_l: int, blocks) -> int:  # noqa: E741
        """Feeds one chunk of int16 samples; how many blocks were written into `blocks` (int32)."""
        out = ffi.from_buffer("int32_t[]", blocks, require_writable=True)
        first, second = ffi.from_buffer("int16_t[]", s), ffi.from_buffer("int16_t[]", l)
        if not (0 <= 6 * n_s <= len(first) and 0 <= 6 * n_l <= len(second)):
            raise ValueError("buffer too small")
        room = len(out) // BLOCK_FIELDS
        n = lib.pl_pipe_chunk(self._pipe, first, n_s, second, n_l, out, room)
        if n < 0:
            raise ValueError("the chunk completes more blocks than there is room for")
        return n

    def quat(self, sensor: int, out) -> None:
        """Attitude earth <- sensor into 4 int32, Q30."""
        view = ffi.from_buffer("int32_t[4]", out, require_writable=True)
        lib.pl_pipe_quat(self._pipe, _sensor(sensor), view)

    def bias(self, sensor: int, out) -> None:
        """Gyroscope bias into 3 int32, 10^-6 deg/s."""
        view = ffi.from_buffer("int32_t[3]", out, require_writable=True)
        lib.pl_pipe_bias(self._pipe, _sensor(sensor), view)

    def set_bias(self, sensor: int, x: int, y: int, z: int) -> None:
        """Sets the gyroscope bias, 10^-6 deg/s."""
        lib.pl_pipe_set_bias(self._pipe, _sensor(sensor), (x, y, z))


def _sensor(index: int) -> int:
    if index not in (0, 1):
        raise ValueError("sensor is 0 (S) or 1 (L)")
    return index
