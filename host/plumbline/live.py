"""The live stream: what a brace sees and decides, some five times a second (SPEC.md, "Live
events")."""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from brace import commands
from brace.posture import NAMES

from plumbline.device import Brace
from plumbline.errors import LinkError, NoAnswer

_LAYOUT = struct.Struct("<IBBBBhhhhhH")
_SILENCE_S = 15.0
# So often the stream is asked for again: a session that the host does not use ends after an hour.
_AGAIN_S = 1200.0


@dataclass(frozen=True)
class Sample:
    """One live event.  Angles in degrees against the calibrated neutral; `block` counts blocks of
    125 ms since the decisions began; `cues` counts modulo 256; `at` is this computer's clock
    (seconds since 1970) when it came."""

    at: float
    block: int
    posture: str
    activity: int
    sensors: str
    converged: bool
    motor: bool
    cues: int
    flexion: float
    lateral: float
    lumbar_flexion: float | None
    lumbar_lateral: float | None
    lumbar_axial: float | None
    battery_mv: int

    @classmethod
    def of(cls, payload: bytes, at: float) -> Sample:
        """From an event's payload; a newer firmware may have added to its end."""
        block, posture, activity, flags, cues, *angles, battery = _LAYOUT.unpack_from(payload)
        degrees = [a / 100 for a in angles]
        both = flags & 3 == 3
        return cls(
            at, block, NAMES[posture] if posture < len(NAMES) else "unknown", activity,
            ("S" if flags & 1 else "") + ("L" if flags & 2 else ""),
            bool(flags & 4), bool(flags & 8), cues, degrees[0], degrees[1],
            *(degrees[2:] if both else (None, None, None)), battery,
        )  # fmt: skip


def stream(brace: Brace, seconds: float | None = None) -> Iterator[Sample]:
    """Samples until `seconds` of this computer's time have passed, or for ever; turns the stream
    off at the end.  Raises NoAnswer when the brace falls silent, LinkLost when it goes away.
    """
    end = None if seconds is None else time.monotonic() + seconds
    asked = time.monotonic()
    brace.live(True)
    try:
        while end is None or time.monotonic() < end:
            if time.monotonic() - asked > _AGAIN_S:
                asked = time.monotonic()
                brace.live(True)
            event = brace.event(min(_SILENCE_S, seconds or _SILENCE_S))
            if event is None:
                if end is not None:
                    return
                raise NoAnswer("the brace sends nothing", "Is it asleep? Move it, or press its "
                               "button")  # fmt: skip
            if event.command == commands.LIVE:
                yield Sample.of(event.payload, time.time())
    finally:
        with contextlib.suppress(LinkError):
            brace.live(False)


def delay_s(brace: Brace) -> float:
    """How old a sample is when it is shown, about: half a block and half a burst that it waited
    on the brace, and half a round trip on the line.  Measured with a ping."""
    began = brace.link.transport.now()
    brace.ping(b"delay")
    trip = brace.link.transport.now() - began
    return 0.125 / 2 + 0.19 / 2 + trip / 2
