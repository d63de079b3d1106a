"""What blocks say of movement (native/include/pl_features.h), on motions whose truth is known."""

import numpy as np
import pytest
from plumbcore import BLOCK_FIELDS, Pipe
from plumbcore._core import lib
from scipy.spatial.transform import Rotation

RATE = 104.0
GRAVITY = 9.80665
G = 4096  # 1 g in the features' unit
ALONG = Rotation.identity()


def counts(acc_g, gyr_dps, mounting=ALONG):
    """(n, 6) int16 of an LSM6DSO mounted as sensor <- segment."""
    acc = mounting.apply(np.asarray(acc_g, float)) / 0.000488
    gyr = mounting.apply(np.asarray(gyr_dps, float)) / 0.07
    return np.clip(np.rint(np.hstack([gyr, acc])), -32768, 32767).astype(np.int16)


def run(samples, mounting=ALONG, other=None):
    """Movement fields of all blocks, (blocks, PL_FEAT_FIELDS) float, and the whole blocks."""
    pipe = Pipe(104000, 104000 if other is not None else 0)
    w, x, y, z = mounting.as_quat(scalar_first=True)
    pipe.align(0, *(round(v * (2**30 - 1)) for v in (w, x, y, z)))
    other = samples[:0] if other is None else other
    blocks = np.zeros((len(samples) // 13, BLOCK_FIELDS), np.int32)
    n = pipe.chunk(np.ascontiguousarray(samples).reshape(-1), len(samples),
                   np.append(other, np.zeros(6, np.int16)), len(other), blocks.reshape(-1))
    assert n == len(blocks)
    return blocks[:, lib.PL_BLOCK_MOVE:].astype(float), blocks


def walk(seconds=20.0, step_hz=1.9, forward_lag_s=0.0):
    """Upright, bobbing by 0.25 g at step_hz; forward acceleration 0.15 g, later by that much."""
    t = np.arange(int(seconds * RATE)) / RATE
    acc = np.zeros((len(t), 3))
    acc[:, 2] = 1 + 0.25 * np.sin(2 * np.pi * step_hz * t)
    acc[:, 0] = 0.15 * np.sin(2 * np.pi * step_hz * (t - forward_lag_s))
    return acc, np.zeros((len(t), 3))


def test_rest_is_all_but_silent():
    acc = np.tile([0.0, 0.0, 1.0], (1040, 1))
    f, _ = run(counts(acc, np.zeros_like(acc)))
    assert np.allclose(f[:, lib.PL_FEAT_UP:lib.PL_FEAT_UP + 3], [0, 0, 16384], atol=2)
    quiet = f[:, lib.PL_FEAT_RATE:lib.PL_FEAT_VERTICAL_MAX]
    assert np.abs(quiet).max() <= 4
    assert f[:, lib.PL_FEAT_VERTICAL_POWER:lib.PL_FEAT_STEPS + 1].max() <= 16


def test_vertical_acceleration_has_its_power_its_peaks_and_its_band():
    f, _ = run(counts(*walk()))
    f = f[40:]
    assert np.mean(f[:, lib.PL_FEAT_VERTICAL_POWER]) / G**2 == pytest.approx(0.25**2 / 2, rel=0.05)
    assert np.max(f[:, lib.PL_FEAT_VERTICAL_MAX]) / G == pytest.approx(0.25, abs=0.02)
    assert np.min(f[:, lib.PL_FEAT_VERTICAL_MIN]) / G == pytest.approx(-0.25, abs=0.02)
    at = lib.PL_FEAT_VERTICAL_BAND
    bands = f[:, at:at + 4].mean(axis=0) / G**2
    # The bands' own definition, in floating point.
    signal, means = np.sin(2 * np.pi * 1.9 * np.arange(3000) / RATE) * 0.25, []
    for k in range(1, 6):
        mean = np.zeros(len(signal))
        for i in range(1, len(signal)):
            mean[i] = mean[i - 1] + (signal[i] - mean[i - 1]) / 2**k
        means.append(mean[1000:])
    want = [np.mean((a - b) ** 2) for a, b in zip(means, means[1:], strict=False)]
    assert bands == pytest.approx(want, rel=0.06)


def test_steps_are_counted():
    for hz in (1.4, 1.9, 2.4):
        f, _ = run(counts(*walk(seconds=30, step_hz=hz)))
        assert f[:, lib.PL_FEAT_STEPS].sum() == pytest.approx(30 * hz, abs=2)


def test_quadrature_points_where_forward_acceleration_comes_from():
    at = slice(lib.PL_FEAT_QUADRATURE, lib.PL_FEAT_QUADRATURE + 3)
    lag = 13 / RATE
    for late, sign in ((0.25 / 1.9, 1), (-0.25 / 1.9, -1), (0.0, 0)):
        f, _ = run(counts(*walk(forward_lag_s=late)))
        got = f[60:, at].mean(axis=0) / G**2
        # Means 2 shrink both amplitudes alike: |1 / (1 + 3 (1 - exp(-jw)))|^2.
        w = 2 * np.pi * 1.9 / RATE
        gain = 1 / abs(1 + 3 * (1 - np.exp(-1j * w))) ** 2
        # Mean of v(t) x(t - L) - v(t - L) x(t), with x late by phi: -sin(w L) sin(phi).
        want = -sign * 0.25 * 0.15 * np.sin(2 * np.pi * 1.9 * lag) * gain
        assert got[0] == pytest.approx(want, abs=0.15 * abs(want) + 2e-4)
        assert abs(got[1]) < 2e-4


def bend(seconds=24.0):
    """Bends forward by 60 degrees and back every 8 s about the segment's y, then turns left."""
    t = np.arange(int(seconds * RATE)) / RATE
    flexion = 30 * (1 - np.cos(2 * np.pi * t / 8))
    turn = np.where(t > 16, (t - 16) * 20.0, 0.0)
    attitude = Rotation.from_euler("ZY", np.stack([turn, flexion], axis=1), degrees=True)
    acc = attitude.inv().apply([0.0, 0.0, 1.0])
    gyr = (attitude[:-1].inv() * attitude[1:]).as_rotvec(degrees=True) * RATE
    return t, flexion, acc, np.vstack([gyr, gyr[-1:]])


def test_rates_and_turns_are_those_of_the_segment():
    t, flexion, acc, gyr = bend()
    f, _ = run(counts(acc, gyr))
    rate = f[:, lib.PL_FEAT_RATE:lib.PL_FEAT_RATE + 3] / 100
    want = gyr[:len(f) * 13].reshape(-1, 13, 3).mean(axis=1)
    assert np.abs(rate - want).max() < 0.4
    turning = f[:, lib.PL_FEAT_TURN] / 100
    seconds = np.arange(len(f)) / 8
    assert np.abs(turning[seconds < 15.5]).max() < 0.6
    assert turning[seconds > 16.5] == pytest.approx(20, abs=0.6)


def test_the_other_sensor_gives_its_rates():
    _, _, acc, gyr = bend()
    still = counts(np.tile([0.0, 0.0, 1.0], (len(acc), 1)), np.zeros_like(acc))
    _, blocks = run(still, other=counts(acc, gyr))
    at = lib.PL_BLOCK_OTHER_RATE
    want = gyr[:len(blocks) * 13].reshape(-1, 13, 3).mean(axis=1)
    # The other one's samples come up to a sample later.
    assert np.abs(blocks[2:, at:at + 3] / 100 - want[2:]).max() < 2
    assert np.median(blocks[140:, at + 3]) / 100 == pytest.approx(20, abs=0.6)


@pytest.mark.parametrize("seed", range(4))
def test_a_mounting_makes_no_difference_once_aligned(seed):
    mounting = Rotation.random(rng=seed)
    acc, gyr = walk(forward_lag_s=0.06)
    gyr[:, 1] = 20 * acc[:, 0]
    _, _, acc2, gyr2 = bend()
    # Begins at rest: from a first sample in mid-step the filter starts some degrees off, and what
    # its bias learns from that depends on the earth's heading, which the mounting chooses.
    rest = np.tile([0.0, 0.0, 1.0], (int(4 * RATE), 1))
    acc, gyr = np.vstack([rest, acc, acc2]), np.vstack([np.zeros_like(rest), gyr, gyr2])
    plain, _ = run(counts(acc, gyr))
    turned, _ = run(counts(acc, gyr, mounting), mounting)
    # By the largest of each group of like fields; counts are rounded along other axes.
    groups = np.split(np.arange(lib.PL_FEAT_FIELDS), [3, 7, 11, 13, 14, 15, 16, 20, 28, 37, 43,
                                                      45, 48, 49])
    late = slice(40, None)
    for group in groups:
        difference = np.abs(plain - turned)[late, group].max()
        assert difference <= 0.02 * np.abs(plain[:, group]).max() + 60, group
    steps = slice(lib.PL_FEAT_STEPS, lib.PL_FEAT_STEPS + 1)
    assert np.array_equal(plain[late, steps], turned[late, steps])


def test_any_counts_are_taken():
    """Full-scale noise stays within each field's range (a sum that overflowed would not)."""
    rng = np.random.default_rng(5)
    wild = rng.integers(-32768, 32768, (13 * 400, 6)).astype(np.int16)
    corners = rng.choice(np.array([-32768, 32767], np.int16), (13 * 400, 6))
    for samples in (wild, corners):
        f, _ = run(samples)
        powers = np.r_[lib.PL_FEAT_VERTICAL_POWER:lib.PL_FEAT_QUADRATURE]
        assert f[:, powers].min() >= 0
        assert f[:, lib.PL_FEAT_VERTICAL_POWER].max() <= 2**28
        assert np.abs(f[:, :3]).max() <= 16384 * 1.02
        assert np.abs(f[:, lib.PL_FEAT_QUADRATURE:lib.PL_FEAT_SWAY + 3]).max() <= 2 * 9000**2
