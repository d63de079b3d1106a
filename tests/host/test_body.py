"""The body model is physics: rates are the derivative of orientation, forces of place."""

import struct
from array import array

import numpy as np
import pytest
from imu_bench import Bench
from plumbline.virtual import rotation
from plumbline.virtual.body import Body, period, shipped
from plumbline.virtual.source import FileStream
from plumbline.virtual.truth import ACTIVITIES, POSTURES

SPAN = 0.0096
STILL = "wearer sway=0 breath=0\n"


def script(text):
    return Body.from_script(STILL + text)


def values(body, sensor, span=SPAN):
    gyr, acc = body.values(sensor, int(body.seconds / span), span)
    return np.degrees(gyr), acc


def integrated(body, sensor, gyr_rad, span):
    """Orientations half a period after each sample, by summing up the rates."""
    turns = rotation.exp(gyr_rad * span)
    reach = 1
    while reach < len(turns):  # products of 1, 2, 4, … turns, until each reaches the first
        turns[reach:] = rotation.multiply(turns[:-reach], turns[reach:])
        reach *= 2
    return rotation.multiply(body.orientation(sensor, [-0.5 * span]), turns)


@pytest.mark.parametrize("name", ["tour", "bad-mounting"])
@pytest.mark.parametrize("sensor", ["S", "L"])
def test_summing_up_the_rates_gives_the_orientation(name, sensor):
    body = Body.from_script(name)
    n = int(body.seconds / SPAN)
    gyr, _ = body.values(sensor, n, SPAN)
    summed = integrated(body, sensor, gyr, SPAN)
    true = body.orientation(sensor, (np.arange(n) + 0.5) * SPAN)
    assert np.degrees(np.abs(rotation.log(rotation.multiply(rotation.inverse(true), summed)))
                      ).max() < 1e-6
    # And so do the rounded samples that the sensor model gets, nearly.
    mdps = body.samples(sensor, *period())[:, :3]
    span = period()[0] / period()[1] / 1e6
    rounded = integrated(body, sensor, np.radians(mdps / 1e3), span)[-1]
    end = body.orientation(sensor, [(len(mdps) - 0.5) * span])[0]
    assert np.degrees(np.linalg.norm(rotation.log(rotation.multiply(rotation.inverse(end),
                                                                    rounded)))) < 0.02


@pytest.mark.parametrize("sensor", ["S", "L"])
def test_summing_up_the_forces_twice_gives_the_place(sensor):
    """Stands up, bends, lifts: velocity from the specific force comes back to zero, and the way
    is the hips' and the levers'."""
    body = script("0 sit\n1 stand\n4 bend 80\n9 lift squat twist=30\n14 sit\n17 end")
    n = int(body.seconds / SPAN)
    _, acc = body.values(sensor, n, SPAN)
    times = np.arange(n) * SPAN
    earth = rotation.turn(body.orientation(sensor, times), acc) - [0, 0, 1]
    velocity = np.cumsum(earth * 9.80665 * SPAN, axis=0)
    way = np.cumsum(velocity * SPAN, axis=0)
    assert np.abs(velocity[-1]).max() < 0.01 and np.abs(way[-1]).max() < 0.03
    standing = int(3.5 / SPAN)
    assert way[standing, 2] == pytest.approx(0.53 * 1.75 - 0.55, abs=0.01)
    assert way[standing, 0] == pytest.approx(0.245 * 1.75, abs=0.01)


def test_at_rest_one_g_points_up_and_nothing_turns():
    for base, axis in (("stand", 2), ("sit", 2), ("lie back", 0)):
        gyr, acc = values(script(f"0 {base}\n10 end"), "L")
        assert np.abs(gyr).max() < 1e-9
        assert np.abs(acc - np.eye(3)[axis]).max() < 1e-9


@pytest.mark.parametrize(("side", "axis", "sign"), [("back", 0, 1), ("front", 0, -1),
                                                    ("left", 1, -1), ("right", 1, 1)])
def test_lying_sides(side, axis, sign):
    body = script(f"0 stand\n1 lie {side}\n10 end")
    for sensor in "SL":
        _, acc = values(body, sensor)
        assert acc[-1] == pytest.approx(sign * np.eye(3)[axis], abs=0.002)
    assert body.truth.at(9).posture == "lying" and body.truth.at(9).detail == side


