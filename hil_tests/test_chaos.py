"""Two minutes of random faults (plumbline.hil.chaos); `make soak` goes on for a day."""

import pytest
from brace.board import flashmap
from plumbline.hil import chaos, rigs
from plumbline.hil.journal import Journal
from plumbline.hil.rig import Setup

SECONDS = 120


@pytest.mark.req("REC-6")
@pytest.mark.needs("injects_bus_faults", "edits_flash", "sets_battery", "presses_button")
def test_two_minutes_of_random_faults(rig, brace, journal, measure, pytestconfig):
    seed = pytestconfig.option.hil_seed
    steps = chaos.plan(seed, SECONDS, slow="fast_time" not in rig.capabilities)
    result = chaos.Chaos(rig, journal, seed).run(steps)
    measure("steps", result.steps, "steps", low=10)
    measure("events", sum(result.events.values()), "events", low=3)


@pytest.mark.req("REC-2")
@pytest.mark.needs("injects_bus_faults", "edits_flash", "sets_battery", "presses_button")
@pytest.mark.setup(boot=False)
def test_the_same_seed_leaves_the_same_flash(rig, tmp_path):
    slow = "fast_time" not in rig.capabilities
    steps = chaos.plan(5, 15 if slow else 600, slow)

    def once(name):
        again, journal = rigs.make(rig.kind, name, {}), Journal(tmp_path / name)
        again.begin(rig.image)
        again.open(Setup(seed=5), journal)
        chaos.Chaos(again, journal, 5).run(steps)
        kept = again.flash.read(0, flashmap.SIZE)
        journal.close()
        again.close()
        return kept, (tmp_path / name / "device.log").read_bytes()

    assert once("one") == once("two")


def test_a_failing_run_is_cut_down_to_what_brings_it_about():
    steps = chaos.plan(3, 5000)
    guilty = [steps[7], steps[20]]

    def fails(fewer):
        return all(step in fewer for step in guilty)

    assert [step for step in chaos.minimise(fails, steps) if step not in guilty] == []
    seed, again = chaos.from_json(chaos.to_json(steps, 3, "because"))
    assert (seed, again) == (3, steps)
    assert chaos.plan(3, 5000) == steps != chaos.plan(4, 5000)
