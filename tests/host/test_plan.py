"""Plan files: read, checked with lines and cures, hashed, packed for the brace."""

import datetime as dt
import struct
from dataclasses import replace

import pytest
from brace.exercise import library, planned, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from plumbline.clinic import conditions, exercises
from plumbline.clinic.plan import Approval, Item, Other, Plan
from plumbline.clinic.tomlfile import FileProblems, places
from plumbline.errors import Refused

HEAD = 'plumbline_plan = 1\nperson = "P7"\nrevision = 1\nstart = 2026-03-02\n'
NAMES = tuple(exercises.table())


def problems(text):
    with pytest.raises(FileProblems) as caught:
        Plan.parse(HEAD + text, "my.toml")
    return [(p.line, p.what, p.cure) for p in caught.value.problems], str(caught.value)


@st.composite
def items(draw):
    name = draw(st.sampled_from(NAMES))
    exercise = exercises.get(name)
    return Item(
        name,
        sets=draw(st.integers(1, 10)),
        reps=draw(st.integers(1, 60)),
        hold_s=draw(st.integers(0, 600)),
        tempo_s=tuple(draw(st.integers(0, 200)) / 10 for _ in range(3)),
        rest_s=draw(st.integers(0, 600)),
        per_week=draw(st.integers(0, 14)),
        load=draw(st.integers(0, exercise.top("load"))),
        complexity=draw(st.integers(0, exercise.top("complexity"))),
        balance=draw(st.integers(0, exercise.top("balance"))),
        load_kg=draw(st.integers(0, 400)) / 2,
        band=draw(st.none() | st.just((5.0, 30.5))),
        side=draw(st.sampled_from(("both", "left", "right"))),
        feedback=draw(st.sampled_from(terms.FEEDBACK)),
        locked=draw(st.none() | st.just("A. Sato")),
        changed=draw(st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))),
        note=draw(st.none() | st.text(max_size=40)),
    )


