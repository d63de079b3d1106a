"""Reads motion scripts: lines of `time verb words key=value`.  docs/motion.md has the grammar.

This module knows words, numbers and times; what the verbs do is stage.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


class ScriptError(ValueError):
    """A script that cannot be played.  The message names file, line and cure."""


@dataclass(frozen=True)
class Number:
    """A number in a range, `default` None when it must be given."""

    low: float
    high: float
    default: float | None = None
    unit: str = ""

    def read(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ScriptError(f"wants a number, not {text!r}") from None
        if not self.low <= value <= self.high:
            raise ScriptError(f"must be {self.low:g} to {self.high:g}{self.unit}, not {value:g}")
        return value


@dataclass(frozen=True)
class Count:
    """A whole number of at least one."""

    default: int | None = None

    def read(self, text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= 1000:
            raise ScriptError(f"wants a whole number from 1 to 1000, not {text!r}")
        return int(text)


@dataclass(frozen=True)
class Word:
    """One of some words."""

    words: tuple[str, ...]
    default: str | None = None

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ScriptError(f"wants one of {', '.join(self.words)}, not {text!r}")
        return text


@dataclass(frozen=True)
class Angles:
    """Flexion,lateral,axial in degrees."""

    default: tuple[float, float, float] | None = (0.0, 0.0, 0.0)

    def read(self, text: str) -> tuple[float, float, float]:
        parts = text.split(",")
        if len(parts) != 3:
            raise ScriptError(f"wants flexion,lateral,axial in degrees, not {text!r}")
        limit = Number(-180, 180, unit=" degrees")
        return tuple(limit.read(part) for part in parts)


Kind = Number | Count | Word | Angles


@dataclass(frozen=True)
class Verb:
    """A verb's words in order, and its key=value options."""

    words: Mapping[str, Kind] = field(default_factory=dict)
    options: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One timed line, read: `values` has every word and option of the verb by name."""

    number: int
    t: float
    verb: str
    values: dict


@dataclass
class Script:
    """A script, read.  mounts: sensor -> values of its `mount` line; slips are lines."""

    name: str
    title: str = ""
    wearer: dict = field(default_factory=dict)
    mounts: dict[str, dict] = field(default_factory=dict)
    swapped: bool = False
    without: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)


OVER = Number(0.2, 60, 1.5, " s")
_TURNS = {axis: Number(-180, 180, 0.0, " degrees") for axis in ("roll", "pitch", "yaw")}
_SIDE = Word(("left", "right"))

VERBS = {
    "stand": Verb({}, {"over": Number(0.2, 60, 2.0, " s")}),
    "sit": Verb({}, {"over": Number(0.2, 60, 2.0, " s")}),
    "lie": Verb(
        {"side": Word(("back", "front", "left", "right"), "back")},
        {"over": Number(0.2, 60, 4.0, " s")},
    ),
    "upright": Verb({}, {"over": OVER}),
    "slouch": Verb({"degrees": Number(1, 80, 20.0, " degrees")}, {"over": OVER}),
    "extend": Verb({"degrees": Number(1, 45, 15.0, " degrees")}, {"over": OVER}),
    "lean": Verb({"side": _SIDE, "degrees": Number(1, 60, 20.0, " degrees")}, {"over": OVER}),
    "twist": Verb({"side": _SIDE, "degrees": Number(1, 90, 30.0, " degrees")}, {"over": OVER}),
    "bend": Verb(
        {"degrees": Number(5, 130, 60.0, " degrees")},
        {
            "lumbar": Number(0, 1, 0.5),
            "reps": Count(1),
            "hold": Number(0, 60, 0.5, " s"),
            "over": OVER,
            "lag": Number(-1, 1, 0.2, " s"),
        },
    ),
    "lift": Verb(
        {"style": Word(("stoop", "squat", "semi"))},
        {
            "reps": Count(1),
            "hold": Number(0, 60, 0.6, " s"),
            "over": OVER,
            "twist": Number(-60, 60, 0.0, " degrees"),
        },
    ),
    "walk": Verb({"cadence": Number(50, 150, 110.0, " steps a minute")}),
    "stairs": Verb(
        {
            "direction": Word(("up", "down")),
            "cadence": Number(40, 130, 85.0, " steps a minute"),
        },
    ),
    "turn": Verb({"degrees": Number(-360, 360, unit=" degrees")}, {"over": OVER}),
    "rise": Verb({"cm": Number(-60, 30, 8.0, " cm")}, {"over": OVER}),
    "pose": Verb({}, {"pelvis": Angles(), "lumbar": Angles(), "over": OVER}),
    "slip": Verb(
        {"sensor": Word(("S", "L"))}, {**_TURNS, "over": Number(0.2, 60, 0.4, " s")}
    ),
    "end": Verb(),
}  # fmt: skip

ORIENTATIONS = ("upright", "upside-down", "backwards", "quarter-left", "quarter-right")
_HEADERS = {
    "wearer": Verb(
        {},
        {
            "height": Number(1.0, 2.2, 1.75, " m"),
            "sway": Number(0, 5, 0.3, " degrees"),
            "breath": Number(0, 5, 0.3, " degrees"),
            "seed": Count(1),
        },
    ),
    "mount": Verb(
        {"sensor": Word(("S", "L")), "orientation": Word(ORIENTATIONS, "upright")}, _TURNS
    ),
    "without": Verb({"sensor": Word(("S", "L"))}),
    "swapped": Verb(),
}
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)$")
_MAX_LINES = 100_000


def _read(verb: str, grammar: Verb, words: list[str]) -> dict:
    """The values of a line's words, all of them, defaults included."""
    values = {}
    plain = [word for word in words if "=" not in word]
    for name, kind in grammar.words.items():
        if plain:
            values[name] = _value(f"the {name} of {verb!r}", kind, plain.pop(0))
        elif kind.default is None:
            raise ScriptError(f"{verb!r} needs its {name}: {verb} {name.upper()} …")
        else:
            values[name] = kind.default
    if plain:
        raise ScriptError(f"{verb!r} does not know what to do with {plain[0]!r}: remove it")
    values.update({name: kind.default for name, kind in grammar.options.items()})
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            continue
        if name not in grammar.options:
            known = ", ".join(grammar.options) or "none"
            raise ScriptError(f"{verb!r} has no option {name!r}; it has: {known}")
        values[name] = _value(f"{name!r} of {verb!r}", grammar.options[name], text)
    return values


