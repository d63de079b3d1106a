"""What really happens in a scripted motion, for tests to compare with."""

from __future__ import annotations

from dataclasses import dataclass, field

ACTIVITIES = ("stand", "sit", "lie", "walk", "up", "down", "bend", "lift", "transition")
POSTURES = ("upright", "flexed", "extended", "left", "right", "twisted", "lying", "moving")


@dataclass(frozen=True)
class Span:
    """From begin to end (s) the wearer does `activity` in `posture`; `detail` is the lying side,
    the lift's style or empty."""

    begin: float
    end: float
    activity: str
    posture: str
    detail: str = ""


@dataclass(frozen=True)
class Event:
    """At time t (s): "rep" of a bend or lift (its lowest point), "stand_up", "sit_down",
    "slip" of a sensor; `detail` says which."""

    t: float
    kind: str
    detail: str = ""


@dataclass
class Truth:
    """Spans without gaps in order of time, events, times of the heel strikes (s)."""

    spans: list[Span] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)

    def at(self, t: float) -> Span:
        """The span at time t; the last one holds on."""
        for span in self.spans:
            if t < span.end:
                return span
        return self.spans[-1]

    def seconds(self, activity: str | None = None, posture: str | None = None) -> float:
        """How long an activity, a posture or both together last in all."""
        return sum(
            span.end - span.begin
            for span in self.spans
            if activity in (None, span.activity) and posture in (None, span.posture)
        )
