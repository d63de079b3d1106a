"""Sway and smoothness (pl_sway.h, pl_smooth.h) against scipy, on made-up and recorded signals."""

import os
from array import array
from pathlib import Path

import numpy as np
import pytest
from balance_reference import sparc, sway
from plumbcore import SWAY_FIELDS, Smooth, Sway
from plumbcore._core import lib
from plumbline.fusion import quantise
from plumbline.virtual.recording import axes_matrix

DATA = Path(os.environ.get("PLUMBLINE_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
ONE = 1 << 30
STANDING = 5
UNITS = {"rms_ap": 1e-6, "rms_ml": 1e-6, "area": 1e-8, "path": 1e-6, "jerk": 1e-6}


def counts(gyr, acc):
    """(n, 6) int16 as the brace's ranges give them, of rad/s and m/s^2."""
    return np.hstack(quantise(np.asarray(gyr, float), np.asarray(acc, float), 2000, 16))


def core_sway(samples, fs, align=(ONE, 0, 0, 0), chunk=37):
    found = Sway(round(fs * 1000), *align, 16_000_000)
    for i in range(0, len(samples), chunk):
        part = np.ascontiguousarray(samples[i : i + chunk])
        found.feed(part.reshape(-1), len(part))
    out = array("i", [0] * SWAY_FIELDS)
    code = found.result(out)
    if code:
        return code
    return {"n": out[0], **{name: out[1 + i] * UNITS[name] for i, name in enumerate(UNITS)}}


def core_sparc(samples, fs, first=0, n=None, room=2048):
    ring = array("H", [0] * room)
    found = Smooth(round(fs * 1000), ring, 2_000_000)
    found.feed(np.ascontiguousarray(samples).reshape(-1), len(samples))
    n = len(samples) - first if n is None else n
    return found.sparc(first, n, array("i", [0] * 12000))


def standing(amplitude=0.05, seconds=30, fs=104.0, tilt=(0.0, 0.0), seed=1):
    """Somebody's quiet stance: slow noise, in m/s^2, about gravity seen from a tilted segment."""
    rng = np.random.default_rng(seed)
    n = int(seconds * fs)
    noise = rng.normal(0, 1, (n, 3))
    slow = np.zeros_like(noise)
    for i in range(1, n):
        slow[i] = 0.97 * slow[i - 1] + 0.24 * noise[i]
    slow *= amplitude * np.array([1.0, 0.6, 0.1])
    a, b = np.radians(tilt)
    up = np.array([-np.sin(a) * np.cos(b), np.sin(b), np.cos(a) * np.cos(b)])
    return 9.80665 * up + slow


@pytest.mark.parametrize("fs", [26.0, 52.0, 104.0, 208.0])
@pytest.mark.parametrize("tilt", [(0, 0), (25, -10)])
def test_sway_agrees_with_scipy(fs, tilt):
    acc = standing(fs=fs, tilt=tilt)
    # Counts carry the noise of the resolution: compare on what the sensor gives.
    samples = counts(np.zeros_like(acc), acc)
    seen = samples[:, 3:] * (16 * 9.80665 / 32768)
    found, reference = core_sway(samples, fs), sway(seen, fs)
    assert found["n"] == reference["n"]
    for name in UNITS:
        assert found[name] == pytest.approx(reference[name], rel=2e-3), name


def test_sway_does_not_depend_on_how_the_sensor_is_mounted():
    acc = standing()
    samples = counts(np.zeros_like(acc), acc)
    turned = samples[:, [0, 1, 2, 4, 3, 5]].copy()
    turned[:, 4] = -turned[:, 4]  # sensor x = segment y, sensor y = -segment x: 90 degrees about z
    # sensor <- segment: the segment turned by -90 degrees about z, as the sensor sees it.
    half = round(ONE * np.sqrt(0.5))
    upright, sideways = core_sway(samples, 104), core_sway(turned, 104, (half, 0, 0, -half))
    for name in UNITS:
        assert sideways[name] == pytest.approx(upright[name], rel=2e-3), name


def test_sway_says_what_it_cannot_tell():
    acc = standing(seconds=3.5)
    samples = counts(np.zeros_like(acc), acc)
    assert core_sway(samples, 104) == lib.PL_ESWAY_SHORT
    assert core_sway(np.zeros((400, 6), np.int16), 104) == lib.PL_ESWAY_LEVEL
    lying = counts(np.zeros((600, 3)), np.tile([9.80665, 0, 0], (600, 1)))
    assert core_sway(lying, 104) == lib.PL_ESWAY_LEVEL
    for rate, scale in ((19_000, 16_000_000), (251_000, 16_000_000), (104_000, 1_000_000)):
        with pytest.raises(ValueError):
            Sway(rate, ONE, 0, 0, 0, scale)


def test_wild_shaking_stays_within_the_limits():
    rng = np.random.default_rng(2)
    samples = rng.integers(-32768, 32767, (40_000, 6)).astype(np.int16)
    samples[:1000, 3:] = [0, 0, 2049]
    found = core_sway(samples, 104)
    assert found["n"] == 30_000
    assert all(0 < found[name] <= 2147.483647 for name in UNITS)


def movement(seconds, fs, seed, bursts=1):
    """Angular speed (n, 3) in rad/s of a movement with so many bursts."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * fs)) / (seconds * fs)
    speed = sum(np.sin(np.pi * np.clip(t * bursts - i, 0, 1)) ** 2 for i in range(bursts))
    return (1.2 * speed + rng.normal(0, 0.004, len(t)))[:, None] * [0.2, 0.95, 0.1]


@pytest.mark.parametrize("seconds", [0.5, 1.3, 3.0, 8.0])
@pytest.mark.parametrize("bursts", [1, 3])
def test_sparc_agrees_with_scipy(seconds, bursts):
    gyr = movement(seconds, 104, 3, bursts)
    samples = counts(gyr, np.zeros_like(gyr))
    speed = np.linalg.norm(samples[:, :3] * (2000 / 32768), axis=1)
    found = core_sparc(samples, 104)
    assert found / 1000 == pytest.approx(sparc(speed, 104), rel=5e-3)
    assert found < -1000


def test_more_bursts_are_less_smooth():
    found = [core_sparc(counts(g := movement(4, 104, 1, n), np.zeros_like(g)), 104)
             for n in (1, 2, 4)]  # fmt: skip
    assert found == sorted(found, reverse=True)


def test_sparc_takes_a_stretch_out_of_a_ring():
    gyr = np.vstack([np.zeros((500, 3)), movement(3, 104, 5), np.zeros((300, 3))])
    samples = counts(gyr, np.zeros_like(gyr))
    alone = core_sparc(samples[500:812], 104)
    assert core_sparc(samples, 104, 500, 312) == alone
    assert core_sparc(samples, 104, 500, 312, room=640) == alone
    assert core_sparc(samples, 104, 500, 312, room=600) == lib.PL_ESMOOTH_RANGE
    assert core_sparc(samples, 104, 100, 300) == lib.PL_ESMOOTH_STILL
    assert core_sparc(samples, 104, 0, 8) == lib.PL_ESMOOTH_RANGE
    assert core_sparc(samples, 104, 900, 400) == lib.PL_ESMOOTH_RANGE


def test_sparc_needs_room():
    gyr = movement(1, 104, 5)
    found = Smooth(104_000, array("H", [0] * 128), 2_000_000)
    found.feed(counts(gyr, np.zeros_like(gyr)).reshape(-1), 104)
    assert found.sparc(0, 104, array("i", [0] * 400)) == lib.PL_ESMOOTH_SPACE
    assert found.sparc(0, 104, array("i", [0] * (2 * 128 + 80 * 128 // 104 * 2 + 1))) < -1000
    with pytest.raises(ValueError):
        Smooth(20_000, array("H", [0]))


def test_bias_is_taken_off():
    gyr = movement(3, 104, 5)
    clean = core_sparc(counts(gyr, np.zeros_like(gyr)), 104)
    ring = array("H", [0] * 512)
    found = Smooth(104_000, ring, 2_000_000)
    found.bias(0, 2_000_000, -1_000_000)
    found.feed(counts(gyr + np.radians([0, 2, -1]), np.zeros_like(gyr)).reshape(-1), 312)
    assert found.count() == 312
    assert found.sparc(0, 312, array("i", [0] * 4000)) == pytest.approx(clean, rel=5e-3)


# -- recorded quiet stance ------------------------------------------------------------------------


def quiet_stance():
    """(gyr rad/s, acc m/s^2, fs) of each stretch of standing in HAPT of 15 s or more."""
    axes = axes_matrix("z -y x")
    for path in sorted((DATA / "hapt").glob("*.npz")):
        with np.load(path) as data:
            for activity, first, last in data["labels"]:
                acc = data["acc"][first - 1 : last].astype(float) @ axes.T
                if activity == STANDING and len(acc) >= 15 * data["fs"]:
                    gyr = data["gyr"][first - 1 : last].astype(float) @ axes.T
                    yield gyr, acc, float(data["fs"])


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not (DATA / "hapt").is_dir(), reason=f"no recordings in {DATA}/hapt")
def test_recorded_stance_within_one_percent():
    """HAPT, 20 people, every stretch of standing of 15 s or more; none wore a brace."""
    sways, sparcs = [], []
    for gyr, acc, fs in quiet_stance():
        samples = counts(gyr, acc)
        found, reference = core_sway(samples, fs), sway(acc, fs)
        sways.append([found[name] / reference[name] - 1 for name in UNITS])
        if len(samples) <= 2048:
            speed = np.linalg.norm(samples[:, :3] * (2000 / 32768), axis=1)
            sparcs.append(core_sparc(samples, fs) / 1000 / sparc(speed, fs) - 1)
    assert len(sways) >= 60 and len(sparcs) >= 60
    # Against the unrounded recording, so the resolution of +-16 g is in these errors.
    assert np.abs(sways).max() < 0.01
    assert np.abs(sparcs).max() < 0.01
