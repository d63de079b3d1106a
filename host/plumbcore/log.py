"""The log ring (native/include/pl_log.h; SPEC.md, "Log partition")."""

import errno

from plumbcore._core import ffi, lib
from plumbcore.crypto import sha256
from plumbcore.flash import Flash

SUMMARY = lib.PL_STREAM_SUMMARY
RAW = lib.PL_STREAM_RAW


class Log:
    """The log in a partition that is all of `flash` (see flash.py); construction mounts it.
    `seal`: a plumbcore.Seal that seals all that is written from now on, or None.  A sealed log
    remembers digests of its closed segments.

    Streams are SUMMARY and RAW; times are hundredths of a second since boot ("cs"), which never
    go backwards.  Errors: ValueError (an argument), OSError EIO (the flash failed: mount again),
    OSError ENOSPC (raw samples only: all room is taken by unacknowledged summaries).

    Read-only: `boot` (number of this boot); of the mount `restored` (bytes of records completed
    after a power cut), `torn` (commits of the newest segment that were cut or damaged),
    `unusable` (sectors of neither segment nor nothing); `faults` (writes that did not read back
    since); of the ring `total`, `free`, `unacked`, `unacked_raw` (segments), `lost`, `lost_raw`
    (given up unacknowledged, ever), `acked`, `acked_raw` (sequence numbers below are safe),
    `next`, `next_raw` (of the next segment), `erases` (of sectors, ever), `level` (0 room, 1 raw
    samples go next, 2 nearly full, 3 summaries go next).
    """

    def __init__(self, flash, serial: str = "", seal=None):
        name = serial.encode()
        if len(name) > lib.PL_SERIAL:
            raise ValueError("the serial is longer than 16 bytes")
        self._flash = Flash(flash)
        self._seal = seal
        self._log = ffi.new("pl_log *")
        self._table = ffi.new("uint32_t[]", self._flash.sectors)
        self._summary = ffi.new("uint8_t[]", lib.PL_LOG_SUMMARY_BUFFER)
        self._raw = ffi.new("uint8_t[]", lib.PL_LOG_RAW_BUFFER)
        self._found = ffi.new("pl_log_segment *")
        identity = ffi.new("pl_log_identity *", {"serial": name.ljust(lib.PL_SERIAL, b"\0")})
        slots = ffi.new("pl_digest_slot[]", self._flash.sectors) if seal else ffi.NULL
        self._handle = ffi.new_handle(self)
        self._digests = ffi.new("pl_digests *", {
            "slots": slots, "digest": lib.plumbcore_log_digest, "context": self._handle})
        self._slots = slots
        self._check(lib.pl_log_mount(self._log, self._flash.struct, self._flash.sectors,
                                     self._table, self._summary, self._raw, identity,
                                     seal.struct if seal else ffi.NULL))

    def _check(self, result: int) -> int:
        self._flash.raise_error()
        if result == lib.PL_ELOG_FLASH:
            raise OSError(errno.EIO, "the flash failed")
        if result == lib.PL_ELOG_SEAL:
            raise OSError(errno.EIO, "no keys can be made")
        if result == lib.PL_ELOG_FULL:
            raise OSError(errno.ENOSPC, "no room for raw samples")
        if result == lib.PL_ELOG_SIZE:
            raise ValueError("the partition has too few or too many sectors")
        if result == lib.PL_ELOG_ARGUMENT:
            raise ValueError("an argument is out of range")
        return result

    def append(self, kind: int, version: int, t_cs: int, body) -> None:
        """Adds a summary record: type, version 0..7, time, at most 152 bytes."""
        data = ffi.from_buffer(body)
        self._check(lib.pl_log_append(self._log, kind & 0xFF, version & 0xFF, t_cs, data,
                                      len(data)))

    def flush(self) -> None:
        """Makes all summary records appended so far safe."""
        self._check(lib.pl_log_flush(self._log))

    def raw(self, t_cs: int, index: int, s, n_s: int, l, n_l: int) -> None:  # noqa: E741
        """Adds a chunk: buffers of n_s and n_l samples (up to 255) of six int16; `index` counts
        samples of the leading sensor before it, and a jump in it begins a new segment."""
        samples = []
        for buffer, n in ((s, n_s), (l, n_l)):
            data = ffi.from_buffer(buffer)
            if not 0 <= n <= 255 or len(data) < 12 * n:
                raise ValueError("buffer too small, or over 255 samples")
            samples += [ffi.cast("int16_t *", data), n]
        self._check(lib.pl_log_raw(self._log, t_cs, index, *samples))

    def raw_flush(self) -> None:
        """Ends the open raw segment and makes its samples safe."""
        self._check(lib.pl_log_raw_flush(self._log))

    def close(self) -> None:
        """Ends the open segments of both streams, so that all can be fetched."""
        self._check(lib.pl_log_close(self._log))

    def acknowledge(self, stream: int, sequence: int) -> None:
        """Segments of `stream` below `sequence` are safe with the host."""
        self._check(lib.pl_log_acknowledge(self._log, stream, sequence))

    def find(self, stream: int, sequence: int) -> tuple[int, int, bool, bool] | None:
        """The first segment at or above `sequence`: (sequence, bytes, acknowledged, open)."""
        found = self._found
        if self._check(lib.pl_log_find(self._log, stream, sequence, found)) == lib.PL_ELOG_NONE:
            return None
        return found.sequence, found.length, bool(found.acked), bool(found.open)

    def read(self, stream: int, sequence: int, offset: int, out) -> int | None:
        """Copies bytes of a segment from `offset` on into `out`; how many, None if it is gone."""
        found = self.find(stream, sequence)
        if found is None or found[0] != sequence:
            return None
        target = ffi.from_buffer(out, require_writable=True)
        return self._check(lib.pl_log_read(self._log, self._found, offset, target, len(target)))

    def piece(self, place, out) -> int:
        """Puts the payload of the next bulk frame (SPEC.md, "Bulk transfer") into `out`; its size,
        12 at the end.  `place`: array of five u32, stream, segment, byte of it, segment before
        which to end, bytes sent; goes on."""
        at = ffi.from_buffer(place, require_writable=True)
        target = ffi.from_buffer(out, require_writable=True)
        if len(at) != 20 or len(target) <= 12:
            raise ValueError("place has 5 words, out more than 12 bytes")
        return self._check(
            lib.pl_bulk_next(self._log, ffi.cast("pl_bulk *", at), target, len(target)))

    def digests(self, stream: int, start: int, until: int, again: bool, out) -> int:
        """Puts what tells closed segments from number `start` up to but without `until` (SPEC.md,
        log_digests) into `out`; the bytes of it.  `again`: without what is remembered."""
        target = ffi.from_buffer(out, require_writable=True)
        return self._check(lib.pl_digest_list(self._digests, self._log, stream, start, until,
                                              again, target, len(target)))

    def digest_ahead(self, raw: bool) -> bool:
        """Computes a digest that is likely to be asked for, to remember it, of raw samples only
        with `raw`: whether one was missing."""
        return self._check(lib.pl_digest_ahead(self._digests, self._log, raw)) > 0

    def _digest_of(self, offset: int, length: int) -> bytes:
        data = bytearray(length)
        self._flash.device.readblocks(offset // lib.PL_SECTOR, memoryview(data),
                                      offset % lib.PL_SECTOR)
        return sha256(data)[:lib.PL_DIGEST]

    def wipe(self) -> None:
        """Gives up and erases everything, acknowledged or not."""
        self._check(lib.pl_log_wipe(self._log))

    def identify(self, rate_s_mhz: int, rate_l_mhz: int, calibration: int, config: int) -> None:
        """What segments begun from now on say: measured rates, calibration and config ids."""
        identity = self._log.identity
        identity.rate_mhz[0], identity.rate_mhz[1] = rate_s_mhz, rate_l_mhz
        identity.calibration, identity.config = calibration, config

    def anchor(self, t_cs: int, utc_ms: int) -> None:
        """The wall clock (ms since 1970) at `t_cs`; 0 when it is unknown."""
        self._log.identity.anchor_cs = t_cs
        self._log.identity.anchor_utc_ms = utc_ms

    def _status(self):
        status = ffi.new("pl_log_status *")
        lib.pl_log_get_status(self._log, status)
        return status

    boot = property(lambda self: self._log.boot)
    faults = property(lambda self: self._log.faults)
    restored = property(lambda self: self._log.report.restored)
    torn = property(lambda self: self._log.report.torn)
    unusable = property(lambda self: self._log.report.unusable)
    erases = property(lambda self: self._log.state.erases)
    lost = property(lambda self: self._log.state.lost[SUMMARY])
    lost_raw = property(lambda self: self._log.state.lost[RAW])
    acked = property(lambda self: self._log.state.acked[SUMMARY])
    acked_raw = property(lambda self: self._log.state.acked[RAW])
    next = property(lambda self: self._log.state.next[SUMMARY])
    next_raw = property(lambda self: self._log.state.next[RAW])
    total = property(lambda self: self._status().total)
    free = property(lambda self: self._status().free)
    unacked = property(lambda self: self._status().unacked[SUMMARY])
    unacked_raw = property(lambda self: self._status().unacked[RAW])
    level = property(lambda self: self._status().level)


@ffi.def_extern()
def plumbcore_log_digest(context, offset, length, out):
    log, found = ffi.from_handle(context), []
    if not log._flash.guard(lambda: found.append(log._digest_of(offset, length))):
        return -1
    ffi.memmove(out, found[0], lib.PL_DIGEST)
    return 0
