"""Decisions: by named therapists only, in the audit first, in force only when approved."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from plumbline.clinic import decide, progress, simulate
from plumbline.clinic.people import Person, Profile, Therapist, everyone, find, wearing
from plumbline.clinic.plan import Plan
from plumbline.clinic.progress import Evidence
from plumbline.clinic.tomlfile import FileProblems
from plumbline.errors import Mismatch, Refused, UsageError
from test_progress import DAY, item, plan, sessions

AT = dt.datetime(2026, 3, 22, 18, tzinfo=dt.timezone.utc)


@pytest.fixture
def person(tmp_path):
    profile = Profile("P7", (Therapist("A. Sato", "PT"), Therapist("B. Lund")), ["neuropathy"],
                      ["PL-1"], {"doctor": "Dr. Who"})  # fmt: skip
    return Person.create(tmp_path, profile)


@pytest.fixture
def treated(person):
    decide.adopt(person, plan(item("pelvic-tilt"), item("squat")), "A. Sato", AT)
    return person


def proposed(person):
    evidence = Evidence(sessions("squat") + sessions("pelvic-tilt"))
    review = progress.review(person.plan(), evidence, DAY)
    decide.keep(person, review, AT)
    return review


def test_profiles_are_read_as_written(person, tmp_path):
    assert Profile.parse(person.profile.text()) == person.profile
    assert [p.pseudonym for p in everyone(tmp_path)] == ["P7"]
    assert find(tmp_path, None).pseudonym == "P7"
    assert wearing(tmp_path, "PL-1").pseudonym == "P7" and wearing(tmp_path, "PL-2") is None
    with pytest.raises(UsageError, match="already"):
        Person.create(tmp_path, person.profile)
    with pytest.raises(UsageError, match="there is no person 'P8'"):
        find(tmp_path, "P8")
    with pytest.raises(UsageError, match="cannot be a pseudonym"):
        find(tmp_path, "../P7")
    with pytest.raises(FileProblems, match="is not known"):
        Profile.parse(person.profile.text().replace("neuropathy", "gout"))
    with pytest.raises(FileProblems, match="other characters"):
        Profile.parse(person.profile.text().replace('"P7"', '"Jane Doe"'))


def test_nobody_but_a_therapist_of_the_profile_decides(treated):
    proposed(treated)
    before = treated.plan()
    for act in (
        lambda: decide.accept(treated, "Mallory", AT),
        lambda: decide.adopt(treated, before, "Mallory", AT),
        lambda: decide.override(treated, "Mallory", "squat", {"reps": 9}, "why", AT),
        lambda: decide.lock(treated, "Mallory", "squat", True, AT),
    ):
        with pytest.raises(Refused, match="no therapist of P7"):
            act()
    decide.stop(treated, "wearer", "flu", AT)
    with pytest.raises(Refused, match="no therapist of P7"):
        decide.resume(treated, "Mallory", "why", AT)
    assert treated.plan().stopped == "flu"


def test_proposals_take_effect_only_when_accepted(treated):
    before = treated.plan()
    review = proposed(treated)
    assert [p.action for p in review.proposals] == ["raise", "raise"]
    assert treated.plan() == before
    assert decide.waiting(treated) == review
    after = decide.accept(treated, "b. lund", AT, only=["squat"])
    assert after == treated.plan() and after.approved and after.approval.by == "B. Lund"
    assert after.item("pelvic-tilt") == before.item("pelvic-tilt")
    assert after.item("squat").load == before.item("squat").load + 1
    assert after.item("squat").reps == 8 and after.item("squat").changed == AT.date()
    entry = treated.audit.entries()[-1]
    assert entry.detail["declined"] == ["pelvic-tilt"] and "Squat" in entry.detail["taken"][0]
    assert decide.waiting(treated) is None
    with pytest.raises(UsageError, match="no proposal waits"):
        decide.accept(treated, "A. Sato", AT)


def test_proposals_for_an_older_plan_are_void(treated):
    proposed(treated)
    decide.override(treated, "A. Sato", "squat", {"reps": 9}, "knee", AT)
    assert decide.waiting(treated) is None


def test_override_is_checked_like_a_file(treated):
    for changes, said in (({"reps": 99}, "too large"), ({"colour": 1}, "has no colour"),
                          ({"load": 9}, "beyond its levels")):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            decide.override(treated, "A. Sato", "squat", changes, "why", AT)
    with pytest.raises(UsageError, match="needs a reason"):
        decide.override(treated, "A. Sato", "squat", {"reps": 5}, " ", AT)
    with pytest.raises(UsageError, match="not in the plan"):
        decide.override(treated, "A. Sato", "plank", {"reps": 5}, "why", AT)
    assert treated.plan().revision == 1


def test_locks_keep_the_rules_away(treated):
    decide.lock(treated, "A. Sato", "squat", True, AT)
    assert proposed(treated).proposals[1].action == "hold"
    decide.lock(treated, "B. Lund", "squat", False, AT)
    assert treated.plan().item("squat").locked is None


@pytest.mark.req("COACH-4")
def test_a_red_flag_stops_the_plan_and_says_whom_to_call(treated):
    said = decide.answer_red_flags(treated, ["fever"], AT, "wearer")
    assert "call Dr. Who today" in said
    assert treated.plan().stopped == said
    assert decide.open_red_flags(treated) == ["fever"]
    with pytest.raises(Refused, match="stopped"):
        treated.plan().check_effective()
    for act in (lambda: decide.accept(treated, "A. Sato", AT),
                lambda: decide.adopt(treated, plan(item()), "A. Sato", AT)):  # fmt: skip
        with pytest.raises(Refused, match="stopped"):
            act()
    with pytest.raises(UsageError, match="needs a reason"):
        decide.resume(treated, "A. Sato", "", AT)
    later = AT + dt.timedelta(days=1)
    assert decide.resume(treated, "A. Sato", "seen by Dr. Who", later).approved
    assert decide.open_red_flags(treated) == []
    assert decide.answer_red_flags(treated, [], later, "wearer") is None


def test_a_review_that_sees_a_red_flag_stops_the_plan(treated):
    review = progress.review(treated.plan(), Evidence(red_flags=["saddle"]), DAY)
    decide.keep(treated, review, AT)
    assert "call" in treated.plan().stopped


def test_plans_of_others_are_refused(person):
    with pytest.raises(Refused, match="for P8, not for P7"):
        decide.adopt(person, replace(plan(item()), person="P8"), "A. Sato", AT)
    with pytest.raises(Refused, match="no therapist has approved"):
        person.put_in_force(plan(item()))


def test_every_revision_is_kept(treated):
    decide.lock(treated, "A. Sato", "squat", True, AT)
    kept = sorted(p.name for p in (treated.folder / "plans").iterdir())
    assert kept == ["0001.toml", "0002.toml"]
    for path in (treated.folder / "plans").iterdir():
        assert Plan.read(path).approved


# -- the audit -----------------------------------------------------------------------------------


def test_the_audit_finds_every_tampering(treated):
    decide.lock(treated, "A. Sato", "squat", True, AT)
    proposed(treated)
    path = treated.audit.path
    good = path.read_text().splitlines(keepends=True)
    assert len(treated.audit.entries()) == 3
    changed = json.loads(good[0])
    changed["by"] = "B. Lund"
    for lines in (
        [json.dumps(changed) + "\n", *good[1:]],
        good[1:],
        [good[0], good[2]],
        [good[1], good[0], good[2]],
        ["nonsense\n", *good[1:]],
    ):
        path.write_text("".join(lines))
        with pytest.raises(Mismatch, match="the audit was changed here"):
            treated.audit.entries()


def test_a_line_that_a_power_cut_left_half_is_no_entry(treated):
    path = treated.audit.path
    raw = path.read_bytes()
    path.write_bytes(raw + raw[: len(raw) // 2])
    assert len(treated.audit.entries()) == 1
    decide.lock(treated, "A. Sato", "squat", True, AT)
    assert [e.what for e in treated.audit.entries()] == ["approved", "locked"]


# -- twelve weeks of made-up patients ------------------------------------------------------------


@pytest.mark.parametrize("kind", simulate.KINDS)
def test_simulated_patients(kind, tmp_path):
    told = list(simulate.run(kind, tmp_path, seed=3))
    assert sum(line.startswith("week") for line in told) == simulate.WEEKS
    person = find(tmp_path, f"SIM-{kind}")
    revisions = [Plan.read(p) for p in sorted((person.folder / "plans").iterdir())]
    approvals = [e for e in person.audit.entries() if e.what == "approved"]
    assert all(p.approved and p.approval.by == simulate.THERAPIST for p in revisions)
    assert [p.digest for p in revisions] == [e.detail["digest"] for e in approvals]
    for old, new in zip(revisions, revisions[1:], strict=False):
        for a, b in zip(old.items, new.items, strict=True):
            moves = [b.level(x) - a.level(x) for x in ("load", "complexity", "balance")]
            assert sorted(map(abs, moves)) in ([0, 0, 0], [0, 0, 1])


@pytest.mark.slow
@pytest.mark.parametrize("kind", simulate.KINDS)
def test_a_simulated_patient_is_the_same_again(kind, tmp_path):
    first = list(simulate.run(kind, tmp_path / "one", seed=3))
    assert first == list(simulate.run(kind, tmp_path / "two", seed=3))
    assert first != list(simulate.run(kind, tmp_path / "other", seed=4))


def test_simulated_patients_differ_as_they_should(tmp_path):
    told = {kind: "\n".join(simulate.run(kind, tmp_path, seed=1)) for kind in simulate.KINDS}
    height = {
        kind: sum(i.load + i.complexity + i.balance
                  for i in find(tmp_path, f"SIM-{kind}").plan().items)
        for kind in told
    }  # fmt: skip
    assert height["steady"] > height["drop-off"] and height["steady"] > height["overdoer"]
    assert "Setbacks are expected" in told["flare"] and "Setbacks" not in told["steady"]
    assert "ask what stands in the way" in told["drop-off"]
    assert "Done more often than planned" in told["overdoer"] and "(red)" in told["overdoer"]
