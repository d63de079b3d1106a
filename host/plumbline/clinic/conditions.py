"""Co-morbidities that a person's profile may name, and what they change in a plan.

Cautious defaults for a therapist to look at, not rules of treatment: an excluded exercise can be
put back by a named therapist's override, which the audit keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from plumbline.clinic.exercises import Exercise

# A settings' limits are in brace.config; the strongest cue that the brace has.
_STRONG_CUES = {"cue_level": 65535, "cue_ms": 500}


@dataclass(frozen=True)
class Condition:
    """says: what it changes, in a sentence.  excludes: traits of exercises that are left out.
    tops: highest level by axis for exercises with a trait ("" means all).  slower: share of the
    usual speed limit.  cues: settings of the brace."""

    says: str
    excludes: frozenset[str] = frozenset()
    tops: dict[tuple[str, str], int] = field(default_factory=dict)
    slower: float = 1.0
    cues: dict[str, int] = field(default_factory=dict)


CONDITIONS = {
    "neuropathy": Condition(
        "Vibration is felt less: cues are stronger and longer, and balance is not raised beyond "
        "its first step without the therapist.",
        tops={("balance", ""): 1},
        cues=_STRONG_CUES,
    ),
    "degenerative-disc": Condition(
        "Loaded bending and turning stay at the first two levels of load, and everything is done "
        "slower.",
        tops={("load", "loaded_flexion"): 1, ("load", "loaded_rotation"): 1},
        slower=0.7,
    ),
    "osteoporosis": Condition(
        "Loaded bending and turning of the trunk are left out.",
        excludes=frozenset({"loaded_flexion", "loaded_rotation"}),
        slower=0.7,
    ),
    "balance-disorder": Condition(
        "Exercises that demand balance are left out until a therapist stands by.",
        excludes=frozenset({"balance_demand"}),
        tops={("balance", ""): 0},
    ),
    "hypertension": Condition(
        "Long holds stay short (level 2 of load at most): breathe, never press.",
        tops={("load", "strain"): 2},
    ),
    "pregnancy": Condition(
        "Exercises lying face down or flat on the back are left out.",
        excludes=frozenset({"prone", "supine"}),
    ),
}


def excluded(exercise: Exercise, flags: list[str]) -> str | None:
    """The first of these conditions that leaves the exercise out, or None."""
    for flag in sorted(flags):
        if CONDITIONS[flag].excludes & exercise.traits:
            return flag
    return None


def top(exercise: Exercise, axis: str, flags: list[str]) -> tuple[int, str | None]:
    """The highest level of an axis that these conditions allow, and which of them limits it."""
    limit, why = exercise.top(axis), None
    for flag in sorted(flags):
        for (of, trait), level in CONDITIONS[flag].tops.items():
            if of == axis and (not trait or trait in exercise.traits) and level < limit:
                limit, why = level, flag
    return limit, why


def ceiling_dps(exercise: Exercise, flags: list[str]) -> int:
    """The speed limit under these conditions in deg/s, 0 for none."""
    slower = min((CONDITIONS[flag].slower for flag in flags), default=1.0)
    usual = exercise.ceiling_dps or (100 if slower < 1 else 0)
    return int(usual * slower)


def cues(flags: list[str]) -> dict[str, int]:
    """The brace's settings that these conditions ask for."""
    wanted: dict[str, int] = {}
    for flag in sorted(flags):
        wanted.update(CONDITIONS[flag].cues)
    return wanted
