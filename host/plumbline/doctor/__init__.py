"""What `plumbline doctor` looks at: this computer, and the braces on it.

A check is a function that yields `Finding`s; `CHECKS` lists them by area.  Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.  `state`: "ok", "info" (absent, and only some commands need
    it), "warn" or "fail"; `do` says what to do about it."""

    what: str
    state: str
    found: str
    do: str = ""


def run(settings) -> Iterator[Finding]:
    """All findings.  A check that itself fails is a finding."""
    from plumbline.doctor import braces, computer

    checks: list[Callable[[], Iterator[Finding]]] = [
        computer.python,
        computer.packages,
        computer.toolchain,
        computer.permissions,
        lambda: computer.store(settings.store),
        lambda: braces.all_braces(settings.timeout),
    ]
    for check in checks:
        yield from check()
