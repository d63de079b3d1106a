"""The orientation filter through the MicroPython bindings: equal to the host's, bit for bit."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "native"))
from two_segments import attitude, path, sensor  # noqa: E402


@pytest.mark.req("SENSE-4")
def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("fusion")
    assert on_micropython == on_cpython
    assert on_cpython.count("\n") > 80


@pytest.mark.req("SENSE-5")
def test_steady_state_allocates_nothing(micropython):
    assert micropython("fusion_alloc") == "0\n"


def test_segments_say_the_same(both, tmp_path):
    flexion = path((0, 0), (6, 0), (8, 60), (11, 0), (14, 0), (16, 20), (18, -10), (20, 5))
    lateral = path((0, 0), (12, 0), (14, 15), (16, -15), (18, 3), (20, 0))
    axial = path((0, 0), (12, 0), (15, 12), (18, -14), (20, 0))
    files = []
    for i, segment in enumerate((attitude(flexion), attitude(1.6 * flexion, lateral, axial))):
        file = tmp_path / f"{i}.bin"
        np.ascontiguousarray(sensor(segment, Rotation.random(rng=i), seed=i)).tofile(file)
        files.append(str(file))
    on_micropython, on_cpython = both("fusion_segments", *files)
    assert on_micropython == on_cpython
    assert on_cpython.splitlines()[0] == on_cpython.splitlines()[2] == "0 99"
