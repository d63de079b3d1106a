"""What the brace's exercise engine makes of public recordings: repetitions, ranges, symmetry.

    trunk_rom("../shared/data")["exact_share"]
    exercise_optical("../shared/data")["exact_share"]

Nothing is trained or chosen here.  None of the people wore a brace, and none was a patient.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from brace.exercise import terms

from plumbline import datasets
from plumbline.clinic.symmetry import symmetry
from plumbline.replay import exercises
from plumbline.virtual.recording import Signal, load

TRUNK_SOURCE = "TrunkyXL study data"
OPTICAL_SOURCE = "CMU-MBL exercise data"
RATE = 104_000
# Each trial is three of each, by its protocol.
ASKED = 3
MOVEMENTS = ("trunk-flexion", "lateral-bend", "rotation")
# Rest that the wearer would have before and after a clip, s.
_REST_S = 8.0
_COUNT = np.array([0.07] * 3 + [0.000488] * 3)


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


def _samples(signal: Signal, rest_s: float = 0.0) -> np.ndarray:
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


# -- trunk_rom -------------------------------------------------------------------------------


def trunk_rom(root: str | Path) -> dict:
    """Repetitions found in whole trials in which nobody marked the sets: three flexions, then
    three lateral bends and three rotations to each side.

    `exact_share`: of movements whose repetitions are all found and no other; `wrong_flagged`: how
    many of the wrong ones the engine doubts itself; `right_flagged`: of the right ones.
    """
    rows = []
    for path in sorted(datasets.folder(root, "trunk_rom").glob("*.npz")):
        signals = load(path)
        s, l = _samples(signals["S"]), _samples(signals["L"])  # noqa: E741
        runs = exercises.search(exercises.blocks(s, l, (RATE, RATE)), 3, RATE)
        rows += [_movement(path.stem, name, runs) for name in MOVEMENTS]
    wrong = [row for row in rows if not row["exact"]]
    right = [row for row in rows if row["exact"]]
    shares = {
        name: float(np.mean([r["exact"] for r in rows if r["movement"] == name]))
        for name in MOVEMENTS
    }
    trials = {row["trial"] for row in rows}
    return {
        "source": TRUNK_SOURCE,
        "people": len({trial.split("_")[1] for trial in trials}),
        "trials": len(trials),
        "exact_share": len(right) / len(rows),
        "exact_share_by_movement": shares,
        "trials_wholly_exact": len(trials) - len({row["trial"] for row in wrong}),
        "wrong": len(wrong),
        "wrong_flagged": sum(row["flagged"] for row in wrong),
        "right_flagged": sum(row["flagged"] for row in right),
        "movements": rows,
    }


def _movement(trial: str, name: str, runs: list[exercises.Run]) -> dict:
    """What was found of one movement of a trial.  With several runs of it the longest counts."""
    sided = name != "trunk-flexion"
    mine = sorted((run for run in runs if run.exercise == name), key=lambda r: -len(r.repetitions))
    row: dict = {"trial": trial, "movement": name, "found": [], "exact": False, "flagged": True}
    if not mine:
        return row
    run = mine[0]
    signs = (1, -1) if sided else (1,)
    found = [len(run.to(sign)) for sign in signs]
    row |= {
        "found": found,
        "exact": found == [ASKED] * len(signs) and not run.to(-1)[: 0 if sided else None],
        "flagged": not run.sure(ASKED),
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


def exercise_optical(root: str | Path) -> dict:
    """Clips of one repetition each, begun and ended at rest as a wearer would, through the whole
    engine; and how far the pelvis tilted by the brace and by optics."""
    rows = []
    for path in sorted(datasets.folder(root, "exercise_optical").glob("*.npz")):
        name = described(path.stem.split("_")[0])
        if name:
            rows.append(_clip(path, name))
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
    return {
        "source": OPTICAL_SOURCE,
        "people": 1,
        "clips": len(rows),
        "exact_share": float(np.mean([row["found"] == 1 for row in rows])) if rows else None,
        "range": ranges,
        "repetitions": rows,
    }


def _clip(path: Path, name: str) -> dict:
    signals = load(path)
    row = exercises.row(
        name, sets=1, reps=20, out_ds=0, hold_ds=0, back_ds=0, feedback=terms.QUIET,
        side=terms.LEFT,
    )
    done = exercises.perform(
        row, *(_samples(signals[sensor], _REST_S) for sensor in "SL"), (RATE, RATE)
    )
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
