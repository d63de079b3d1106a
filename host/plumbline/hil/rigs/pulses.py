"""From edges of an output pin to the times at which it was on."""

from __future__ import annotations

from collections.abc import Iterable

from plumbline.hil.parts import Pulse
from plumbline.virtual.edges import Burst, Edge


def vibrations(bursts: Iterable[Burst]) -> list[Pulse]:
    """The motor's bursts."""
    return [Pulse(burst.start_ns / 1e9, burst.end_ns / 1e9) for burst in bursts]


def lit(edges: list[Edge], now: float, since: float) -> list[Pulse]:
    """When a pin was high, until `now` (s), of those times that began at `since` or later."""
    found, start = [], None
    for edge in edges:
        if edge.level and start is None:
            start = edge.at_ns / 1e9
        elif not edge.level and start is not None:
            found.append(Pulse(start, edge.at_ns / 1e9))
            start = None
    if start is not None:
        found.append(Pulse(start, now))
    return [pulse for pulse in found if pulse.start >= since]
