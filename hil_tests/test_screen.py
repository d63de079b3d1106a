"""The movement screen from the first instruction to the score, on a brace that somebody wears."""

import json

import pytest
from kept import Kept
from plumbline.cli import main
from plumbline.clinic import screen, screening
from plumbline.clinic.people import Person, Profile, Therapist
from plumbline.device import Brace
from plumbline.pull import pull
from plumbline.store.segments import Store
from plumbline.virtual.screened import SCREENED, WEAKEST


@pytest.mark.slow
@pytest.mark.req("COACH-5")
@pytest.mark.needs("moves_sensors")
@pytest.mark.timeout(1800)
def test_a_screen_is_led_logged_pulled_and_scored(brace, rig, body, clock, tmp_path, monkeypatch,
                                                  capsys):  # fmt: skip
    brace.provision("PL-0007")
    clock.run(5)
    told, acted = [], []

    def act(name):
        acted.append(name)
        body.play(SCREENED[name].script)

    outcomes = list(screening.lead(brace, told.append, act))
    assert acted == list(SCREENED) == [name for name, _ in screen.ITEMS]
    assert len(told) == len(SCREENED) and told[0].startswith("1 of 6: Squat. ")
    assert "left side first" in told[3] and "left side first" not in told[0]
    assert [one.ended for one in outcomes] == ["done"] * 6
    counted = {one.name: (one.done, one.good) for one in outcomes}
    assert counted["squat"] == (5, 4) and counted["bird-dog"] == (6, 5)

    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path))
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
