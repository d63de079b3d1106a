"""What a virtual brace shows on its output pins."""

from __future__ import annotations

from dataclasses import dataclass

# PWM keeps a burst's edges closer together than this.
_BURST_GAP_NS = 5_000_000


@dataclass(frozen=True)
class Edge:
    """A change of an output pin, at nanoseconds of the board's time."""

    at_ns: int
    level: bool


@dataclass(frozen=True)
class Burst:
    """One vibration: from its first to its last edge, in nanoseconds of the board's time."""

    start_ns: int
    end_ns: int

    @property
    def duration_ms(self) -> float:
        return (self.end_ns - self.start_ns) / 1e6


def bursts(edges: list[Edge], since_ns: int = 0) -> list[Burst]:
    """The vibrations, PWM or not, that began at `since_ns` or later and have ended."""
    found: list[Burst] = []
    start = last = None
    for edge in edges:
        if start is not None and not edge.level:
            last = edge.at_ns
        elif edge.level:
            if start is not None and last is not None and edge.at_ns - last > _BURST_GAP_NS:
                found.append(Burst(start, last))
                start = None
            if start is None:
                start, last = edge.at_ns, None
    if start is not None and last is not None:
        found.append(Burst(start, last))
    return [burst for burst in found if burst.start_ns >= since_ns]
