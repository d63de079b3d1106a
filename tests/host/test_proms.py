"""Questionnaires, the diary, and what may be called a change."""

import datetime as dt
import json
import math
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plumbline.clinic import change, proms
from plumbline.clinic.diary import Diary
from plumbline.errors import Mismatch, UsageError

AT = dt.datetime(2026, 3, 2, 18, tzinfo=dt.timezone.utc)


@pytest.fixture
def diary(tmp_path):
    return Diary(tmp_path / "P7" / "diary.jsonl", "P7")


@pytest.mark.parametrize("instrument, values, score", [
    ("nprs", {"score": 4}, 4),
    ("nprs", {"score": 0, "when": "during", "exercise": "squat"}, 0),
    ("psfs", {"activities": {"lifting": 3, "walking": 6}}, 4.5),
    ("rmdq", {"score": 24}, 24),
    ("odi", {"score": 22.2}, 22.2),
    ("pain-map", {"regions": {"lower-back-left": 3, "calf-left": 6}}, 6),
    ("sleep", {"score": 7, "hours": 6.5}, 7),
    ("stress", {"score": 10}, 10),
    ("red-flags", {"yes": ["fever", "fever"]}, None),
    ("teach-back", {"exercise": "squat"}, None),
    ("measure", {"name": "grip", "value": 31.5, "unit": "kg"}, None),
])  # fmt: skip
def test_what_can_be_entered(diary, instrument, values, score):
    entry = diary.add(instrument, values, AT, "therapist", "A. Sato")
    assert entry.score == score
    assert diary.entries() == [entry] == Diary(diary.path, "P7").every()


@pytest.mark.parametrize("instrument, values", [
    ("nprs", {"score": 11}), ("nprs", {"score": 3.5}), ("nprs", {"score": True}), ("nprs", {}),
    ("nprs", {"score": 3, "when": "once"}), ("nprs", {"score": 3, "exercise": "yoga"}),
    ("psfs", {"activities": {}}), ("psfs", {"activities": {" ": 3}}),
    ("psfs", {"activities": {str(i): 1 for i in range(6)}}), ("rmdq", {"score": 25}),
    ("odi", {"score": -1}), ("pain-map", {"regions": {"elbow": 3}}), ("pain-map", {}),
    ("sleep", {"score": 5, "hours": 30}), ("red-flags", {"yes": ["ghost"]}), ("mood", {}),
    ("measure", {"name": " ", "value": 1}),
])  # fmt: skip
def test_what_is_refused_leaves_no_entry(diary, instrument, values):
    with pytest.raises(UsageError):
        diary.add(instrument, values, AT)
    assert diary.every() == []


def test_corrections_replace_without_removing(diary):
    first = diary.add("nprs", {"score": 4}, AT)
    second = diary.add("nprs", {"score": 5}, AT, replaces=first.number)
    assert diary.entries("nprs") == [second]
    assert diary.every() == [first, second]
    for number in (first.number, 9):
        with pytest.raises(UsageError, match="no entry"):
            diary.add("nprs", {"score": 6}, AT, replaces=number)


def test_entries_come_in_the_order_of_their_times(diary):
    late = diary.add("nprs", {"score": 4}, AT)
    early = diary.add("nprs", {"score": 5}, AT - dt.timedelta(days=1))
    assert diary.entries() == [early, late]


def test_time_and_source_are_checked(diary):
    with pytest.raises(UsageError, match="no zone"):
        diary.add("nprs", {"score": 4}, AT.replace(tzinfo=None))
    with pytest.raises(UsageError, match="source"):
        diary.add("nprs", {"score": 4}, AT, "hearsay")


def test_damage_is_found(diary):
    diary.add("nprs", {"score": 4}, AT)
    diary.add("nprs", {"score": 5}, AT)
    lines = diary.path.read_text().splitlines(keepends=True)
    other = json.loads(lines[0])
    other["person"] = "P8"
    for text in (lines[1], "x\n" + lines[1], json.dumps(other) + "\n" + lines[1]):
        diary.path.write_text(text)
        with pytest.raises(Mismatch):
            diary.entries()


def test_a_failed_write_leaves_the_diary_whole(diary, monkeypatch):
    diary.add("nprs", {"score": 4}, AT)
    monkeypatch.setattr("os.replace", lambda *a: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(Exception, match="full"):
        diary.add("nprs", {"score": 5}, AT)
    monkeypatch.undo()
    assert [e.score for e in diary.entries()] == [4]
    assert sorted(p.name for p in diary.path.parent.iterdir()) == ["diary.jsonl", "diary.lock"]


def test_every_scored_questionnaire_has_a_limit_or_says_none():
    for name, limit in change.LIMITS.items():
        assert limit.source and (limit.mdc or limit.mcid), name
    assert {"nprs", "psfs", "rmdq", "odi"} <= set(change.LIMITS) & set(proms.INSTRUMENTS)


# -- change --------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=40))
def test_intervals_agree_with_scipy(values):
    from scipy import stats

    found = change.estimate(values)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    # Beyond 30 degrees of freedom the table takes the normal distribution's point.
    assert found.half == pytest.approx(half, rel=1e-3 if len(values) < 32 else 0.05, abs=1e-6)


@pytest.mark.parametrize("before, now, mdc, single, word", [
    ([50, 51, 49], [70, 71, 69], 15, False, change.CHANGED),
    ([50, 51, 49], [60, 61, 59], 15, False, change.WITHIN),
    ([50, 20, 90], [70, 30, 100], 15, False, change.UNRESOLVED),
    ([50], [90], 15, False, change.UNRESOLVED),
    ([50, 51], [90, 91], None, False, change.UNRESOLVED),
    ([6], [4], 2, True, change.CHANGED),
    ([6], [5], 2, True, change.WITHIN),
])  # fmt: skip
def test_verdicts(before, now, mdc, single, word):
    verdict = change.judge(before, now, mdc, single=single)
    assert verdict.word == word
    assert verdict.difference == pytest.approx(statistics.fmean(now) - statistics.fmean(before))
    assert verdict.why


def test_importance_is_apart_from_change():
    assert change.judge([6], [3], 2, 2, single=True).important is True
    assert change.judge([6], [3], 2, 4, single=True).important is False
    assert change.judge([6], [3], 2, single=True).important is None


def test_own_mdc_needs_three_sessions():
    assert change.own_mdc([[1, 2], [3]]) is None
    # Means 2, 4, 5: steps 2 and 1.
    found = change.own_mdc([[1, 3], [4], [5, 5]])
    assert found == pytest.approx(1.96 * math.sqrt((4 + 1) / 2))
    rng = random.Random(1)
    sessions = [[rng.gauss(30 + i / 10, 2)] for i in range(400)]
    assert change.own_mdc(sessions) == pytest.approx(1.96 * math.sqrt(2) * 2, rel=0.1)
