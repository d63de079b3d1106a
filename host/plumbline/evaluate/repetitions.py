"""trunk_rom, exercise_optical: repetitions counted by the brace's exercise engine, and ranges.

Nothing is trained or chosen here.  None of the people wore a brace, and none was a patient.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from plumbline import datasets
from plumbline.clinic.symmetry import symmetry
from plumbline.replay import repetitions
from plumbline.replay.exercises import Run

TRUNK_SOURCE = "TrunkyXL study data"
OPTICAL_SOURCE = "CMU-MBL exercise data"
# Each trial is three of each, by its protocol.
ASKED = 3
MOVEMENTS = repetitions.SEARCHED


def described(name: str) -> str | None:
    """The exercise of the library that a clip's name stands for, None for one that it has no
    description of.  SpainSq is a position held against a strap: nothing there is repeated."""
    if name == "HeelRaise":
        return "heel-raise"
    if name in ("BulgSq", "SplitSq"):
        return "split-squat"
    if name.startswith("Sq"):
        return "single-leg-squat" if name.endswith("SL") else "squat"
    return None


def _each(judge: Callable, paths: list[Path], jobs: int | None,
          left_out: datasets.LeftOut | None) -> list:
    """What `judge` makes of each file, in processes; of those that are no recordings, nothing."""
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [(path, pool.submit(judge, path)) for path in paths]
        found = []
        for path, future in waiting:
            try:
                found.append(future.result())
            except datasets.UNREADABLE as error:
                datasets.leave_out(path, error, left_out)
    return found


# -- trunk_rom -------------------------------------------------------------------------------


def trunk_rom(root: str | Path, jobs: int | None = None,
              left_out: datasets.LeftOut | None = None) -> dict:
    """Figures "trunk_rom": repetitions found in whole trials in which nobody marked the sets,
    three flexions, then three lateral bends and three rotations to each side.

    `exact_share`: of movements whose repetitions are all found and no other.  `flagged`: the
    engine says that the count may be wrong, knowing that three were asked for, as a plan's dose
    tells it; `doubted`: without knowing that.
    """
    paths = sorted(datasets.folder(root, "trunk_rom").glob("*.npz"))
    rows = [row for found in _each(_trial, paths, jobs, left_out) for row in found]
    wrong = [row for row in rows if not row["exact"]]
    right = [row for row in rows if row["exact"]]
    trials = {row["trial"] for row in rows}
    return {"trunk_rom": {
        "source": TRUNK_SOURCE,
        "people": len({trial.split("_")[1] for trial in trials}),
        "trials": len(trials),
        "exact_share": len(right) / len(rows) if rows else float("nan"),
        "exact_share_by_movement": {
            name: float(np.mean([r["exact"] for r in rows if r["movement"] == name]))
            for name in MOVEMENTS if rows
        },
        "trials_wholly_exact": len(trials) - len({row["trial"] for row in wrong}),
        "wrong": len(wrong),
        "wrong_flagged": sum(row["flagged"] for row in wrong),
        "wrong_doubted": sum(row["doubted"] for row in wrong),
        "right_flagged": sum(row["flagged"] for row in right),
        "movements": rows,
    }}  # fmt: skip


def _trial(path: Path) -> list[dict]:
    """Of a recording that cannot be read nothing is found, and that is flagged."""
    try:
        runs = repetitions.search(path)
    except ValueError:
        runs = []
    return [_movement(path.stem, name, runs) for name in MOVEMENTS]


def _movement(trial: str, name: str, runs: list[Run]) -> dict:
    """What was found of one movement of a trial.  With several runs of it the longest counts."""
    sided = name != "trunk-flexion"
    mine = sorted((run for run in runs if run.exercise == name), key=lambda r: -len(r.repetitions))
    row: dict = {"trial": trial, "movement": name, "found": [], "exact": False, "flagged": True,
                 "doubted": True}  # fmt: skip
    if not mine:
        return row
    run = mine[0]
    signs = (1, -1) if sided else (1,)
    found = [len(run.to(sign)) for sign in signs]
    row |= {
        "found": found,
        "exact": found == [ASKED] * len(signs) and not run.to(-1)[: 0 if sided else None],
        "flagged": not run.sure(ASKED),
        "doubted": not run.sure(),
    }
    if sided:
        # To the right is positive in bending, to the left in turning.
        left = -1 if name == "lateral-bend" else 1
        alike = symmetry(*([abs(r.peak) for r in run.to(sign)] for sign in (left, -left)))
        row["symmetry"] = alike and {
            "index_percent": alike.index, "low": alike.low, "high": alike.high, "n": alike.n
        }
    return row


# -- exercise_optical ------------------------------------------------------------------------


def exercise_optical(root: str | Path, jobs: int | None = None,
                     left_out: datasets.LeftOut | None = None) -> dict:
    """Figures "exercises": clips of one repetition each, begun and ended at rest as a wearer
    would, through the whole engine; and how far the pelvis tilted by the brace and by optics.
    """
    paths = sorted(datasets.folder(root, "exercise_optical").glob("*.npz"))
    named = [path for path in paths if described(path.stem.split("_")[0])]
    rows = _each(_clip, named, jobs, left_out)
    ranges = {}
    for name in sorted({row["exercise"] for row in rows}):
        # A split squat is measured by its depth; optics gives angles only.
        off = [
            abs(row["range_deg"] - row["optical_deg"]) for row in rows
            if row["exercise"] == name and name != "split-squat" and row["range_deg"]
        ]
        if off:
            ranges[name] = {
                "clips": len(off), "mean_error_deg": float(np.mean(off)),
                "worst_error_deg": float(np.max(off)),
                "within_3_deg": int(np.sum(np.array(off) <= 3)),
            }
    return {"exercises": {
        "source": OPTICAL_SOURCE,
        "people": 1,
        "clips": len(rows),
        "exact_share": float(np.mean([row["found"] == 1 for row in rows])) if rows else None,
        "range": ranges,
        "repetitions": rows,
    }}  # fmt: skip


def _clip(path: Path) -> dict:
    name = described(path.stem.split("_")[0])
    done = repetitions.perform(name, path)
    tilted = done.repetitions[0]["pelvis_cdeg"] / 100 if done.repetitions else None
    with np.load(path, allow_pickle=False) as data:
        optical = _flexion(data["angles_ref"].astype(float))
    return {
        "clip": path.stem, "exercise": name, "found": len(done.repetitions),
        "range_deg": tilted, "optical_deg": float(np.ptp(optical)),
    }


def _flexion(angles: np.ndarray) -> np.ndarray:
    """How far the optical pelvis is tilted forward (n,), degrees (datasets.optical_vertical)."""
    up = datasets.optical_vertical(np.radians(angles))
    return np.degrees(np.arctan2(-up[:, 1], up[:, 2]))
