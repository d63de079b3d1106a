"""Sensor-to-segment calibration, inclination and lumbar angles on a made-up two_segments."""

from array import array

import numpy as np
import plumbcore
import pytest
from plumbcore import Alignment, Relative
from scipy.spatial.transform import Rotation
from two_segments import RATE, attitude, feed, filter_, path, read, rotation, sensor

# Stands for 6 s, bends forward by 60 degrees and back, stands.
STAND_AND_BEND = path((0, 0), (6, 0), (8, 60), (9, 60), (11, 0), (12, 0))
STILL, BEND = slice(3 * RATE, 6 * RATE), slice(6 * RATE, 12 * RATE)


def calibrate(counts, alignment=None, still=STILL, bend=BEND, every=10):
    """Feeds a filter and an alignment at RATE / every; (result, alignment, filter)."""
    ori = filter_()
    alignment = alignment or Alignment(RATE * 1000 // every)
    for i in range(0, len(counts), every):
        feed(ori, counts[i:i + every])
        if still.start <= i < still.stop:
            alignment.still(ori)
        elif bend.start <= i < bend.stop:
            alignment.bend(ori)
    return alignment.finish(), alignment, ori


def error_deg(alignment, mounting):
    return np.degrees((rotation(read(alignment.quat, 4)) * mounting.inv()).magnitude())


MOUNTINGS = {
    "as drawn": Rotation.identity(),
    "upside down": Rotation.from_euler("x", 180, degrees=True),
    "back to front": Rotation.from_euler("z", 180, degrees=True),
    "on its side": Rotation.from_euler("x", 90, degrees=True),
    "flat": Rotation.from_euler("y", -90, degrees=True),
    **{f"random {i}": Rotation.random(rng=i) for i in range(12)},
}


@pytest.mark.req("POST-3")
@pytest.mark.parametrize("mounting", MOUNTINGS.values(), ids=MOUNTINGS.keys())
def test_any_mounting_is_found(mounting):
    counts = sensor(attitude(STAND_AND_BEND), mounting, seed=3, bias_dps=(3, -2, 5))
    result, alignment, _ = calibrate(counts)
    assert result == 0
    assert error_deg(alignment, mounting) < 0.5
    assert alignment.quality() > 95
    bend, sway, crooked = read(alignment.seen, 3)
    assert abs(bend - 6000) < 100 and sway < 50 and abs(crooked) < 50


@pytest.mark.parametrize("every", [1, 5, 20])
def test_call_rate_does_not_matter(every):
    mounting = MOUNTINGS["random 5"]
    counts = sensor(attitude(STAND_AND_BEND), mounting)
    result, alignment, _ = calibrate(counts, every=every)
    assert result == 0 and error_deg(alignment, mounting) < 0.5


def test_a_slightly_crooked_bend_is_averaged_and_marked_down():
    """Leaning to the right on the way down and to the left on the way up."""
    lean = path((0, 0), (6, 0), (7, 6), (8, 0), (9, 0), (10, -6), (11, 0), (12, 0))
    mounting = MOUNTINGS["random 1"]
    result, alignment, _ = calibrate(sensor(attitude(STAND_AND_BEND, lean), mounting))
    assert result == 0
    assert error_deg(alignment, mounting) < 2
    straight = calibrate(sensor(attitude(STAND_AND_BEND), mounting))[1]
    assert 60 <= alignment.quality() < straight.quality()


@pytest.mark.req("POST-3")
def test_refusals_name_the_reason_and_keep_the_alignment():
    def result_of(flexion, lateral=0.0, **kw):
        alignment = Alignment(10000)
        kept = array("i", [2**29, -(2**29), 2**29, 2**29])
        alignment.set_quat(kept)
        result = calibrate(sensor(attitude(flexion, lateral), Rotation.identity()), alignment,
                           **kw)[0]
        assert np.abs(np.array(read(alignment.quat, 4)) - kept).max() < 4
        return result

    short = slice(4 * RATE, 5 * RATE)
    assert result_of(STAND_AND_BEND, still=short) == plumbcore.ALIGN_SHORT
    early = slice(0, 4 * RATE)
    assert result_of(STAND_AND_BEND, still=early) == plumbcore.ALIGN_UNSURE
    swaying = path((0, 0), (4, 0), (5, 8), (6, 0), (8, 60), (10, 0), (12, 0))
    assert result_of(swaying) == plumbcore.ALIGN_MOVED
    little = path((0, 0), (6, 0), (8, 15), (11, 0), (12, 0))
    assert result_of(little) == plumbcore.ALIGN_SMALL
    assert result_of(STAND_AND_BEND * 0) == plumbcore.ALIGN_SMALL
    round_about = path((0, 0), (6, 0), (7, 40), (9, 0), (11, 0), (12, 0))
    sideways = path((0, 0), (6, 0), (7, 0), (9, 38), (11, 0), (12, 0))
    assert result_of(round_about, sideways) == plumbcore.ALIGN_CROOKED


def test_begin_forgets_movements_but_keeps_the_alignment():
    mounting = MOUNTINGS["random 2"]
    counts = sensor(attitude(STAND_AND_BEND), mounting)
    _, alignment, _ = calibrate(counts)
    before = read(alignment.quat, 4)
    alignment.begin()
    assert alignment.finish() == plumbcore.ALIGN_SHORT
    assert read(alignment.quat, 4) == before and alignment.quality() > 95


@pytest.mark.parametrize("tilted", [0, 20, 180])
def test_level_puts_z_upright_and_keeps_forward(tilted):
    """Standing alone, with the sensor built in by `nominal` but for a tilt about y."""
    nominal = MOUNTINGS["random 4"]
    mounting = nominal * Rotation.from_euler("x" if tilted == 180 else "y", tilted, degrees=True)
    counts = sensor(attitude(np.zeros(6 * RATE)), mounting)
    ori, alignment = filter_(), Alignment(10000)
    for i in range(0, len(counts), 10):
        feed(ori, counts[i:i + 10])
        if i >= 3 * RATE:
            alignment.still(ori)
    given = array("i", np.rint(nominal.as_quat(scalar_first=True) * 2**30).astype(int).tolist())
    assert alignment.level(given) == 0
    assert error_deg(alignment, mounting) < 0.3
    assert np.abs(read(alignment.tilt, 2, ori)).max() < 30


def test_level_refuses_as_finish_does():
    assert Alignment(10000).level() == plumbcore.ALIGN_SHORT


@pytest.mark.parametrize("less", [0, 1, 4000])
def test_parts_just_above_minus_a_half_are_scaled_too(less):
    """Their sum of squares, rounded down, is 2^32."""
    alignment = Alignment(10000)
    alignment.set_quat(array("i", [-(2**29) + less] * 4))
    assert np.abs(np.array(read(alignment.quat, 4)) + 2**29).max() <= 1


def test_bad_quaternions_and_rates_are_refused():
    with pytest.raises(ValueError, match="length 1"):
        Alignment(10000).set_quat(array("i", [2**30, 2**29, 0, 0]))
    with pytest.raises(ValueError, match="length 1"):
        Alignment(10000).level(array("i", [-(2**31)] * 4))
    with pytest.raises(ValueError, match="rate_mhz"):
        Alignment(10)
    with pytest.raises(ValueError, match="tau_ms"):
        Relative(8000, 10)
    with pytest.raises(ValueError, match="4 updates"):
        Relative(100, 2000)


@pytest.mark.parametrize("flexion, lateral", [
    (0, 0), (30, 0), (-20, 0), (0, 25), (0, -25), (40, 15), (110, 5), (170, -10), (-90, 0),
    (0, 88), (25, -70),
])
def test_tilt_is_lateral_then_flexion(flexion, lateral):
    """As rotations of the segment: to the right about x, then forward about y."""
    segment = Rotation.from_euler("XY", [lateral, flexion], degrees=True)
    mounting = MOUNTINGS["random 7"]
    counts = sensor(Rotation.concatenate([segment] * 600), mounting)
    ori, alignment = filter_(), Alignment(10000)
    feed(ori, counts)
    alignment.set_quat(array("i", np.rint(mounting.as_quat(scalar_first=True) * 2**30)
                             .astype(int).tolist()))
    tilt = read(alignment.tilt, 2, ori)
    assert abs(tilt[1] - 100 * lateral) < 25
    assert abs(tilt[0] - 100 * flexion) < 25 / np.cos(np.radians(lateral))


def test_rate_and_force_in_the_segment_frame():
    mounting = MOUNTINGS["random 8"]
    flexion = path((0, 0), (3, 0), (5, 60), (7, 60))
    counts = sensor(attitude(flexion), mounting)
    ori, alignment = filter_(), Alignment(10000)
    alignment.set_quat(array("i", np.rint(mounting.as_quat(scalar_first=True) * 2**30)
                             .astype(int).tolist()))
    feed(ori, counts[:4 * RATE])
    rate = read(alignment.rate, 3, ori)
    true_rate = (flexion[4 * RATE - 1] - flexion[4 * RATE - 2]) * RATE * 1000
    np.testing.assert_allclose(rate, [0, true_rate, 0], atol=250)
    feed(ori, counts[4 * RATE:])
    force = np.array(read(alignment.force, 3, ori)) / 1e6
    np.testing.assert_allclose(force, [-np.sin(np.radians(60)), 0, 0.5], atol=0.01)


class Spine:
    """Two calibrated sensors and the lumbar angles between them."""

    def __init__(self, lower, lumbar, bias=(0, 0, 0), tau_ms=30000, stand=True):
        """lower: earth <- sacrum attitudes; lumbar: sacrum <- L1 ones."""
        self.ori, self.align, self.counts = [], [], []
        for segment, name, b in ((lower, "random 3", bias),
                                 (lower * lumbar, "random 9", (-bias[0], *bias[1:]))):
            mounting = MOUNTINGS[name]
            self.counts.append(sensor(segment, mounting, seed=len(self.ori), bias_dps=b))
            self.ori.append(filter_())
            alignment = Alignment(10000)
            alignment.set_quat(array("i", np.rint(mounting.as_quat(scalar_first=True) * 2**30)
                                     .astype(int).tolist()))
            self.align.append(alignment)
        self.relative = Relative(10000, tau_ms)

    def run(self):
        """(N / 10, 3) degrees."""
        angles = []
        for i in range(0, len(self.counts[0]), 10):
            for ori, counts in zip(self.ori, self.counts, strict=True):
                feed(ori, counts[i:i + 10])
            self.relative.update(self.ori[0], self.align[0], self.ori[1], self.align[1])
            angles.append(read(self.relative.angles, 3))
        return np.array(angles) / 100


@pytest.mark.req("POST-2")
def test_lumbar_angles_follow_each_axis():
    n = 36
    flexion = path((0, 0), (4, 0), (6, 45), (8, 45), (10, 0), (n, 0))
    lateral = path((0, 0), (12, 0), (14, 20), (16, -20), (18, 0), (n, 0))
    axial = path((0, 0), (20, 0), (22, 15), (24, -15), (26, 0), (28, 0), (30, 10), (32, 0), (n, 0))
    pelvis = path((0, 0), (4, 0), (6, 30), (10, 0), (28, 0), (30, 20), (n, 0))
    angles = Spine(attitude(pelvis), attitude(flexion, lateral, axial)).run()
    true = np.stack([flexion, lateral, axial], axis=1)[9::10]
    error = angles - true
    assert np.abs(error[:, :2]).max() < 1
    # Axial rotation leaks, by at most its own integral over tau.
    assert np.abs(error[:, 2]).max() < 3


def test_neutral_position_may_start_at_any_heading():
    turned = Rotation.from_euler("z", 140, degrees=True)
    angles = Spine(turned * attitude(np.full(500, 20.0)), attitude(np.full(500, 10.0))).run()
    np.testing.assert_allclose(angles[20:], [[10, 0, 0]] * 30, atol=0.5)


def test_heading_drift_between_the_filters_is_held():
    """Turning slowly by 1 deg/s against each other about the vertical, unseen by the body: what
    differing gyroscope biases look like.  Axial rotation settles at drift times tau."""
    n = 9000
    drift = np.arange(n) / RATE * 0.5
    lower, lumbar = attitude(np.full(n, 10.0)), attitude(np.full(n, 30.0))
    spine = Spine(lower, lumbar, tau_ms=10000)
    turned = Rotation.from_euler("z", drift[:, None], degrees=True) * lower * lumbar
    spine.counts[1] = sensor(turned, MOUNTINGS["random 9"], seed=1)
    angles = spine.run()
    assert abs(angles[-1, 2]) < 0.5 * 10 * 1.3
    np.testing.assert_allclose(angles[200:, 0], 30, atol=2)


def test_a_held_twist_fades_with_tau():
    axial = path((0, 0), (4, 0), (5, 20), (25, 20))
    angles = Spine(attitude(np.zeros(len(axial))), attitude(0, 0, axial), tau_ms=10000).run()
    assert angles[60, 2] == pytest.approx(20 * np.exp(-1.5 / 10), abs=1.5)
    assert angles[-1, 2] == pytest.approx(20 * np.exp(-20.5 / 10), abs=1.5)


def test_no_leak_while_the_trunk_is_horizontal():
    """Rotation about the vertical is then lateral bend: it must stay as it is."""
    flexion = path((0, 0), (3, 0), (5, 90), (40, 90))
    angles = Spine(attitude(flexion), attitude(np.zeros(len(flexion)), 15), tau_ms=5000).run()
    np.testing.assert_allclose(angles[60:, 1], 15, atol=1)
