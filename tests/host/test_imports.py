"""No module of the host tools needs one that needs it, not even inside a function."""

import ast
import graphlib
from pathlib import Path

import pytest

HOST = Path(__file__).resolve().parents[2] / "host"


def modules():
    """Name of each module -> its file."""
    found = {}
    for path in HOST.rglob("*.py"):
        parts = path.relative_to(HOST).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def needs(text, known):
    """The known modules that a module's text imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module for name in inside]
        else:
            continue
        yield from (name for name in names if name in known)


def cycle(graph):
    """Some circle of the graph, or None."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def test_nothing_is_imported_in_a_circle():
    known = modules()
    graph = {name: set(needs(path.read_text("utf-8"), known)) - {name}
             for name, path in known.items()}  # fmt: skip
    assert len(graph) > 200 and sum(map(len, graph.values())) > 500
    assert cycle(graph) is None


@pytest.mark.parametrize("text", ["import b", "from b import c", "def f():\n    from b import c"])
def test_a_circle_is_found(text):
    known = {"a": None, "b": None}
    assert cycle({"a": set(needs(text, known)), "b": {"a"}}) is not None
