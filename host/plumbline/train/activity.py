"""Tables of brace.activity from labelled recordings (HAPT's labels).

Three ridge logistic regressions over window vectors: which kind of movement (walk, up, down,
still, change), which still posture (sit, stand, lie), which change.  Windows wholly inside one
activity are examples of it, windows of which more than 55 % are inside a change are examples of
that.  `WORTH` is how much of a natural logarithm a score counts in the hidden Markov model:
windows a second apart overlap by 1.5 s, and one still posture leans the same way throughout.
These and the ridges were chosen by leave-one-person-out on the same 20 people.

Each recording is also taken with a calibration that is somewhat off, as calibrations are
(`VARIANTS` times): tables that lean on a perfect frame do worse on people they have not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from brace import fields
from brace.activity import STILL_FIELDS, prepare
from brace.mount import product

from plumbline.datasets import Labelled
from plumbline.replay import waist
from plumbline.train.linear import Linear, Table, fit, to_integers

GROUPS = ("walk", "up", "down", "still", "change")
STILLS = ("sit", "stand", "lie")
CHANGES = (
    "stand_to_sit", "sit_to_stand", "sit_to_lie", "lie_to_sit", "stand_to_lie", "lie_to_stand"
)
WORTH = {"group": 0.5, "still": 0.2, "change": 0.5}
RIDGE = {"group": 10.0, "still": 30.0, "change": 10.0}

VARIANTS = 2
TILT_DEG = 3.0  # standard deviations of the calibration's errors, of its z about x and y ...
HEADING_DEG = 8.0  # ... and about z
SEED = 1

_GROUP_OF = np.array([0, 0, 1, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4])
_CORE_S = 2.5
_INSIDE = 0.99
_MOSTLY = 0.55
_FIRST_CHANGE = 7


@dataclass(frozen=True)
class Example:
    """One recording's windows as brace.activity prepares them: vectors (n, WINDOW_FIELDS), still
    (n, STILL_FIELDS), activities (n,) 0 for none."""

    person: str
    vectors: np.ndarray
    still: np.ndarray
    activities: np.ndarray


@dataclass(frozen=True)
class Model:
    """The three regressions, and as tables of integers."""

    group: Linear
    still: Linear
    change: Linear

    def tables(self) -> dict[str, Table]:
        return {name: to_integers(getattr(self, name), WORTH[name]) for name in WORTH}


def activities(labels: np.ndarray, rate_hz: float, n: int) -> np.ndarray:
    """(n,) activity of each second's window; 0 where none fills it."""
    middle = np.arange(n) + 0.5
    found = np.zeros(n, int)
    for activity, first, last in labels:
        inside = np.minimum(last / rate_hz, middle + _CORE_S / 2) - np.maximum(
            first / rate_hz, middle - _CORE_S / 2
        )
        least = _INSIDE if activity < _FIRST_CHANGE else _MOSTLY
        found[inside >= least * _CORE_S] = activity
    return found


def examples(recordings: Iterable[Labelled]) -> list[Example]:
    """Windows of recordings, each calibrated by itself without its labels, with variants."""
    rng, found = np.random.default_rng(SEED), []
    for recording in recordings:
        samples = waist.counts(recording.acc, recording.gyr, recording.rate_hz)
        calibration = waist.find_calibration(samples)
        for variant in [calibration, *_variants(samples, calibration, rng)]:
            found.append(prepared(recording, samples, variant))
    return found


def _variants(samples, calibration, rng) -> Iterable[waist.Calibration]:
    for _ in range(VARIANTS):
        turn = np.radians(rng.normal(0, [TILT_DEG, TILT_DEG, HEADING_DEG]))
        angle = np.linalg.norm(turn)
        error = np.append(np.cos(angle / 2), np.sin(angle / 2) / angle * turn)
        yield waist.realigned(
            samples, calibration,
            product(calibration.alignment, tuple(round(v * (2**30 - 1)) for v in error)),
        )


def prepared(recording: Labelled, samples: np.ndarray, calibration: waist.Calibration) -> Example:
    """Windows of a recording's counts under a calibration."""
    vectors = waist.windows(waist.blocks(samples, calibration.alignment))
    done = activities(recording.labels, recording.rate_hz, len(vectors))
    rows, still = vectors.tolist(), [[0] * STILL_FIELDS for _ in vectors]
    for row, part in zip(rows, still, strict=True):
        prepare(row, *calibration.lean, part)
    return Example(recording.person, np.array(rows), np.array(still), done)


def train(examples: Iterable[Example]) -> Model:
    """Fits all three tables.  ValueError if an activity is missing."""
    examples = list(examples)
    done = np.concatenate([e.activities for e in examples])
    vectors = np.concatenate([e.vectors for e in examples])
    still = np.concatenate([e.still for e in examples])
    any_, sits = done > 0, (done >= 4) & (done <= 6)
    changes = done >= _FIRST_CHANGE
    return Model(
        fit(vectors[any_, : fields.W_FLEXION], _GROUP_OF[done[any_]], len(GROUPS),
            RIDGE["group"]),
        fit(still[sits], done[sits] - 4, len(STILLS), RIDGE["still"]),
        fit(vectors[changes, fields.W_CHANGE : fields.W_UP_Z], done[changes] - _FIRST_CHANGE,
            len(CHANGES), RIDGE["change"]),
    )
