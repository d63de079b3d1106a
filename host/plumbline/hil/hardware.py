"""Which rigs there are: the built-in ones, those of a TOML hardware map, and what is plugged in.

    [rig.bench-3]
    kind = "bench"                    # or "virtual", "unix"
    brace = "PB-0007"                 # serial number, port, USB path or name
    capabilities = ["cuts_power", "moves_sensors"]
    power = { by = "uhubctl", hub = "1-2", port = 3 }
    stage = { by = "maestro", port = "/dev/serial/by-id/…" }

The map is the file that --hil-map names, else the nearest `plumbline-hil.toml` in the working
folder or above it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.errors import NoDevice, UsageError
from plumbline.hil.capabilities import CAPABILITIES
from plumbline.hil.rigs import KINDS

MAP_FILE = "plumbline-hil.toml"


@dataclass(frozen=True)
class Entry:
    """One rig as the map has it; `options` is what its kind wants to know."""

    name: str
    kind: str
    capabilities: frozenset[str] = frozenset()
    options: dict = field(default_factory=dict)


# The emulator runs a waking brace no faster than real time.
VIRTUAL = Entry("virtual", "virtual", frozenset(CAPABILITIES) - {"fast_time"})
# The unix port runs no image, shows no prompt, and has no port that another program could open.
_UNIX_LACKS = {"emulated_core", "has_prompt", "opens_port"}
UNIX = Entry("unix", "unix", frozenset(CAPABILITIES) - _UNIX_LACKS)
BUILT_IN = {entry.name: entry for entry in (VIRTUAL, UNIX)}


def find_map(start: Path) -> Path | None:
    """The nearest hardware map."""
    for folder in (start, *start.parents):
        if (folder / MAP_FILE).is_file():
            return folder / MAP_FILE
    return None


def load(path: Path) -> dict[str, Entry]:
    """The rigs of a map.  Raises UsageError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "Check --hil-map") from error
    except ValueError as error:
        raise UsageError(f"{path} is no TOML: {error}", "Correct that line") from error
    return {name: _entry(path, name, dict(rig)) for name, rig in data.get("rig", {}).items()}


def _entry(path: Path, name: str, rig: dict) -> Entry:
    kind = rig.pop("kind", "bench")
    if kind not in KINDS:
        raise UsageError(
            f"{path}: rig {name!r} is of an unknown kind {kind!r}", f"Use {', '.join(KINDS)}"
        )
    natural = BUILT_IN[kind].capabilities if kind in BUILT_IN else frozenset()
    named = rig.pop("capabilities", list(natural))
    unknown = sorted(set(named) - set(CAPABILITIES))
    if unknown:
        raise UsageError(
            f"{path}: rig {name!r} has unknown capabilities {', '.join(unknown)}",
            f"There are {', '.join(CAPABILITIES)}",
        )
    return Entry(name, kind, frozenset(named), rig)


def resolve(wanted: list[str], map_path: Path | None) -> list[Entry]:
    """The rigs that --brace names: "virtual", "unix", a rig of the map, "all" (the map's benches
    and every brace that is plugged in), or a brace by port, name or serial number.

    Raises UsageError or NoDevice.
    """
    rigs = load(map_path) if map_path else {}
    found: dict[str, Entry] = {}
    for name in wanted or ["virtual"]:
        for entry in _resolve(name, rigs):
            found.setdefault(entry.name, entry)
    return list(found.values())


def _resolve(name: str, rigs: dict[str, Entry]) -> list[Entry]:
    if name in rigs:
        return [rigs[name]]
    if name in BUILT_IN:
        return [BUILT_IN[name]]
    if name == "all":
        return _everything(rigs)
    for entry in rigs.values():
        if entry.options.get("brace") == name:
            return [entry]
    from plumbline import discover

    hits = discover.matching(discover.braces(), name)
    if not hits:
        raise NoDevice(
            f"no rig and no brace is called {name!r}",
            f"There are: {', '.join([*BUILT_IN, 'all', *rigs])}; see plumbline list",
        )
    return [_plugged_in(hit) for hit in hits]


def _plugged_in(found) -> Entry:
    """A brace that no map speaks of: it can be talked to, no more."""
    able = frozenset({"opens_port", "has_prompt"})
    return Entry(found.name, "bench", able, {"brace": found.port})


def _everything(rigs: dict[str, Entry]) -> list[Entry]:
    from plumbline import discover

    entries = [entry for entry in rigs.values() if entry.kind not in BUILT_IN]
    known = {entry.options.get("brace") for entry in entries}
    for found in discover.braces():
        if not known & set(found.ids()) and discover.serial_of(found) not in known:
            entries.append(_plugged_in(found))
    if not entries:
        raise discover.nobody()
    return entries
