"""How alike two sides are: the symmetry index, with its interval.

SI = 2 (L - R) / (L + R) of mean extents, 0 when both are alike, positive when the left went
further; with at least two repetitions to each side its 95 % interval by the delta method and
Student's t.  An interval that holds 0 shows no difference between the sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.clinic.change import estimate, t95


@dataclass(frozen=True)
class Symmetry:
    """index: in percent; low, high: its 95 % interval, None with fewer than two repetitions to a
    side; n: repetitions to the left and to the right."""

    index: float
    low: float | None
    high: float | None
    n: tuple[int, int]

    @property
    def different(self) -> bool | None:
        """Whether the sides differ; None when it cannot be told."""
        return None if self.low is None else not self.low <= 0 <= self.high


def symmetry(left: Sequence[float], right: Sequence[float]) -> Symmetry | None:
    """Of extents (> 0) to both sides; None when one side has none."""
    if not len(left) or not len(right):
        return None
    a, b = estimate(left), estimate(right)
    total = a.mean + b.mean
    if total <= 0:
        return None
    index = 200 * (a.mean - b.mean) / total
    if min(a.n, b.n) < 2:
        return Symmetry(index, None, None, (a.n, b.n))
    # d SI / dL = 4 R / (L + R)^2, d SI / dR = -4 L / (L + R)^2.
    by_left = 400 * b.mean / total**2 * a.sd / math.sqrt(a.n)
    by_right = 400 * a.mean / total**2 * b.sd / math.sqrt(b.n)
    half = t95(min(a.n, b.n) - 1) * math.hypot(by_left, by_right)
    return Symmetry(index, index - half, index + half, (a.n, b.n))
