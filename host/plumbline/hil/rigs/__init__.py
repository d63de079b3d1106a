"""The kinds of rigs.  Each is imported when it is used: a bench needs no emulator."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.hil.rig import Rig

# Kind in the hardware map -> module below this package, whose `make(name, options)` builds one.
KINDS = {"virtual": "emulated", "unix": "unix", "bench": "bench"}


def make(kind: str, name: str, options: dict) -> Rig:
    """Builds a rig.  Raises UsageError for options that make no sense."""
    return import_module(f"plumbline.hil.rigs.{KINDS[kind]}").make(name, options)
