"""Where Plumbline keeps its own files on this computer.

The platform's usual folders, or one folder for everything when PLUMBLINE_HOME names it, which
tests, portable installations and shared benches use.
"""

from __future__ import annotations

import os
from pathlib import Path


def _folder(kind: str) -> Path:
    home = os.environ.get("PLUMBLINE_HOME")
    if home:
        return Path(home).expanduser() / kind
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_dir")("plumbline", appauthor=False))


def state() -> Path:
    """Things of this computer's present: running virtual braces, half-done work."""
    return _folder("state")


def config() -> Path:
    """The user's settings."""
    return _folder("config")


def data() -> Path:
    """What must not be lost: the store of pulled logs, by default."""
    return _folder("data")
