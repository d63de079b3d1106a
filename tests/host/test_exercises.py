"""The exercise engine on scripted performances: counts, phases, faults, what it says and when."""

import numpy as np
import pytest
from brace.exercise import library, terms
from plumbline.replay import exercises
from plumbline.virtual.body import Body
from plumbline.virtual.workouts import START_S, WORKOUTS

RATE = 104_000


def counts(body, seed=1):
    """What S and L give; a real part is never silent, and the filter distrusts one that is."""
    rng = np.random.default_rng(seed)
    for sensor in "SL":
        samples = body.samples(sensor, 1_000_000_000, RATE)
        noise = rng.normal(0, 1, samples.shape)
        yield np.round(samples / np.array([70.0] * 3 + [488.0] * 3) + noise).astype(np.int16)


def performed(name, script=None, seed=1, sensors=(True, True), **changes):
    """A workout (or another script of its exercise), run by the engine."""
    workout = WORKOUTS[name]
    s, l = counts(Body.from_script(script or workout.script), seed)  # noqa: E741
    rates = tuple(RATE if there else 0 for there in sensors)
    return exercises.perform(
        exercises.row(name, **{**workout.changes, **changes}),
        s if sensors[0] else None, l if sensors[1] else None, rates, begin_s=START_S,
    )  # fmt: skip


def wrong(name, done):
    return WORKOUTS[name].wrong(done.sets, done.repetitions, done.repositions, done.sways)


def test_every_exercise_has_a_performance():
    assert set(WORKOUTS) == {exercise[library.NAME] for exercise in library.LIBRARY}


@pytest.mark.req("COACH-1")
@pytest.mark.parametrize("name", WORKOUTS)
def test_a_performance_is_told_exactly(name):
    assert wrong(name, performed(name)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKOUTS)
@pytest.mark.parametrize("seed", range(2, 7))
def test_noise_changes_nothing(name, seed):
    assert wrong(name, performed(name, seed=seed)) == []


def test_a_wrong_account_is_noticed():
    """The comparison itself can fail: a performance against another one's truth."""
    done = performed("squat")
    assert wrong("pelvic-tilt", done) and wrong("plank", done)
    done.repetitions[0]["flags"] ^= terms.SHORT
    assert len(wrong("squat", done)) == 1


def codes(done):
    return [code for _, code in done.says]


def test_tempo_is_ticked_and_faults_are_nudged_at():
    done = performed("squat", feedback=planned_feedback("every"))
    said = codes(done)
    assert said[0] == terms.SAY_BEGIN and said[-1] == terms.SAY_FINISHED
    # A tick for the way out and one for the way back, of each of six repetitions.
    assert said.count(terms.SAY_TICK) >= 6
    assert said.count(terms.SAY_NUDGE) >= 2


def planned_feedback(word):
    return terms.FEEDBACK.index(word)


def test_feedback_fades_by_level():
    """Every repetition, every second one, only after the set, none."""
    said = {word: codes(performed("squat", feedback=planned_feedback(word)))
            for word in terms.FEEDBACK}  # fmt: skip
    ticks = {word: codes.count(terms.SAY_TICK) for word, codes in said.items()}
    assert ticks["every"] > ticks["alternate"] > ticks["summary"] == ticks["none"] == 0
    assert terms.SAY_NUDGE not in said["summary"] + said["none"]


def test_a_set_that_went_badly_is_summed_up():
    script = WORKOUTS["squat"].script.replace("lumbar=8,0,0", "lumbar=30,0,0")
    done = performed("squat", script, sets=2, rest_s=120, feedback=planned_feedback("summary"))
    assert terms.SAY_AGAIN in codes(done) and done.sets[0]["good"] < 5


def test_leaving_the_band_is_said_at_once():
    done = performed("plank", feedback=planned_feedback("every"))
    at = next(block for block, code in done.says if code == terms.SAY_NUDGE)
    # It is left at 12 s, over 0.6 s; after half a second outside that is a break.
    assert 12.2 < at / 8 < 13.5
    assert codes(done)[-1] == terms.SAY_FINISHED


def test_the_end_of_a_hold_is_said_on_time():
    done = performed("plank")
    begun, ended = done.says[0][0], done.says[-1][0]
    # The pattern that begins the set is left a second to fade.
    assert (ended - begun) / 8 == pytest.approx(20 + 9 / 8, abs=0.2)


def test_each_side_gets_a_set():
    hold = WORKOUTS["side-plank"].changes["hold_s"]
    script = "wearer sway=0.1 breath=0.1\n0 lie left\n60 lie right\n100 end\n"
    done = performed("side-plank", script, side=0, rest_s=10, sets=1)
    assert [found["side"] for found in done.sets] == [terms.LEFT, terms.RIGHT]
    assert [found["inside_ds"] for found in done.sets] == [10 * hold] * 2


def test_one_sensor_counts_too_and_leaves_out_what_it_cannot_see():
    trunk = performed("trunk-flexion", sensors=(False, True))
    assert wrong("trunk-flexion", trunk) == []
    hinge = performed("hip-hinge", sensors=(False, True))
    assert len(hinge.repetitions) == 6
    # The rounding of repetition 2 is between both sensors; the lean of 4 is not.
    assert [rep["number"] for rep in hinge.repetitions if rep["flags"] & terms.FAULTS] == [4]


def test_an_exercise_waits_for_its_position_and_gives_up():
    done = performed("plank", "0 stand\n130 end\n")
    assert [found["ended"] for found in done.sets] == [terms.NOT_READY]
    assert codes(done) == [terms.SAY_STOPPED]


def test_standing_idle_ends_a_set():
    done = performed("squat", "wearer sway=0.2\n0 stand\n60 end\n")
    assert [found["ended"] for found in done.sets] == [terms.IDLE] and not done.repetitions


def test_pain_stays_with_its_repetition():
    """A tap during the third repetition marks that one."""
    workout = WORKOUTS["squat"]
    s, l = counts(Body.from_script(workout.script))  # noqa: E741
    done = exercises.perform(
        exercises.row("squat", **workout.changes), s, l, (RATE, RATE), begin_s=START_S,
        taps=(8 + 2 * 6.5 + 2,),
    )  # fmt: skip
    assert [rep["number"] for rep in done.repetitions if rep["flags"] & terms.PAIN] == [3]
