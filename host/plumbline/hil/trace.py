"""Which test stands for what: requirements and faults in the documents, markers in the tests.

Documents name an id in the first cell of a table's row; tests carry ids in `@pytest.mark.req` and
`@pytest.mark.fault`.  Tests are read, not run.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_ROW = re.compile(r"^\| *([A-Z][A-Z0-9]*-[A-Za-z0-9]+) *\|(.*)\|\s*$", re.M)
KINDS = ("req", "fault")


@dataclass(frozen=True)
class Item:
    """One row of a document: its id and its other cells."""

    id: str
    cells: tuple[str, ...]


def items(document: Path) -> list[Item]:
    """The rows with ids of a document's tables.  ValueError when an id is given twice."""
    found = [
        Item(match[1], tuple(cell.strip() for cell in match[2].split("|")))
        for match in _ROW.finditer(document.read_text("utf-8"))
    ]
    ids = [item.id for item in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"{document}: {', '.join(twice)} stand there twice")
    return found


class _Markers(ast.NodeVisitor):
    """The ids of a kind of marker by the function (or module) that they are on."""

    def __init__(self, kind: str, path: str):
        self.kind, self.path = kind, path
        self.found: list[tuple[str, str]] = []
        self._where = path

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within(node, "::" + node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name.startswith("test"):
            self._within(node, "::" + node.name)

    def _within(self, node, suffix: str) -> None:
        before = self._where
        self._where += suffix
        # Only what is on it, not what its body mentions.
        for part in node.decorator_list:
            self.visit(part)
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                self.visit(part)
        self._where = before

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == self.kind
            and isinstance(function.value, ast.Attribute)
            and function.value.attr == "mark"
        ):
            for argument in node.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise ValueError(
                        f"{self._where}: an id in @pytest.mark.{self.kind} is not spelt out"
                    )
                self.found.append((argument.value, self._where))
        self.generic_visit(node)


def tests(kind: str, root: Path, folders: list[str]) -> dict[str, list[str]]:
    """Id -> the tests below `root`'s folders that carry it."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted((root / folder).rglob("test_*.py")):
            visitor = _Markers(kind, path.relative_to(root).as_posix())
            visitor.visit(ast.parse(path.read_text("utf-8"), str(path)))
            for name, where in visitor.found:
                if where not in found[name]:
                    found[name].append(where)
    return dict(found)


@dataclass(frozen=True)
class Matrix:
    """What stands for what, and what stands alone."""

    rows: list[tuple[Item, list[str]]]
    untested: list[str]
    unknown: dict[str, list[str]]

    @property
    def complete(self) -> bool:
        return not self.untested and not self.unknown


def matrix(document: Path, kind: str, root: Path, folders: list[str]) -> Matrix:
    """A document's items against the tests that carry their ids."""
    wanted = items(document)
    carried = tests(kind, root, folders)
    known = {item.id for item in wanted}
    return Matrix(
        [(item, carried.get(item.id, [])) for item in wanted],
        [item.id for item in wanted if item.id not in carried],
        {name: where for name, where in carried.items() if name not in known},
    )
