"""From the log's exercise records to sessions, proposals, screens and the plan on the brace."""

import datetime as dt
import hashlib
from types import SimpleNamespace

import pytest
from brace.exercise import terms
from plumbline.clinic import decide, progress, screen, sending, training
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.clinic.plan import Item, Plan
from plumbline.errors import Mismatch, PlumblineError, Refused, UsageError
from plumbline.virtual.workouts import WORKOUTS
from trained import clock, session

MONDAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 8, 18, tzinfo=dt.timezone.utc)
THERAPIST = "A. Sato"


@pytest.fixture
def person(tmp_path):
    profile = Profile("P7", (Therapist(THERAPIST),), ["neuropathy"], ["PL-0001"],
                      {"doctor": "Dr. Ito 555"})  # fmt: skip
    return Person.create(tmp_path, profile)


def plan(*names):
    return Plan("P7", 1, MONDAY, items=tuple(
        Item(name, WORKOUTS[name].changes.get("sets", 1), WORKOUTS[name].reps, 0, (0, 0, 0),
             per_week=3) for name in names))  # fmt: skip


def test_sets_are_read_with_their_repetitions():
    done = training.read(session(1, "squat", "plank", "stance-eyes-open", "reposition"), clock)
    squat, plank, stance, found = done
    assert squat.name == "squat" and squat.day == MONDAY and squat.complete
    assert squat.good == 4 and len(squat.repetitions) == 6 and squat.symmetry() is None
    assert squat.faults() == {"rounded": 1, "dropped": 1}
    assert all(27 < extent < 29 for extent in squat.extents())
    assert plank.held.breaks == 1 and plank.held.inside_s == pytest.approx(16.8, abs=1)
    assert plank.faults() == {"arched": 1, "left band": 1}
    assert 1 < stance.sway["rms_ap"] < 500 and stance.sway["n"] > 3000
    assert [round(error) for error in found.errors] == [4, -3, 0, 6, -2]


def test_sides_are_compared():
    (bends,) = training.read(session(1, "lateral-bend"), clock)
    alike = bends.symmetry()
    assert alike.n == (4, 4) and alike.low <= 0 <= alike.high


def test_a_log_without_times_and_of_newer_firmware_is_read():
    records = session(1, "squat")
    (one,) = training.read(records, lambda boot, t_cs: None)
    assert one.day is None and one.repetitions
    records[-1].fields = {**records[-1].fields, "exercise": 200}
    assert training.read(records, clock) == []


def test_sessions_join_pain_and_the_plan(person):
    decide.adopt(person, plan("squat", "plank"), THERAPIST, NOW)
    at = dt.datetime(2026, 3, 2, 18, tzinfo=dt.timezone.utc)
    for when, score, day in (("before", 2, 0), ("during", 5, 0), ("next-day", 2, 1)):
        person.diary.add("nprs", {"score": score, "when": when, "exercise": "squat"},
                         at + dt.timedelta(days=day))  # fmt: skip
    done = training.read(session(1, "squat", "plank"), clock)
    plank, squat = training.sessions(person, person.plan(), done)
    assert (squat.sets, squat.reps, squat.good) == (1, 6, 4)
    assert squat.light == progress.AMBER and squat.settled is True
    assert (plank.reps, plank.good) == (20, 18) and plank.light is None


def test_proposals_follow_from_the_log(person):
    decide.adopt(person, plan("lateral-bend"), THERAPIST, NOW - dt.timedelta(days=9))
    records = [r for boot in (1, 3, 5) for r in session(boot, "lateral-bend")]
    for day in range(5):
        person.diary.add("nprs", {"score": 1, "when": "during"},
                         NOW - dt.timedelta(days=6 - day))  # fmt: skip
    done = training.read(records, clock)
    review = progress.review(person.plan(), training.evidence(person, person.plan(), done),
                             dt.date(2026, 3, 7))  # fmt: skip
    (proposal,) = review.proposals
    assert proposal.exercise == "lateral-bend" and proposal.action in ("raise", "fade")
    assert person.plan().item("lateral-bend").load == 0


# -- the screen --------------------------------------------------------------------------------

SCREENED = ("squat", "hip-hinge", "lateral-bend", "stance-single-leg", "bird-dog", "glute-bridge")


