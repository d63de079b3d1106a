"""The governor: when it nudges, when it keeps quiet, and what it makes of the answer."""

import pytest
from brace.config import Config
from brace.haptics import BLOCKS_PER_S, CORRECTED, IGNORED, SNOOZED, Governor
from brace.posture import FLEXED, LEFT, MOVING, UPRIGHT


class Bench:
    def __init__(self, **settings):
        self.config = Config()
        self.config.change({"cue_dwell_s": 10, "cue_gap_s": 20, **settings})
        self.cues = []
        self.responses = []
        self.seconds = 0.0
        self.governor = Governor(self.config, self._cue, self._response)

    def _cue(self, number, posture, strength, dwell_ds, value, threshold):
        self.cues.append((self.seconds, strength))

    def _response(self, number, outcome, after_ds):
        self.responses.append((outcome, after_ds))

    def hold(self, posture, seconds, value=2500, minute=-1, week=0):
        given = []
        for _ in range(int(seconds * BLOCKS_PER_S)):
            self.seconds += 1 / BLOCKS_PER_S
            strength = self.governor.block(posture, value, 2000, minute, week)
            if strength:
                given.append(strength)
        return given


@pytest.mark.req("CUE-1")
def test_a_cue_comes_after_the_dwell_and_not_before():
    bench = Bench()
    assert bench.hold(FLEXED, 9.75) == []
    assert bench.hold(FLEXED, 0.25) == [1]
    assert bench.cues == [(10.0, 1)]


def test_coming_back_starts_the_dwell_anew():
    bench = Bench()
    bench.hold(FLEXED, 9)
    bench.hold(UPRIGHT, 0.5)
    assert bench.hold(FLEXED, 9) == []


def test_another_side_starts_the_dwell_anew():
    bench = Bench()
    bench.hold(FLEXED, 9)
    assert bench.hold(LEFT, 9.75) == []
    assert bench.hold(LEFT, 0.25) == [1]


@pytest.mark.req("CUE-1")
@pytest.mark.parametrize(("posture", "value"), [(MOVING, 2500), (UPRIGHT, 2500), (FLEXED, 5000)])
def test_movement_and_intentional_bends_are_exempt(posture, value):
    assert Bench().hold(posture, 120, value) == []


@pytest.mark.req("CUE-3")
def test_correction_is_measured():
    bench = Bench()
    bench.hold(FLEXED, 10)
    bench.hold(FLEXED, 3)
    bench.hold(UPRIGHT, 1)
    assert bench.responses == [(CORRECTED, 31)]


@pytest.mark.req("CUE-3")
def test_an_ignored_cue_is_followed_by_stronger_ones_and_then_by_peace():
    bench = Bench()
    assert bench.hold(FLEXED, 600) == [1, 2, 3]
    assert [outcome for outcome, _ in bench.responses] == [IGNORED] * 3
    bench.hold(UPRIGHT, 5)
    assert bench.hold(FLEXED, 10) == [1]


@pytest.mark.req("CUE-2")
def test_the_gap_between_cues():
    bench = Bench(cue_gap_s=300)
    bench.hold(FLEXED, 10)
    bench.hold(UPRIGHT, 5)
    assert bench.hold(FLEXED, 280) == []
    assert bench.hold(FLEXED, 15) == [1]


@pytest.mark.req("CUE-2")
def test_the_day_s_budget():
    bench = Bench(cue_daily=3, cue_gap_s=1)
    for _ in range(6):
        bench.hold(FLEXED, 10)
        bench.hold(UPRIGHT, 5)
    assert len(bench.cues) == 3
    bench.hold(UPRIGHT, 24 * 3600)
    assert bench.hold(FLEXED, 10) == [1]


@pytest.mark.req("CUE-2")
def test_quiet_hours_over_midnight():
    bench = Bench(quiet_from_min=1320, quiet_to_min=420)
    assert bench.hold(FLEXED, 60, minute=1400) == []
    assert bench.hold(FLEXED, 60, minute=100) == []
    assert bench.hold(FLEXED, 1, minute=500) == [1]


def test_quiet_hours_need_the_time():
    assert Bench(quiet_from_min=0, quiet_to_min=1439).hold(FLEXED, 10, minute=-1) == [1]


@pytest.mark.req("CUE-2")
def test_a_snooze_answers_the_cue_and_keeps_quiet():
    bench = Bench(snooze_min=5)
    bench.hold(FLEXED, 11)
    assert bench.governor.snooze() == 5
    assert bench.responses == [(SNOOZED, 10)]
    assert bench.hold(FLEXED, 299) == []
    assert bench.hold(FLEXED, 2) == [1]


@pytest.mark.req("CUE-5")
def test_cues_fade_by_week():
    bench = Bench(fade_pct=50)
    assert bench.hold(FLEXED, 19.75, week=2) == []
    assert bench.hold(FLEXED, 0.25, week=2) == [1]


def test_switched_off_or_paused():
    assert Bench(cue_on=0).hold(FLEXED, 100) == []
    bench = Bench()
    bench.governor.paused = True
    assert bench.hold(FLEXED, 100) == []
