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
    FrameDecoder,
    frame_encode,
)

from brace import cbor
from brace import commands as cmd
from brace.compat import const

MAX_PAYLOAD = const(1024)
# The largest that is sent: a piece of a log segment.
_MAX_SENT = const(2060)
# How often the application wants to look at the line while nothing comes.
IDLE_MS = const(1000)

_EFRAME_TOO_LONG = const(-3)
_EFRAME_FOREIGN = const(-4)


class Wire:
    """read(buf) -> n, write(buf): the line.  `handlers` maps a command to f(value) -> value, or
    for those in `raw` f(payload) -> payload.  `heard` is the time of the last good request."""

    name = "wire"

    def __init__(self, read, write):
        self._read = read
        self._write = write
        self._decoder = FrameDecoder(MAX_PAYLOAD)
        self._in = bytearray(256)
        self._out = bytearray(2 * (_MAX_SENT + FRAME_OVERHEAD) + 2)
        self._out_view = memoryview(self._out)
        self._pump = None
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

    def recover(self):
        """Drops what was under way."""
        self._pump = None

    def send(self, kind, command, request, payload):
        """Sends one frame."""
        n = frame_encode(self._out, kind, command, 0, request, payload)
        self._write(self._out_view[:n])

    def event(self, command, payload):
        """Sends an event frame with a payload of bytes."""
        self.send(EVENT, command, 0, payload)

    def bulk(self, pump):
        """Starts a bulk answer: pump(wire) is called whenever the line is free; it sends a frame
        and says "sent", or "wait" for the host, or "done"."""
        self._pump = pump

    def bulk_frame(self, command, request, payload):
        """Sends one frame of bulk data."""
        self.send(BULK, command, request, payload)

    def _error(self, command, request, code, say):
        self.send(ERROR, command, request, cbor.dumps({"code": code, "say": say}))

    def _answer(self, command, request, payload):
        if not self._decoder.speaks:
            raise cmd.CommandError(
                cmd.E_VERSION, "wire version %#x, this brace speaks 0x10" % self._decoder.version
            )
        if self._decoder.flags:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "no session has been opened")
        if command in self.raw:
            self.send(RESPONSE, command, request, self.raw[command](payload))
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
        self.send(RESPONSE, command, request, cbor.dumps(answer) if answer is not None else b"")

    def _request(self, now):
        decoder = self._decoder
        command, request = decoder.cmd, decoder.reqid
        self.heard = now
        self.request = request
        try:
            self._answer(command, request, decoder.payload)
        except cmd.CommandError as error:
            self._error(command, request, error.code, error.say)
        except (ValueError, KeyError, TypeError) as error:
            # A value of the wrong kind that the handler did not check is the request's fault.
            self._error(command, request, cmd.E_BAD_REQUEST, str(error))
        except OSError as error:
            self._error(command, request, cmd.E_STORAGE, "I/O error %s" % error)
        if self.afterwards:
            afterwards, self.afterwards = self.afterwards, None
            afterwards()

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
                    self.confirm(decoder.reqid, decoder.payload)
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
        """Handles what has come; sends a piece of bulk data.  Returns when to be called again."""
        n = self._read(self._in)
        while n:
            self._take(n, now)
            n = self._read(self._in)
        if self._pump:
            state = self._pump(self)
            if state == "sent":
                return 0
            if state == "done":
                self._pump = None
        return IDLE_MS
