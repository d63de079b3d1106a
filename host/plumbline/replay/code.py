"""Which code decides: what is derived from logs is made anew when it changes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import plumbcore


@cache
def digest() -> str:
    """Of the firmware's Python modules, models included, and the core's version."""
    made = hashlib.sha256(plumbcore.core_version().to_bytes(4, "little"))
    for path in sorted(files("brace").rglob("*.py")):
        made.update(path.name.encode() + b"\0" + path.read_bytes())
    return made.hexdigest()[:16]
