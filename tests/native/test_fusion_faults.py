"""What the orientation filter does with samples that are wrong, missing or absurd: it never
wedges, and says when its inclination is not to be trusted."""

import numpy as np
import plumbcore
import pytest
from plumbcore import ORI_CLIPPED, ORI_CONVERGED, ORI_FROZEN, ORI_RESTING
from scipy.spatial.transform import Rotation
from two_segments import RATE, attitude, feed, filter_, path, read, rotation, sensor

MOUNTING = Rotation.from_euler("xyz", [20, -30, 70], degrees=True)
T = np.arange(80 * RATE) / RATE
SWAY = attitude(10 * np.sin(2 * T), 5 * np.sin(3.3 * T))
GOOD = sensor(SWAY, MOUNTING, seed=1, bias_dps=(1.0, -0.5, 0.7))


def tilt_deg(ori, i):
    """Error of the inclination after sample i of GOOD."""
    up = rotation(read(ori.quat, 4)).inv().apply([0, 0, 1])
    true = (SWAY[i] * MOUNTING.inv()).inv().apply([0, 0, 1])
    return np.degrees(np.arccos(np.clip(up @ true, -1, 1)))


def settled(seconds=20):
    ori = filter_()
    feed(ori, GOOD[: seconds * RATE])
    assert ori.flags() & ORI_CONVERGED
    return ori


def recovers(ori, start, within_s=6.0, deg=1.0):
    """Good samples again, from GOOD[start]: right and converged within so many seconds."""
    stop = start + round(within_s * RATE)
    feed(ori, GOOD[start:stop])
    assert tilt_deg(ori, stop - 1) < deg
    assert ori.flags() & ORI_CONVERGED and not ori.flags() & (ORI_CLIPPED | ORI_FROZEN)


@pytest.mark.parametrize("clipped", [32767, -32768])
def test_a_saturated_gyroscope_is_told_and_got_over(clipped):
    ori = settled()
    wrong = GOOD[2000:2020].copy()
    wrong[:, 1] = clipped
    feed(ori, wrong)
    assert ori.flags() & ORI_CLIPPED and not ori.flags() & ORI_CONVERGED
    assert tilt_deg(ori, 2020) > 30
    recovers(ori, 2020, within_s=18)


def test_a_saturated_accelerometer_is_used_as_it_is():
    ori = settled()
    wrong = GOOD[2000:2030].copy()
    wrong[::3, 3:] = 32767
    feed(ori, wrong)
    assert not ori.flags() & ORI_CONVERGED
    recovers(ori, 2030, within_s=20)


def test_a_frozen_sensor_is_told():
    ori = settled()
    stuck = np.repeat(GOOD[2000:2001], 3 * RATE, axis=0)
    feed(ori, stuck[: RATE])
    assert not ori.flags() & ORI_FROZEN
    feed(ori, stuck[RATE:])
    assert ori.flags() & ORI_FROZEN and not ori.flags() & ORI_CONVERGED
    recovers(ori, 2300, within_s=16)


def test_a_sensor_that_lies_still_is_not_frozen():
    ori = filter_()
    still = sensor(attitude(np.zeros(10 * RATE)), MOUNTING)
    feed(ori, still)
    assert ori.flags() == ORI_RESTING | ORI_CONVERGED


def test_zeros_from_the_start_give_no_inclination():
    ori = filter_()
    feed(ori, np.zeros((5 * RATE, 6), np.int16))
    assert not ori.flags() & ORI_CONVERGED
    assert read(ori.quat, 4) == [2**30, 0, 0, 0]
    recovers(ori, 0, within_s=16)


def test_zeros_later_leave_the_inclination_as_it_is():
    ori = settled()
    before = tilt_deg(ori, 1999)
    wrong = GOOD[2000:2400].copy()
    wrong[:, 3:] = 0
    feed(ori, wrong)
    assert not ori.flags() & ORI_CONVERGED
    assert tilt_deg(ori, 2399) < before + 4
    recovers(ori, 2400, within_s=12)


