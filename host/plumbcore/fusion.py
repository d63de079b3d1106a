"""Orientation of body segments (native/include/pl_fusion.h).

Frames, units and meaning are those of the header: sensor frame in, earth <- sensor out, z up;
quaternions (w, x, y, z) in Q30.  Buffers are the caller's (`array.array("i", ...)` for int32).
"""

from plumbcore._core import ffi, lib

# LSM6DSO at +-2000 deg/s and +-16 g: the values of 32768 counts at 70 mdps and 0.488 mg per LSB.
GYR_FS_MDPS = 2293760
ACC_FS_UG = 15990784
DELAY_US = 2500
REL_TAU_MS = lib.PL_REL_TAU_MS

_ERRORS = {
    lib.PL_EFUSION_RATE: "rate_mhz is outside 10000..2000000, or over 54 degrees a sample",
    lib.PL_EFUSION_GYR: "gyr_fs_mdps is outside 100000..4400000",
    lib.PL_EFUSION_ACC: "acc_fs_ug is outside 1900000..32000000",
    lib.PL_EFUSION_PARAM: "delay_us is over 8 samples",
    lib.PL_EFUSION_STATE: "not a state of a filter with these parameters",
    lib.PL_EFUSION_SPACE: "buffer too small",
}

_NOT_UNIT = "not a quaternion of length 1 in Q30"


def _check(result: int) -> int:
    if result < 0:
        raise ValueError(_ERRORS[result])
    return result


def _int32(out, n: int):
    """The writable buffer `out` as n int32."""
    view = ffi.from_buffer("int32_t[]", out, require_writable=True)
    if len(view) < n:
        raise ValueError("buffer too small")
    return view


def _int32_in(data, n: int):
    """The buffer `data` as n int32."""
    view = ffi.from_buffer("int32_t[]", data)
    if len(view) < n:
        raise ValueError("buffer too small")
    return view


