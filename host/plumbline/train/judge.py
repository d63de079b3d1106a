"""How tables do on people they were not trained on: one person left out at a time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from plumbline.datasets import Labelled
from plumbline.judging import activity_figures, group_of_sisfall
from plumbline.replay.recording import decide
from plumbline.train import activity, lifts
from plumbline.train.linear import Table


def as_module(tables: dict[str, Table]) -> SimpleNamespace:
    """Tables under the names that a tables_*.py module has."""
    names = {}
    for name, table in tables.items():
        upper = name.upper()
        names[upper] = table.weight.astype("<i2").tobytes()
        names[f"{upper}_OFFSETS"] = table.offset.astype("<i4").tobytes()
        names[f"{upper}_SHIFT"] = table.shift
    return SimpleNamespace(**names)


def activity_unseen(recordings: list[Labelled], examples: list[activity.Example]) -> dict:
    """Figures of brace.activity as plumbline.evaluate has them, each person decided by tables that
    the others trained."""
    decided = {}
    for person in sorted({r.person for r in recordings}):
        others = [e for e in examples if e.person != person]
        tables = as_module(activity.train(others).tables())
        for r in recordings:
            if r.person == person:
                decided[r.name] = decide(r.acc, r.gyr, r.rate_hz, activity_tables=tables)
    return activity_figures(recordings, decided)


def lifts_unseen(trials: list[lifts.Trial]) -> dict:
    """Share of right styles of all trials; those without an episode are wrong."""
    right = np.zeros(len(trials), bool)
    for person in {t.person for t in trials}:
        table = lifts.table(lifts.train([t for t in trials if t.person != person]))
        for i, trial in enumerate(trials):
            if trial.person == person and trial.features is not None:
                squat, stoop = table.scores(trial.features)
                right[i] = (stoop > squat) == (trial.style == 1)
    groups = np.array([group_of_sisfall(t.person) for t in trials])
    return {
        "accuracy": float(right.mean()),
        "adults": float(right[groups == "adults"].mean()),
        "elderly": float(right[groups == "elderly"].mean()),
        "trials": len(trials),
        "people": len({t.person for t in trials}),
    }
