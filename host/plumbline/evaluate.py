"""What the shipped brace makes of public recordings: figures, with numbers of people.

    figures = evaluate("../shared/data")
    figures["hapt"]["four_class_accuracy"]

Applies the firmware's own pipeline, with the tables it ships, to every data set folder found in
the directory (layout of PLUMBLINE_DATA).  Fractions are of 1; what is unknown is wrong.  Nothing
is trained or chosen here, and labels are only compared with; how a recording without a
calibration is calibrated says plumbline.replay.waist.

The people of the recordings that the tables were trained on are recognised by nobody: on those
folders the figures of hapt and sisfall are of people the tables have seen.  `plumbline.train`
gives the figures of leaving one person out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from plumbline import datasets, exercise_figures
from plumbline.errors import PlumblineError
from plumbline.fusion import OrientationFilter, quantise
from plumbline.judging import (
    FOUR,
    accuracy,
    activity_figures,
    confusion,
    group_of_sisfall,
    windows,
)
from plumbline.replay import recording as replay
from plumbline.replay import waist
from plumbline.train import lifts
from plumbline.virtual.recording import AXES, axes_matrix

SEED = 7
ACTIVE = ("walk", "up", "down")
INCLINATION = {"SqHalfDL": "half_squat", "HeelRaise": "heel_raise", "Walk": "walk"}
_WRONG_MOUNTS = ("upside_down", "tilted", "turned")
_LSM6DSO = (2293.76, 15.990784)
_PASSES = 4


def evaluate(directory: str | Path, progress: Callable[[str], None] = lambda text: None) -> dict:
    """Figures of every data set found in `directory`.

    progress: called with a line of text now and then.  PlumblineError if there is none.
    """
    root = Path(directory)
    sets = {
        "hapt": hapt, "sisfall": sisfall, "trunk_rom": exercise_figures.trunk_rom,
        "exercise_optical": exercise_optical,
    }
    figures = {}
    for name, judge in sets.items():
        if (root / name).is_dir():
            progress(f"{name} ...")
            figures[name] = judge(root)
    if not figures:
        raise PlumblineError(
            f"no data set in {root}: expected one of the folders {', '.join(sets)}"
        )
    return figures


# -- HAPT ------------------------------------------------------------------------------------


def hapt(root: Path) -> dict:
    """Activities, transitions, mounts and cues over HAPT's recordings."""
    recordings = list(datasets.hapt(root))
    decided = {r.name: replay.run(r.acc, r.gyr, r.rate_hz) for r in recordings}
    figures = {"source": datasets.HAPT_SOURCE, **activity_figures(recordings, decided)}
    figures["cues"] = _cues(recordings, decided)
    figures["rotated"] = _rotated(recordings, decided)
    return figures


def _cues(recordings: Iterable, decided: dict) -> dict:
    """How often the brace would have nudged in ordinary activity, and whether on the way."""
    hours, cues, active = 0.0, 0, 0
    for r in recordings:
        hours += len(r.acc) / r.rate_hz / 3600
        events = decided[r.name].events
        for time in events["time_s"][events["kind"] == "cue"]:
            cues += 1
            at = time * r.rate_hz
            active += any(
                first <= at <= last and (code <= len(ACTIVE) or code > 6)
                for code, first, last in r.labels
            )
    return {"per_hour": cues / hours, "while_walking_or_changing": active, "hours": hours}