@pytest.mark.parametrize(("words", "angles"), [
    ("slouch 30", {"trunk": 30, "pelvis": -3, "trunk_lateral": 0}),
    ("extend 20", {"trunk": -20, "pelvis": -7}),
    ("lean left 25", {"trunk": 0, "trunk_lateral": -25}),
    ("lean right 25", {"trunk_lateral": 25, "pelvis_lateral": 7.5}),
    ("twist left 40", {"trunk": 0, "trunk_lateral": 0}),
    ("pose pelvis=10,0,0 lumbar=20,0,0", {"pelvis": 10, "lumbar": 20, "trunk": 30}),
])
def test_postures_have_their_angles_in_the_projects_senses(words, angles):
    body = script(f"0 stand\n1 {words}\n6 end")
    true = body.angles([5.0])
    assert {k: true[k][0] for k in angles} == pytest.approx(angles, abs=1e-6)
    _, acc = values(body, "L")
    # Flexion turns the specific force towards -x, bending to the right towards +y.
    assert acc[-1][0] == pytest.approx(-np.sin(np.radians(true["trunk"][0])), abs=1e-6)
    assert np.sign(np.round(acc[-1][1], 6)) == np.sign(np.round(true["trunk_lateral"][0], 6))


def test_rotation_senses_of_the_gyroscope():
    for words, axis, sign in (("bend 60", 1, 1), ("lean right 20", 0, 1), ("twist left 30", 2, 1)):
        gyr, _ = values(script(f"0 stand\n1 {words}\n9 end"), "L")
        first = gyr[np.argmax(np.abs(gyr[: int(2.4 / SPAN), axis])), axis]
        assert sign * first > 20 and np.abs(np.delete(gyr, axis, axis=1)).max() < 1e-6


def test_turning_adds_the_centripetal_force_of_the_lever():
    gyr, acc = values(script("0 stand\n1 turn 360 over=3\n5 end"), "S")
    fastest = np.argmax(gyr[:, 2])
    omega = np.radians(gyr[fastest, 2])
    # S sits 11 cm behind the axis: the force to the front keeps it on its circle.
    assert acc[fastest, 0] == pytest.approx(omega**2 * 0.11 / 9.80665, rel=0.01)
    assert gyr[:, 2].sum() * SPAN == pytest.approx(360, abs=0.01)


def test_lumbar_share_and_lag_of_a_bend():
    body = script("0 stand\n1 bend 80 lumbar=0.6 lag=0.3 hold=2\n9 end")
    low = body.angles([4.0])
    assert low["lumbar"][0] == pytest.approx(48) and low["pelvis"][0] == pytest.approx(32)
    early = body.angles([1.3])
    assert early["pelvis"][0] == pytest.approx(0, abs=1e-6) and early["trunk"][0] > 0.5


def test_walking_has_the_steps_and_forces_of_walking():
    body = script("0 stand\n2 walk 110\n32 stand\n34 end")
    assert len(body.truth.steps) == pytest.approx(55, abs=1)
    for sensor, low, high in (("S", 0.15, 0.45), ("L", 0.1, 0.35)):
        gyr, acc = values(body, sensor)
        walking = acc[int(5 / SPAN) : int(29 / SPAN)]
        size = np.linalg.norm(walking, axis=1)
        assert low < size.std() < high
        spectrum = np.abs(np.fft.rfft((size - size.mean()) * np.hanning(len(size)), 1 << 15))
        rate = np.fft.rfftfreq(1 << 15, SPAN)
        assert rate[np.argmax(spectrum)] == pytest.approx(110 / 60, rel=0.05)
        still = acc[int(33 / SPAN) :]
        assert np.abs(np.linalg.norm(still, axis=1) - 1).max() < 0.01


def test_sway_is_small_slow_and_repeats():
    one, same = (Body.from_script("wearer sway=0.5\n0 stand\n120 end") for _ in range(2))
    other = Body.from_script("wearer sway=0.5 seed=2\n0 stand\n120 end")
    true = one.angles(np.arange(0, 120, 0.05))
    assert 0.2 < true["trunk"].std() < 0.9 and np.abs(true["trunk"]).max() < 3
    assert (one.samples("L", *period()) == same.samples("L", *period())).all()
    assert (one.samples("L", *period()) != other.samples("L", *period())).any()


