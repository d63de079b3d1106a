"""Exercises on the brace: every scripted performance, the plan, the button, what the motor says.

Performances run from a fresh start of the decisions, with the raw samples logged, and are told
from the brace's own log; the host's replay must give the same records.
"""

import datetime as dt
import struct

import pytest
from brace import records
from brace.exercise import library, planned, terms
from plumbline.answers import BraceError
from plumbline.clinic import decide, sending
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.clinic.plan import Item, Plan
from plumbline.replay import exercises, logged
from plumbline.virtual.body import Body
from plumbline.virtual.workouts import START_S, WORKOUTS


def packed(row) -> bytes:
    return struct.pack(planned.ITEM, *row)


def plan_of(*rows) -> bytes:
    return struct.pack(planned.HEAD, planned.FORMAT, len(rows), 7) + b"".join(map(packed, rows))


def logged_of(reading, kind) -> list[dict]:
    return [record.fields for record in reading.records if record.type == kind]


def play(brace, body, clock, script) -> float:
    """Puts the body into a script's starting position and begins the decisions anew with it.
    Returns how long the script lasts from here."""
    seconds = Body.from_script(script).seconds
    body.play(script)
    clock.run(0.5)
    brace.record_raw(int(seconds) + 30)
    clock.run(START_S - 0.5)
    return seconds - START_S


@pytest.mark.req("COACH-1")
@pytest.mark.needs("moves_sensors")
@pytest.mark.parametrize("name", WORKOUTS)
def test_a_performance_is_told_exactly(brace, body, clock, measure, name):
    workout = WORKOUTS[name]
    left = play(brace, body, clock, workout.script)
    brace.exercise("start", row=packed(exercises.row(name, **workout.changes)))
    clock.run(left)
    assert not brace.exercise()["on"]
    reading = brace.read_log()
    found = {kind: logged_of(reading, kind) for kind in
             (records.SET, records.REPETITION, records.REPOSITION, records.SWAY)}  # fmt: skip
    assert workout.wrong(*found.values()) == []
    measure("repetitions", len(found[records.REPETITION]), "repetitions")
    run = logged.runs(reading)[-1]
    outcome = logged.replay(run)
    assert outcome.identical, str(outcome.difference)
    assert outcome.compared >= sum(len(rows) for rows in found.values())


@pytest.mark.req("COACH-2")
def test_a_plan_is_kept_and_confirmed_by_its_hash(brace, power):
    plan = plan_of(exercises.row("squat"), exercises.row("plank"))
    kept = brace.plan_set(plan)
    assert kept["plan"] == plan and kept["revision"] == 7 and kept["exercises"] == 2
    power.cycle()
    brace.wait_ready()
    assert brace.plan() == kept
    for wrong in (plan[:-1], b"\x02" + plan[1:], plan_of((250, *exercises.row("squat")[1:]))):
        with pytest.raises(BraceError):
            brace.plan_set(wrong)
    assert brace.plan() == kept
    assert brace.plan_set(b"")["exercises"] == 0


def test_an_approved_plan_goes_to_the_persons_brace(brace, tmp_path, clock):
    """Approve, send, confirm; then a sign that needs a doctor takes the exercises off again."""
    brace.provision("PL-0007")
    at = dt.datetime(2026, 3, 2, 17, tzinfo=dt.timezone.utc)
    profile = Profile("P7", (Therapist("A. Sato"),), ["neuropathy"], ["PL-0007"])
    who = Person.create(tmp_path, profile)
    items = (Item("squat", 2, 8, 0, (3, 0, 1.5)), Item("plank", 2, 1, 20, (0, 0, 0)))
    decide.adopt(who, Plan("P7", 1, at.date(), items=items), "A. Sato", at)
    sent = sending.send(who, brace, at)
    clock.run(1)
    assert sending.confirm(who, brace).sha256 == sent.sha256 and sent.exercises == 2
    values = brace.config()["values"]
    assert values["cue_level"] == 65535 and values["start_day"] == 20514
    assert planned.row(brace.plan()["plan"], 1)[planned.HOLD_S] == 20
    decide.answer_red_flags(who, ["bladder"], at, "wearer")
    assert sending.send(who, brace, at).exercises == 0
    with pytest.raises(BraceError):
        brace.exercise("start")
    assert [entry.what for entry in who.audit.entries()] == ["approved", "sent", "stopped", "sent"]


def rhythm(pulses) -> list[int]:
    """Lengths of bursts in tens of ms."""
    return [round(pulse.ms / 10) for pulse in pulses]


