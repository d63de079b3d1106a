"""Sway of quiet standing and smoothness of movement (native/include/pl_sway.h, pl_smooth.h)."""

from plumbcore._core import ffi, lib
from plumbcore.fusion import ACC_FS_UG, GYR_FS_MDPS

SWAY_FIELDS = lib.PL_SWAY_FIELDS


class Sway:
    """Sway from the accelerometer of a sensor mounted at (w, x, y, z), sensor <- segment (Q30).

    ValueError for a rate or scale outside the limits.
    """

    def __init__(self, rate_mhz: int, w: int, x: int, y: int, z: int, acc_fs_ug: int = ACC_FS_UG):
        self._sway, self._coef = ffi.new("pl_sway *"), ffi.new("pl_sway_coef *")
        if lib.pl_sway_init(self._sway, self._coef, rate_mhz, acc_fs_ug, (w, x, y, z)) != 0:
            raise ValueError("a rate or scale is outside its limits")

    def feed(self, samples, n: int) -> None:
        """Takes n samples of six int16 (gyroscope, accelerometer)."""
        data = ffi.from_buffer("int16_t[]", samples)
        if not 0 <= 6 * n <= len(data):
            raise ValueError("buffer too small")
        for i in range(n):
            lib.pl_sway_update(self._sway, self._coef, data + 6 * i + 3)

    def result(self, out) -> int:
        """What was found so far, into SWAY_FIELDS int32.  0, or PL_ESWAY_*."""
        view = ffi.from_buffer("int32_t[]", out, require_writable=True)
        if len(view) < SWAY_FIELDS:
            raise ValueError("buffer too small")
        return lib.pl_sway_result(self._sway, self._coef, view)


class Smooth:
    """Angular speeds in `ring` (a buffer of uint16 that stays the caller's), for SPARC."""

    def __init__(self, rate_mhz: int, ring, gyr_fs_mdps: int = GYR_FS_MDPS):
        self._smooth = ffi.new("pl_smooth *")
        self._ring = ffi.from_buffer("uint16_t[]", ring, require_writable=True)
        room = len(self._ring)
        if not room or lib.pl_smooth_init(self._smooth, self._ring, room, rate_mhz, gyr_fs_mdps):
            raise ValueError("a rate or size is outside its limits")

    def bias(self, x: int, y: int, z: int) -> None:
        """The gyroscope's bias, 10^-6 deg/s."""
        lib.pl_smooth_bias(self._smooth, (x, y, z))

    def feed(self, samples, n: int) -> None:
        """Takes n samples of six int16 (gyroscope, accelerometer)."""
        data = ffi.from_buffer("int16_t[]", samples)
        if not 0 <= 6 * n <= len(data):
            raise ValueError("buffer too small")
        for i in range(n):
            lib.pl_smooth_update(self._smooth, data + 6 * i)

    def count(self) -> int:
        """How many samples were taken."""
        return self._smooth.count

    def sparc(self, first: int, n: int, scratch) -> int:
        """Thousandths of SPARC of n samples from number `first`, or PL_ESMOOTH_* (above -1000).
        `scratch` is a buffer of int32 (pl_smooth.h says how many)."""
        view = ffi.from_buffer("int32_t[]", scratch, require_writable=True)
        if first < 0 or n < 0:
            raise ValueError("first and n cannot be negative")
        return lib.pl_smooth_sparc(self._smooth, first, n, view, len(view))
