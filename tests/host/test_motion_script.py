"""Motion scripts: what they say, what happens, and errors that name line and cure."""

import re
from pathlib import Path

import pytest
from plumbline.virtual.body import Body
from plumbline.virtual.script import ORIENTATIONS, VERBS, ScriptError, parse

DOCS = Path(__file__).parents[2] / "docs" / "motion.md"


def test_times_comments_words_and_defaults():
    script = parse(
        "# all of it\n\ntitle  Two words # and not this\n"
        "0 stand\n90 slouch 25 over=2\n1:45.5 bend 70 reps=3 lumbar=0.4\n"
        "1:02:30 lean left\n+12.5 end\n"
    )
    assert script.title == "Two words"
    assert [(line.t, line.verb) for line in script.lines] == [
        (0, "stand"), (90, "slouch"), (105.5, "bend"), (3750, "lean"), (3762.5, "end")]
    assert script.lines[2].values == {"degrees": 70, "lumbar": 0.4, "reps": 3, "hold": 0.5,
                                      "over": 1.5, "lag": 0.2}
    assert script.lines[3].values == {"side": "left", "degrees": 20, "over": 1.5}


def test_repeat_runs_what_is_between():
    script = parse("0 sit\nrepeat 3\n+10 slouch\nrepeat 2\n+5 upright\nagain\nagain\n+1 end")
    assert [(line.t, line.verb, line.number) for line in script.lines] == [
        (0, "sit", 1),
        *((10 + 20 * k + d, v, n) for k in range(3)
          for d, v, n in ((0, "slouch", 3), (5, "upright", 5), (10, "upright", 5))),
        (61, "end", 8)]


@pytest.mark.parametrize(("text", "message"), [
    ("0 stand\n5 slouch 95\n9 end", ":2: the degrees of 'slouch' must be 1 to 80 degrees, not 95"),
    ("0 stand\n5 slouch lots\n9 end", ":2: the degrees of 'slouch' wants a number, not 'lots'"),
    ("0 stand\n5 slump\n9 end", r":2: 'slump' after the time; it may be: stand, sit, .*"),
    ("0 stand\n5\n9 end", ":2: no verb after the time; .*"),
    ("0 stand\n5 lean\n9 end", ":2: 'lean' needs its side: lean SIDE …"),
    ("0 stand\n5 lean up\n9 end", ":2: the side of 'lean' wants one of left, right, not 'up'"),
    ("0 stand\n5 slouch 20 25\n9 end", ":2: 'slouch' does not know what to do with '25': .*"),
    ("0 stand\n5 slouch speed=2\n9 end", ":2: 'slouch' has no option 'speed'; it has: over"),
    ("0 stand\n5 bend reps=two\n9 end", ":2: 'reps' of 'bend' wants a whole number .*"),
    ("0 stand\n5 pose pelvis=1,2\n9 end", ":2: 'pelvis' of 'pose' wants flexion,lateral,axial .*"),
    ("3 stand\n9 end", ":1: the first line must begin at 0, .*"),
    ("+3 stand\n9 end", r":1: the first line cannot begin with '\+': say 0 instead"),
    ("0 stand\n5 sit\n5 end", ":3: time must grow, but 5 s comes after 5 s"),
    ("0 stand\n5 sit", ":2: the script has no end: .*"),
    ("", ":1: the script has no end: .*"),
    ("0 end", ":1: nothing happens: .*"),
    ("0 stand\n9 end\n12 sit", ":3: nothing may follow 'end': .*"),
    ("0 stand\nrepeat 2\n+5 sit\n+5 end", ":2: 'repeat' without 'again': .*"),
    ("0 stand\nagain\n5 end", ":2: 'again' without 'repeat': remove it"),
    ("0 stand\nrepeat 0\n+5 sit\nagain\n+5 end", ":2: 'repeat' wants a whole number .*"),
    ("0 stand\nmount S\n5 end", ":2: 'mount' is not a time such as 90, 1:30 or [+]5"),
    ("wear a hat\n0 stand\n5 end", ":1: 'wear' is neither a time nor one of title, .*"),
    ("mount M\n0 stand\n5 end", ":1: the sensor of 'mount' wants one of S, L, not 'M'"),
    # What the parser cannot know, the stage says.
    ("0 stand\n5 sit over=3\n7 stand\n9 end", ":2: 'sit' lasts until 8 s, but the next line .*"),
    ("0 stand\n5 bend reps=5\n9 end", ":2: 'bend' lasts until .*: move that, or shorten this .*"),
    ("0 sit\n5 walk\n9 end", ":2: 'walk' needs a standing wearer: put a line 'stand' before it"),
    ("0 lie left\n5 slouch\n9 end", ":2: 'slouch' cannot be done lying: put 'sit' .*"),
    ("0 stand\n5 walk\n6 end", ":2: 'walk' needs 3 s at least before the next line"),
])
def test_errors_name_the_line_and_the_cure(text, message):
    with pytest.raises(ScriptError) as error:
        Body.from_script(text + "\n")
    assert re.fullmatch("script" + message, str(error.value)), str(error.value)


def test_a_missing_script_names_those_that_ship():
    with pytest.raises(ScriptError, match="no such script; give a file or one of bad-mounting, c"):
        Body.from_script("no-such")


def test_a_script_from_a_file_is_named_in_its_errors(tmp_path):
    path = tmp_path / "mine.motion"
    path.write_text("0 stand\n5 hop\n9 end\n")
    with pytest.raises(ScriptError, match="mine.motion:2: 'hop'"):
        Body.from_script(path)


def test_truth_has_no_gaps_and_counts_what_happens():
    body = Body.from_script(
        "title Truth\n0 sit\n5 stand\n10 bend 60 reps=3\n24 lift squat reps=2\n34 walk 120\n"
        "44 sit\n50 lean left 20\n60 lie right\n70 end\n")
    spans = body.truth.spans
    assert spans[0].begin == 0 and spans[-1].end == 70
    assert all(a.end == b.begin for a, b in zip(spans, spans[1:], strict=False))
    assert [e.kind for e in body.truth.events] == [
        "stand_up", "rep", "rep", "rep", "rep", "rep", "sit_down"]
    reps = [e.t for e in body.truth.events if e.detail == "bend"]
    assert body.angles(reps)["trunk"] == pytest.approx([60] * 3, abs=1.5)
    assert body.truth.at(3).activity == "sit" and body.truth.at(40).activity == "walk"
    assert body.truth.at(58) == body.truth.at(59.9)
    assert (body.truth.at(58).posture, body.truth.at(69).detail) == ("left", "right")
    assert body.truth.seconds("walk") == 10


def test_the_manual_names_every_verb_and_option():
    text = DOCS.read_text("utf-8")
    for verb, grammar in VERBS.items():
        assert f"`{verb}" in text, f"docs/motion.md does not tell of {verb!r}"
        for option in grammar.options:
            assert f"{option}=" in text, f"docs/motion.md does not tell of {option}="
    for orientation in ORIENTATIONS:
        assert orientation in text


def test_the_manuals_example_plays():
    text = DOCS.read_text("utf-8")
    example = re.search(r"```motion\n(.*?)```", text, re.S).group(1)
    body = Body.from_script(example)
    assert body.seconds > 30 and body.title == "Morning"
