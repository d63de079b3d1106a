"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.  `state`: "ok", "info" (absent, and only some commands need
    it), "warn" or "fail"; `do` says what to do about it."""

    what: str
    state: str
    found: str
    do: str = ""
