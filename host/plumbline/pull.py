"""Bringing a brace's log home: resumable, verified, and acknowledged only once it is safe.

    result = pull(brace, Store(folder), progress)
    print(result.sentence())

Segments that are in the store already are not read again, so a pull goes on where the last one
stopped, whatever stopped it.  A segment is acknowledged after it has been read whole, looked
through, and synced to disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from plumbline import bulk, gaps, segments
from plumbline.bulk import Listing
from plumbline.device import Brace
from plumbline.errors import LinkError, Refused
from plumbline.segments import RAW, SUMMARY, Damage, Segment
from plumbline.store.segments import Generation, Store
from plumbline.trust.audit import first_keys, verify
from plumbline.trust.keys import Keys
from plumbline.words import count

# The brace is told so often, in segments; what it was told it need not keep.
_ACK_EVERY = 32


@dataclass
class Progress:
    """Where a pull's progress goes: `say(stage)`, `bytes(done, total)`, `records(count)`."""

    say: Callable[[str], None] = lambda text: None
    bytes: Callable[[int, int], None] = lambda done, total: None
    records: Callable[[int], None] = lambda count: None


@dataclass
class Pulled:
    """What a pull brought: counts of new segments and bytes, by stream the segments; gaps as the
    brace told them (seconds); what is damaged or missing; what is left on the brace (bytes)."""

    serial: str
    generation: int = 1
    segments: int = 0
    bytes: int = 0
    records: int = 0
    raw_segments: int = 0
    first_utc_ms: int | None = None
    last_utc_ms: int | None = None
    gaps: int = 0
    gap_s: float = 0.0
    gaps_undated: int = 0
    lost: int = 0
    damage: list[str] = field(default_factory=list)
    left_bytes: int | None = None
    foreign: set[str] = field(default_factory=set)
    gap_records: set[segments.Record] = field(default_factory=set)
    # Boot -> times (cs) of the first and last new record.
    times: dict[int, list[int]] = field(default_factory=dict)

    def sentence(self) -> str:
        """The whole in one sentence."""
        if self.segments:
            what = f"{count(self.segments, 'segment')} ({self.bytes / 1024:.0f} KiB) with "
            what += f"{count(self.records, 'record')} came" + self._when()
        else:
            what = "nothing new was there"
        missing = "no gaps"
        if self.gaps:
            missing = f"{count(self.gaps, 'gap')} of {self.gap_s:.0f} s in all"
            if self.gaps_undated:
                missing = f"{count(self.gaps, 'gap')}, {self.gaps_undated} of unknown length"
        if self.lost:
            lost = count(self.lost, "segment")
            missing += f", {lost} ever overwritten before it could be pulled"
        if self.damage:
            missing += f", {count(len(self.damage), 'damage')} (plumbline log verify tells)"
        left = "nothing is left on the brace to fetch"
        if self.left_bytes is None:
            left = "what is left on the brace is not known"
        elif self.left_bytes:
            left = f"{self.left_bytes / 1024:.0f} KiB are left on the brace"
        return f"{self.serial}: {what}, {missing}; {left}."

    def note_gaps(self, lengths: Iterable[float | None]) -> None:
        """The lengths of all gaps among the new records, in seconds; None unknown."""
        known = list(lengths)
        self.gaps = len(known)
        self.gap_s = sum(length for length in known if length is not None)
        self.gaps_undated = known.count(None)

    def _when(self) -> str:
        if self.first_utc_ms is None:
            return ""
        first, last = (
            datetime.fromtimestamp(t / 1000).strftime("%Y-%m-%d %H:%M")
            for t in (self.first_utc_ms, self.last_utc_ms)
        )
        return f", from {first} to {last}"


def _generation(brace: Brace, store: Store, serial: str, listed: dict[int, Listing]) -> Generation:
    """The life of the log that the brace is in: the store's newest, unless what is there is not
    what the brace has under the same number."""
    latest = store.latest(serial)
    for stream, listing in listed.items():
        held = latest.held(stream)
        if held and held[-1] >= listing.next:
            return store.begin(serial)
        both = set(held) & {s.sequence for s in listing.segments if not s.open}
        if both:
            number = max(both)
            for _, data in bulk.read(brace.link, stream, number, number + 1):
                if data != latest.get(stream, number):
                    return store.begin(serial)
    return latest


def _missing(listing: Listing, held: set[int]) -> list[tuple[int, int]]:
    """Runs [from, until) of closed segments that are not in the store."""
    runs: list[list[int]] = []
    for one in listing.segments:
        if one.open or one.sequence in held:
            continue
        if runs and runs[-1][1] == one.sequence:
            runs[-1][1] += 1
        else:
            runs.append([one.sequence, one.sequence + 1])
    return [(first, until) for first, until in runs]


