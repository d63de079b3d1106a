"""Reading the brace's log from bytes: segments, partitions, records, raw samples (SPEC.md, "Log
partition").

Nothing here needs a brace, and nothing here raises for what the bytes hold: whatever is damaged,
cut or unknown becomes a `Damage` that says where and how much, and the rest is read.

Times: `t_cs` counts hundredths of a second since the boot `boot`; `Clock` turns them into UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from brace import records as layouts
from brace.calibrate import Calibration
from brace.config import Config
from plumbcore import RAW, SUMMARY, Log
from plumbcore._core import ffi, lib
from plumbcore.flash import PAGE, SECTOR, MemoryFlash
from plumbcore.raw import RawError, decode

from plumbline.commits import Unpacker, Unsealer
from plumbline.trust.opening import Opening, sealed_to
from plumbline.trust.opening import default as opening_default

# Types whose bodies are packed elsewhere than in records.py.
_OTHERS = {layouts.RAW: "raw", layouts.SETTINGS: "settings", layouts.ALIGNMENT: "alignment",
           layouts.AUDIT: "audit"}
STREAMS = {SUMMARY: "summary", RAW: "raw"}


@dataclass(frozen=True)
class Damage:
    """Something that is not there.  `kind`: "header", "cut", "commit", "record", "raw", "chunk",
    "missing", "version", "sealed", "forged"; `text` is a sentence without its full stop."""

    kind: str
    stream: int | None
    sequence: int | None
    text: str

    def __str__(self) -> str:
        if self.stream is None:
            return self.text
        return f"{STREAMS[self.stream]} segment {self.sequence}: {self.text}"


@dataclass(frozen=True)
class Record:
    """One record.  `fields` are those of its layout, None for types this version does not know."""

    type: int
    version: int
    boot: int
    t_cs: int
    body: bytes

    @property
    def name(self) -> str:
        layout = layouts.LAYOUTS.get(self.type)
        return layout[0] if layout else _OTHERS.get(self.type, f"0x{self.type:02x}")

    @property
    def fields(self) -> dict | None:
        if self.type == layouts.SETTINGS:
            config = Config()
            config.unpack(self.body)
            return config.as_dict()
        if self.type == layouts.ALIGNMENT:
            found = Calibration()
            found.unpack(self.body)
            return {"id": found.id, "quality": found.quality, "sensors": found.sensors,
                    "utc_ms": found.utc_ms, "bend_cdeg": found.bend_cdeg}
        return layouts.unpack(self.type, self.body)


@dataclass
class Segment:
    """One segment as it was read; `data` are its bytes."""

    data: bytes
    stream: int
    sequence: int
    serial: str = ""
    boot: int = 0
    t_cs: int = 0
    utc_ms: int | None = None
    rates_mhz: tuple[int, int] = (0, 0)
    calibration: int = 0
    config: int = 0
    core: int = 0
    records: list[Record] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    # Its first commit is unpacked by what the segment before left: a cut made it move here.
    goes_on: bool = False
    unpacker: Unpacker | None = field(default=None, repr=False, compare=False)

    def lose(self, kind: str, text: str) -> None:
        self.damage.append(Damage(kind, self.stream, self.sequence, text))


def _payload_records(segment: Segment, commit, payload, length) -> None:
    known = lib.PL_COMMIT_PACKED | lib.PL_COMMIT_GOES_ON
    if commit.flags & ~known:
        segment.lose("record", f"commit {commit.number} is packed in a way that this version of "
                               "plumbline does not know")
        return
    if commit.flags & lib.PL_COMMIT_PACKED:
        if commit.number == 0 and commit.flags & lib.PL_COMMIT_GOES_ON:
            segment.goes_on = True
        unpacked = segment.unpacker.unpack(commit, payload, length)
        if unpacked is None:
            segment.unpacker.stuck.append(commit.number)
            return
        _lose_stuck(segment)
        payload, length = unpacked
    pos = ffi.new("uint32_t *")
    record = ffi.new("pl_record *")
    while True:
        result = lib.pl_record_read(payload, length, commit.t_cs, pos, record)
        if result == 0:
            return
        if result < 0:
            segment.lose("record", f"commit {commit.number} breaks off at byte {pos[0]} of "
                                   f"{length}")
            return
        body = bytes(ffi.buffer(record.body, record.length))
        segment.records.append(
            Record(record.type, record.version, commit.boot, record.t_cs, body))


def _lose_stuck(segment: Segment) -> None:
    """Says which commits could not be unpacked for want of those before them."""
    stuck, segment.unpacker.stuck = segment.unpacker.stuck, []
    if not stuck:
        return
    span = f"commit {stuck[0]}" if len(stuck) == 1 else f"commits {stuck[0]} to {stuck[-1]}"
    if segment.damage and segment.damage[-1].kind == "commit":
        cause = segment.damage.pop()
        segment.lose("commit", f"{cause.text}, and {span} cannot be unpacked without it")
    else:
        segment.lose("record", f"{span} cannot be unpacked without the segment before")


def _lose_pages(segment: Segment, bad: list[int], expected: int, found: int | None) -> None:
    """Says what the pages in `bad` cost, given the number due and the number found behind them."""
    pages = f"page {bad[0]}" if len(bad) == 1 else f"pages {bad[0]} to {bad[-1]}"
    if found == expected:
        segment.lose("cut", f"a write was cut in {pages}; nothing that was safe is missing")
    elif found is None:
        segment.lose("commit", f"{pages} cut while written, or damaged; commits from {expected} "
                               "on may be missing")
    else:
        lost = f"commit {expected} is" if found == expected + 1 else (
            f"commits {expected} to {found - 1} are")
        segment.lose("commit", f"{lost} lost, {pages} damaged")


def _read_commits(segment: Segment, header, unsealer: Unsealer | None) -> None:
    data = ffi.from_buffer(segment.data)
    commit = ffi.new("pl_commit *")
    at, expected, bad = header.size, 0, []
    while at < len(data):
        result = lib.pl_commit_read(data, len(data), at, header, commit)
        if result == lib.PL_ESEGMENT_DAMAGED:
            bad.append(at // PAGE)
        elif result == lib.PL_SEGMENT_OK:
            if bad or commit.number != expected:
                _lose_pages(segment, bad or [at // PAGE], expected, commit.number)
                segment.unpacker.good &= commit.number == expected
            bad, expected = [], commit.number + 1
            if unsealer is None:
                _payload_records(segment, commit, data + commit.payload, commit.length)
            elif (plain := unsealer.open(segment.data, commit)) is not None:
                _payload_records(segment, commit, ffi.from_buffer(plain), len(plain))
            else:
                segment.lose("forged",
                             f"commit {commit.number} is not what the brace sealed there")
                segment.unpacker.good = False
        at = commit.next
    _lose_stuck(segment)
    if bad:
        _lose_pages(segment, bad, expected, None)


def read_segment(data: bytes, where: str = "segment",
                 before: Segment | Damage | None = None,
                 opening: Opening | None = None) -> Segment | Damage:
    """Reads one segment from its bytes (up to 4096; a segment's end may be left off where it is
    blank).  A `Damage` if they hold none; `where` names it.  `before` is the segment before it in
    its stream, which only one that `goes_on` needs (`collect` sees to that).  `opening` has the
    keys of sealed segments; this computer's by default."""
    data = bytes(data)
    header = ffi.new("pl_segment_header *")
    result = lib.pl_segment_read_header(ffi.from_buffer(data), len(data), header)
    if result == lib.PL_ESEGMENT_BLANK:
        return Damage("header", None, None, f"{where} is blank")
    if result == lib.PL_ESEGMENT_FOREIGN:
        return Damage("header", None, None, f"{where} has no sound segment header")
    segment = Segment(data, header.stream, header.sequence)
    if result == lib.PL_ESEGMENT_VERSION:
        version = f"{header.version >> 4}.{header.version & 15}"
        segment.lose("version", f"format {version} is unknown to this version of plumbline")
        return segment
    segment.serial = ffi.string(header.serial, lib.PL_SERIAL).decode("ascii", "replace")
    segment.boot, segment.t_cs = header.boot, header.t_cs
    segment.utc_ms = header.utc_ms or None
    segment.rates_mhz = (header.rate_mhz[0], header.rate_mhz[1])
    segment.calibration, segment.config = header.calibration, header.config
    segment.core = header.core
    unsealer = None
    if header.seal != lib.PL_SEAL_NONE:
        known = header.seal == lib.PL_SEAL_GCM
        key = (opening or opening_default()).key(data) if known else None
        if key is None:
            whose = f"to the key {sealed_to(data)}, which is not on this computer" if known else (
                "in a way that this version of plumbline does not know")
            segment.lose("sealed", f"its contents are sealed {whose}")
            return segment
        unsealer = Unsealer(key)
    segment.unpacker = Unpacker(before.unpacker if isinstance(before, Segment) else None)
    _read_commits(segment, header, unsealer)
    return segment