@pytest.mark.needs("moves_sensors", "presses_button", "sees_motor")
def test_the_button_leads_through_the_plan_without_a_host(brace, body, button, motor, clock):
    """Three presses begin; the second exercise follows by itself; one press goes on from it."""
    squat = WORKOUTS["squat"]
    brace.plan_set(plan_of(
        exercises.row("squat", **{**squat.changes, "feedback": terms.FEEDBACK.index("every")}),
        exercises.row("isometric-hold", sets=2, hold_s=10, rest_s=60),
    ))  # fmt: skip
    # Then on their feet for a while.
    script = squat.script.rsplit("\n", 2)[0] + "\n+120 end\n"
    left = play(brace, body, clock, script)
    begun = clock.now()
    for _ in range(3):
        button.press(0.15)
        clock.run(0.25)
    clock.run(left - 80)
    reading = brace.read_log()
    sets = logged_of(reading, records.SET)
    names = [library.by_id(found["exercise"])[library.NAME] for found in sets]
    assert names == ["squat", "isometric-hold"]
    assert sets[0]["done"] == 6 and sets[1]["ended"] == terms.DONE
    plans = [row["plan"] for row in logged_of(reading, records.EXERCISE)]
    assert plans == [plans[0]] * 2 and plans[0] != 0

    lengths = rhythm(motor.pulses(begun))
    # Attention, begin, then a tick for each way out; the way back has two short ones.
    assert lengths[:5] == [8, 8, 8, 8, 25]
    assert lengths.count(6) >= 6 and lengths.count(4) >= 2 * 6
    # The repetitions with faults are nudged at.
    assert lengths.count(3) >= 2 * 3

    # In the rest before the second set one press goes on to it, three stop it all.
    button.press(0.15)
    clock.run(10)
    assert brace.exercise()["state"] == "run"
    for _ in range(3):
        button.press(0.15)
        clock.run(0.25)
    clock.run(2)
    assert not brace.exercise()["on"]


@pytest.mark.needs("moves_sensors", "presses_button")
def test_pain_marked_by_the_button_stays_with_the_set(brace, body, button, clock):
    workout = WORKOUTS["squat"]
    play(brace, body, clock, workout.script)
    brace.exercise("start", row=packed(exercises.row("squat", **workout.changes)))
    clock.run(18)
    for _ in range(2):
        button.press(0.15)
        clock.run(0.25)
    clock.run(8)
    brace.exercise("stop")
    reading = brace.read_log()
    (found,) = logged_of(reading, records.SET)
    assert found["ended"] == terms.SKIPPED and found["flags"] & terms.PAIN
    marked = [rep["number"] for rep in logged_of(reading, records.REPETITION)
              if rep["flags"] & terms.PAIN]  # fmt: skip
    assert len(marked) == 1 and len(logged_of(reading, records.PAIN)) == 1


@pytest.mark.needs("presses_button", "sees_motor")
def test_without_a_plan_the_button_says_so(brace, button, motor, clock):
    clock.run(2)
    begun = clock.now()
    for _ in range(3):
        button.press(0.15)
        clock.run(0.25)
    clock.run(3)
    assert rhythm(motor.pulses(begun)) == [40, 40]
    assert brace.exercise() | {"block": 0} == {
        "on": False, "state": "off", "exercise": 0, "set": 0, "sets": 0, "done": 0, "good": 0,
        "ended": "done", "said": 0, "block": 0,
    }  # fmt: skip


@pytest.mark.parametrize("request_", [
    {"do": "dance"}, {"do": "start", "row": b""}, {"do": "start", "row": 5},
    {"do": "start", "row": b"\xff" * planned.ITEM_SIZE}, {"do": "start", "from": 99},
    {"do": "start"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(brace, clock, request_):
    clock.run(2)
    with pytest.raises(BraceError):
        brace.exercise(**request_)


@pytest.mark.needs("moves_sensors")
def test_a_host_that_watches_is_told(brace, body, clock):
    workout = WORKOUTS["lateral-bend"]
    left = play(brace, body, clock, workout.script)
    brace.exercise("watch", on=True)
    brace.exercise("start", row=packed(exercises.row("lateral-bend", **workout.changes)))
    clock.run(left)
    told = []
    while (event := brace.event()) is not None:
        told.append(brace.link.decode(event))
    assert [event["said"] for event in told] == [terms.SAY_BEGIN, terms.SAY_FINISHED]
    assert told[-1]["done"] == workout.reps and told[-1]["good"] == workout.reps
