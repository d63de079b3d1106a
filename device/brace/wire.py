"""The brace's end of the wire (SPEC.md, "Frames", "Commands"): frames in, answers, events out.

Pure: bytes come and go through functions, commands are handled by a table of functions that the
application fills.
"""

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

from brace import cbor
from brace import commands as cmd
from brace import session as sessions
from brace.compat import const

MAX_PAYLOAD = const(1024)
# The largest that is sent: a log segment and where it stands.
_MAX_SENT = const(4108)
# So many pieces of bulk data go out before the other tasks have their turn: some 40 ms.
_AT_ONCE = const(12)
_TRAILER = const(20)
# Delimiters behind a frame, up to a whole word: what does not begin at one takes the USB driver
# thrice as long to copy.
_FILL = const(3)
_DELIMITER = const(0x7E)
# So many buffers of what came are taken before the other tasks have their turn: a host that never
# stops talking must not stop the brace.
_TAKEN_AT_ONCE = const(4)
# How often the application wants to look at the line while nothing comes.
IDLE_MS = const(1000)

_EFRAME_TOO_LONG = const(-3)
_EFRAME_FOREIGN = const(-4)


class Wire:
    """read(buf) -> n, write(buf, n): the line.  `handlers` maps a command to f(value) -> value, or
    for those in `raw` f(payload) -> payload.  `heard` is the time of the last good request."""

    name = "wire"

    def __init__(self, read, write, session=None):
        self._read = read
        self._write = write
        self._decoder = FrameDecoder(MAX_PAYLOAD)
        self._in = bytearray(256)
        self._out = bytearray(2 * (_MAX_SENT + _TRAILER + FRAME_OVERHEAD) + 2 + _FILL)
        self._pump = None
        self._trusted = False
        self._claimed = False
        self.session = session
        if session:
            session.on_end.append(self.recover)
        # Payload and trailer stand here while they are put together.
        self._joined = memoryview(bytearray(_MAX_SENT + _TRAILER)) if session else None
        self.handlers = {}
        self.raw = {cmd.PING: bytes}
        # confirm(request, payload) takes the host's bulk frames.
        self.confirm = None
        self.heard = None
        self.request = 0
        self.damaged = 0
        # Set by handlers that act once their answer is out (restart, bootloader).
        self.afterwards = None
        # on_damage() is called for each damaged frame.
        self.on_damage = None

    @property
    def open(self):
        """Whether who asks may know more than everybody."""
        return self._trusted or self.session is None or not self.session.needed

    def recover(self):
        """Drops what was under way."""
        self._pump = None

    def send(self, kind, command, request, payload, trusted=False):
        """Sends one frame; of the session, if `trusted`."""
        flags = 0
        if trusted:
            n = len(payload)
            self._joined[:n] = payload
            n = self.session.finish(self._joined, n, WIRE_VERSION, kind, command, request)
            payload = self._joined[:n]
            flags = sessions.AUTH
        self._put(frame_encode(self._out, kind, command, flags, request, payload))

    def _put(self, n):
        """Sends the frame of n bytes in `_out`."""
        out = self._out
        out[n] = out[n + 1] = out[n + 2] = _DELIMITER
        self._write(out, (n + _FILL) & ~_FILL)

    def _unasked(self, kind, command, request, payload):
        """Sends what answers no request: nothing, if a claimed brace has no session."""
        session = self.session
        if session is None or not session.needed:
            self.send(kind, command, request, payload)
        elif session.active:
            self.send(kind, command, request, payload, True)

    def event(self, command, payload):
        """Sends an event frame with a payload of bytes."""
        self._unasked(EVENT, command, 0, payload)

    def bulk(self, pump):
        """Starts a bulk answer: pump(wire) is called whenever the line is free; it sends a frame
        and says "sent", or "wait" for the host, or "done"."""
        self._pump = pump

    def bulk_frame(self, command, request, payload, plain=False):
        """Sends one frame of bulk data; `plain`: in a session, too, without a tag, which takes
        longer to make than all the rest."""
        if self._claimed and not plain:
            self._unasked(BULK, command, request, payload)
        else:
            # What `send` does, at once: there are hundreds of them a second.
            self._put(frame_encode(self._out, BULK, command, 0, request, payload))

    def _error(self, command, request, code, say):
        trusted = self._trusted and self.session.active
        self.send(ERROR, command, request, cbor.dumps({"code": code, "say": say}), trusted)

    def _admit(self, command, payload):
        """The payload without its trailer, once it is clear that its sender may give this command;
        sets whether the frame is one of the session."""
        session = self.session
        if self._decoder.flags:
            if session is None or self._decoder.flags != sessions.AUTH:
                raise cmd.CommandError(cmd.E_SESSION, "no session has been opened")
            payload = session.accept(self._decoder)
            self._trusted = True
        if session:
            session.allow(command, self._trusted)
        return payload

    def _answer(self, command, request, payload):
        if not self._decoder.speaks:
            raise cmd.CommandError(
                cmd.E_VERSION,
                "wire version %#x, this brace speaks %#x" % (self._decoder.version, WIRE_VERSION),
            )
        payload = self._admit(command, payload)
        trusted = self._trusted
        if command in self.raw:
            self.send(RESPONSE, command, request, self.raw[command](payload), trusted)
            return
        handler = self.handlers.get(command)
        if handler is None:
            raise cmd.CommandError(cmd.E_UNKNOWN_COMMAND, "unknown command %#04x" % command)
        try:
            value = cbor.loads(payload) if len(payload) else {}
        except cbor.CborError as error:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "payload: " + str(error))
        if not isinstance(value, dict):
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "the payload must be a map")
        answer = handler(value)
        payload = cbor.dumps(answer) if answer is not None else b""
        self.send(RESPONSE, command, request, payload, trusted)

    def _request(self, now):
        decoder = self._decoder
        command, request = decoder.cmd, decoder.reqid
        self.heard = now
        self.request = request
        self._trusted = False
        try:
            self._answer(command, request, decoder.payload)
        except cmd.CommandError as error:
            self._error(command, request, error.code, error.say)
        except (ValueError, KeyError, TypeError) as error:
            # A value of the wrong kind that the handler did not check is the request's fault.
            self._error(command, request, cmd.E_BAD_REQUEST, str(error))
        except OSError as error:
            self._error(command, request, cmd.E_STORAGE, "I/O error %s" % error)
        self._trusted = False
        if self.afterwards:
            afterwards, self.afterwards = self.afterwards, None
            afterwards()

    def _confirmed(self, command):
        """A bulk frame of the host's.  On a claimed brace only one of the session confirms:
        another might name a command that is anybody's."""
        self._trusted = False
        try:
            payload = self._admit(command, self._decoder.payload)
            believed = self.open
        except cmd.CommandError:
            return  # it confirms nothing
        finally:
            self._trusted = False
        if believed:
            self.confirm(self._decoder.reqid, payload)

    def _take(self, n, now):
        decoder = self._decoder
        pos = 0
        while pos < n:
            pos = decoder.feed(self._in, pos, n)
            status = decoder.status
            if status > 0:
                if decoder.kind == REQUEST:
                    self._request(now)
                elif decoder.kind == BULK and self.confirm:
                    self._confirmed(decoder.cmd)
            elif status == _EFRAME_TOO_LONG:
                self._error(
                    decoder.cmd, decoder.reqid, cmd.E_TOO_LONG, "frame over %d" % MAX_PAYLOAD
                )
            elif status < 0 and status != _EFRAME_FOREIGN:
                self.damaged += 1
                if self.on_damage:
                    self.on_damage()
                self._error(0, 0, cmd.E_DAMAGED, "a damaged frame came in")

    def step(self, now):
        """Handles what has come; sends some bulk data.  Returns when to be called again."""
        read, buffer = self._read, self._in
        taken = 0
        for turn in range(_AT_ONCE):
            n = read(buffer)
            if n or not turn:
                while n:
                    self._take(n, now)
                    taken += 1
                    if taken == _TAKEN_AT_ONCE:
                        return 0
                    n = read(buffer)
                self._look_at_session()
            if not self._pump:
                return IDLE_MS
            state = self._pump(self)
            if state == "done":
                self._pump = None
            if state != "sent":
                return IDLE_MS
        return 0

    def _look_at_session(self):
        """Once and not for each frame: only what comes can begin or end one."""
        session = self.session
        self._claimed = session is not None and session.needed
        if self._claimed and not session.active:
            self._pump = None
