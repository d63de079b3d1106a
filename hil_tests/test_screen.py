"""The movement screen from the first instruction to the score, on a brace that somebody wears."""

import contextlib
import json
from types import SimpleNamespace

import pytest
from kept import Kept
from plumbline.cli import common, main
from plumbline.clinic import exercises, screen
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.device import Brace
from plumbline.pull import pull
from plumbline.store.segments import Store
from plumbline.virtual.screened import SCREENED, WEAKEST

# What the brace counts of an item at once: repetitions, cycles, or sides held.
COUNTED = {"squat": (5, 4), "hip-hinge": (5, 5), "lateral-bend": (6, 6),
           "stance-single-leg": (2, 1), "bird-dog": (6, 5), "glute-bridge": (5, 2)}  # fmt: skip


@pytest.fixture
def wearer(brace, body, monkeypatch, tmp_path):
    """The command line is led to the rig's brace, and `--act` to its body; the items acted."""
    acted = []

    def control(found):
        def play(do, motion):
            acted.append(motion)
            body.play(motion)

        return play

    found = SimpleNamespace(name="rig", virtual=object(), port=None)
    monkeypatch.setattr(common, "chosen_one", lambda device: found)
    monkeypatch.setattr(common, "connect", lambda found: contextlib.nullcontext(brace))
    monkeypatch.setattr(common, "control", control)
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path))
    return acted


@pytest.mark.req("COACH-5")
@pytest.mark.needs("moves_sensors")
@pytest.mark.timeout(3000)
def test_a_screen_is_led_logged_pulled_and_scored(brace, rig, wearer, clock, tmp_path, capsys):
    brace.provision("PL-0007")
    clock.run(5)
    assert main(["screen", "run", "--act"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert wearer == [item.script for item in SCREENED.values()]
    assert len(said) == 12 and list(SCREENED) == [name for name, _ in screen.ITEMS]
    for number, name in enumerate(SCREENED):
        asked, ended = said[2 * number : 2 * number + 2]
        assert asked.startswith(f"{number + 1} of 6: {exercises.get(name).title}. ")
        assert ("left side first" in asked) == (name in ("stance-single-leg", "bird-dog"))
        assert ended == "   {} done, {} free of faults".format(*COUNTED[name])

    Person.create(tmp_path / "people", Profile("P7", (Therapist("A. Sato"),), [], ["PL-0007"], {}))
    pull(lambda: Brace.open(Kept(rig.line)), Store(tmp_path), patience_s=0)
    capsys.readouterr()
    assert main(["screen", "show", "--person", "P7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["missing"] == [] and found["of"] == 18
    items = {item["name"]: item for item in found["items"]}
    for name, true in SCREENED.items():
        got = items[name]
        assert (got["score"], got["done"], got["good"], got["faults"]) == (
            true.score, true.done, true.good, true.faults), name  # fmt: skip
        assert all(figure["n"] for figure in got["figures"])
    assert found["total"] == sum(true.score for true in SCREENED.values())
    assert found["weakest"]["item"] == WEAKEST
    assert main(["screen", "show", "--person", "P7"]) == 0
    table = capsys.readouterr().out
    assert "2 of 3  4 of 5 free of faults: rounded (1)" in table and "total 13 of 18" in table