@dataclass
class Reading:
    """Segments of both streams in order, and all that is damaged or missing among them."""

    segments: dict[int, list[Segment]]
    damage: list[Damage]

    @property
    def records(self) -> Iterator[Record]:
        """The summary stream's records, oldest first."""
        for segment in self.segments[SUMMARY]:
            yield from segment.records


def collect(segments: Iterable[Segment | Damage]) -> Reading:
    """Puts segments in order and looks for holes in their numbers."""
    reading = Reading({SUMMARY: [], RAW: []}, [])
    for segment in segments:
        if isinstance(segment, Damage):
            reading.damage.append(segment)
        else:
            reading.segments[segment.stream].append(segment)
    for stream, found in reading.segments.items():
        found.sort(key=lambda segment: segment.sequence)
        for at in range(1, len(found)):
            before, after = found[at - 1], found[at]
            first, last = before.sequence + 1, after.sequence - 1
            if first <= last:
                span = "it is" if first == last else f"segments {first} to {last} are"
                reading.damage.append(Damage("missing", stream, first, f"{span} not there"))
            elif after.goes_on:
                found[at] = read_segment(after.data, before=before)
        for segment in found:
            reading.damage += segment.damage
    return reading


def read_partition(data: bytes) -> Reading:
    """Reads a dump of the log partition: its segments, and records that were flushed but whose
    page was not full yet.  ValueError if it is no whole number of sectors, or too small."""
    if len(data) % SECTOR:
        raise ValueError(f"a log partition is a multiple of {SECTOR} bytes long")
    copy = bytearray(data)
    log = Log(MemoryFlash(copy))
    found: list[Segment | Damage] = []
    for stream in STREAMS:
        place = log.find(stream, 0)
        while place is not None:
            page = bytearray(place[1])
            log.read(stream, place[0], 0, page)
            found.append(read_segment(page))
            place = log.find(stream, place[0] + 1)
    found += _strays(data)
    return collect(found)