class _Pull:
    """One pull of one brace."""

    def __init__(self, brace: Brace, store: Store, progress: Progress, result: Pulled):
        self._brace = brace
        self._store = store
        self._progress = progress
        self._done = 0
        self._total = 0
        self.result = result

    def run(self, acknowledge: bool) -> None:
        link = self._brace.link
        self._progress.say("listing")
        # The first listing ends the open segments of both streams.
        listed = {
            stream: bulk.listing(link, stream, close=stream == SUMMARY)
            for stream in (SUMMARY, RAW)
        }
        generation = _generation(self._brace, self._store, self.result.serial, listed)
        generation.sweep()
        self.result.generation = generation.number
        runs = {s: _missing(listing, set(generation.held(s))) for s, listing in listed.items()}
        wanted = {s: {n for a, b in r for n in range(a, b)} for s, r in runs.items()}
        self._total = sum(
            one.length for s, listing in listed.items() for one in listing.segments
            if one.sequence in wanted[s]
        )  # fmt: skip
        self._progress.say("pulling")
        for stream, listing in listed.items():
            self._stream(stream, listing, runs[stream], generation, acknowledge)
        self.result.lost = listed[SUMMARY].lost
        self._date(generation)
        self._audit(generation)
        self._left()

    def _stream(self, stream, listing, runs, generation, acknowledge) -> None:
        acked, new = listing.acked, 0
        for first, until in runs:
            reader = bulk.read(self._brace.link, stream, first, until, self._count)
            for sequence, data in reader:
                self._keep(stream, sequence, data, generation)
                new += 1
                if acknowledge and new % _ACK_EVERY == 0:
                    acked = self._acknowledge(stream, listing, generation, acked)
        if acknowledge:
            self._acknowledge(stream, listing, generation, acked)

    def _count(self, count: int) -> None:
        self._done += count
        self._progress.bytes(self._done, self._total)

    def _keep(self, stream: int, sequence: int, data: bytes, generation: Generation) -> None:
        read = segments.read_segment(data, f"segment {sequence}")
        result = self.result
        if isinstance(read, Damage):
            result.damage.append(str(read))
        else:
            self._note(read)
        if generation.put(stream, sequence, data):
            result.segments += 1
            result.bytes += len(data)
            result.raw_segments += stream == RAW
        self._progress.records(result.records)

    def _note(self, read: Segment) -> None:
        result = self.result
        # A write that a power cut ended has lost nothing that was promised.
        result.damage += [str(d) for d in read.damage if d.kind != "cut"]
        if read.serial not in ("", result.serial):
            result.foreign.add(read.serial)
        if read.stream != SUMMARY:
            return
        result.records += len(read.records)
        for record in read.records:
            times = result.times.setdefault(record.boot, [record.t_cs, record.t_cs])
            times[0], times[1] = min(times[0], record.t_cs), max(times[1], record.t_cs)
            if record.name == "gap":
                result.gap_records.add(record)

    def _acknowledge(self, stream, listing, generation, acked: int) -> int:
        """Acknowledges all below the first segment that is not in the store."""
        held = set(generation.held(stream))
        below = listing.next
        for one in listing.segments:
            if one.sequence not in held:
                below = one.sequence
                break
        if below > acked:
            acked = bulk.acknowledge(self._brace.link, stream, below)
        return acked

    def _date(self, generation: Generation) -> None:
        if not self.result.times:
            return
        # Any segment of the same boot may know the time, also one that came earlier.
        reading = generation.read((SUMMARY,))
        clock = segments.Clock(reading)
        lengths = gaps.gap_seconds(reading, clock)
        self.result.note_gaps(lengths.get(record) for record in self.result.gap_records)
        known = [
            utc
            for boot, times in self.result.times.items()
            for t in times
            if (utc := clock.utc_ms(boot, t)) is not None
        ]
        if known:
            self.result.first_utc_ms, self.result.last_utc_ms = min(known), max(known)

    def _audit(self, generation: Generation) -> None:
        """Checks what the brace noted of what was done to it, all of it each time."""
        if not self._brace.identity.claim or not self.result.segments:
            return
        known = first_keys(Keys(), self.result.serial)
        checked = verify(generation.read((SUMMARY,)).records, known)
        self.result.damage += [f"audit: {f.text}" for f in checked.findings if f.forged]

    def _left(self) -> None:
        left = 0
        for stream in (SUMMARY, RAW):
            listing = bulk.listing(self._brace.link, stream)
            left += sum(s.length for s in listing.segments if not s.acked and not s.open)
        self.result.left_bytes = left


def pull(
    connect: Callable[[], Brace],
    store: Store,
    progress: Progress | None = None,
    *,
    set_clock: bool = True,
    acknowledge: bool = True,
    patience_s: float = 20.0,
) -> Pulled:
    """Brings everything that the brace has logged and the store does not hold.

    connect: opens the brace; called again when the connection was lost, for up to `patience_s`
    seconds each time, so that a loose cable or a restart of the brace costs nothing.
    set_clock: sets the brace's clock first, which dates what it logged without knowing the time.
    Raises Refused for a brace without a serial number, LinkError and StorageError when
    connection or disk fail for good: what was stored until then stays, and the next pull goes on
    from it.
    """
    progress = progress or Progress()
    result: Pulled | None = None
    brought = -1
    while True:
        try:
            brace = connect() if result is None else _again(connect, progress, patience_s)
            with brace:
                if result is None:
                    result = Pulled(_owner(brace))
                elif brace.identity.serial != result.serial:
                    raise Refused(
                        f"{brace.identity.serial or 'another brace'} came back in the place of "
                        f"{result.serial}",
                        "Run plumbline pull again",
                    )
                if set_clock:
                    brace.time_set()
                _Pull(brace, store, progress, result).run(acknowledge)
                return result
        except LinkError:
            if result is None or result.segments == brought:
                raise
            brought = result.segments


def _owner(brace: Brace) -> str:
    if not brace.identity.serial:
        raise Refused(
            "the brace has no serial number, so its log would have no owner",
            "Give it one: plumbline flash --serial PB-0001",
        )
    return brace.identity.serial


def _again(connect: Callable[[], Brace], progress: Progress, patience_s: float) -> Brace:
    """Waits for the brace to come back.  Raises the last LinkError when it does not."""
    end = time.monotonic() + patience_s
    progress.say("connection lost, waiting for the brace")
    while True:
        try:
            return connect()
        except LinkError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
