"""What may be called a change: published error and importance limits, and the judgement.

A difference is a change only if it is larger than what the measure shows by itself between two
days (minimal detectable change, MDC).  Whether it matters to the person is another question
(minimal clinically important difference, MCID).  A figure so uncertain that it could not show
such a change is "not resolvable", whatever it says.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CHANGED = "changed"
WITHIN = "not beyond error"
UNRESOLVED = "not resolvable"


@dataclass(frozen=True)
class Limit:
    """mdc, mcid: in the measure's unit, None where none is known; source: where from."""

    mdc: float | None
    mcid: float | None
    unit: str
    source: str


# Sources that could not be checked against the paper itself say so.
LIMITS = {
    "nprs": Limit(2.0, 2.0, "of 10", "Ostelo 2008 (as commonly quoted)"),
    "psfs": Limit(2.0, 2.0, "of 10", "Stratford 1995 (as commonly quoted); mean of activities"),
    "rmdq": Limit(5.0, 5.0, "of 24", "Ostelo 2008 (as commonly quoted)"),
    "odi": Limit(10.0, 10.0, "%", "Ostelo 2008 (as commonly quoted)"),
    "lumbar-range": Limit(15.0, None, "°", "Laird 2016: MDC90 10 to 15°; the upper end is used"),
    "trunk-range": Limit(15.0, None, "°", "Laird 2016: MDC90 10 to 15°; the upper end is used"),
    "sit-to-stand-time": Limit(4.2, 2.3, "s",
                               "Klukowska 2021: MDC 3.6 to 4.2 s, MCID 2.3 s; the upper end"),
}  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval (t distribution); low and high None for n < 2."""

    mean: float
    n: int
    sd: float | None
    low: float | None
    high: float | None

    @property
    def half(self) -> float | None:
        return None if self.low is None else (self.high - self.low) / 2


# Two-sided 95 % points of Student's t for 1 .. 30 degrees of freedom.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
      2.052, 2.048, 2.045, 2.042)  # fmt: skip


def t95(freedom: int) -> float:
    """The two-sided 95 % point of Student's t."""
    return _T[freedom - 1] if freedom <= len(_T) else 1.96


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of at least one value, with interval."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Estimate(mean, 1, None, None, None)
    sd = statistics.stdev(values)
    half = t95(len(values) - 1) * sd / math.sqrt(len(values))
    return Estimate(mean, len(values), sd, mean - half, mean + half)


def own_mdc(sessions: Sequence[Sequence[float]]) -> float | None:
    """The minimal detectable change between two of a person's own sessions: 1.96 times the root
    mean square of the differences from one session mean to the next, which a slow course hardly
    touches (von Neumann 1941).  None with fewer than three sessions."""
    means = [statistics.fmean(values) for values in sessions if values]
    if len(means) < 3:
        return None
    steps = [(b - a) ** 2 for a, b in pairwise(means)]
    return 1.96 * math.sqrt(statistics.fmean(steps))


@dataclass(frozen=True)
class Verdict:
    """word: CHANGED, WITHIN or UNRESOLVED; difference: now less before; important: whether it
    reaches the MCID, None where none is known; why: a sentence."""

    word: str
    difference: float
    important: bool | None
    why: str


def judge(
    before: Sequence[float],
    now: Sequence[float],
    mdc: float | None,
    mcid: float | None = None,
    single: bool = False,
) -> Verdict:
    """Compares two sets of values.  single: one value each is enough, because its error is in the
    MDC already (questionnaires); else an interval is needed."""
    a, b = estimate(before), estimate(now)
    difference = b.mean - a.mean
    important = None if mcid is None else abs(difference) >= mcid
    if mdc is None:
        return Verdict(UNRESOLVED, difference, important,
                       "no minimal detectable change is known for this measure")
    if not single:
        if a.half is None or b.half is None:
            return Verdict(UNRESOLVED, difference, important, "one value has no interval")
        half = math.hypot(a.half, b.half)
        if half > mdc:
            return Verdict(UNRESOLVED, difference, important,
                           f"the interval of ±{half:.1f} is wider than the error of {mdc:.1f}")
    if abs(difference) >= mdc:
        return Verdict(CHANGED, difference, important,
                       f"{abs(difference):.1f} is beyond the error of {mdc:.1f}")
    return Verdict(WITHIN, difference, important,
                   f"{abs(difference):.1f} is within the error of {mdc:.1f}")