class Orientation:
    """One sensor's inclination, with a heading that drifts.

    `gyr_fs_mdps` and `acc_fs_ug` are the values of 32768 counts (mdps, 10^-6 g), which makes
    both datasheet sensitivities and range / 32768 exact integers.  `delay_us` is the sensor's
    own group delay, taken out of what `quat` gives.  ValueError names a bad parameter.
    """

    def __init__(self, rate_mhz: int, gyr_fs_mdps: int = GYR_FS_MDPS,
                 acc_fs_ug: int = ACC_FS_UG, delay_us: int = DELAY_US):
        params = ffi.new("pl_ori_params *")
        lib.pl_ori_params_default(params)
        params.rate_mhz, params.gyr_fs_mdps, params.acc_fs_ug, params.delay_us = (
            rate_mhz, gyr_fs_mdps, acc_fs_ug, delay_us)
        self._coef = ffi.new("pl_ori_coef *")
        self._state = ffi.new("pl_ori_state *")
        self._fifo = ffi.new("pl_fifo *")
        self._lost = ffi.new("uint32_t *")
        _check(lib.pl_ori_coef_init(self._coef, params))
        self.reset()

    def reset(self) -> None:
        """Starts anew: bias 0, inclination from the first sample."""
        lib.pl_ori_init(self._state, self._coef)
        lib.pl_fifo_init(self._fifo)
        self._lost[0] = 0

    def update(self, gx: int, gy: int, gz: int, ax: int, ay: int, az: int) -> None:
        """One sample in counts (int16)."""
        lib.pl_ori_update(self._state, self._coef, (gx, gy, gz, ax, ay, az))

    def update_block(self, buf, n: int) -> None:
        """n samples of six little-endian int16: gx gy gz ax ay az."""
        data = ffi.from_buffer("uint8_t[]", buf)
        if not 0 <= 12 * n <= len(data):
            raise ValueError("buffer too small")
        lib.pl_ori_update_block(self._state, self._coef, data, n)

    def update_fifo(self, buf, nbytes: int) -> int:
        """Whole 7-byte LSM6DSO FIFO words in buf[:nbytes]; how many samples they made."""
        data = ffi.from_buffer("uint8_t[]", buf)
        if not 0 <= nbytes <= len(data):
            raise ValueError("buffer too small")
        return lib.pl_ori_update_fifo(self._state, self._coef, self._fifo, data, nbytes,
                                      self._lost)

    def lost(self) -> int:
        """Samples that `update_fifo` found missing, since construction or `reset`."""
        return self._lost[0]

    def gap(self, n: int) -> None:
        """n samples were lost: short gaps go on at the last rate, long ones level anew."""
        lib.pl_ori_gap(self._state, self._coef, n)

    def quat(self, out) -> None:
        """Attitude earth <- sensor into 4 int32, Q30."""
        lib.pl_ori_quat(self._state, self._coef, _int32(out, 4))

    def rate(self, out) -> None:
        """Angular rate of the last sample less the bias, sensor frame, into 3 int32, mdps."""
        lib.pl_ori_rate(self._state, self._coef, _int32(out, 3))

    def force(self, out) -> None:
        """Specific force of the last sample, sensor frame, into 3 int32, 10^-6 g."""
        lib.pl_ori_force(self._state, self._coef, _int32(out, 3))

    def bias(self, out) -> None:
        """Gyroscope bias, sensor frame, into 3 int32, 10^-6 deg/s."""
        lib.pl_ori_bias(self._state, self._coef, _int32(out, 3))

    def set_bias(self, x: int, y: int, z: int) -> None:
        """Sets the bias (10^-6 deg/s), kept from before a power cycle for instance."""
        lib.pl_ori_set_bias(self._state, self._coef, (x, y, z))

    def flags(self) -> int:
        """Sum of ORI_RESTING, ORI_CONVERGED, ORI_CLIPPED, ORI_FROZEN."""
        return lib.pl_ori_flags(self._state, self._coef)

    def resting(self) -> bool:
        return bool(self.flags() & ORI_RESTING)

    def converged(self) -> bool:
        return bool(self.flags() & ORI_CONVERGED)

    def state(self, buf) -> int:
        """The whole state into `buf` (STATE_SIZE bytes); how many were written."""
        data = ffi.from_buffer("uint8_t[]", buf, require_writable=True)
        return _check(lib.pl_ori_save(self._state, self._coef, data, len(data)))

    def restore(self, buf) -> None:
        """Goes on from a `state` of a filter with the same parameters; else ValueError."""
        data = ffi.from_buffer("uint8_t[]", buf)
        _check(lib.pl_ori_restore(self._state, self._coef, data, len(data)))


ORI_RESTING = lib.PL_ORI_RESTING
ORI_CONVERGED = lib.PL_ORI_CONVERGED
ORI_CLIPPED = lib.PL_ORI_CLIPPED
ORI_FROZEN = lib.PL_ORI_FROZEN
STATE_SIZE = lib.PL_ORI_SAVED_SIZE


