"""plumbline plan and plumbline prom, as people use them."""

import pytest


@pytest.fixture
def person(plumbline):
    run = plumbline("plan", "person", "P7", "--therapist", "A. Sato", "--condition", "neuropathy")
    assert run.code == 0, run.err
    return plumbline


def test_a_plan_from_file_to_force(person, tmp_path):
    assert person("plan", "new", "my.toml", "pelvic-tilt", "squat").code == 0
    assert person("plan", "new", "my.toml", "squat").code == 5
    assert "not approved" in person("plan", "check", "my.toml").err
    assert person("plan", "approve", "my.toml", "--by", "Nobody").code == 5
    shown = person("plan", "approve", "my.toml", "--by", "A. Sato")
    assert shown.code == 0 and "approved by A. Sato" in shown.out
    assert person("plan", "override", "squat", "reps=7", "--by", "A. Sato", "--because",
                  "knee").code == 0  # fmt: skip
    assert person("plan", "lock", "squat", "--by", "A. Sato").code == 0
    assert person("plan", "unlock", "squat", "--by", "A. Sato").code == 0
    shown = person("plan", "show", "--json").json
    assert shown["revision"] == 4 and shown["approved"]
    assert shown["exercises"][1]["reps"] == 7
    whats = [e["what"] for e in person("plan", "audit", "--json").json["entries"]]
    assert whats == ["approved", "overridden", "locked", "unlocked"]
    assert "A. Sato" in person("plan", "audit").out


def test_a_broken_plan_is_explained(person, tmp_path):
    (tmp_path / "bad.toml").write_text('plumbline_plan = 1\nperson = "P7"\nrevision = 0\n')
    run = person("plan", "check", "bad.toml")
    assert run.code == 2
    assert "bad.toml:3: the plan: revision = 0 is too small. Give 1 to 65535." in run.err
    assert "lacks 'start'" in run.err


def test_red_flags_stop(person):
    person("plan", "new", "my.toml", "squat")
    person("plan", "approve", "my.toml", "--by", "A. Sato")
    assert "Numbness" in person("prom", "red-flags").out
    assert person("prom", "red-flags", "--none").code == 0
    run = person("prom", "red-flags", "saddle")
    assert run.code == 5 and "call your emergency number" in run.out
    assert "STOPPED" in person("plan", "show").out
    assert person("plan", "resume", "--by", "A. Sato", "--because", "seen").code == 0
    assert person("plan", "stop", "--because", "flu").code == 0


def test_proms(person):
    for words in (("nprs", "4"), ("nprs", "5", "--when", "during", "--exercise", "squat"),
                  ("psfs", "lifting=3", "walking=6"), ("rmdq", "7"), ("odi", "22"),
                  ("pain-map", "lower-back-left=4"), ("sleep", "6", "--hours", "7"),
                  ("stress", "3"), ("teach-back", "squat"), ("measure", "grip", "31", "kg"),
                  ("nprs", "3", "--at", "2026-03-02", "--replaces", "1")):  # fmt: skip
        run = person("prom", *words)
        assert run.code == 0, run.err
    rows = person("prom", "list", "--json").json["entries"]
    assert [r["number"] for r in rows][:1] == [11] and len(rows) == 10
    assert rows[0]["at"].startswith("2026-03-02T12:00")
    assert "lifting 3, walking 6" in person("prom", "list").out
    assert person("prom", "nprs", "12").code == 2
    assert person("prom", "psfs", "lifting").code == 2
    assert person("prom", "nprs", "3", "--at", "today").code == 2


def test_lists_and_simulation(plumbline):
    assert "Glute bridge" in plumbline("plan", "exercises").out
    assert len(plumbline("plan", "exercises", "--json").json["exercises"]) >= 20
    assert "neuropathy" in plumbline("plan", "conditions").out
    assert "week 12" in plumbline("plan", "simulate", "flare").out
    assert plumbline("plan", "show").code == 2
