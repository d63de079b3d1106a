"""A made-up wearer: two segments that move as told, and what sensors on them would read."""

from array import array

import numpy as np
from plumbcore import Orientation
from scipy.interpolate import PchipInterpolator
from scipy.spatial.transform import Rotation

RATE = 100
GYR_FS_DPS = 2293.76
ACC_FS_G = 15.990784


def path(*knots):
    """Smooth course of an angle through (second, degrees) knots, sampled at RATE."""
    times, angles = zip(*knots, strict=True)
    t = np.arange(round(times[-1] * RATE)) / RATE
    return PchipInterpolator(times, angles)(t)


def attitude(flexion, lateral=0.0, axial=0.0):
    """Segment attitude by pl_fusion.h's order: flexion about y, lateral about x, axial about z."""
    angles = np.broadcast_arrays(flexion, lateral, axial)
    return Rotation.from_euler("YXZ", np.stack(angles, axis=-1), degrees=True)


def sensor(segment, mounting, seed=0, bias_dps=(0.0, 0.0, 0.0)):
    """Counts (N, 6) int16 of a sensor fixed to `segment` (earth <- segment, N attitudes) by
    `mounting` (sensor <- segment), with an LSM6DSO's noise."""
    rng = np.random.default_rng(seed)
    attitudes = segment * mounting.inv()
    turns = (attitudes[:-1].inv() * attitudes[1:]).as_rotvec(degrees=True) * RATE
    gyr = np.vstack([turns[:1], turns]) + bias_dps + rng.normal(0, 0.03, (len(attitudes), 3))
    acc = attitudes.inv().apply([0, 0, 1.0]) + rng.normal(0, 0.001, (len(attitudes), 3))
    counts = np.hstack([gyr * 32768 / GYR_FS_DPS, acc * 32768 / ACC_FS_G])
    return np.clip(np.rint(counts), -32768, 32767).astype(np.int16)


def filter_():
    return Orientation(RATE * 1000, round(GYR_FS_DPS * 1000), round(ACC_FS_G * 1e6), 0)


def feed(ori, samples):
    ori.update_block(np.ascontiguousarray(samples).tobytes(), len(samples))


def read(method, n, *args):
    """What `method(*args, out)` writes into n int32."""
    out = array("i", [0] * n)
    method(*args, out)
    return list(out)


def rotation(q):
    """A (w, x, y, z) Q30 quaternion as a Rotation."""
    return Rotation.from_quat(np.array(q) / 2**30, scalar_first=True)