class Alignment:
    """How a sensor lies on its segment (x anterior, y left, z up), found from two movements.

    Feed `still` while the wearer stands and `bend` during one bend forward, at `rate_mhz` calls
    per 1000 s (some 5 Hz or more), then `finish`.
    """

    def __init__(self, rate_mhz: int):
        self._align = ffi.new("pl_align *")
        self._q = ffi.new("int32_t[4]")
        self._v = ffi.new("int32_t[3]")
        if lib.pl_align_init(self._align, rate_mhz):
            raise ValueError("rate_mhz is outside 1000..2000000")

    def begin(self) -> None:
        """Forgets the movements, keeps the alignment."""
        lib.pl_align_begin(self._align)

    def _attitude(self, ori: Orientation):
        lib.pl_ori_quat(ori._state, ori._coef, self._q)
        return self._q

    def still(self, ori: Orientation) -> None:
        """The wearer stands still."""
        lib.pl_align_still(self._align, self._attitude(ori), ori.flags())

    def bend(self, ori: Orientation) -> None:
        """The wearer bends forward or comes back."""
        lib.pl_align_bend(self._align, self._attitude(ori))

    def finish(self) -> int:
        """Finds the alignment: 0, or ALIGN_SHORT, _UNSURE, _MOVED, _SMALL, _CROOKED."""
        return lib.pl_align_finish(self._align)

    def level(self, nominal=None) -> int:
        """From standing alone: the smallest change of `nominal` (4 int32, sensor <- segment;
        None for as it is) that puts z upright: 0, or ALIGN_SHORT, _UNSURE, _MOVED."""
        q = self._align.q if nominal is None else _int32_in(nominal, 4)
        result = lib.pl_align_level(self._align, q)
        if result == lib.PL_EALIGN_NOMINAL:
            raise ValueError(_NOT_UNIT)
        return result

    def quality(self) -> int:
        """Of the last `finish`, 0..100: share of turning about one axis, less disagreement."""
        return self._align.quality

    def seen(self, out) -> None:
        """What the movements were, into 3 int32, cdeg: bend, sway, crookedness."""
        view = _int32(out, 3)
        view[0] = self._align.bend_cdeg
        view[1] = self._align.sway_cdeg
        view[2] = self._align.crooked_cdeg

    def quat(self, out) -> None:
        """Sensor <- segment into 4 int32, Q30."""
        view = _int32(out, 4)
        for i in range(4):
            view[i] = self._align.q[i]

    def set_quat(self, q) -> None:
        """Takes an alignment found earlier (4 int32)."""
        if lib.pl_align_set(self._align, _int32_in(q, 4)):
            raise ValueError(_NOT_UNIT)

    def segment(self, ori: Orientation, out) -> None:
        """Attitude earth <- segment into 4 int32, Q30."""
        lib.pl_align_segment(self._align, self._attitude(ori), _int32(out, 4))

    def tilt(self, ori: Orientation, out) -> None:
        """Inclination into 2 int32, cdeg: flexion (forward), lateral (to the right)."""
        view = _int32(out, 2)
        lib.pl_align_segment(self._align, self._attitude(ori), self._q)
        lib.pl_tilt(self._q, view)

    def rate(self, ori: Orientation, out) -> None:
        """Angular rate in the segment frame into 3 int32, mdps."""
        view = _int32(out, 3)
        lib.pl_ori_rate(ori._state, ori._coef, self._v)
        lib.pl_align_vector(self._align, self._v, view)

    def force(self, ori: Orientation, out) -> None:
        """Specific force in the segment frame into 3 int32, 10^-6 g."""
        view = _int32(out, 3)
        lib.pl_ori_force(ori._state, ori._coef, self._v)
        lib.pl_align_vector(self._align, self._v, view)


class Relative:
    """Lumbar angles: the upper segment (T12/L1) seen from the lower one (sacrum).

    The mean axial rotation over some `tau_ms` is taken to be zero (pl_fusion.h says why).
    `rate_mhz` is that of the updates.
    """

    def __init__(self, rate_mhz: int, tau_ms: int = REL_TAU_MS):
        self._rel = ffi.new("pl_rel *")
        self._lower = ffi.new("int32_t[4]")
        self._upper = ffi.new("int32_t[4]")
        if lib.pl_rel_init(self._rel, rate_mhz, tau_ms):
            raise ValueError("rate_mhz is outside 100..2000000 or tau_ms outside 1000..600000, "
                             "or tau_ms is less than 4 updates")

    def update(self, lower: Orientation, lower_align: Alignment, upper: Orientation,
               upper_align: Alignment, neutral: bool = False) -> None:
        """One update from both filters; `neutral` takes the axial rotation to be zero now."""
        lower_align.segment(lower, ffi.buffer(self._lower))
        upper_align.segment(upper, ffi.buffer(self._upper))
        lib.pl_rel_update(self._rel, self._lower, self._upper, bool(neutral))

    def angles(self, out) -> None:
        """Flexion (forward), lateral (to the right), axial (to the left) into 3 int32, cdeg."""
        view = _int32(out, 3)
        for i in range(3):
            view[i] = self._rel.angle_cdeg[i]


ALIGN_SHORT = lib.PL_EALIGN_SHORT
ALIGN_UNSURE = lib.PL_EALIGN_UNSURE
ALIGN_MOVED = lib.PL_EALIGN_MOVED
ALIGN_SMALL = lib.PL_EALIGN_SMALL
ALIGN_CROOKED = lib.PL_EALIGN_CROOKED
