"""TOML files that people edit: read with line numbers, checked, every problem named at once."""

from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plumbline.errors import UsageError, os_error

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Place = tuple[str | int, ...]
_TABLE = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_WORD = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\")"
_KEY = re.compile(rf"\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*=")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: the line (0: the file as a whole), what, and the cure."""

    line: int
    what: str
    cure: str


class FileProblems(UsageError):
    """A file that cannot be used as it is; `problems` has all that is wrong with it."""

    def __init__(self, name: str, problems: list[Problem]):
        self.problems = sorted(problems, key=lambda p: p.line)
        lines = [f"{name}:{p.line}: {p.what}. {p.cure}" for p in self.problems]
        first = self.problems[0]
        more = "".join(f".\n       {line}" for line in lines[1:])
        super().__init__(f"{name}:{first.line}: {first.what}", first.cure + more)


def _parts(text: str) -> list[str]:
    return [part.strip().strip('"') for part in text.split(".")]


def places(text: str) -> dict[Place, int]:
    """The line of each table and key of a TOML text, by path: ("exercise", 2, "reps")."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    inside = ""  # an open multi-line string
    depth = 0  # of open brackets
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        header = _TABLE.match(line) if not depth else None
        if header:
            path = tuple(_parts(header[2]))
            # What belongs to the last entry of an array of tables named before.
            table = ()
            for part in path[:-1]:
                table += (part,)
                if table in counts:
                    table += (counts[table],)
            table += (path[-1],)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table += (counts[table],)
            found[table] = number
            continue
        key = _KEY.match(line) if not depth else None
        if key:
            found.setdefault(table + tuple(_parts(key[1])), number)
        bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                inside = quotes
        depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]")
                    - bare.count("}"))  # fmt: skip
    return found


@dataclass(frozen=True)
class Field:
    """What a key may hold.  kind: str, int, float, bool, list, dict or datetime.date; low and
    high bound numbers and the length of texts and lists; `items` checks what a list holds."""

    kind: type
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple | None = None
    items: Field | None = None
    default: Any = None


_KINDS = {
    str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false",
    list: "a list in [ ]", dict: "a table", dt.date: "a date such as 2026-03-02",
    dt.datetime: "a time such as 2026-03-02T10:00:00Z",
}  # fmt: skip


def _is(kind: type, value: Any) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is dt.date:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return isinstance(value, kind)


def _range(spec: Field) -> str:
    unit = {str: " characters", list: " entries"}.get(spec.kind, "")
    if spec.low is not None and spec.high is not None:
        return f"Give {spec.low:g} to {spec.high:g}{unit}"
    return f"Give at least {spec.low:g}{unit}" if spec.high is None else (
        f"Give at most {spec.high:g}{unit}"
    )  # fmt: skip


@dataclass
class Checker:
    """Gathers what is wrong with a document; `line(place)` finds the nearest line."""

    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)

    def say(self, place: Place, what: str, cure: str) -> None:
        self.problems.append(Problem(self.line(place), what, cure))

    def value(self, place: Place, name: str, spec: Field, value: Any) -> bool:
        """Checks one value; False when a problem was noted."""
        shown = f"{value}" if isinstance(value, (dt.date, dict)) else f"{value!r}"
        if not _is(spec.kind, value):
            self.say(place, f"{name} = {shown} is not {_KINDS[spec.kind]}",
                     f"Give {_KINDS[spec.kind]}")  # fmt: skip
            return False
        if spec.choices is not None and value not in spec.choices:
            known = ", ".join(str(choice) for choice in spec.choices)
            self.say(place, f"{name} = {shown} is not known", f"Give one of: {known}")
            return False
        size = len(value) if isinstance(value, (str, list)) else value
        if isinstance(size, (int, float)):
            low = spec.low is not None and size < spec.low
            high = spec.high is not None and size > spec.high
            if low or high:
                what = "too short" if isinstance(value, (str, list)) else "too small"
                if high:
                    what = "too long" if isinstance(value, (str, list)) else "too large"
                self.say(place, f"{name} = {shown} is {what}", _range(spec))
                return False
        if isinstance(value, list) and spec.items:
            return all([
                self.value(place, f"{name}[{i}]", spec.items, item)
                for i, item in enumerate(value)
            ])  # fmt: skip
        return True

    def table(self, place: Place, name: str, fields: dict[str, Field], table: Any) -> dict:
        """Checks a table; the values that are right, defaults for those that are missing."""
        good = {}
        if not isinstance(table, dict):
            self.say(place, f"{name} is not a table", f"Write it as [{name}] with keys below")
            table = {}
        for key in table:
            if key not in fields:
                self.say((*place, key), f"{name} has no key {key!r}",
                         f"Known are: {', '.join(fields)}")  # fmt: skip
        for key, spec in fields.items():
            if key in table:
                if self.value((*place, key), f"{name}: {key}", spec, table[key]):
                    good[key] = table[key]
            elif spec.required:
                self.say(place, f"{name} lacks {key!r}", f"Add {key} = {_KINDS[spec.kind]}")
            if key not in good:
                good[key] = spec.default
        return good


def parse(text: str, name: str) -> tuple[dict, Checker]:
    """The values of a TOML text, and a checker that knows its lines.  Raises FileProblems."""
    try:
        return tomllib.loads(text), Checker(places(text))
    except ValueError as error:
        where = re.search(r"line (\d+)", str(error))
        line = int(where[1]) if where else 0
        said = re.sub(r"\s*\(at .*\)$", "", str(error))
        problem = Problem(line, f"this is not TOML: {said}", "Correct the line")
        raise FileProblems(name, [problem]) from error


def read(path: Path) -> tuple[dict, Checker]:
    """As `parse`, of a file.  Raises StorageError and FileProblems."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise os_error(error, f"reading {path}") from error
    except UnicodeDecodeError as error:
        problem = Problem(0, "this is not UTF-8 text", "Save it as UTF-8")
        raise FileProblems(str(path), [problem]) from error
    return parse(text, str(path))


def finish(checker: Checker, name: str) -> None:
    """Raises FileProblems if anything was found wrong."""
    if checker.problems:
        raise FileProblems(name, checker.problems)


# -- writing ---------------------------------------------------------------------------------


def text_of(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(text_of(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {text_of(v)}" for k, v in value.items()) + " }"
    escaped = "".join(_escape(c) for c in str(value))
    return f'"{escaped}"'


def _escape(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    return c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}"




def lines_of(values: dict[str, Any]) -> list[str]:
    """`key = value` lines, without those whose value is None."""
    return [f"{key} = {text_of(value)}" for key, value in values.items() if value is not None]
