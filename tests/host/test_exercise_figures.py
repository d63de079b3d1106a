"""The exercise engine on recordings of real people, and the symmetry index."""

import os
from pathlib import Path

import numpy as np
import pytest
from plumbline.cli import main
from plumbline.clinic.symmetry import symmetry
from plumbline.evaluate import repetitions
from plumbline.replay import repetitions as counted
from plumbline.virtual.body import Body
from plumbline.virtual.moves import bends, script, there_and_back
from plumbline.virtual.recording import AXES, GRAVITY, Signal, axes_matrix

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PLUMBLINE_DATA", ROOT / "../shared/data"))


def recordings(name):
    return pytest.mark.skipif(
        not (DATA / name).is_dir(), reason=f"no recordings in {DATA / name}: set PLUMBLINE_DATA"
    )


@pytest.mark.data
@recordings("trunk_rom")
def test_trunk_movements_are_counted_and_wrong_counts_doubted():
    """TrunkyXL, 6 people, 16 trials; none wore a brace."""
    found = repetitions.trunk_rom(DATA, 1)["trunk_rom"]
    assert found["trials"] >= 16
    assert min(found["exact_share_by_movement"].values()) >= 0.9
    assert found["wrong_flagged"] == found["wrong"]
    # A flag on everything would be none.
    assert found["right_flagged"] <= 0.15 * 3 * found["trials"]
    sided = [m["symmetry"] for m in found["movements"] if m["movement"] != "trunk-flexion"]
    assert all(s["low"] < s["index_percent"] < s["high"] for s in sided)


@pytest.mark.data
@recordings("exercise_optical")
def test_optical_clips_are_counted_and_measured():
    """CMU-MBL, one person, 25 clips.  Of single-leg squats the sensor on the skin sees less than
    optics does, a research sensor's own attitude likewise; they are reported, not held to 3
    degrees."""
    found = repetitions.exercise_optical(DATA, 1)["exercises"]
    assert found["clips"] >= 25 and found["exact_share"] >= 0.95
    for name in ("squat", "heel-raise"):
        assert found["range"][name]["within_3_deg"] == found["range"][name]["clips"]


def test_symmetry_against_a_simulation():
    """The interval holds the truth about as often as it says."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(1000):
        found = symmetry(rng.normal(33, 2, 6), rng.normal(27, 2, 6))
        held += found.low <= 20.0 <= found.high
    assert 0.93 <= held / 1000 <= 0.995


def test_symmetry_says_what_it_cannot_tell():
    assert symmetry([], [30.0]) is None
    one = symmetry([30.0], [30.0, 31.0])
    assert one.low is None and one.different is None
    assert symmetry([30.0, 31.0, 30.5], [20.0, 20.5, 21.0]).different is True
    assert symmetry([30.0, 33.0, 29.0], [31.0, 29.5, 30.0]).different is False
    assert symmetry([40.0, 41.0], [30.0, 31.0]).index > 0


# -- sets that nobody marked, performed ------------------------------------------------------

SIDES = ({"lumbar": (0, 0, 30)}, {"lumbar": (0, 0, -30)})
LEANS = ({"lumbar": (0, 24, 0)}, {"lumbar": (0, -24, 0)})


def recording(*steps, offset_dps=(0.0, 0.0, 0.0), begin=7.0):
    """What sensors with these gyroscope offsets give of a seated wearer, recorded from `begin` (s)
    on, shortly before the first movement."""
    body = Body.from_script(script("sit", *steps))
    signals = {}
    for sensor in "SL":
        at = body.samples(sensor, 1_000_000_000, 104_000)
        gyr = np.radians(at[:, :3] / 1000 + offset_dps)
        signals[sensor] = Signal(at[:, 3:] / 1e6, gyr, 104.0).cut(begin, None)
    return signals


TRIAL = [
    *bends(3, {"pelvis": (20, 0, 0), "lumbar": (30, 0, 0)}, {}),
    *there_and_back({}, LEANS * 3, 1.5, 0.2, 1.5, 0.5),
    *there_and_back({}, SIDES * 3, 1.5, 0.2, 1.5, 0.5),
]


def found(signals):
    return [(run.exercise, len(run.to(1)), len(run.to(-1)), run.sure())
            for run in counted.search(signals)]  # fmt: skip


def test_movements_are_found_in_a_recording_without_rest():
    assert found(recording(*TRIAL)) == [
        ("trunk-flexion", 3, 0, True), ("lateral-bend", 3, 3, True), ("rotation", 3, 3, True)]


def test_a_gyroscopes_offset_turns_nobody():
    """The brace learns it at rest; a recording may hold no rest."""
    for offset in (1.0, -1.0, 1.5):
        runs = found(recording(*TRIAL, offset_dps=(0.0, 0.0, offset)))
        assert ("rotation", 3, 3, True) in runs


def test_a_count_with_a_half_repetition_is_not_sure():
    half = [*SIDES, {"lumbar": (0, 0, 11)}, *SIDES]
    last = found(recording(*there_and_back({}, half, 1.5, 0.2, 1.5, 0.5)))[-1]
    assert last[0] == "rotation" and not last[3]


def test_one_known_exercise_is_counted_in_a_recording():
    done = counted.perform("trunk-flexion", recording(
        *bends(4, {"pelvis": (20, 0, 0), "lumbar": (30, 0, 0)}, {})))
    assert [abs(rep["peak"] - 5000) < 200 for rep in done.repetitions] == [True] * 4


def test_broken_recordings_are_counted_with_what_is_left_or_flagged(tmp_path, capsys):
    """One sensor dead, one short, both dead; none of them ends the evaluation."""
    folder = tmp_path / "trunk_rom"
    folder.mkdir()
    back = np.linalg.inv(axes_matrix(AXES["back"])).T
    good = {}
    for sensor, place in (("S", "l45"), ("L", "t10")):
        signal = recording(*TRIAL)[sensor]
        good |= {f"acc_{place}": signal.acc @ back * GRAVITY, f"gyr_{place}": signal.gyr @ back}
    dead = {f"{what}_l45": np.full((50, 3), np.nan) for what in ("acc", "gyr")}
    short = {name: good[name][: len(good[name]) // 4] for name in ("acc_t10", "gyr_t10")}
    gone = {name: good[name][:0] for name in good}
    for number, change in enumerate(({}, dead, short, gone)):
        np.savez(folder / f"807_pp{number}_x.npz", fs=104.0, **{**good, **change})
    rows = repetitions.trunk_rom(tmp_path, 1)["trunk_rom"]["movements"]
    told = [[(r["exact"], r["flagged"]) for r in rows if r["trial"] == f"807_pp{n}_x"]
            for n in range(4)]  # fmt: skip
    assert told[0] == told[1] == [(True, False)] * 3
    assert all(exact or flagged for exact, flagged in told[2])
    assert told[3] == [(False, True)] * 3
    assert main(["evaluate", str(tmp_path), "--jobs", "1"]) == 0
    said = capsys.readouterr().out
    assert "trial 807_pp1_x, movement rotation, found [3, 3], exact True" in said
