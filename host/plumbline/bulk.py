"""Reading segments of the log from a brace (SPEC.md, "Bulk transfer")."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from brace import commands

from plumbline.errors import LinkError, NoAnswer
from plumbline.link import Link

END = 0xFFFFFFFF
_WINDOW = 65536
_HEAD = struct.Struct("<IIHH")
_COUNT = struct.Struct("<I")
# Seconds after which the brace hears from us again; it gives up after 10.
_SILENCE = 2.0
# Resumes in a row that bring nothing, before we give up.
_PATIENCE = 4


@dataclass(frozen=True)
class Listed:
    """A segment as the brace lists it."""

    sequence: int
    length: int
    acked: bool
    open: bool


@dataclass(frozen=True)
class Listing:
    """One stream of the brace's log: `next` number to be given, numbers below `acked` are
    acknowledged, `lost` were ever given up without that."""

    segments: list[Listed]
    next: int
    acked: int
    lost: int


def listing(link: Link, stream: int, *, close: bool = False) -> Listing:
    """All segments of a stream.  `close` first ends the open ones, so that all can be read."""
    found: list[Listed] = []
    start = 0
    while True:
        # Closing twice does no harm, but would end the segments begun since.
        values = {"stream": stream, "from": start, "close": close and start == 0}
        answer = link.ask(commands.LOG_LIST, values, again=2)
        found += [Listed(n, size, bool(acked), bool(open_))
                  for n, size, acked, open_ in answer["segments"]]  # fmt: skip
        if not answer["more"] or not answer["segments"]:
            return Listing(found, answer["next"], answer["acked"], answer["lost"])
        start = found[-1].sequence + 1


def read(
    link: Link,
    stream: int,
    start: int,
    until: int = END,
    progress: Callable[[int], None] = lambda count: None,
) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of each closed segment from `start` up to but without `until`.

    Damage and losses on the line are made good by asking again from the byte that is missing.
    `progress` gets the count of bytes of each frame.  Raises NoAnswer when the brace stops for
    good, LinkLost when the port goes away.
    """
    sequence, data = start, bytearray()
    vain = 0
    while vain < _PATIENCE:
        request, granted = link.begin(
            commands.LOG_READ,
            {"stream": stream, "from": sequence, "offset": len(data), "until": until,
             "window": _WINDOW},
        )  # fmt: skip
        received = confirmed = 0
        heard = link.transport.now()
        vain += 1
        while True:
            frame = link.more(commands.LOG_READ, request)
            if frame is None or len(frame.payload) < _HEAD.size:
                break
            position, number, offset, length = _HEAD.unpack_from(frame.payload)
            if position != received:
                break
            body = frame.payload[_HEAD.size :]
            if number == END and not body:
                return
            if number != sequence:
                # The brace is done with the one before, or has overwritten it meanwhile.
                sequence, data = number, bytearray()
            if offset != len(data):
                raise LinkError(
                    f"{link.transport.description} sent the log out of order",
                    "Update its firmware: plumbline flash",
                )
            data += body
            received += len(body)
            vain = 0
            progress(len(body))
            # Who takes the segments may be slow, and the brace waits only so long to be heard.
            now = link.transport.now()
            if received - confirmed >= granted["window"] // 2 or now - heard > _SILENCE:
                confirmed, heard = received, now
                link.confirm(commands.LOG_READ, request, _COUNT.pack(received))
            if len(data) >= length:
                yield sequence, bytes(data)
                sequence, data = sequence + 1, bytearray()
    raise NoAnswer(
        f"{link.transport.description} stopped in the middle of segment {sequence}",
        "Check the cable, then run the same command again: it goes on from there",
    )


def acknowledge(link: Link, stream: int, below: int) -> int:
    """Tells the brace that the segments below are safe; what it then holds acknowledged."""
    answer = link.ask(commands.LOG_ACK, {"stream": stream, "below": below}, again=2)
    return answer["acked"]
