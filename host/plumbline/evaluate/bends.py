"""SisFall: bends with knees or with straight legs, and whether walking is taken for walking."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from brace.activity import DOWN, NAMES, UP, WALK

from plumbline import datasets
from plumbline.datasets import Recording
from plumbline.judging import confusion, group_of_sisfall
from plumbline.replay import recording as replay
from plumbline.replay import waist
from plumbline.train import lifts
from plumbline.virtual.recording import AXES, axes_matrix

_STANCE_SAMPLES = 104
_ENDS_S = 5


def bends(root: Path, jobs: int | None, left_out: datasets.LeftOut | None = None) -> dict:
    """Figures "sisfall"."""
    recordings = list(datasets.sisfall(root, (lifts.WALKING, *lifts.STYLES), left_out))
    walks = [r for r in recordings if r.name.startswith(lifts.WALKING)]
    trials = [r for r in recordings if r.name[:3] in lifts.STYLES]
    known = lifts.alignments(recordings)
    pairs = [(lifts.STYLES[r.name[:3]], style(r, known.get(r.person))) for r in trials]
    right = np.array([truth == decision for truth, decision in pairs])
    groups = np.array([group_of_sisfall(r.person) for r in trials])
    figures: dict = {
        "source": datasets.SISFALL_SOURCE,
        "bend_style_accuracy": _mean(right),
        "trials": len(trials),
        "people": len({r.person for r in trials}),
        "missed": sum(decision == "missed" for _, decision in pairs),
        "calibrated_by_walking": len({r.person for r in trials} & set(known)),
    }
    for group in ("adults", "elderly"):
        figures[f"bend_style_accuracy_{group}"] = _mean(right[groups == group])
        people = {r.person for r in trials if group_of_sisfall(r.person) == group}
        figures[f"people_{group}"] = len(people)
    with ProcessPoolExecutor(jobs) as pool:
        figures["walking"] = _walking(walks, list(pool.map(_decide, walks)))
    figures["confusion"] = confusion(pairs)
    return {"sisfall": figures}


def style(trial: Recording, calibration: waist.Calibration | None) -> str:
    """"stoop" or "squat", whichever the firmware's score leans to, or "missed" when its episodes
    have no bend."""
    samples = waist.counts(trial.acc, trial.gyr, trial.rate_hz)
    calibration = calibration or nominal(samples)
    episode = lifts.longest(lifts.episodes(waist.blocks(samples, calibration.alignment)))
    return "missed" if episode is None else "stoop" if episode[2] > 0 else "squat"


def nominal(samples: np.ndarray) -> waist.Calibration:
    """For people without a walk: SisFall's axes as they are known to lie, upright at the start."""
    matrix = axes_matrix(AXES["sisfall"])
    up = samples[:_STANCE_SAMPLES, 3:].mean(axis=0)
    z = up / np.linalg.norm(up)
    x = matrix[0] - z * (z @ matrix[0])
    x /= np.linalg.norm(x)
    columns = np.stack([x, np.cross(z, x), z], axis=1)
    w = np.sqrt(max(1e-9, 1 + np.trace(columns))) / 2
    q = np.array([
        w, (columns[2, 1] - columns[1, 2]) / (4 * w), (columns[0, 2] - columns[2, 0]) / (4 * w),
        (columns[1, 0] - columns[0, 1]) / (4 * w),
    ])
    return waist.Calibration(tuple(int(v) for v in np.rint(q * (2**30 - 1))))


def _decide(r: Recording) -> replay.Result:
    return replay.run(r.acc, r.gyr, r.rate_hz)


def _walking(recordings: list[Recording], results: list[replay.Result]) -> dict:
    """What the seconds of walking recordings, less 5 s at both ends, were taken for."""
    parts = [result.epochs["activity"][_ENDS_S:-_ENDS_S] for result in results]
    names = np.concatenate(parts) if parts else np.array([])
    return {
        "taken_for_walking": _mean(names == NAMES[WALK]),
        "taken_for_gait": _mean(np.isin(names, [NAMES[k] for k in (WALK, UP, DOWN)])),
        "cues": sum(int((result.events["kind"] == "cue").sum()) for result in results),
        "seconds": len(names),
        "people": len({r.person for r in recordings}),
    }


def _mean(values) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