def _value(what: str, kind: Kind, text: str):
    try:
        return kind.read(text)
    except ScriptError as error:
        raise ScriptError(f"{what} {error}") from None


def _time(text: str, before: float | None) -> float | None:
    """Seconds from `90`, `1:30`, `1:02:30.5` or `+5`; None when it is no time."""
    relative = text.startswith("+")
    digits = text[1:] if relative else text
    clock = _CLOCK.match(digits)
    if clock:
        hours, minutes, seconds = clock.groups()
        value = 3600 * int(hours or 0) + 60 * int(minutes) + float(seconds)
    elif re.fullmatch(r"\d+(\.\d+)?", digits):
        value = float(digits)
    else:
        return None
    if relative:
        if before is None:
            raise ScriptError("the first line cannot begin with '+': say 0 instead")
        value += before
    return value


class _Reader:
    def __init__(self, name: str):
        self.script = Script(name)
        self.before: float | None = None
        self.ended = False

    def run(self, lines: list[tuple[int, list[str]]]) -> None:
        """Reads numbered lines of words; `repeat N` … `again` by running what is between."""
        k = 0
        while k < len(lines):
            number, words = lines[k]
            try:
                if words[0] == "repeat":
                    count = _value("'repeat'", Count(), " ".join(words[1:]))
                    last = self._partner(lines, k)
                    for _ in range(count):
                        self.run(lines[k + 1 : last])
                    k = last
                elif words[0] == "again":
                    raise ScriptError("'again' without 'repeat': remove it")
                else:
                    self._line(number, words)
            except ScriptError as error:
                raise _named(self.script.name, number, error) from None
            k += 1

    @staticmethod
    def _partner(lines, first) -> int:
        depth = 0
        for k in range(first, len(lines)):
            depth += {"repeat": 1, "again": -1}.get(lines[k][1][0], 0)
            if depth == 0:
                return k
        raise ScriptError("'repeat' without 'again': add a line 'again' after the last to repeat")

    def _line(self, number: int, words: list[str]) -> None:
        if self.ended:
            raise ScriptError("nothing may follow 'end': move it up, or 'end' down")
        t = _time(words[0], self.before)
        if t is None:
            self._header(words)
            return
        if len(words) < 2 or words[1] not in VERBS:
            what = repr(words[1]) if len(words) > 1 else "no verb"
            raise ScriptError(f"{what} after the time; it may be: {', '.join(VERBS)}")
        if self.before is None and t != 0:
            raise ScriptError("the first line must begin at 0, with how the wearer starts")
        if self.before is not None and t <= self.before:
            raise ScriptError(f"time must grow, but {t:g} s comes after {self.before:g} s")
        if len(self.script.lines) >= _MAX_LINES:
            raise ScriptError(f"more than {_MAX_LINES} lines: repeat less")
        values = _read(words[1], VERBS[words[1]], words[2:])
        self.script.lines.append(Line(number, t, words[1], values))
        self.before = t
        self.ended = words[1] == "end"

    def _header(self, words: list[str]) -> None:
        script = self.script
        if self.before is not None:
            raise ScriptError(f"{words[0]!r} is not a time such as 90, 1:30 or +5")
        if words[0] == "title":
            script.title = " ".join(words[1:])
            return
        if words[0] not in _HEADERS:
            known = ", ".join(("title", *_HEADERS))
            raise ScriptError(f"{words[0]!r} is neither a time nor one of {known}")
        values = _read(words[0], _HEADERS[words[0]], words[1:])
        if words[0] == "wearer":
            script.wearer = values
        elif words[0] == "mount":
            script.mounts[values["sensor"]] = values
        elif words[0] == "without":
            script.without.add(values["sensor"])
        else:
            script.swapped = True


def _named(name: str, number: int, error: ScriptError) -> ScriptError:
    if str(error).startswith(f"{name}:"):
        return error
    return ScriptError(f"{name}:{number}: {error}")


def parse(text: str, name: str = "script") -> Script:
    """Reads a script.  Raises ScriptError, whose message names the line."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if words:
            lines.append((number, words))
    reader = _Reader(name)
    reader.script.wearer = _read("wearer", _HEADERS["wearer"], [])
    reader.run(lines)
    if not reader.ended:
        last = lines[-1][0] if lines else 1
        raise ScriptError(f"{name}:{last}: the script has no end: add a last line '+10 end'")
    return reader.script
