"""Golden motion: scripts and real recordings played into the sensors of a running brace.  The
host's replay of what the brace logged gives its decisions bit for bit, and the published figures
follow from the samples that it logged."""

import os
from pathlib import Path

import numpy as np
import pytest
from plumbline import datasets, segments
from plumbline.judging import FOUR, accuracy, windows
from plumbline.replay import logged, run

DATA = Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
G = 9.80665
# Counts of the LSM6DSO as the brace sets it up, in m/s2 and rad/s.
ACC, GYR = 0.488e-3 * G, np.radians(0.070)

pytestmark = [
    pytest.mark.req("REPLAY-2"),
    pytest.mark.needs("moves_sensors"),
]


def recording(folder, at=0):
    found = sorted((DATA / folder).glob("*.npz"))
    if not found:
        pytest.skip(f"no recordings in {DATA / folder}: name their folder by PLUMBLINE_DATA")
    return found[at % len(found)]


def worn(brace, body, clock, motion, most=None):
    """Plays a motion, recording raw samples from before it; (reading, seconds into the samples
    at which it began)."""
    brace.config_set({"cue_dwell_s": 5, "cue_gap_s": 10, "epoch_s": 2})
    begun = clock.now()
    brace.record_raw(3600)
    lasts = body.play(str(motion), loop=most is not None)
    clock.run(most or lasts)
    brace.record_raw(0)
    return brace.read_log(), begun


def same(reading, measure, low):
    """The last run of the log, replayed; it must come out as it was decided."""
    assert not reading.damage
    last = logged.runs(reading)[-1]
    outcome = logged.replay(last)
    assert outcome.identical, str(outcome.difference)
    measure("records", outcome.compared, "records", low=low)
    measure("replayed", outcome.seconds, "s")
    return last


@pytest.mark.parametrize("script", ["tour", "calibrate", "bad-mounting"])
def test_scripts_come_out_of_a_replay_as_they_were_decided(brace, body, clock, measure, script):
    reading, _ = worn(brace, body, clock, script)
    same(reading, measure, low=1)


@pytest.mark.data
@pytest.mark.parametrize("folder", ["exercise_optical", "trunk_rom", "hapt"])
def test_people_come_out_of_a_replay_as_they_were_decided(brace, body, clock, measure, folder):
    reading, _ = worn(brace, body, clock, recording(folder), most=60)
    same(reading, measure, low=1)


@pytest.mark.data
@pytest.mark.setup(sensors="L")
@pytest.mark.parametrize("at", [0, 30])
def test_the_accuracy_of_activities_follows_from_what_the_brace_logged(
    brace, body, clock, measure, at
):
    path = recording("hapt", at)
    reading, _ = worn(brace, body, clock, path)
    same(reading, measure, low=20)
    chunks = [chunk for chunk in segments.chunks(reading) if len(chunk.l)]
    samples = np.concatenate([chunk.l for chunk in chunks]).astype(float)
    rate_hz = reading.segments[segments.RAW][-1].rates_mhz[1] / 1000
    decided = run(samples[:, 3:] * ACC, samples[:, :3] * GYR, rate_hz)
    (person,) = [r for r in datasets.hapt(DATA) if r.name == path.stem]
    direct = run(person.acc, person.gyr, person.rate_hz)
    on_brace = accuracy(windows(person, decided.epochs), FOUR)
    published = accuracy(windows(person, direct.epochs), FOUR)
    measure("four_class_on_the_brace", 100 * on_brace, "%", low=90)
    measure("four_class_published", 100 * published, "%")
    measure("difference", 100 * abs(on_brace - published), "points", high=2)
