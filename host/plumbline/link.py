"""One conversation with a brace: requests and their answers, events, and the console's text.

A link belongs to one thread.  It retries a command only when the caller says that giving it twice
does no harm, because a lost answer cannot be told from a lost request.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from brace import cbor, commands
from plumbcore import (
    BULK,
    ERROR,
    EVENT,
    FRAME_OVERHEAD,
    REQUEST,
    RESPONSE,
    WIRE_VERSION,
    FrameDecoder,
    frame_encode,
)

from plumbline.answers import Frame, code_of, other_version, printable, refusal
from plumbline.errors import AtPrompt, LinkError, LinkLost, NoAnswer, Refused
from plumbline.transport import Transport

# Answers are small; bulk data comes in pieces that the brace chooses, well under this.
_MAX_ANSWER = 16384
_EVENTS_KEPT = 4096
_LINES_KEPT = 1000
_AFTER_DAMAGE = 0.5
# So long a silence, and we look whether MicroPython's prompt sits there.
_PROMPT_AFTER = 1.0
# What a prompt takes for editing keys and a running brace for nothing: kill the line to its end
# and to its start, then Ctrl-B, which on an empty line prints the banner again.
_ASK_PROMPT = b"\x0b\x15\x02"
_BANNER = "MicroPython v"
_REBOOT = "soft reboot"
_AUTH = 1
_TRAILER = 20
# What a brace may say outside a session that we are in: anybody may have said it.
_OUTSIDE = (
    commands.E_SESSION, commands.E_DAMAGED, commands.E_TOO_LONG, commands.E_VERSION
)  # fmt: skip


class Link:
    """The host's end of the wire (SPEC.md, "Frames").

    max_request: largest payload that the brace takes; its hello tells.
    timeout: seconds that an answer may take, on the transport's clock.
    first_request: id of the first request; random by default, so that answers to an earlier
    program's requests are not taken for ours.
    on_line: called with each whole line of console text.
    session: `plumbline.trust.session.Session` once one is open: from then on every frame goes out
    with its tag, and what comes in without one is not believed.
    Counters: `stale` answers to requests given up, `damaged` frames broken on either way,
    `forged` frames that were not of the session.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        timeout: float = 5.0,
        first_request: int | None = None,
        on_line: Callable[[str], None] | None = None,
    ):
        self.transport = transport
        self.timeout = timeout
        self.max_request = 256
        self.console: deque[str] = deque(maxlen=_LINES_KEPT)
        self.session = None
        self.stale = 0
        self.damaged = 0
        self.forged = 0
        # (command, request) of the transfer whose data come without tags.
        self._plain: tuple[int, int] | None = None
        self._on_line = on_line
        self._events: deque[Frame] = deque(maxlen=_EVENTS_KEPT)
        self._frames: deque[Frame] = deque()
        self._decoder = FrameDecoder(_MAX_ANSWER)
        self._dropped = bytearray(_MAX_ANSWER + FRAME_OVERHEAD + 1)
        self._text = bytearray()
        self._echoed = False
        self._banner = False
        self._rebooted = False
        self._request = random.randrange(0x10000) if first_request is None else first_request - 1
        # Ends a frame that an earlier program may have left half sent.
        transport.write(b"~~")

    def close(self) -> None:
        """Lets go of the port."""
        self.transport.close()

    # -- what comes in -----------------------------------------------------------------------

    def _pump(self, timeout: float) -> bool:
        """Takes what came within `timeout` seconds apart; whether anything did."""
        data = self.transport.read(timeout)
        decoder = self._decoder
        pos = 0
        while pos < len(data):
            pos = decoder.feed(data, pos)
            self._text += data[decoder.text_start : decoder.text_end]
            if decoder.status > 0:
                self._take(
                    Frame(
                        decoder.kind,
                        decoder.cmd,
                        decoder.flags,
                        decoder.reqid,
                        bytes(decoder.payload),
                        decoder.version,
                    )
                )
            elif decoder.status < 0:
                self.damaged += not decoder.filled
                self._text += self._dropped[: decoder.dropped_into(self._dropped)]
        self._split_lines()
        return bool(data)

    def _believe(self, frame: Frame) -> Frame | None:
        """The frame without its trailer; None for one that did not come from the session."""
        if self.session is None:
            return None if frame.flags else frame
        if frame.flags == _AUTH:
            payload = self.session.accept(
                frame.version, frame.kind, frame.command, frame.request, frame.payload
            )
            return None if payload is None else replace(frame, flags=0, payload=payload)
        if frame.kind == ERROR and not frame.flags and code_of(frame) in _OUTSIDE:
            return frame
        plain = frame.kind == BULK and not frame.flags
        if plain and self._plain == (frame.command, frame.request):
            return frame
        return frame if frame.kind == REQUEST else None

    def _take(self, frame: Frame) -> None:
        believed = self._believe(frame)
        if believed is None:
            self.forged += 1
            return
        frame = believed
        if frame.kind == EVENT:
            self._events.append(frame)
        elif frame.kind == REQUEST:
            # Braces ask nothing: something echoes what it is sent, as a prompt does.
            self._echoed = True
        else:
            self._frames.append(frame)

    def _split_lines(self) -> None:
        while (end := self._text.find(b"\n")) >= 0:
            line = printable(self._text[:end].decode("utf-8", "replace").rstrip("\r"))
            del self._text[: end + 1]
            self.console.append(line)
            self._banner = self._banner or _BANNER in line
            self._rebooted = self._rebooted or line.endswith(_REBOOT)
            if self._on_line:
                self._on_line(line)
        del self._text[:-_MAX_ANSWER]

    def event(self, timeout: float = 0.0) -> Frame | None:
        """The next event, or None when `timeout` seconds passed without one."""
        deadline = self.transport.now() + timeout
        while not self._events:
            left = deadline - self.transport.now()
            if not self._pump(max(left, 0.0)) and left <= 0:
                return None
        return self._events.popleft()

    def forget_events(self) -> None:
        """Drops events that nobody waits for any more."""
        self._events.clear()

    # -- requests ----------------------------------------------------------------------------

    def _silence(self) -> NoAnswer:
        return NoAnswer(
            f"{self.transport.description} does not answer",
            "Unplug the brace and plug it in again; if that does not help, plumbline doctor",
        )

    def _session_lost(self) -> LinkLost:
        return LinkLost(
            f"the session with {self.transport.description} is over",
            "Run the same command again; if that does not help, the line is being tampered with",
        )

    def _send(self, kind: int, command: int, payload: bytes, request: int | None = None) -> int:
        if len(payload) + (_TRAILER if self.session else 0) > self.max_request:
            raise Refused(
                f"a request of {len(payload)} bytes is longer than the {self.max_request} "
                "that this brace takes",
                "Send less at once",
            )
        if request is None:
            request = self._request = self._request % 0xFFFF + 1
        flags = 0
        if self.session:
            payload = self.session.seal(WIRE_VERSION, kind, command, request, payload)
            flags = _AUTH
        out = bytearray(2 * (len(payload) + FRAME_OVERHEAD) + 2)
        length = frame_encode(out, kind, command, flags, request, payload)
        self.transport.write(bytes(out[:length]))
        return request

    def _answer(
        self, command: int, request: int, timeout: float, damaged: int | None = None,
        kinds: tuple[int, ...] = (RESPONSE,),
    ) -> Frame | None:  # fmt: skip
        """The next frame that answers `request`; None when `timeout` passes without.  `damaged`:
        once there is more damage than so much, waits only a moment longer.
        """
        deadline = self.transport.now() + timeout
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if frame.version >> 4 != WIRE_VERSION >> 4:
                    raise other_version(frame.version)
                if frame.request != request:
                    # Damage is told with request 0: our own question may have been hit, but so
                    # may what an earlier program left; the answer, or its absence, tells.
                    self.stale += frame.request != 0
                    self.damaged += frame.kind == ERROR and frame.request == 0
                elif frame.kind == ERROR:
                    if self.session and code_of(frame) == commands.E_SESSION:
                        raise self._session_lost()
                    raise refusal(command, frame)
                elif frame.kind in kinds:
                    return frame
            if damaged is not None and self.damaged > damaged:
                damaged = None
                deadline = min(deadline, self.transport.now() + _AFTER_DAMAGE)
            left = deadline - self.transport.now()
            if left <= 0:
                return None
            self._pump(left)

    def request(
        self,
        command: int,
        payload: bytes = b"",
        *,
        timeout: float | None = None,
        takes: float = 0.0,
        again: int = 0,
    ) -> Frame:
        """Gives a command and returns the response frame.

        timeout: instead of the link's.  takes: seconds that what the command does may take, if
        that is longer.  again: how many times more to ask after silence; only for commands that
        may be given twice.  Raises BraceError for an error answer, NoAnswer, AtPrompt, LinkLost,
        VersionError.
        """
        timeout = max(self.timeout if timeout is None else timeout, takes)
        for attempt in range(1 + again):
            self._echoed = False
            damaged = self.damaged if attempt < again else None
            request = self._send(REQUEST, command, payload)
            quick = min(timeout, _PROMPT_AFTER) if attempt == 0 else timeout
            frame = self._answer(command, request, quick, damaged)
            if frame is None and attempt == 0:
                if self.at_prompt(min(_PROMPT_AFTER, timeout)):
                    raise AtPrompt(
                        f"{self.transport.description}: the firmware has stopped and "
                        "MicroPython's prompt waits",
                        "Start it again: plumbline dev start",
                    )
                frame = self._answer(command, request, timeout - quick, damaged)
            if frame is not None:
                return frame
        raise self._silence()

    def ask(self, command: int, values: dict | None = None, **how) -> dict:
        """`request` with a CBOR map each way."""
        payload = cbor.dumps(values) if values else b""
        frame = self.request(command, payload, **how)
        return self.decode(frame)

    def decode(self, frame: Frame) -> dict:
        """The map in a frame's payload.  Raises LinkError when there is none."""
        try:
            return frame.map()
        except cbor.CborError as error:
            raise LinkError(
                f"{self.transport.description} sent an answer that cannot be read ({error})",
                "Update firmware and tool to the same version: plumbline flash",
            ) from error

    # -- bulk transfers ----------------------------------------------------------------------

    def begin(self, command: int, values: dict, *, plain: bool = False) -> tuple[int, dict]:
        """Gives a command that is followed by bulk frames: its request id and response.

        plain: in a session, too, its bulk frames come without tags.  Anybody on the line can have
        made those, so the caller must have another way to tell.
        """
        request = self._send(REQUEST, command, cbor.dumps(values))
        self._plain = (command, request) if plain else None
        frame = self._answer(command, request, self.timeout, self.damaged)
        if frame is None:
            raise self._silence()
        return request, self.decode(frame)

    def more(self, command: int, request: int) -> Frame | None:
        """The next bulk frame of a transfer, or None when it has stopped."""
        return self._answer(command, request, self.timeout, self.damaged, (BULK,))

    def confirm(self, command: int, request: int, payload: bytes) -> None:
        """Sends a bulk frame of the host's in a transfer."""
        self._send(BULK, command, payload, request)

    # -- MicroPython's prompt ----------------------------------------------------------------

    def at_prompt(self, timeout: float = 1.0) -> bool:
        """Whether MicroPython's prompt, not the firmware, listens.  Does nothing to either; an
        answer that comes meanwhile is kept."""
        self._banner = False
        self.transport.write(_ASK_PROMPT)
        deadline = self.transport.now() + timeout
        while not (self._banner or self._frames) and (left := deadline - self.transport.now()) > 0:
            self._pump(left)
        return self._banner or self._echoed

    def restart_from_prompt(self) -> None:
        """Starts the firmware from the prompt (Ctrl-C, Ctrl-B, Ctrl-D: a soft reset), and waits
        for the prompt's last words: who asks next must not take them for a prompt."""
        self._rebooted = False
        self.transport.write(b"\r\x03\x02\x04")
        deadline = self.transport.now() + self.timeout
        while not self._rebooted and (left := deadline - self.transport.now()) > 0:
            self._pump(left)

    def bootloader_from_prompt(self) -> None:
        """Makes the board enter BOOTSEL from the prompt."""
        self.transport.write(b"\r\x03\x02import machine\rmachine.bootloader()\r")
