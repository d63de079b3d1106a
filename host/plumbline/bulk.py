"""Reading segments of the log from a brace (SPEC.md, "Bulk transfer")."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import plumbcore
from brace import commands

from plumbline.answers import BraceError
from plumbline.errors import LinkError, NoAnswer
from plumbline.link import Link

END = 0xFFFFFFFF
_WINDOW = 65536
# To check a confirmation's tag takes the brace a millisecond.  Who tells digests grants as much.
_WINDOW_PLAIN = 131072
_HEAD = struct.Struct("<IIHH")
_COUNT = struct.Struct("<I")
# What log_digests tells of a segment: number, length, first bytes of its SHA-256.
_DIGEST = 16
_TOLD = struct.Struct(f"<IH{_DIGEST}s")
# Seconds after which the brace hears from us again; it gives up after 10.
_SILENCE = 2.0
# Resumes in a row that bring nothing, before we give up.
_PATIENCE = 4
# Segments in a row that are not what the brace told, before we do.
_WRONG = 2


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


class _Told:
    """What the brace told in its session that closed segments are.  Their data come without tags,
    and nothing of them is believed that does not fit this.

    `plain` is False outside a session, and with a brace that is too old to tell: then what comes
    is believed by its tags, or by nothing.
    """

    def __init__(self, link: Link, stream: int, start: int, until: int):
        self._link = link
        self._stream = stream
        self._until = until
        self._segments: dict[int, tuple[int, bytes]] = {}
        self.plain = link.session is not None
        if self.plain:
            self.learn(start)

    def learn(self, start: int) -> None:
        """Asks about the segments from `start` on; what was told of them before is forgotten."""
        self._segments = {n: told for n, told in self._segments.items() if n < start}
        more = True
        while more and start < self._until:
            more = self._ask(start, self._until)
            start = max(self._segments, default=start) + 1

    def learn_again(self, number: int) -> None:
        """Has the brace look at a segment again: it may have told what its flash was once."""
        self._segments.pop(number, None)
        self._ask(number, number + 1, again=True)

    def _ask(self, start: int, until: int, **how) -> bool:
        """Notes what the brace tells; whether there is more."""
        values = {"stream": self._stream, "from": start, "until": until, **how}
        try:
            answer = self._link.ask(commands.LOG_DIGESTS, values, again=2)
        except BraceError as error:
            if error.code != commands.E_UNKNOWN_COMMAND:
                raise
            self.plain = False
            return False
        for number, length, digest in _TOLD.iter_unpack(answer["digests"]):
            self._segments[number] = (length, digest)
        return answer["more"]

    @property
    def until(self) -> int:
        """The number behind the last segment that is known."""
        return max(self._segments) + 1 if self.plain else self._until

    def next(self, number: int) -> int | None:
        """The first segment from `number` on."""
        return min((n for n in self._segments if n >= number), default=None)

    def takes(self, held: tuple[int, int], frame: tuple[int, int, int, int]) -> bool:
        """Whether a frame's data (segment, offset, segment's length, bytes) go on from what is
        held: so many bytes of the segment that is due."""
        number, offset, length, size = frame
        due, have = held
        expected = self.next(due)
        if number != expected:
            if expected is not None:
                # Left out because it was overwritten meanwhile, or by somebody on the line.
                self.learn(due)
            return False
        have = have if number == due else 0
        return size > 0 and offset == have and self._segments[number][0] == length >= have + size

    def proves(self, number: int, data: bytearray) -> bool:
        """Whether these may be the bytes of a segment."""
        return not self.plain or plumbcore.sha256(data)[:_DIGEST] == self._segments[number][1]


def _frames(link: Link, values: dict, plain: bool) -> Iterator[tuple[int, int, int, bytes]]:
    """(segment, offset, segment's length, data) of each bulk frame of a log_read, confirmed to the
    brace, until something is missing."""
    request, granted = link.begin(commands.LOG_READ, values, plain=plain)
    received = confirmed = 0
    heard = link.transport.now()
    while True:
        frame = link.more(commands.LOG_READ, request)
        if frame is None or len(frame.payload) < _HEAD.size:
            return
        position, number, offset, length = _HEAD.unpack_from(frame.payload)
        if position != received:
            return
        received += len(frame.payload) - _HEAD.size
        # Who takes the segments may be slow, and the brace waits only so long to be heard.
        now = link.transport.now()
        if received - confirmed >= granted["window"] // 2 or now - heard > _SILENCE:
            confirmed, heard = received, now
            link.confirm(commands.LOG_READ, request, _COUNT.pack(received))
        yield number, offset, length, frame.payload[_HEAD.size :]


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
    good, LinkLost when the port goes away, LinkError when something in between changes what the
    brace sends in a session.
    """
    sequence, data = start, bytearray()
    told = _Told(link, stream, start, until)
    vain = wrong = 0
    while vain < _PATIENCE:
        if told.plain and told.next(sequence) is None:
            return
        vain += 1
        values = {"stream": stream, "from": sequence, "offset": len(data), "until": told.until,
                  "window": _WINDOW_PLAIN if told.plain else _WINDOW,
                  "tags": not told.plain}  # fmt: skip
        for number, offset, length, body in _frames(link, values, told.plain):
            held, came = (sequence, len(data)), (number, offset, length, len(body))
            if told.plain and not told.takes(held, came):
                break
            if number == END and not body:
                return
            if number != sequence:
                # The brace is done with the one before, or has overwritten it meanwhile.
                sequence, data = number, bytearray()
            if offset != len(data):
                raise _out_of_order(link)
            data += body
            vain = 0
            progress(len(body))
            if len(data) < length:
                continue
            if told.proves(sequence, data):
                wrong = 0
                yield sequence, bytes(data)
                sequence, data = sequence + 1, bytearray()
            else:
                wrong += 1
                if wrong == _WRONG:
                    raise _altered(link, sequence)
                data = bytearray()
                told.learn_again(sequence)
                break
    raise NoAnswer(
        f"{link.transport.description} stopped in the middle of segment {sequence}",
        "Check the cable, then run the same command again: it goes on from there",
    )


def _out_of_order(link: Link) -> LinkError:
    return LinkError(
        f"{link.transport.description} sent the log out of order",
        "Update its firmware: plumbline flash",
    )


def _altered(link: Link, number: int) -> LinkError:
    return LinkError(
        f"what came for segment {number} is not what {link.transport.description} sent: the "
        "cable, or something on it, changes data",
        "Use another cable and port, then run the same command again: it goes on from there",
    )


def acknowledge(link: Link, stream: int, below: int) -> int:
    """Tells the brace that the segments below are safe; what it then holds acknowledged."""
    answer = link.ask(commands.LOG_ACK, {"stream": stream, "below": below}, again=2)
    return answer["acked"]