@pytest.mark.parametrize("counts", [
    (0, 0, 0, 32767, 32767, 32767),
    (32767, -32768, 32767, -32768, 32767, -32768),
    (-32768, -32768, -32768, -32768, -32768, -32768),
    (0, 0, 0, 0, 0, 400),
    (12000, 12000, 12000, 0, 0, 0),
])
def test_absurd_constants_are_not_converged_and_got_over(counts):
    ori = settled()
    feed(ori, np.tile(np.array(counts, np.int16), (5 * RATE, 1)))
    assert not ori.flags() & ORI_CONVERGED
    recovers(ori, 2500, within_s=50, deg=1.5)


def test_full_scale_noise_is_got_over():
    ori = settled()
    noise = np.random.default_rng(2).integers(-32768, 32768, (10 * RATE, 6)).astype(np.int16)
    feed(ori, noise)
    assert not ori.flags() & ORI_CONVERGED
    recovers(ori, 3000, within_s=45, deg=3)


def test_full_scales_that_do_not_fit_are_told():
    """Samples of a +-4 g part read as +-16 g: 0.25 g says so for ever."""
    ori = plumbcore.Orientation(RATE * 1000, 2293760, 4 * 15990784 // 2)
    feed(ori, GOOD)
    assert not ori.flags() & ORI_CONVERGED


def test_short_gaps_go_on_at_the_last_rate():
    flexion = path((0, 0), (20, 0), (21, 40), (22, 0), (30, 0))
    counts = sensor(attitude(flexion), MOUNTING)
    errors = []
    for announced in (True, False):
        ori = filter_()
        feed(ori, counts[:2030])
        if announced:
            ori.gap(8)
        feed(ori, counts[2038:2039])
        up = rotation(read(ori.quat, 4)).inv().apply([0, 0, 1])
        true = (attitude(flexion)[2038] * MOUNTING.inv()).inv().apply([0, 0, 1])
        errors.append(np.degrees(np.arccos(up @ true)))
        assert ori.flags() & ORI_CONVERGED
    assert errors[0] < 1.5 and errors[1] > 3


def test_long_gaps_level_anew_and_keep_the_bias():
    ori = settled(40)
    bias = read(ori.bias, 3)
    ori.gap(5 * RATE)
    assert not ori.flags() & (ORI_CONVERGED | ORI_RESTING)
    feed(ori, GOOD[4500:4501])
    assert np.abs(np.subtract(read(ori.bias, 3), bias)).max() < 1000
    recovers(ori, 4501)


def test_another_rate_is_another_filter_that_takes_the_bias():
    ori = settled(40)
    bias, state = read(ori.bias, 3), bytearray(plumbcore.STATE_SIZE)
    ori.state(state)
    halved = plumbcore.Orientation(RATE * 500, 2293760, 15990784, 0)
    with pytest.raises(ValueError, match="these parameters"):
        halved.restore(state)
    halved.set_bias(*bias)
    np.testing.assert_allclose(read(halved.bias, 3), bias, atol=5)
    means = GOOD[4000:].reshape(-1, 2, 6).mean(axis=1)
    feed(halved, np.rint(means[: 4 * RATE]).astype(np.int16))
    assert halved.flags() & ORI_CONVERGED
    assert tilt_deg(halved, 4000 + 8 * RATE - 1) < 1


@pytest.mark.parametrize("upset", [
    (0, 0, 0, 0), (2**31 - 16385,) * 4, (-(2**29), 2**29, 5, 5), (2**28, 0, 0, 0),
    (-(2**30), 0, 0, 0),
])
def test_an_upset_memory_begins_anew(upset):
    """What a flipped bit may leave for an attitude is none, and is found at the next sample."""
    ori = settled()
    for i, part in enumerate(upset):
        ori._state.q[i] = part // 4
    feed(ori, GOOD[2000:2002])
    assert not ori.flags() & ORI_CONVERGED
    assert np.linalg.norm(read(ori.quat, 4)) == pytest.approx(2**30, rel=1e-7)
    recovers(ori, 2002)
