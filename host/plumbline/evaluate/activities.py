"""HAPT: activities, changes of posture, cues, and the same with the sensor turned."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from plumbline import datasets
from plumbline.datasets import Labelled
from plumbline.judging import FOUR, accuracy, activity_figures, windows
from plumbline.replay import recording as replay
from plumbline.replay.waist import Calibration

SEED = 7
TURNS = ("random", "upside_down")
# Less walking than this in a recording is too little for a verdict on the mount, s.
WALKING_S = 30
_WRONG_MOUNTS = ("upside_down", "tilted", "turned", "slipped", "loose")
_GAITS = 3


@dataclass
class Judged:
    """One recording: as it is, and of its turned copies (by name) the pairs of truth and decision
    after a new calibration and whether the old calibration was found wrong."""

    result: replay.Result
    flagged: bool | None = None
    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    found_out: dict[str, bool] = field(default_factory=dict)


def activities(root: Path, jobs: int | None, left_out: datasets.LeftOut | None = None) -> dict:
    """Figures "hapt", "cues" and "mounts"."""
    recordings = list(datasets.hapt(root, left_out))
    turns = random_turns(np.random.default_rng(SEED), len(recordings))
    with ProcessPoolExecutor(jobs) as pool:
        judged = list(pool.map(judge, recordings, turns))
    decided = {r.name: j.result for r, j in zip(recordings, judged, strict=True)}
    figures = {"source": datasets.HAPT_SOURCE, **activity_figures(recordings, decided)}
    return {
        "hapt": figures, "cues": cues(recordings, decided), "mounts": mounts(recordings, judged)
    }


def judge(recording: Labelled, turn: np.ndarray) -> Judged:
    """Decides a recording as it is and turned: at random, and upside down.

    Calibrated anew (from the turned recording itself) the result should not change.  With the
    calibration of the mounting before it was turned, walking should give the mount away.
    """
    acc, gyr, rate_hz = recording.acc, recording.gyr, recording.rate_hz
    judged = Judged(replay.run(acc, gyr, rate_hz))
    known = judged.result.calibration
    if known.windows < WALKING_S:
        return judged
    judged.flagged = worn_wrong(replay.run(acc, gyr, rate_hz, known).events)
    for name, matrix in zip(TURNS, (turn, upside_down(known)), strict=True):
        turned = acc @ matrix.T, gyr @ matrix.T
        anew = replay.run(*turned, rate_hz)
        judged.pairs[name] = windows(recording, anew.epochs)
        judged.found_out[name] = worn_wrong(replay.run(*turned, rate_hz, known).events)
    return judged


def cues(recordings: Iterable[Labelled], decided: dict) -> dict:
    """How often the brace would have nudged.  Nobody was asked to sit or stand badly, so each cue
    counts as a false one; none may come while walking, on stairs or in a change of posture."""
    hours, given, gait, changing = 0.0, 0, 0, 0
    for r in recordings:
        hours += len(r.acc) / r.rate_hz / 3600
        events = decided[r.name].events
        for time in events["time_s"][events["kind"] == "cue"]:
            at = time * r.rate_hz
            doing = [code for code, first, last in r.labels if first <= at <= last]
            given += 1
            gait += any(code <= _GAITS for code in doing)
            changing += any(code > 6 for code in doing)
    return {
        "per_hour": given / hours if hours else float("nan"),
        "given": given,
        "hours": hours,
        "while_walking_or_on_stairs": gait,
        "while_changing_posture": changing,
    }


def mounts(recordings: list[Labelled], judged: list[Judged]) -> dict:
    """Of recordings with enough walking, the same ones as they are and turned.

    `false_flags`: rightly calibrated ones whose mount was found wrong at the end.  Turns that by
    chance leave the body's axes nearly where they were are counted like any other."""
    both = [(r, j) for r, j in zip(recordings, judged, strict=True) if j.pairs]
    plain = [pair for r, j in both for pair in windows(r, j.result.epochs)]
    figures: dict = {
        "recordings": len(both),
        "people": len({r.person for r, _ in both}),
        "four_class_accuracy": accuracy(plain, FOUR),
        "six_class_accuracy": accuracy(plain),
    }
    worst = 0.0
    for name in TURNS:
        pairs = [pair for _, j in both for pair in j.pairs[name]]
        four, six = accuracy(pairs, FOUR), accuracy(pairs)
        figures[name] = {
            "four_class_accuracy": four,
            "six_class_accuracy": six,
            "uncalibrated_flagged": _mean([j.found_out[name] for _, j in both]),
        }
        worst = max(worst, abs(four - figures["four_class_accuracy"]),
                    abs(six - figures["six_class_accuracy"]))
    figures["largest_difference"] = worst
    figures["uncalibrated_flagged"] = _mean([j.found_out[n] for _, j in both for n in TURNS])
    figures["false_flags"] = _mean([j.flagged for _, j in both])
    return figures


def random_turns(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n, 3, 3) rotations, uniform."""
    q = rng.normal(size=(n, 4))
    w, x, y, z = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    return np.stack([
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ], axis=1).reshape(n, 3, 3)


def upside_down(calibration: Calibration) -> np.ndarray:
    """Half a turn about the body's forward axis, in the sensor's frame."""
    w, x, y, z = (v / 2**30 for v in calibration.alignment)
    forward = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
    return 2 * np.outer(forward, forward) - np.eye(3)


def worn_wrong(events: np.ndarray) -> bool:
    """Whether the last verdict on the mount is that it is wrong."""
    verdicts = events["what"][events["kind"] == "mount"]
    return len(verdicts) > 0 and str(verdicts[-1]) in _WRONG_MOUNTS


def _mean(values: list) -> float:
    return float(np.mean(values)) if values else float("nan")
