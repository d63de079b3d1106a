"""plumbline.bench: where figures go, and that every part can be found."""

import json

import numpy as np
import pytest
from plumbline.bench import Bench, best_seconds, broad
from plumbline.bench.__main__ import part_names


def test_figures_nest_and_later_runs_keep_others(tmp_path):
    out = tmp_path / "deep" / "bench.json"
    said = []
    first = Bench(said.append)
    first.put("a.b.c", 1.5, "deg", bar="<= 2")
    first.put("a.d", 7, bar=">= 8")
    first.write(out)
    second = Bench(said.append)
    second.put("a.b.c", 2.5)
    second.write(out)
    assert json.loads(out.read_text()) == {"a": {"b": {"c": 2.5}, "d": 7}}
    assert first.missed == ["a.d"] and second.missed == []
    assert "met" in said[0] and "MISSED" in said[1]


def test_every_part_says_what_it_measures():
    import importlib

    for name in part_names():
        part = importlib.import_module(f"plumbline.bench.part_{name}")
        assert part.TITLE and callable(part.run)


def test_best_seconds_times_each_action():
    calls = []
    times = best_seconds(lambda: calls.append(0), lambda: calls.append(1), rounds=3)
    assert calls == [0, 1] * 3 and min(times) > 0


def test_inclination_ignores_heading():
    half = np.radians(30) / 2
    tilted = np.array([[np.cos(half), np.sin(half), 0, 0]])
    turned = np.array([[np.cos(1), 0, 0, np.sin(1)]])
    w, z = turned[0, 0], turned[0, 3]
    both = np.array([[w * tilted[0, 0], w * tilted[0, 1], z * tilted[0, 1], z * tilted[0, 0]]])
    assert broad.inclination_deg(both, tilted) == pytest.approx(0, abs=1e-5)
    assert broad.inclination_deg(both, turned) == pytest.approx(30, abs=1e-5)
