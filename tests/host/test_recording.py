"""Recordings as motion: exact resampling, axes, and the recordings themselves where they are."""

import os
from pathlib import Path

import numpy as np
import pytest
from plumbline.virtual.body import Body, period
from plumbline.virtual.recording import axes_matrix, load
from plumbline.virtual.resample import fill_gaps, resample

DATA = Path(os.environ.get("PLUMBLINE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def recordings(folder):
    files = sorted((DATA / folder).glob("*.npz"))
    if not files:
        pytest.skip(f"no recordings in {DATA / folder}: set PLUMBLINE_DATA to their folder")
    return files


@pytest.mark.parametrize("fs", [50.0, 100.0, 200.0, 285.7142857])
def test_resampling_a_sine_is_exact(fs):
    """Whatever both rates can carry arrives within 1e-4, at the sensor's true rate."""
    rate = 6667 / 64 * 1.0023
    times = np.arange(300, 1700) / rate
    n = int(2000 / rate * fs)
    k = np.arange(n) / fs
    for f in (0.3, 2.0, 0.3 * min(fs, rate)):
        wave = np.stack([np.sin(2 * np.pi * f * k), np.cos(2 * np.pi * f * k)], axis=1)
        want = np.stack([np.sin(2 * np.pi * f * times), np.cos(2 * np.pi * f * times)], axis=1)
        assert np.abs(resample(wave, fs, times, rate) - want).max() < 1e-4


def test_what_the_sensor_cannot_carry_does_not_alias():
    fs, rate = 285.7142857, 104.17
    k, times = np.arange(4000) / fs, np.arange(200, 1200) / rate
    for f in (60.0, 90.0, 140.0):
        wave = np.sin(2 * np.pi * f * k)[:, None]
        assert np.abs(resample(wave, fs, times, rate)).max() < 2e-3


def test_ends_are_held_and_gaps_bridged():
    ramp = np.arange(20.0)[:, None] * [1.0, 2.0]
    held = resample(np.full((9, 1), 3.0), 50, np.array([-1.0, 0.1, 9.0]), 104)
    assert held == pytest.approx(3)
    ramp[5:9] = np.nan
    ramp[0] = np.inf
    filled = fill_gaps(ramp)
    assert filled[5:9, 1] == pytest.approx([10, 12, 14, 16]) and filled[0] == pytest.approx([1, 2])
    with pytest.raises(ValueError, match="no valid sample"):
        fill_gaps(np.full((4, 3), np.nan))


def test_axes_are_named_and_right_handed():
    assert (axes_matrix("z -y x") @ [1.0, 2.0, 3.0] == [3, -2, 1]).all()
    for wrong in ("x y -z", "x y", "x y q", "x x z"):
        with pytest.raises(ValueError, match="right-handed"):
            axes_matrix(wrong)


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_one_sensor_is_l_and_may_stand_for_both(tmp_path):
    rng = np.random.default_rng(1)
    acc = np.tile([0.0, 0.0, 9.80665], (500, 1)) + 0.1 * rng.standard_normal((500, 3))
    path = write(tmp_path / "a.npz", acc=acc, gyr=np.radians(np.full((500, 3), 10.0)), fs=50.0)
    body = Body.from_recording(path)
    assert body.sensors == ("L",) and body.seconds == pytest.approx(9.98) and body.truth is None
    samples = body.samples("L", *period())
    assert samples[20:-20, :3] == pytest.approx(10_000, abs=2)
    assert samples[:, 5].mean() == pytest.approx(1e6, abs=5e3)
    both = Body.from_recording(path, one_for_both=True, begin=2, end=4)
    assert both.seconds == pytest.approx(1.98)
    assert (both.samples("S", *period()) == both.samples("L", *period())).all()
    both.mount("S", "upside-down")
    assert both.samples("S", *period())[:, 5].mean() == pytest.approx(-1e6, abs=1e4)


@pytest.mark.parametrize(("arrays", "message"), [
    ({"acc": np.zeros((9, 3)), "gyr": np.zeros((9, 3))}, "does not say its sampling rate"),
    ({"fs": 50.0, "D01_SA01_R01": np.zeros((9, 6))}, "name one of its arrays"),
    ({"fs": 50.0, "acc": np.zeros((1, 3)), "gyr": np.zeros((1, 3))}, "nothing is left"),
])
def test_what_cannot_be_played_says_why(tmp_path, arrays, message):
    with pytest.raises(ValueError, match=message):
        Body.from_recording(write(tmp_path / "x.npz", **arrays))


def test_an_unknown_name_lists_those_there(tmp_path):
    path = write(tmp_path / "x.npz", fs=200.0, D01_SA01_R01=np.zeros((9, 6), np.int16))
    with pytest.raises(ValueError, match="no recording 'D02'; it has D01_SA01_R01"):
        load(path, "D02")


@pytest.mark.data
def test_waist_recordings_stand_upright():
    body = Body.from_recording(recordings("hapt")[0], begin=10, end=40)
    assert body.sensors == ("L",)
    samples = body.samples("L", *period())
    assert np.median(samples[:, 5]) > 9e5 and len(samples) == pytest.approx(30 * 104.17, abs=5)


@pytest.mark.data
def test_back_recordings_bend_forward_first():
    """trunk_rom begins with three flexions: both sensors' forward inclination must rise."""
    path = recordings("trunk_rom")[0]
    body = Body.from_recording(path, end=14)
    assert body.sensors == ("S", "L")
    for sensor in "SL":
        samples = body.samples(sensor, *period()) / 1e6
        flexion = np.degrees(np.arctan2(-samples[:, 3], samples[:, 5]))
        upright = flexion[: int(0.5 * 104)].mean()
        assert flexion.max() - upright > 50
        # And the gyroscope says the same of the first bend: positive about y on the way down.
        down = np.argmax(flexion[: 4 * 104])
        turned = samples[:down, 1].sum() * 1e3 / 104.17
        assert turned == pytest.approx(flexion[down] - flexion[0], rel=0.15)


@pytest.mark.data
def test_sisfall_bends_forward():
    path = recordings("sisfall")[0]
    body = Body.from_recording(path, "D16_SA01_R01")
    samples = body.samples("L", *period()) / 1e6
    flexion = np.degrees(np.arctan2(-samples[:, 3], samples[:, 5]))
    assert flexion.max() - flexion[:100].mean() > 15
    assert np.linalg.norm(samples[:100, 3:], axis=1).mean() == pytest.approx(1, abs=0.08)


@pytest.mark.data
def test_pelvis_and_chest_lean_forward_in_a_squat():
    path = next(p for p in recordings("exercise_optical") if p.name.startswith("SqSL"))
    body = Body.from_recording(path)
    for sensor in "SL":
        samples = body.samples(sensor, *period()) / 1e6
        flexion = np.degrees(np.arctan2(-samples[:, 3], samples[:, 5]))
        assert np.median(flexion[60:100]) - flexion[:20].mean() > 10
