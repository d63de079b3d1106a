"""The tool's settings: the user's file < the project's file < PLUMBLINE_* < flags.

The user's file is `config.toml` in the platform's folder; the project's is the nearest
`plumbline.toml` in the working folder or above it.  The brace's own settings are another thing:
see `plumbline settings`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline import paths
from plumbline.errors import UsageError

PROJECT_FILE = "plumbline.toml"


@dataclass(frozen=True)
class Setting:
    """One setting: `kind` is str, int, float, Path or list (of texts)."""

    kind: type
    default: Any
    help: str


SETTINGS = {
    "device": Setting(list, [], "braces that commands take without --device (names or globs)"),
    "image": Setting(Path, None, "firmware image that `flash` and `sim` use"),
    "jobs": Setting(int, 4, "braces worked on at once"),
    "store": Setting(Path, None, "folder of the library of pulled logs"),
    "timeout": Setting(float, 5.0, "seconds that a brace may take to answer"),
}


@dataclass(frozen=True)
class Value:
    """A setting's value and where it comes from."""

    value: Any
    origin: str


class Settings:
    """All settings, as attributes; `origin(name)` tells where a value comes from."""

    def __init__(self, values: Mapping[str, Value]):
        self.values = dict(values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name].value
        except KeyError:
            raise AttributeError(name) from None

    def origin(self, name: str) -> str:
        return self.values[name].origin


def _convert(name: str, raw: Any, origin: str) -> Any:
    kind = SETTINGS[name].kind
    try:
        if kind is list:
            items = raw if isinstance(raw, (list, tuple)) else str(raw).split(",")
            return [str(item).strip() for item in items if str(item).strip()]
        if kind is Path:
            return Path(raw).expanduser()
        if isinstance(raw, (bool, list, dict)):
            raise ValueError
        value = kind(raw)
        if kind in (int, float) and value <= 0:
            raise ValueError
        return value
    except (TypeError, ValueError):
        wants = {int: "a whole number above 0", float: "a number above 0", list: "a list",
                 Path: "a path"}.get(kind, "a text")  # fmt: skip
        raise UsageError(
            f"{origin}: {name} = {raw!r} is not {wants}", "Correct it there"
        ) from None


def _toml(path: Path) -> dict:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        said = f"{path} cannot be read: {error.strerror}"
        raise UsageError(said, "Check its permissions") from error
    except ValueError as error:
        raise UsageError(f"{path} is not TOML: {error}", "Correct it") from error


def user_file() -> Path:
    """The user's settings file (it need not exist)."""
    return paths.config() / "config.toml"


def project_file(start: Path | None = None) -> Path | None:
    """The nearest project file at or above `start`, the working folder by default."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder / PROJECT_FILE
    return None


def load(
    flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """The settings in force.  `flags`: those given on the command line (None: not given).

    Relative paths in a file count from the file's folder.  Raises UsageError for files that are
    no TOML, unknown names and values of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    values = {name: Value(s.default, "default") for name, s in SETTINGS.items()}
    for path in (user_file(), project_file()):
        for name, raw in _toml(path).items() if path else ():
            if name not in SETTINGS:
                raise UsageError(
                    f"{path}: there is no setting {name!r}",
                    f"Known are: {', '.join(sorted(SETTINGS))}",
                )
            value = _convert(name, raw, str(path))
            if isinstance(value, Path):
                value = path.parent / value
            values[name] = Value(value, str(path))
    for name in SETTINGS:
        variable = f"PLUMBLINE_{name.upper()}"
        if environ.get(variable):
            values[name] = Value(_convert(name, environ[variable], variable), variable)
    for name, raw in (flags or {}).items():
        if raw is not None and raw != ():
            flag = f"--{name}"
            values[name] = Value(_convert(name, raw, flag), flag)
    if values["store"].value is None:
        values["store"] = Value(paths.data() / "store", "default")
    return Settings(values)