def test_a_screen_is_scored_with_evidence():
    (found,) = screen.screens(
        training.read(session(1, *SCREENED, levels=training.SCREEN), clock)
    )
    scores = {item.name: item.score for item in found.items}
    assert scores == {"squat": 2, "hip-hinge": 2, "lateral-bend": 3, "stance-single-leg": 2,
                      "bird-dog": 2, "glute-bridge": 2} and found.total == 13  # fmt: skip
    assert found.missing == []
    evidence = {item.name: item.evidence() for item in found.items}
    assert evidence["squat"] == "4 of 6 free of faults: rounded (1), dropped (1)"
    weak = screen.weakest(found, [])
    assert weak.z is None and "3 more earlier screens" in weak.why


def test_the_weakest_is_told_against_ones_own_baseline():
    records = [r for boot in (1, 8, 15, 22) for r in session(boot, *SCREENED,
                                                              levels=training.SCREEN)]  # fmt: skip
    # In the last one the bridge is lower than ever.
    for record in records:
        if record.boot == 22 and record.name == "repetition" and record.fields["hold_cs"] > 300:
            record.fields = {**record.fields, "peak": record.fields["peak"] // 2}
    found = screen.screens(training.read(records, clock))
    weak = screen.weakest(found[-1], found[:-1])
    assert len(found) == 4 and weak.item.name == "glute-bridge" and weak.z > 2
    assert "usually 26.1" in weak.why


def test_an_unfinished_item_and_pain_score_nothing():
    records = session(1, "squat", "hip-hinge", levels=training.SCREEN)
    for record in records:
        if record.name == "set":
            other = record.fields["exercise"] == 3
            record.fields = {**record.fields, "ended": 1 if other else 2,
                             "flags": record.fields["flags"] | (terms.PAIN if other else 0)}
    (found,) = screen.screens(training.read(records, clock))
    assert [item.score for item in found.items] == [0, 0]
    assert "pain was marked" in found.items[0].evidence()
    assert set(found.missing) == set(SCREENED[2:])


def test_ordinary_training_is_no_screen():
    assert screen.screens(training.read(session(1, *SCREENED), clock)) == []


# -- the plan on the brace ---------------------------------------------------------------------


class Brace:
    """Keeps plans and settings as a brace does."""

    def __init__(self, serial="PL-0001"):
        self.identity = SimpleNamespace(serial=serial)
        self.raw, self.settings = b"", {}

    def plan(self):
        head = self.raw[:4] + b"\0\0\0\0"
        return {"plan": self.raw, "sha256": hashlib.sha256(self.raw).digest(),
                "revision": head[2] | head[3] << 8, "exercises": head[1]}

    def plan_set(self, raw):
        self.raw = raw
        return self.plan()

    def config_set(self, settings):
        self.settings |= settings


def test_only_an_approved_plan_is_sent_and_the_audit_knows(person):
    brace = Brace()
    with pytest.raises(UsageError, match="no plan"):
        sending.send(person, brace, NOW)
    decide.adopt(person, plan("squat", "plank"), THERAPIST, NOW)
    sent = sending.send(person, brace, NOW)
    assert sent.exercises == 2 and sent.sha256 == hashlib.sha256(brace.raw).hexdigest()
    # Neuropathy: stronger cues; weeks count from the plan's first day.
    assert brace.settings["cue_level"] == 65535 and brace.settings["start_day"] == 20514
    entry = person.audit.entries()[-1]
    assert entry.what == "sent" and entry.detail["sha256"] == sent.sha256
    assert sending.confirm(person, brace).revision == 1
    brace.raw = b""
    with pytest.raises(Mismatch, match="Send it"):
        sending.confirm(person, brace)


def test_another_persons_brace_is_refused(person):
    decide.adopt(person, plan("squat"), THERAPIST, NOW)
    with pytest.raises(Refused, match="PL-0002"):
        sending.send(person, Brace("PL-0002"), NOW)


def test_a_stopped_plan_is_taken_off_the_brace(person):
    brace = Brace()
    decide.adopt(person, plan("squat"), THERAPIST, NOW)
    sending.send(person, brace, NOW)
    decide.answer_red_flags(person, ["saddle"], NOW, "wearer")
    sent = sending.send(person, brace, NOW)
    assert brace.raw == b"" and sent.exercises == 0 and sent.stopped
    assert sending.confirm(person, brace).stopped


def test_a_plan_changed_by_hand_is_not_sent(person):
    decide.adopt(person, plan("squat"), THERAPIST, NOW)
    path = person.folder / "plan.toml"
    path.write_text(path.read_text().replace("reps = 6", "reps = 60"))
    brace = Brace()
    with pytest.raises(PlumblineError, match="approve"):
        sending.send(person, brace, NOW)
    assert brace.raw == b""