plans = st.builds(
    Plan,
    person=st.just("P7"),
    revision=st.integers(1, 65535),
    start=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    weeks=st.integers(1, 52),
    note=st.none() | st.text(max_size=60),
    cues=st.just({"cue_ms": 300}) | st.just({}),
    items=st.lists(items(), max_size=3, unique_by=lambda i: i.name).map(tuple),
    others=st.lists(st.builds(Other, st.just("walking"), st.just("active")), max_size=2)
    .map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(plans)
def test_what_is_written_is_read(plan):
    again = Plan.parse(plan.text())
    assert again == plan
    assert again.digest == plan.digest


@settings(max_examples=30, deadline=None)
@given(plans)
def test_packed_plans_are_plans_to_the_brace(plan):
    raw = plan.packed()
    planned.check(raw)
    shown = [item for item in plan.items if item.per_week]
    assert planned.count(raw) == len(shown)
    assert planned.revision(raw) == plan.revision
    for index, item in enumerate(shown):
        row = planned.row(raw, index)
        assert library.by_id(row[planned.EXERCISE])[library.NAME] == item.name
        assert (row[planned.SETS], row[planned.REPS], row[planned.HOLD_S]) == (
            item.sets, item.reps, item.hold_s)  # fmt: skip
        assert [row[k] / 10 for k in range(planned.OUT_DS, planned.BACK_DS + 1)] == (
            pytest.approx(list(item.tempo_s)))  # fmt: skip
        assert terms.FEEDBACK[row[planned.FEEDBACK]] == item.feedback


@pytest.mark.parametrize("raw, said", [
    (b"", "cut short"),
    (b"\x02\x00\x01\x00", "format 2"),
    (b"\x01\xff\x01\x00", "at most"),
    (b"\x01\x01\x01\x00", "do not hold"),
    (b"\x01\x01\x01\x00" + bytes(21), "no exercise 0"),
])  # fmt: skip
def test_the_brace_refuses_what_is_no_plan(raw, said):
    with pytest.raises(planned.PlanError, match=said):
        planned.check(raw)


def test_every_wrong_line_is_named_with_its_cure():
    found, text = problems(
        'strat = 1\n'                                                 # line 5
        '[[exercise]]\nname = "sqat"\n'                               # 6, 7
        '[[exercise]]\nname = "squat"\nreps = 400\nload = 9\n'        # 8 .. 11
        'tempo_s = [1, 2]\nfeedback = "loud"\nband = [30, 5]\n'       # 12 .. 14
        '[[exercise]]\nname = "squat"\nsets = "two"\n'                # 15 .. 17
    )  # fmt: skip
    lines = {line: (what, cure) for line, what, cure in found}
    assert set(lines) == {5, 7, 10, 11, 12, 13, 14, 16, 17}
    assert "nearest is 'squat'" in lines[7][1]
    assert lines[10] == ("exercise 2 (squat): reps = 400 is too large", "Give 1 to 60")
    assert lines[11][1] == "Give 0 to 4"
    assert "every" in lines[13][1]
    assert "a whole number" in lines[17][1]
    assert "my.toml:16: 'squat' stands here twice. Join it with exercise 2." in text


@pytest.mark.parametrize("text, line", [("x =\n", 5), ("[[exercise]\n", 5), ('note = "\n', 5)])
def test_text_that_is_no_toml_is_named(text, line):
    found, _ = problems(text)
    assert found[0][0] == line and "not TOML" in found[0][1]


def test_a_missing_key_is_named():
    with pytest.raises(FileProblems, match="lacks 'start'. Add start = a date"):
        Plan.parse('plumbline_plan = 1\nperson = "P7"\nrevision = 1\n')


def test_places_see_through_strings_and_lists():
    text = ('a = [\n  1,\n  2 ]\nb = """\nc = 1\n"""\n[t]\nd = "[[x]]"\n'
            '[[u]]\n[[u]]\n[u.v]\ne.f = 1\n')  # fmt: skip
    assert places(text) == {
        ("a",): 1, ("b",): 4, ("t",): 7, ("t", "d"): 8, ("u", 0): 9, ("u", 1): 10,
        ("u", 1, "v"): 11, ("u", 1, "v", "e", "f"): 12,
    }  # fmt: skip


def approved(plan):
    at = dt.datetime(2026, 3, 1, 10, tzinfo=dt.timezone.utc)
    return replace(plan, approval=Approval("A. Sato", at, plan.digest))


@pytest.mark.req("COACH-2")
def test_only_an_approval_of_these_contents_counts():
    plan = Plan.parse(HEAD + '[[exercise]]\nname = "squat"\n')
    with pytest.raises(Refused, match="no therapist has approved"):
        plan.check_effective()
    good = approved(plan)
    good.check_effective()
    Plan.parse(good.text()).check_effective()
    for changed in (
        good.text().replace("reps = 6", "reps = 7"),
        good.text().replace("2026-03-02", "2026-03-03"),
        good.text().replace('person = "P7"', 'person = "P8"'),
    ):
        with pytest.raises(Refused, match="changed after A. Sato approved"):
            Plan.parse(changed).check_effective()
    with pytest.raises(Refused, match="stopped"):
        approved(replace(plan, stopped="fever")).check_effective()


def test_warnings():
    loaded = '[[exercise]]\nname = "squat"\nload = 3\n'
    assert "warms up" in Plan.parse(HEAD + loaded).warnings()[0]
    warm = '[[exercise]]\nname = "pelvic-tilt"\n'
    assert Plan.parse(HEAD + warm + loaded).warnings() == []
    passive = '[[other]]\nname = "heat"\nkind = "passive"\n'
    assert "passive only" in Plan.parse(HEAD + passive).warnings()[0]
    bent = '[[exercise]]\nname = "eccentric-lowering"\nload = 4\n'
    said = Plan.parse(HEAD + warm + bent).warnings(["osteoporosis", "degenerative-disc"])
    assert any("osteoporosis usually leaves it out" in s for s in said)
    assert any("degenerative-disc limits it to 1" in s for s in said)


def test_conditions_change_cues_speed_and_levels():
    hinge = exercises.get("eccentric-lowering")
    assert conditions.excluded(hinge, ["neuropathy"]) is None
    assert conditions.excluded(hinge, ["osteoporosis"]) == "osteoporosis"
    assert conditions.top(hinge, "load", ["degenerative-disc"]) == (1, "degenerative-disc")
    assert conditions.ceiling_dps(hinge, ["degenerative-disc"]) == 28
    assert conditions.ceiling_dps(hinge, []) == 40
    assert conditions.cues(["neuropathy"])["cue_level"] == 65535
    plan = Plan.parse(HEAD + '[[exercise]]\nname = "squat"\n')
    assert planned.row(plan.packed(["degenerative-disc"]), 0)[planned.CEILING] == 70


# -- the library --------------------------------------------------------------------------------


def test_the_library_is_well_formed():
    ids = [row[library.ID] for row in library.LIBRARY]
    assert ids == sorted(set(ids))
    for row in library.LIBRARY:
        assert len(row) == library.FIELDS, row[library.NAME]
        assert library.by_id(row[library.ID]) is row
        assert library.by_name(row[library.NAME]) is row
        low, high = row[library.BAND]
        assert low < high
        assert row[library.SIGNAL] < terms.SIGNALS
        for flag, signal, measure, limit in row[library.RULES]:
            assert flag & terms.FAULTS and signal < terms.SIGNALS and limit > 0
            assert measure in (terms.RISE, terms.FALL, terms.EITHER)
        for number in (*row[library.DOSE], *row[library.TEMPO], row[library.CEILING]):
            assert isinstance(number, int)
        if row[library.KIND] == terms.REPS:
            assert row[library.SWING] > 0
            # A climb is counted on its speed, which no height compares with.
            assert row[library.COUNTED] == terms.CLIMB or row[library.SWING] <= low
        struct.pack(planned.ITEM, *planned.default_row(row))
    assert library.by_id(0) is None and library.by_name("x") is None


def test_the_exercises_of_the_issue_are_there():
    for name in ("pelvic-tilt", "hip-hinge", "squat", "lateral-bend", "rotation", "sit-to-stand",
                 "glute-bridge", "bird-dog", "dead-bug", "plank", "side-plank",
                 "single-leg-deadlift", "clamshell", "eccentric-lowering", "biering-sorensen",
                 "stance-eyes-open", "stance-eyes-closed", "stance-tandem", "stance-single-leg",
                 "reposition"):  # fmt: skip
        exercise = exercises.get(name)
        assert exercise.purpose and exercise.how and exercise.steps["complexity"]
        assert exercises.by_id(exercise.id) is exercise