# -- mounting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("mount", "up"), [
    ("upright", (0, 0, 1)), ("upside-down", (0, 0, -1)), ("backwards", (0, 0, 1)),
    ("quarter-left", (0, -1, 0)), ("quarter-right", (0, 1, 0)),
    ("upright pitch=90", (-1, 0, 0)), ("upright roll=30", (0, 0.5, 0.8660254)),
])
def test_mounting_turns_what_the_sensor_feels(mount, up):
    body = script(f"mount S {mount}\n0 stand\n2 bend 40\n8 end")
    plain = script("0 stand\n2 bend 40\n8 end")
    gyr, acc = values(body, "S")
    assert acc[0] == pytest.approx(up, abs=1e-6)
    assert np.linalg.norm(gyr, axis=1) == pytest.approx(
        np.linalg.norm(values(plain, "S")[0], axis=1), abs=1e-6)
    assert values(body, "L")[1] == pytest.approx(values(plain, "L")[1])


def test_swapped_absent_and_slipping_sensors():
    plain = script("0 stand\n2 bend 60 lumbar=1\n8 end")
    swapped = script("swapped\nmount S upside-down\n0 stand\n2 bend 60 lumbar=1\n8 end")
    assert (values(swapped, "S")[1] == values(plain, "L")[1]).all()
    assert values(swapped, "L")[1][0][2] == pytest.approx(-1), "the mount goes with the place"
    alone = script("without S\n0 stand\n5 end")
    assert alone.sensors == ("L",)
    with pytest.raises(ValueError, match="no sensor S"):
        alone.samples("S", *period())
    slipping = script("0 stand\n2 slip L pitch=20\n5 end")
    gyr, acc = values(slipping, "L")
    assert acc[-1][0] == pytest.approx(-np.sin(np.radians(20)), abs=1e-9)
    assert gyr[:, 1].sum() * SPAN == pytest.approx(20, abs=1e-6)
    assert slipping.angles([4.0])["trunk"][0] == 0, "the body did not move"


# -- to the sensor -----------------------------------------------------------------------------


def test_the_shipped_scripts_play():
    assert shipped() == ["bad-mounting", "calibrate", "desk", "hour", "tour"]
    lengths = {name: Body.from_script(name).seconds for name in shipped()}
    assert lengths == {"bad-mounting": 120, "calibrate": 9, "desk": 20, "hour": 3600, "tour": 135}
    tour = Body.from_script("tour").truth
    assert {s.posture for s in tour.spans} == set(POSTURES)
    assert {s.activity for s in tour.spans} == set(ACTIVITIES)
    assert Body.from_script("hour").truth.seconds(posture="flexed") > 900


def test_a_stream_file_holds_what_the_source_gives(tmp_path):
    body = Body.from_script("0 stand\n1 slouch 30\n4 end\n")
    num, den = period(trim_ppm=3000)
    path = tmp_path / "l.stream"
    count = body.write_stream(path, "L", num, den)
    stored, live = FileStream(str(path), 1_000_000), body.source("L", 1_000_000)
    one, other = array("i", [0] * 6 * 700), array("i", [0] * 6 * 700)
    stored.fill(one, 0, 700, num, den)
    live.fill(other, 0, 700, num, den)
    assert one == other and 417 < count < 420
    assert live.end_us() == 5_000_000


def test_the_sensor_model_reads_the_body():
    body = script("0 stand\n3 slouch 30\n10 end")
    bench = Bench(body.source("L", start_us=1_000_000), trim_ppm=1500)
    bench.start()
    bench.wait(9_000_000)
    ax, ay, az = struct.unpack("<hhh", bench.read(0x28, 6))
    assert (ax, az) == (pytest.approx(-1025, abs=1), pytest.approx(1775, abs=1))
    bench.part.source.play_at(20_000_000)
    bench.wait(1_000_000)
    assert struct.unpack("<hhh", bench.read(0x28, 6)) == (0, 0, 2049), "held until it starts"
