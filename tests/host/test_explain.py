"""plumbline.explain: decisions in words, from what the brace logged."""

from types import SimpleNamespace

import pytest
from brace import activity, mount, posture, records
from plumbline.explain import explain, last, moment
from plumbline.segments import Record

START_MS = 1_772_438_400_000


def record(kind, t_cs, *values, boot=1):
    return Record(kind, 1, boot, t_cs, records.pack(kind, *values))


@pytest.fixture
def reading():
    """A start 10 s after power-on, a calibration's run, then an hour's decisions."""
    log = [
        record(records.TIME, 500, START_MS, 0),
        record(records.START, 1000, 3, 1, 60, 104000, 104000, 1, 1, 1, 0, 0),
        record(records.POSTURE, 2000, 80, posture.UPRIGHT, 0, posture.AXIS_FLEXION, 410, 2000,
               410, -50),
        record(records.ACTIVITY, 6000, 400, 80, activity.SIT, activity.STAND, activity.STAND, 88,
               64, 1200),
        record(records.MOUNT, 6100, 408, mount.RIGHT, 0, 350, -1200, 55),
        record(records.POSTURE, 9000, 640, posture.SLOUCHED, posture.UPRIGHT, posture.AXIS_LUMBAR,
               1450, 1200, 900, 20),
        record(records.CUE, 11000, 800, 7, posture.SLOUCHED, 1, 200, 1450, 1200),
        record(records.BEND, 30000, 2320, 2300, 1, 20, 5230, 4100, 55),
    ]
    return SimpleNamespace(records=log, segments={})


@pytest.mark.req("POST-6")
def test_the_decisions_in_force_are_told_with_their_numbers(reading):
    sentences = [str(reason) for reason in explain(reading, 1, 11500)]
    slouched, sits, worn, cue = sentences
    assert "slouched" in slouched and "14.5°" in slouched and "12.0°" in slouched
    assert "sit, 88 % sure" in sits and "ahead of stand by 2.0" in sits
    assert "right" in worn and "3.5°" in worn
    assert "strength 1" in cue and "for 20 s" in cue


def test_an_activity_holds_from_when_it_began(reading):
    """It was settled at 60 s, and said that the wearer sat from block 80 (20 s) on."""
    kinds = [reason.kind for reason in explain(reading, 1, 2100)]
    assert kinds == ["posture", "activity"]
    (before, *_) = explain(reading, 1, 2100)
    assert "upright" in before.sentence and "below its threshold of 20.0°" in before.sentence


def test_what_is_long_past_is_left_out(reading):
    assert [r.kind for r in explain(reading, 1, 30100)] == ["posture", "activity", "mount", "bend"]
    assert explain(reading, 2, 30100) == []


def test_a_start_forgets(reading):
    reading.records.append(record(records.START, 31000, 3, 4, 60, 104000, 104000, 1, 2, 1, 0, 0))
    assert explain(reading, 1, 32000) == []


def test_moments_are_found_by_the_clock(reading):
    assert moment(reading, START_MS + 60_000) == (1, 500 + 6000)
    assert moment(reading, START_MS - 60_000) is None
    assert last(reading) == (1, 30000)
    assert explain(reading, 1, 9100)[0].utc_ms == START_MS + 85_000
