"""What a rerun decided otherwise than the brace did: records set side by side by their block.

A block number (125 ms of samples) names a moment the same way on both sides, so one decision that
came out otherwise does not make all later ones look different.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from brace import records
from brace.posture import NAMES, UNKNOWN

BLOCKS_PER_S = 8

Decided = tuple[int, bytes]  # type of record, body


@dataclass(frozen=True)
class Difference:
    """One record that is not the same on both sides; `brace` or `rerun` is None where that side
    wrote none.  `block` counts from the run's start; -1: the record says none."""

    kind: int
    block: int
    brace: dict | None
    rerun: dict | None

    @property
    def name(self) -> str:
        return records.LAYOUTS[self.kind][0]

    def __str__(self) -> str:
        at = f"{self.block / BLOCKS_PER_S:.1f} s in: " if self.block >= 0 else ""
        if self.brace is None:
            return f"{at}{self.name} only in the replay ({_say(self.rerun)})"
        if self.rerun is None:
            return f"{at}{self.name} only on the brace ({_say(self.brace)})"
        changed = [
            f"{name} {value} on the brace, {self.rerun.get(name)} in the replay"
            for name, value in self.brace.items()
            if value != self.rerun.get(name)
        ]
        return f"{at}{self.name} {'; '.join(changed) or 'has other bytes'}"


def _say(fields: dict) -> str:
    return " ".join(f"{k}={v}" for k, v in fields.items() if k != "block")


def _by_place(decided: Iterable[Decided]) -> dict[tuple[int, int, int], Decided]:
    """Keyed by (block, type, how many of the type in that block before); records without a block
    come by their order."""
    seen: dict[tuple[int, int], int] = defaultdict(int)
    placed = {}
    for kind, body in decided:
        block = (records.unpack(kind, body) or {}).get("block", -1)
        placed[(block, kind, seen[(block, kind)])] = (kind, body)
        seen[(block, kind)] += 1
    return placed


def compare(
    theirs: Iterable[Decided], mine: Iterable[Decided], blocks: int
) -> tuple[int, list[Difference]]:
    """(how many records are the same, what is not) of a brace's records and a rerun's.

    blocks: how many the rerun had; what the brace wrote later it did from samples that are not
    there, and is left out.
    """
    brace, rerun = _by_place(theirs), _by_place(mine)
    same, found = 0, []
    for place in sorted(brace.keys() | rerun.keys()):
        block, kind, _ = place
        a, b = brace.get(place), rerun.get(place)
        if b is None and (block > blocks or block < 0):
            # Later than the samples, or a tap whose time is not known.
            continue
        if a == b:
            same += 1
            continue
        fields = [records.unpack(kind, side[1]) if side else None for side in (a, b)]
        found.append(Difference(kind, block, *fields))
    return same, found


def posture_seconds(
    theirs: Iterable[Decided], mine: Iterable[Decided], blocks: int
) -> dict[tuple[str, str], float]:
    """Seconds by (the brace's posture, the rerun's) over the run's blocks."""
    changes: dict[int, list[int | None]] = {0: [UNKNOWN, UNKNOWN]}
    for side, decided in enumerate((theirs, mine)):
        for kind, body in decided:
            if kind == records.POSTURE:
                fields = records.unpack(kind, body)
                changes.setdefault(fields["block"], [None, None])[side] = fields["posture"]
    now, at = [UNKNOWN, UNKNOWN], 0
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for block in sorted(b for b in changes if b <= blocks):
        seconds[(_name(now[0]), _name(now[1]))] += (block - at) / BLOCKS_PER_S
        now = [n if c is None else c for n, c in zip(now, changes[block], strict=True)]
        at = block
    seconds[(_name(now[0]), _name(now[1]))] += (blocks - at) / BLOCKS_PER_S
    return {pair: s for pair, s in sorted(seconds.items()) if s}


def _name(posture: int) -> str:
    return NAMES[posture] if posture < len(NAMES) else str(posture)
