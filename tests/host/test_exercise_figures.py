"""The exercise engine on recordings of real people, and the symmetry index."""

import os
from pathlib import Path

import numpy as np
import pytest
from plumbline import exercise_figures
from plumbline.clinic.symmetry import symmetry

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
    found = exercise_figures.trunk_rom(DATA)
    assert found["trials"] >= 16
    assert min(found["exact_share_by_movement"].values()) >= 0.9
    assert found["wrong_flagged"] == found["wrong"]
    # A flag on everything would be none.
    assert found["right_flagged"] <= 0.3 * 3 * found["trials"]
    sided = [m["symmetry"] for m in found["movements"] if m["movement"] != "trunk-flexion"]
    assert all(s["low"] < s["index_percent"] < s["high"] for s in sided)


@pytest.mark.data
@recordings("exercise_optical")
def test_optical_clips_are_counted_and_measured():
    """CMU-MBL, one person, 25 clips.  Of single-leg squats the sensor on the skin sees less than
    optics does, a research sensor's own attitude likewise; they are reported, not held to 3
    degrees."""
    found = exercise_figures.exercise_optical(DATA)
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
