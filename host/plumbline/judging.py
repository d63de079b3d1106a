"""Figures of decisions against labels: what `evaluate` prints, what tables say of themselves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from brace import activity

from plumbline.datasets import Labelled

SIX = ("walk", "up", "down", "sit", "stand", "lie")
FOUR = {"walk": "walk", "up": "walk", "down": "walk", "sit": "sit", "stand": "stand", "lie": "lie"}
WINDOW_S = 2.56
HOP_S = 1.28
FOUND_WITHIN_S = 3.0


def group_of_sisfall(person: str) -> str:
    """Which of SisFall's two groups a person belongs to."""
    return "adults" if person.startswith("SA") else "elderly"


def windows(recording: Labelled, epochs: np.ndarray, field: str = "activity") -> list[tuple]:
    """(truth, decision) of each window of 2.56 s, 1.28 s apart, that lies wholly inside one of the
    six labelled activities; the decision is that of most of the window's time."""
    decided = epochs[field]
    found = []
    for code, first, last in recording.labels:
        if code > len(SIX):
            continue
        begin, end = first / recording.rate_hz, last / recording.rate_hz
        while begin + WINDOW_S <= end + 1e-9:
            share: dict[str, float] = {}
            for k in range(int(begin), min(int(np.ceil(begin + WINDOW_S)), len(epochs))):
                row = epochs[k]
                overlap = min(row["end_s"], begin + WINDOW_S) - max(row["start_s"], begin)
                name = str(decided[k])
                share[name] = share.get(name, 0.0) + overlap
            best = max(share, key=share.get) if share else "unknown"
            found.append((SIX[code - 1], _basic(best)))
            begin += HOP_S
    return found


def _basic(name: str) -> str:
    """A change of posture counts as what it leads to."""
    return activity.NAMES[activity.TO[activity.NAMES.index(name)]]


def transitions(recording: Labelled, events: np.ndarray) -> list[tuple[str, float]]:
    """(name, seconds to the nearest event of that name from its middle) of labelled changes."""
    of_kind = events[events["kind"] == "transition"]
    found = []
    for code, first, last in recording.labels:
        if code > len(SIX):
            name = activity.NAMES[code]
            middle = (first + last) / 2 / recording.rate_hz
            times = of_kind["time_s"][of_kind["what"] == name]
            found.append((name, float(np.abs(times - middle).min()) if len(times) else np.inf))
    return found


def confusion(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """{truth: {decision: how many}}."""
    table: dict[str, dict[str, int]] = {}
    for truth, decision in pairs:
        row = table.setdefault(truth, {})
        row[decision] = row.get(decision, 0) + 1
    return table


def accuracy(pairs: list[tuple[str, str]], names: dict[str, str] | None = None) -> float:
    """Share of right decisions, after renaming; what has no new name is wrong."""
    names = names or {name: name for name in SIX}
    right = [names.get(decision) == names[truth] for truth, decision in pairs]
    return float(np.mean(right)) if right else float("nan")


def activity_figures(recordings: list[Labelled], decided: dict) -> dict:
    """Figures of activities over recordings; `decided` holds their replay results by name."""
    settled, live, people, changes = [], [], {}, []
    for r in recordings:
        result = decided[r.name]
        pairs = windows(r, result.epochs)
        settled += pairs
        live += windows(r, result.epochs, "live")
        people.setdefault(r.person, []).extend(pairs)
        changes += transitions(r, result.events)
    within = [seconds <= FOUND_WITHIN_S for _, seconds in changes]
    return {
        "four_class_accuracy": accuracy(settled, FOUR),
        "six_class_accuracy": accuracy(settled),
        "live_four_class_accuracy": accuracy(live, FOUR),
        "live_six_class_accuracy": accuracy(live),
        "worst_person": min((accuracy(p) for p in people.values() if p), default=float("nan")),
        "transitions_found": float(np.mean(within)) if within else float("nan"),
        "transitions": len(within),
        "windows": len(settled),
        "people": len(people),
        "recordings": len(recordings),
        "confusion": confusion(settled),
    }
