"""What can be flashed: running braces and boards in BOOTSEL, under one name each."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from plumbline import discover
from plumbline.discover import Found
from plumbline.errors import NoDevice, SeveralDevices
from plumbline.flashing import bootsel
from plumbline.flashing.bootsel import Bootsel

BY_HAND = (
    "Hold the BOOTSEL button while you plug the cable in (or while you press reset), and let go "
    "when the RPI-RP2 volume appears"
)


@dataclass(frozen=True)
class Target:
    """One board: running (`found`) or waiting (`board`), never both."""

    name: str
    location: str = ""
    found: Found | None = None
    board: Bootsel | None = None

    @property
    def virtual(self) -> bool:
        return bool((self.found or self.board).virtual)


def everything() -> list[Target]:
    """All that could be flashed, in the order of their USB paths, virtual ones last."""
    boards = bootsel.waiting()
    names = {b.name for b in boards if b.virtual}
    targets = [
        Target(f.name, f.location, found=f) for f in discover.braces() if f.name not in names
    ]
    targets += [Target(b.name, b.location, board=b) for b in boards]
    return sorted(targets, key=lambda t: (t.virtual, t.location, t.name))


def select(patterns: Iterable[str] = (), take_all: bool = False) -> list[Target]:
    """Those that --device patterns or --all mean, or the only one.

    Raises NoDevice and SeveralDevices as `discover.select` does.
    """
    there = everything()
    patterns = list(patterns)
    if patterns:
        chosen: list[Target] = []
        for pattern in patterns:
            hits = [
                t for t in there
                if t.board
                and any(fnmatch.fnmatchcase(i, pattern) for i in (t.name, t.location) if i)
            ]  # fmt: skip
            running = discover.matching((t.found for t in there if t.found), pattern)
            hits += [Target(f.name, f.location, found=f) for f in running]
            if not hits:
                names = ", ".join(t.name for t in there) or "nothing"
                raise NoDevice(f"no brace matches {pattern!r}", f"There is: {names}")
            chosen += [t for t in hits if t not in chosen]
        return chosen
    if not there:
        raise NoDevice("no brace was found, neither running nor in BOOTSEL", BY_HAND)
    if len(there) > 1 and not take_all:
        raise SeveralDevices(
            f"{len(there)} boards are there: {', '.join(t.name for t in there)}",
            "Name those you mean with --device, or give --all",
        )
    return there
