"""What `plumbline doctor` looks at: this computer, and the braces on it.

A check is a function that yields `Finding`s.  Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plumbline.doctor import braces, computer
from plumbline.doctor.finding import Finding


def run(settings) -> Iterator[Finding]:
    """All findings, of this computer first."""
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
