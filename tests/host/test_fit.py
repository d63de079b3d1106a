"""Whether the brace is worn, sits right and wants a new calibration (device/brace)."""

import numpy as np
import pytest
from brace import calibrate, fields, haptics, mount, pipeline, records, wear
from brace.config import Config
from plumbcore import BLOCK_FIELDS, WINDOW_FIELDS

RATES = fields.BLOCK_MOVE + fields.RATE


def worn_for(module, seconds, swing, rng):
    """Blocks whose mean rates range over +-swing cdeg/s."""
    for _ in range(round(seconds * 8)):
        block = [0] * BLOCK_FIELDS
        block[RATES : RATES + 3] = [int(v) for v in rng.uniform(-swing, swing, 3)]
        module.block(block, fields.BLOCK_MOVE)


def test_on_a_table_it_is_off_after_two_minutes_and_on_again_after_one():
    rng = np.random.default_rng(0)
    found = []
    module = wear.Wear(lambda *values: found.append(values))
    worn_for(module, 119, 4, rng)
    assert not found and module.state == wear.ON
    worn_for(module, 2, 4, rng)
    assert found == [(wear.OFF, wear.STILL, 960)]
    worn_for(module, 59, 50, rng)
    worn_for(module, 30, 50, rng)
    assert found[1:] == [(wear.ON, wear.MOVED, 480)]


def test_who_breathes_is_worn():
    found = []
    module = wear.Wear(lambda *values: found.append(values))
    worn_for(module, 1800, 20, np.random.default_rng(1))
    assert not found


def walking(lean_cdeg=0, impacts=0):
    """A window of walking whose vertical leans forward by so much."""
    x = [0] * WINDOW_FIELDS
    angle = np.radians(lean_cdeg / 100)
    x[fields.W_UP], x[fields.W_UP_Z] = round(-2048 * np.sin(angle)), round(2048 * np.cos(angle))
    x[fields.W_VERTICAL_BAND + 1] = x[fields.W_VERTICAL_BAND + 2] = 4000
    x[fields.W_VERTICAL_BAND] = 4000 + impacts
    x[fields.W_POWER] = 4800
    x[fields.W_QUADRATURE] = 600
    return x


def verdict(*windows):
    gait = mount.Gait(32)
    for window in windows:
        gait.window(window)
    return mount.NAMES[gait.check()[0]]


def test_walking_tells_the_mount():
    assert verdict(*[walking()] * 5) == "unknown"
    assert verdict(*[walking()] * 20) == "right"
    assert verdict(*[walking(mount.TILT_CDEG + 100)] * 20) == "tilted"
    assert verdict(*[walking(18000)] * 20) == "upside_down"
    assert verdict(*[walking(impacts=600)] * 20) == "loose"
    turned = walking()
    turned[fields.W_QUADRATURE], turned[fields.W_QUADRATURE_Y] = 100, 600
    assert verdict(*[turned] * 20) == "turned"


@pytest.mark.parametrize("degrees", [0, 1, 8, 45, 90, 170])
def test_angles_between_verticals(degrees):
    a = (0, 0, 2048)
    b = (round(2048 * np.sin(np.radians(degrees))), 0, round(2048 * np.cos(np.radians(degrees))))
    assert mount.between(a, b) == pytest.approx(degrees * 100, abs=6)


@pytest.fixture
def line():
    """A running pipeline with one sensor, and what it writes."""
    log = []
    made = pipeline.Pipeline(Config(), lambda kind, body: log.append((kind, bytes(body))))
    made.start(104000, 0, calibrate.Calibration(), 0, pipeline.POWER)
    made.log = log
    return made


def still(line, seconds):
    """What one still chunk after the other makes the brace say; the last bit is noise."""
    part = np.tile(np.array([0, 0, 0, 0, 0, 2049], np.int16), 13)
    part[5::12] += 1
    return [line.chunk(part, 13, part[:0], 0) for _ in range(round(seconds * 8))]


def test_a_brace_that_slips_is_told_of_once_and_does_not_nudge(line):
    movement = line.movement
    movement._judge(mount.RIGHT, 100, 0)
    assert set(still(line, 1)) == {0}
    movement._slip = mount.SLIP_CDEG + 1
    movement._judge(mount.RIGHT, 100, 0)
    assert movement.mount == mount.SLIPPED
    said = still(line, 10)
    assert said[0] == haptics.PROMPT and set(said[1:]) == {0}
    movement._judge(mount.TILTED, 3000, 0)
    assert set(still(line, 1)) == {0}
    kinds = [records.unpack(kind, body)["finding"] for kind, body in line.log
             if kind == records.MOUNT]
    assert kinds == [mount.RIGHT, mount.SLIPPED, mount.TILTED]


def test_a_snooze_keeps_the_prompt_away(line):
    line.input(pipeline.SNOOZE, 0)
    line.movement._judge(mount.TURNED, 100, 9000)
    assert set(still(line, 1)) == {0}


def test_off_the_body_is_logged_and_not_judged(line):
    still(line, 130)
    found = [records.unpack(kind, body) for kind, body in line.log if kind == records.WEAR]
    assert found == [{"state": 0, "cause": wear.STILL, "block": 960, "since": 0}]
    still(line, 60)
    epochs = [records.unpack(kind, body) for kind, body in line.log if kind == records.EPOCH]
    assert [(e["worn"], e["posture"] > 0) for e in epochs] == [(1, True), (1, True), (0, False)]


def test_a_calibration_grows_old():
    known = calibrate.Calibration()
    day = 86_400_000
    assert calibrate.DUE[calibrate.due(known, 0, 30, False)] == "none"
    known.id, known.utc_ms = 3, 100 * day
    assert calibrate.due(known, 130 * day, 30, False) == 0
    assert calibrate.DUE[calibrate.due(known, 130 * day + 1, 30, False)] == "age"
    assert calibrate.due(known, 900 * day, 0, False) == 0
    assert calibrate.due(known, 0, 30, False) == 0, "the time is not known"
    assert calibrate.DUE[calibrate.due(known, 101 * day, 30, True)] == "mount"
