"""Counts repetitions in a recording, whoever made it, with the brace's own engine.

    runs = search("trial.npz")                   # sets that nobody marked
    [(run.exercise, len(run.to(1)), len(run.to(-1)), run.sure()) for run in runs]
    done = perform("squat", "clip.npz")          # one set of an exercise that is known
    len(done.repetitions), done.repetitions[0]["pelvis_cdeg"] / 100

A recording is a file that plumbline.virtual.recording.load reads, or what it gives: {"S": Signal,
"L": Signal} or only one of them, in the segments' frames.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from brace.exercise import terms

from plumbline.replay import exercises
from plumbline.virtual.recording import Signal, load

# A sensor of the brace, mHz.
RATE = 104_000
SEARCHED = ("trunk-flexion", "lateral-bend", "rotation")
# Rest that the wearer would have before and after a set, s.
_REST_S = 8.0
_COUNT = np.array([0.07] * 3 + [0.000488] * 3)

Recording = str | Path | dict[str, Signal]


def search(recording: Recording, movements: tuple[str, ...] = SEARCHED) -> list[exercises.Run]:
    """Runs of repetitions of these exercises, in the order of time, in a recording in which nobody
    marked sets.  `Run.sure()` is False where the engine itself doubts the count."""
    samples = _counts(recording)
    rates = _rates(samples)
    blocks = exercises.blocks(samples.get("S"), samples.get("L"), rates)
    return exercises.search(blocks, exercises.sensors_of(rates), RATE, movements)


def perform(exercise: str, recording: Recording, **changes) -> exercises.Performed:
    """A recording as one set of an exercise of the library, begun and ended at rest in its first
    and last attitude; changes: of its row (plumbline.replay.exercises.row)."""
    samples = _counts(recording, _REST_S)
    asked = {"sets": 1, "reps": 200, "out_ds": 0, "hold_ds": 0, "back_ds": 0,
             "feedback": terms.QUIET, "side": 1, **changes}  # fmt: skip
    row = exercises.row(exercise, **asked)
    return exercises.perform(row, samples.get("S"), samples.get("L"), _rates(samples))


def _rates(samples: dict[str, np.ndarray]) -> tuple[int, int]:
    return tuple(RATE if sensor in samples else 0 for sensor in "SL")


def _counts(recording: Recording, rest_s: float = 0.0) -> dict[str, np.ndarray]:
    signals = recording if isinstance(recording, dict) else load(recording)
    return {sensor: samples(signal, rest_s) for sensor, signal in signals.items()}


def samples(signal: Signal, rest_s: float = 0.0) -> np.ndarray:
    """(n, 6) int16 as the brace's part gives them, with rest in first and last attitude."""
    times = np.arange(int(signal.seconds * RATE / 1000) + 1) * 1000 / RATE
    gyr, acc = signal.at(times, RATE / 1000)
    both = np.hstack([np.degrees(gyr), acc])
    if rest_s:
        n = int(rest_s * RATE / 1000)
        begin, end = (_still(acc[part], n) for part in (slice(5), slice(-5, None)))
        both = np.vstack([begin, both, end])
        # A real part is never silent; the filter distrusts one that is.
        both = both + np.random.default_rng(0).normal(0, 1, both.shape) * _COUNT
    return np.clip(np.round(both / _COUNT), -32768, 32767).astype(np.int16)


def _still(acc: np.ndarray, n: int) -> np.ndarray:
    up = acc.mean(axis=0)
    return np.tile(np.concatenate([np.zeros(3), up / np.linalg.norm(up)]), (n, 1))
