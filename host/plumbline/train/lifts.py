"""Table of brace.lifts from SisFall's D15 (bending the knees) and D16 (knees straight).

Each trial holds one movement: the episode that lasts longest is taken for it.  A person's sensor
is calibrated by their own walking (D01), without labels.  Three numbers, two classes; trials whose
episode is missed are no examples, but they count as errors when the table is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from brace import fields
from brace.lifts import Lifts
from plumbcore import BLOCK_FIELDS

from plumbline.datasets import Recording
from plumbline.replay import waist
from plumbline.train.linear import Linear, Table, fit, to_integers

WALKING = "D01"
STYLES = {"D15": "squat", "D16": "stoop"}
CLASSES = ("squat", "stoop")
RIDGE = 1.0
_HELD_BLOCKS = 8


@dataclass(frozen=True)
class Trial:
    """One bend: `features` of the table, or None if no episode was found."""

    name: str
    person: str
    style: int
    features: np.ndarray | None


class _Silent:
    """Tables that decide nothing, for gathering features."""

    STYLE = bytes(12)
    STYLE_OFFSETS = bytes(8)
    STYLE_SHIFT = 0


def episodes(rows: np.ndarray, tables=None) -> list[tuple]:
    """What brace.lifts finds in the blocks of a recording: (style, twisted, score, start, blocks,
    peak_cdeg, twist_cdeg, features).  The end is held for a second, at rest."""
    found: list[tuple] = []
    lifts = Lifts(lambda *values: found.append((*values, list(lifts.features))),
                  *([] if tables is None else [tables]))
    held = np.repeat(rows[-1:], _HELD_BLOCKS, axis=0)
    rates = fields.BLOCK_MOVE + fields.RATE
    held[:, rates : fields.BLOCK_MOVE + fields.VERTICAL] = 0
    # At rest the vertical shows the sensor's own offset, as most of the recording does.
    at = fields.BLOCK_MOVE + fields.VERTICAL
    held[:, at] = np.median(rows[:, at])
    flat = np.concatenate([rows, held]).reshape(-1).tolist()
    for at in range(0, len(flat), BLOCK_FIELDS):
        lifts.block(flat[at + fields.BLOCK_S], flat, at + fields.BLOCK_MOVE)
    return found


def longest(found: list[tuple]) -> tuple | None:
    """The episode of most blocks, or None."""
    return max(found, key=lambda episode: episode[4], default=None)


def alignments(recordings: Iterable[Recording]) -> dict[str, waist.Calibration]:
    """Each person's calibration from their walking."""
    return {
        r.person: waist.find_calibration(waist.counts(r.acc, r.gyr, r.rate_hz))
        for r in recordings if r.name.startswith(WALKING)
    }


def trials(recordings: Iterable[Recording]) -> Iterator[Trial]:
    """Examples of both styles; `recordings` hold D01 as well as D15 and D16, in any order."""
    kept = list(recordings)
    known = alignments(kept)
    for r in kept:
        style = STYLES.get(r.name[:3])
        if style is None:
            continue
        calibration = known.get(r.person, waist.Calibration())
        rows = waist.blocks(waist.counts(r.acc, r.gyr, r.rate_hz), calibration.alignment)
        episode = longest(episodes(rows, _Silent))
        features = None if episode is None else np.array(episode[-1])
        yield Trial(r.name, r.person, CLASSES.index(style), features)


def train(examples: Iterable[Trial]) -> Linear:
    """Fits the table.  ValueError if a style is missing."""
    seen = [t for t in examples if t.features is not None]
    return fit(np.stack([t.features for t in seen]), np.array([t.style for t in seen]),
               len(CLASSES), RIDGE)


def table(model: Linear) -> Table:
    """As integers: the difference of both scores is the ln of stoop against squat, 1/32."""
    return to_integers(model, 1.0)