def _strays(data: bytes) -> Iterator[Damage]:
    """Sectors that hold something which is no segment."""
    blank = b"\xff" * SECTOR
    for at in range(lib.PL_LOG_CHECKPOINT_SECTORS * SECTOR, len(data), SECTOR):
        sector = data[at:at + SECTOR]
        if sector != blank:
            read = read_segment(sector, f"sector {at // SECTOR}")
            if isinstance(read, Damage):
                yield read


@dataclass(frozen=True)
class Chunk:
    """Raw samples of one burst: int16 arrays (n_s, 6) and (n_l, 6), gx gy gz ax ay az; `index`
    counts the leading sensor's samples since boot before them; `t_cs` is the time at which the
    segment was begun; `follows` is False where samples are missing in front."""

    boot: int
    t_cs: int
    index: int
    s: np.ndarray
    l: np.ndarray  # noqa: E741
    follows: bool


class _Joiner:
    """Puts pieces, which may lie in two segments in a row, together to chunks."""

    def __init__(self, damage: list[Damage]):
        self._damage = damage
        self._boot = self._sequence = self._index = None
        self._parts: list[tuple[bytes, bytes]] = []
        self._follows = False

    def _drop(self, stream: int, sequence: int, why: str) -> None:
        if self._parts:
            n = sum(len(s) // 12 for s, _ in self._parts)
            self._damage.append(Damage("chunk", stream, sequence,
                                       f"the first {n} samples of a chunk, {why}"))
        self._parts = []
        self._follows = False

    def block(self, segment: Segment, record: Record) -> Iterator[Chunk]:
        index = int.from_bytes(record.body[:4], "little")
        joins = (record.boot == self._boot and index == self._index
                 and segment.sequence == self._sequence + 1)
        if not joins:
            self._drop(RAW, segment.sequence, "whose rest is missing before it")
        # What goes on a chunk whose beginning is gone cannot be told from a chunk: the caller
        # sees it by `follows`.
        self._boot, self._index, self._sequence = record.boot, index, segment.sequence
        try:
            for s, l, more in decode(record.body[4:]):  # noqa: E741
                self._parts.append((s, l))
                self._index += len(s or l) // 12
                if not more:
                    yield self._finish(record)
        except RawError as error:
            self._damage.append(Damage("raw", RAW, segment.sequence, str(error)))
            self._drop(RAW, segment.sequence, "whose rest is damaged")

    def _finish(self, record: Record) -> Chunk:
        s, l = (np.frombuffer(b"".join(part), "<i2").reshape(-1, 6)  # noqa: E741
                for part in zip(*self._parts, strict=True))
        chunk = Chunk(record.boot, record.t_cs, self._index - len(s if len(s) else l), s, l,
                      self._follows)
        self._parts = []
        self._follows = True
        return chunk


def chunks(reading: Reading) -> Iterator[Chunk]:
    """The raw samples of a reading, chunk by chunk as the brace got them; what cannot be decoded
    is added to `reading.damage`."""
    joiner = _Joiner(reading.damage)
    for segment in reading.segments[RAW]:
        for record in segment.records:
            if record.type == layouts.RAW and len(record.body) > 4:
                yield from joiner.block(segment, record)


class Clock:
    """Dates what a brace logged, from every place where it knew the time (segments, time
    records): later knowledge of the same boot dates what came before it."""

    def __init__(self, reading: Reading):
        self._anchors: dict[int, list[tuple[int, int]]] = {}
        for segments in reading.segments.values():
            for segment in segments:
                if segment.utc_ms is not None:
                    self._add(segment.boot, segment.t_cs, segment.utc_ms)
        for record in reading.records:
            if record.type == layouts.TIME:
                utc_ms = (record.fields or {}).get("utc_ms")
                if utc_ms:
                    self._add(record.boot, record.t_cs, utc_ms)

    def _add(self, boot: int, t_cs: int, utc_ms: int) -> None:
        self._anchors.setdefault(boot, []).append((t_cs, utc_ms))

    def utc_ms(self, boot: int, t_cs: int) -> int | None:
        """UTC in ms since 1970 by the nearest anchor of that boot, or None if it has none."""
        anchors = self._anchors.get(boot)
        if not anchors:
            return None
        at, utc = min(anchors, key=lambda anchor: abs(anchor[0] - t_cs))
        return utc + 10 * (t_cs - at)
