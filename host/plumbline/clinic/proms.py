"""Questionnaires and check-ins: what can be entered, its limits, its score.

Item texts are not shipped: the Oswestry index is licensed, and of the others only the result is
needed here.  Which change means something is in change.py, with its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plumbline.clinic import exercises, redflags
from plumbline.errors import UsageError

# When a pain score was felt: the last day on average, now, or around an exercise session.
WHEN = ("average", "now", "worst", "before", "during", "next-day")
REGIONS = (
    "neck", "upper-back-left", "upper-back-right", "mid-back", "lower-back-left",
    "lower-back-centre", "lower-back-right", "buttock-left", "buttock-right", "groin-left",
    "groin-right", "thigh-left", "thigh-right", "calf-left", "calf-right", "foot-left",
    "foot-right", "abdomen",
)  # fmt: skip
SOURCES = ("wearer", "therapist", "form", "brace")


@dataclass(frozen=True)
class Instrument:
    """One kind of entry.  score: (lowest, highest) of its score, None without one; better:
    -1 when a lower score is better, 1 when a higher one is, 0 when neither."""

    name: str
    title: str
    score: tuple[float, float] | None
    unit: str
    better: int


INSTRUMENTS = {
    i.name: i
    for i in (
        Instrument("nprs", "Pain (numeric rating scale)", (0, 10), "of 10", -1),
        Instrument("psfs", "Patient-specific function (mean of own activities)", (0, 10),
                   "of 10", 1),
        Instrument("rmdq", "Roland-Morris disability", (0, 24), "of 24", -1),
        Instrument("odi", "Oswestry disability index (score only)", (0, 100), "%", -1),
        Instrument("pain-map", "Where it hurts", (0, 10), "of 10", -1),
        Instrument("sleep", "Quality of sleep", (0, 10), "of 10", 1),
        Instrument("stress", "Stress", (0, 10), "of 10", -1),
        Instrument("red-flags", "Signs that need a doctor", None, "", 0),
        Instrument("teach-back", "Said in own words what an exercise is for", None, "", 0),
        Instrument("measure", "A figure that somebody measured otherwise", None, "", 0),
    )
}  # fmt: skip


def _number(what: str, value: Any, low: float, high: float, whole: bool = True) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise UsageError(f"{what} {value!r} is not {kind} from {low:g} to {high:g}",
                         f"Give {low:g} to {high:g}")  # fmt: skip
    return int(value) if whole else float(value)


def _choice(what: str, value: Any, known) -> Any:
    if value not in known:
        raise UsageError(f"{what} {value!r} is not known", f"Give one of: {', '.join(known)}")
    return value


def _nprs(v: Mapping) -> tuple[dict, float]:
    score = _number("a pain score of", v.get("score"), 0, 10)
    when = _choice("the time of a pain score,", v.get("when", "average"), WHEN)
    extra = {}
    if v.get("exercise"):
        extra["exercise"] = exercises.get(v["exercise"]).name
    return {"score": score, "when": when, **extra}, score


def _psfs(v: Mapping) -> tuple[dict, float]:
    activities = v.get("activities")
    if not isinstance(activities, Mapping) or not 1 <= len(activities) <= 5:
        raise UsageError("PSFS takes one to five activities of the person's own choice",
                         "Give each with its score, as in 'lifting my child=4'")
    scores = {}
    for name, score in activities.items():
        if not name.strip():
            raise UsageError("an activity has no name", "Say what the person wants to do")
        scores[name.strip()] = _number(f"the score of {name!r},", score, 0, 10)
    return {"activities": scores}, sum(scores.values()) / len(scores)


def _whole(low: int, high: int, what: str):
    def check(v: Mapping) -> tuple[dict, float]:
        score = _number(what, v.get("score"), low, high)
        return {"score": score}, score

    return check


def _odi(v: Mapping) -> tuple[dict, float]:
    score = _number("an ODI score of", v.get("score"), 0, 100, whole=False)
    return {"score": score}, score


def _pain_map(v: Mapping) -> tuple[dict, float]:
    regions = v.get("regions")
    if not isinstance(regions, Mapping) or not regions:
        raise UsageError("a pain map needs a region", "Give it as in lower-back-left=4")
    marked = {
        _choice("the region", region, REGIONS): _number(f"the pain of {region},", score, 0, 10)
        for region, score in regions.items()
    }
    return {"regions": marked}, max(marked.values())


def _sleep(v: Mapping) -> tuple[dict, float]:
    score = _number("a quality of sleep of", v.get("score"), 0, 10)
    hours = v.get("hours")
    if hours is None:
        return {"score": score}, score
    return {"score": score, "hours": _number("hours of sleep,", hours, 0, 24, False)}, score


def _red_flags(v: Mapping) -> tuple[dict, None]:
    yes = [_choice("the sign", key, redflags.KEYS) for key in v.get("yes", [])]
    return {"yes": sorted(set(yes))}, None


def _teach_back(v: Mapping) -> tuple[dict, None]:
    return {"exercise": exercises.get(str(v.get("exercise", ""))).name}, None


def _measure(v: Mapping) -> tuple[dict, None]:
    name = str(v.get("name", "")).strip()
    if not name:
        raise UsageError("a measured figure has no name", "Say what was measured, and how")
    value = _number(f"{name},", v.get("value"), -1e9, 1e9, whole=False)
    return {"name": name, "value": value, "unit": str(v.get("unit", ""))}, None


_CHECKS = {
    "nprs": _nprs, "psfs": _psfs, "rmdq": _whole(0, 24, "a Roland-Morris score of"), "odi": _odi,
    "pain-map": _pain_map, "sleep": _sleep, "stress": _whole(0, 10, "a stress score of"),
    "red-flags": _red_flags, "teach-back": _teach_back, "measure": _measure,
}  # fmt: skip


def check(instrument: str, values: Mapping) -> tuple[dict, float | None]:
    """(the values to store, the score or None).  Raises UsageError."""
    _choice("the questionnaire", instrument, INSTRUMENTS)
    return _CHECKS[instrument](values)
