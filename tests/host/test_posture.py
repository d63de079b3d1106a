"""Which posture angles make: classes, hysteresis, dwell, one's own seat (brace.posture)."""

import pytest
from brace import posture
from brace.config import Config
from brace.posture import NAMES, Posture

STILL = 0


def settle(module, flexion=0, lateral=0, inclination=None, rate=STILL, lumbar=None, sits=False,
           lies=False, blocks=12):
    """The posture after so many blocks of these angles (degrees)."""
    most = max(abs(flexion), abs(lateral)) if inclination is None else inclination
    angles = [flexion * 100, lateral * 100, most * 100, rate]
    for _ in range(blocks):
        module.block(angles, lumbar, sits, lies)
    return NAMES[module.now]


@pytest.mark.parametrize("name, angles", [
    ("upright", {"flexion": 5}),
    ("flexed", {"flexion": 25}),
    ("extended", {"flexion": -15}),
    ("left", {"lateral": -20}),
    ("right", {"lateral": 20}),
    ("deep_bend", {"flexion": 70}),
    ("supine", {"flexion": -85, "lies": True}),
    ("prone", {"flexion": 85, "lies": True}),
    ("on_left", {"lateral": -85, "lies": True}),
    ("on_right", {"lateral": 85, "lies": True}),
    ("twisted", {"lumbar": (0, 0, 2000)}),
    ("slouched", {"lumbar": (1500, 0, 0)}),
    ("moving", {"flexion": 25, "rate": 80_000}),
])  # fmt: skip
def test_every_posture_has_its_angles(name, angles):
    assert settle(Posture(Config()), **angles) == name


def test_nothing_is_known_before_a_posture_has_held_for_a_second():
    module = Posture(Config())
    assert settle(module, flexion=5, blocks=7) == "unknown"
    assert settle(module, flexion=5, blocks=1) == "upright"
    assert module.held == 7
    assert settle(module, flexion=30, blocks=7) == "upright"
    assert settle(module, flexion=5, blocks=1) == "upright"
    assert settle(module, flexion=30, blocks=7) == "upright", "the dwell began anew"


def test_three_degrees_of_hysteresis():
    module = Posture(Config())
    assert settle(module, flexion=21) == "flexed"
    assert (module.axis, module.value, module.threshold) == (posture.AXIS_FLEXION, 2100, 2000)
    assert settle(module, flexion=18) == "flexed"
    assert settle(module, flexion=16) == "upright"
    assert settle(module, flexion=18) == "upright"


def test_a_change_tells_its_number_and_threshold():
    module = Posture(Config())
    settle(module, lateral=13)
    assert (module.axis, module.value, module.threshold) == (posture.AXIS_LATERAL, 1300, 1200)


def test_slouching_is_sinking_further_than_one_sits():
    """One sensor: sitting down turns the pelvis back by 30 degrees, which is not slouching."""
    module = Posture(Config())
    assert settle(module, flexion=-30, sits=True, blocks=400) == "upright"
    assert settle(module, flexion=-50, sits=True) == "slouched"
    assert settle(module, flexion=-32, sits=True) == "upright"


def test_two_sensors_hold_the_lumbar_spine_against_its_own_seat():
    module = Posture(Config())
    assert settle(module, lumbar=(2500, 0, 0), sits=True, blocks=400) == "upright"
    assert settle(module, lumbar=(4200, 0, 0), sits=True) == "slouched"
