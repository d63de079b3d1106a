"""Handlers of the log's commands: list, tell digests, read in bulk, acknowledge, record raw
samples."""

import struct
from array import array

from plumbcore import RAW, SUMMARY

from brace import commands as cmd
from brace import faults, pipeline
from brace.compat import const

_DATA = const(4096)
_HEADER = const(12)
_PER_LIST = const(32)
# Bytes of a digest and what it is of, and of as many as an answer has.
_DIGEST = const(22)
_DIGESTS = const(2816)
_END = const(0xFFFFFFFF)
_WINDOW_MAX = const(131072)
_SILENCE_MS = const(10_000)
_RAW_MAX_S = const(24 * 3600)


def number(request, name, default, low, high):
    """A whole number from a request, or CommandError naming what is allowed."""
    value = request.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        say = "%s must be a whole number from %d to %d" % (name, low, high)
        raise cmd.CommandError(cmd.E_BAD_REQUEST, say)
    return value


class _Transfer:
    """A log_read under way.  `plain`: its frames go without tags, to a host that has digests."""

    def __init__(self, log, request, stream, seq, offset, until, window, plain):
        self.log = log
        self.request = request
        # What Log.piece goes on with; the last word counts the bytes sent.
        self.place = array("I", (stream, seq, offset, until, 0))
        self.window = window
        self.plain = plain
        self.confirmed = 0
        self.heard = None


class LogCommands:
    """Puts its handlers into the application's wire."""

    def __init__(self, app):
        self._app = app
        self._transfer = None
        self._buffer = bytearray(_HEADER + _DATA)
        self._view = memoryview(self._buffer)
        app.wire.handlers.update(
            {
                cmd.LOG_LIST: self._list,
                cmd.LOG_DIGESTS: self._digests,
                cmd.LOG_READ: self._read,
                cmd.LOG_ACK: self._ack,
                cmd.RECORD_RAW: self._record_raw,
                cmd.LOG_ERASE: self._erase,
            }
        )
        app.wire.confirm = self._confirm

    def _log(self):
        log = self._app.recorder.log
        if log is None:
            raise cmd.CommandError(cmd.E_STORAGE, "the log's flash has failed")
        return log

    def _list(self, request):
        log = self._log()
        stream = number(request, "stream", SUMMARY, SUMMARY, RAW)
        seq = number(request, "from", 0, 0, _END)
        if request.get("close"):
            log.close()
        segments = []
        more = False
        while True:
            found = log.find(stream, seq)
            if found is None:
                break
            if len(segments) == _PER_LIST:
                more = True
                break
            segments.append(found)
            seq = found[0] + 1
        raw = stream == RAW
        return {
            "segments": segments,
            "more": more,
            "next": log.next_raw if raw else log.next,
            "acked": log.acked_raw if raw else log.acked,
            "lost": log.lost_raw if raw else log.lost,
        }

    def _digests(self, request):
        """What the host believes data without tags by: the answer has one."""
        log = self._log()
        stream = number(request, "stream", SUMMARY, SUMMARY, RAW)
        n = log.digests(
            stream,
            number(request, "from", 0, 0, _END),
            number(request, "until", _END, 0, _END),
            request.get("again") is True,
            self._view[:_DIGESTS],
        )
        more = False
        if n:
            (last,) = struct.unpack_from("<I", self._buffer, n - _DIGEST)
            following = log.find(stream, last + 1)
            # The open one, which has no digest, is the last.
            more = following is not None and not following[3]
        return {"digests": self._view[:n], "more": more}

    def _read(self, request):
        log = self._log()
        wire = self._app.wire
        self._transfer = _Transfer(
            log,
            wire.request,
            number(request, "stream", SUMMARY, SUMMARY, RAW),
            number(request, "from", 0, 0, _END),
            number(request, "offset", 0, 0, 4096),
            number(request, "until", _END, 0, _END),
            number(request, "window", 16384, _DATA, _WINDOW_MAX),
            request.get("tags") is False,
        )
        wire.bulk(self._pump)
        return {"window": self._transfer.window}

    def _ack(self, request):
        log = self._log()
        stream = number(request, "stream", SUMMARY, SUMMARY, RAW)
        log.acknowledge(stream, number(request, "below", 0, 0, _END))
        return {"acked": log.acked_raw if stream == RAW else log.acked}

    def _record_raw(self, request):
        app = self._app
        seconds = number(request, "s", 60, 0, _RAW_MAX_S)
        self._log()
        if seconds:
            app.recorder.start_raw(app.clock.now() + seconds * 1000)
            # Only what begins here can be replayed.
            app.sense.start(pipeline.RECORDING)
        else:
            app.recorder.stop_raw()
        return {"s": seconds}

    def _erase(self, request):
        """Everything goes, fetched or not: for a brace that gets another wearer."""
        if request.get("all") is not True:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "all must be true")
        self._log()
        self._transfer = None
        self._app.erase_log()

    def _confirm(self, request, payload):
        """The host's bulk frame: what it has received."""
        transfer = self._transfer
        if transfer and request == transfer.request and len(payload) >= 4:
            (count,) = struct.unpack_from("<I", payload)
            if transfer.confirmed < count <= transfer.place[4]:
                transfer.confirmed = count
            transfer.heard = self._app.clock.now()

    def _pump(self, wire):
        """Sends a frame if the window lets it.  Returns "done", "sent" or "wait"."""
        transfer = self._transfer
        log = transfer.log
        if log is not self._app.recorder.log:
            return "done"
        if transfer.place[4] + _DATA > transfer.confirmed + transfer.window:
            return self._wait(transfer)
        n = log.piece(transfer.place, self._buffer)
        # A slice made anew for each would keep the garbage collector busy.
        frame = self._buffer if n == _HEADER + _DATA else self._view[:n]
        wire.bulk_frame(cmd.LOG_READ, transfer.request, frame, transfer.plain)
        return "done" if n == _HEADER else "sent"

    def _wait(self, transfer):
        """For the host's confirmation, but not forever."""
        now = self._app.clock.now()
        if transfer.heard is None:
            transfer.heard = now
        if now - transfer.heard > _SILENCE_MS:
            self._app.fault(faults.HOST_SILENT, transfer.place[4])
            return "done"
        return "wait"