def _random_turns(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n, 3, 3) rotations, uniform."""
    q = rng.normal(size=(n, 4))
    w, x, y, z = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    return np.stack([
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ], axis=1).reshape(n, 3, 3)


def _rotated(recordings: list, decided: dict) -> dict:
    """The same recordings with the sensor turned: at random, and upside down.

    Calibrated anew (from the turned recording itself) the result should not change.  With the
    calibration of the mounting before it was turned, walking should give the mount away; turns
    that leave the vertical within 20 degrees and forward within 50 are nearly right, and counted.
    """
    rng = np.random.default_rng(SEED)
    turns = _random_turns(rng, len(recordings))
    pairs: dict[str, list] = {"random": [], "upside_down": []}
    flagged: dict[str, list] = {"random": [], "upside_down": []}
    false = []
    for r, turn in zip(recordings, turns, strict=True):
        known = decided[r.name].calibration
        if known.windows < 30:
            # Too little walking for a verdict of the mount.
            continue
        false.append(_worn_wrong(replay.run(r.acc, r.gyr, r.rate_hz, known).events))
        for name, matrix in (("random", turn), ("upside_down", _upside_down(known))):
            acc, gyr = r.acc @ matrix.T, r.gyr @ matrix.T
            pairs[name] += windows(r, replay.run(acc, gyr, r.rate_hz).epochs)
            wrong = replay.run(acc, gyr, r.rate_hz, known)
            flagged[name].append(_worn_wrong(wrong.events))
    return {
        "recordings": len(false),
        **{f"{name}_four_class_accuracy": accuracy(p, FOUR) for name, p in pairs.items()},
        **{f"{name}_six_class_accuracy": accuracy(p) for name, p in pairs.items()},
        **{f"{name}_uncalibrated_flagged": float(np.mean(f)) for name, f in flagged.items()},
        "calibrated_flagged": float(np.mean(false)),
    }


def _upside_down(calibration: waist.Calibration) -> np.ndarray:
    """Half a turn about the body's forward axis, in the sensor's frame."""
    w, x, y, z = (v / 2**30 for v in calibration.alignment)
    forward = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
    return 2 * np.outer(forward, forward) - np.eye(3)


def _worn_wrong(events: np.ndarray) -> bool:
    """Whether the last verdict on the mount is that it is wrong."""
    verdicts = events["what"][events["kind"] == "mount"]
    return len(verdicts) > 0 and str(verdicts[-1]) in _WRONG_MOUNTS


# -- SisFall ---------------------------------------------------------------------------------


def sisfall(root: Path) -> dict:
    """Bends with knees or with straight legs, and whether walking is taken for walking."""
    recordings = list(datasets.sisfall(root, (lifts.WALKING, *lifts.STYLES)))
    known = lifts.alignments(recordings)
    pairs, people, misses = [], [], 0
    for r in recordings:
        truth = lifts.STYLES.get(r.name[:3])
        if truth is None:
            continue
        samples = waist.counts(r.acc, r.gyr, r.rate_hz)
        calibration = known.get(r.person) or _nominal(samples)
        episode = lifts.longest(lifts.episodes(waist.blocks(samples, calibration.alignment)))
        misses += episode is None
        decision = "missed" if episode is None else "stoop" if episode[2] > 0 else "squat"
        pairs.append((truth, decision))
        people.append(r.person)
    right = np.array([truth == decision for truth, decision in pairs])
    groups = np.array([group_of_sisfall(person) for person in people])
    figures = {
        "source": datasets.SISFALL_SOURCE,
        "bend_style_accuracy": _mean(right),
        "trials": len(pairs),
        "people": len(set(people)),
        "missed": int(misses),
        "confusion": confusion(pairs),
        "calibrated_by_walking": len(set(people) & set(known)),
    }
    for group in ("adults", "elderly"):
        figures[f"bend_style_accuracy_{group}"] = _mean(right[groups == group])
        figures[f"people_{group}"] = len({p for p, g in zip(people, groups, strict=True)
                                          if g == group})
    figures["walking"] = _walking([r for r in recordings if r.name.startswith(lifts.WALKING)])
    return figures


def _nominal(samples: np.ndarray) -> waist.Calibration:
    """For people without a walk: SisFall's axes as they are known to lie, upright at the start."""
    matrix = axes_matrix(AXES["sisfall"])
    up = samples[:104, 3:].mean(axis=0)
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


def _walking(recordings: list) -> dict:
    """Share of the seconds of walking recordings, less 5 s at both ends, taken for walking."""
    taken: list[str] = []
    for r in recordings:
        taken += [str(a) for a in replay.run(r.acc, r.gyr, r.rate_hz).epochs["activity"][5:-5]]
    names = np.array(taken)
    return {
        "taken_for_walking": _mean(names == "walk"),
        "taken_for_gait": _mean(np.isin(names, ACTIVE)),
        "seconds": len(names),
        "people": len({r.person for r in recordings}),
    }


# -- exercise_optical ------------------------------------------------------------------------


def exercise_optical(root: Path) -> dict:
    """Root mean square angle between the pelvis's vertical by the brace's filter and by optics.

    Clips are some 1 s long and begin in mid-movement, so the filter is first run over each one
    forwards and backwards in turn, as if the movement had gone on.  One rotation for each
    exercise, the sensor's unknown mounting, is fitted to all its clips; angles of both planes.
    """
    verticals: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for clip in datasets.exercise_optical(root, tuple(INCLINATION)):
        seen = _seen_vertical(clip.acc, clip.gyr, clip.rate_hz)
        verticals.setdefault(INCLINATION[clip.exercise], []).append((seen, clip.vertical))
    figures: dict = {"people": 1, "rmse_deg": {}, "clips": {}}
    for name, pairs in sorted(verticals.items()):
        mounting = _fit_rotation(
            np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
        )
        errors = [
            np.sqrt(np.mean(_angle_deg(seen @ mounting.T, optical) ** 2))
            for seen, optical in pairs
        ]
        figures["rmse_deg"][name] = float(np.mean(errors))
        figures["clips"][name] = len(errors)
    return figures | {"exercises": exercise_figures.exercise_optical(root)}


def _seen_vertical(acc, gyr, rate_hz: float) -> np.ndarray:
    gyr_counts, acc_counts = quantise(gyr, acc, *_LSM6DSO)
    orientation = OrientationFilter(rate_hz, *_LSM6DSO, delay_ms=0)
    for _ in range(_PASSES):
        orientation.run(gyr_counts, acc_counts)
        orientation.run(
            np.ascontiguousarray(-gyr_counts[::-1]), np.ascontiguousarray(acc_counts[::-1])
        )
    w, x, y, z = orientation.run(gyr_counts, acc_counts).quat.T
    return np.stack(
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1
    )


def _fit_rotation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The rotation that takes unit vectors a nearest to b (W. Kabsch, Acta Cryst. A32, 1976)."""
    u, _, v = np.linalg.svd(b.T @ a)
    return u @ np.diag([1, 1, np.sign(np.linalg.det(u @ v))]) @ v


def _angle_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.degrees(np.arccos(np.clip((a * b).sum(axis=1) / length, -1, 1)))


def _mean(values) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
