"""Where logs are read from: the store, files of segments, a dump of a brace's flash, a brace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brace.board import flashmap

from plumbline import bulk, segments
from plumbline.device import Brace
from plumbline.errors import StorageError, UsageError, os_error
from plumbline.segments import RAW, SUMMARY, Damage, Reading, Segment
from plumbline.store.segments import Store


@dataclass(frozen=True)
class Source:
    """A log that was read, and where from."""

    name: str
    serial: str
    reading: Reading


def _serial(reading: Reading) -> str:
    for found in reading.segments.values():
        for segment in reversed(found):
            if segment.serial:
                return segment.serial
    return ""


def _files(paths: list[Path]) -> Iterator[Segment | Damage]:
    for path in paths:
        yield segments.read_segment(_bytes(path), path.name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise os_error(error, f"reading {path}") from error


def of_file(path: Path) -> Source:
    """A segment, a folder of segments, a dump of the log partition, or of the whole flash chip.

    Raises StorageError for what is none of these.
    """
    if path.is_dir():
        found = sorted(path.glob("*.seg"))
        if not found:
            raise StorageError(
                f"{path} holds no .seg files", "Name a folder of pulled segments"
            )
        reading = segments.collect(_files(found))
    else:
        data = _bytes(path)
        if len(data) == flashmap.SIZE:
            data = data[flashmap.LOG : flashmap.LOG + flashmap.LOG_LEN]
        if len(data) > flashmap.SECTOR:
            try:
                reading = segments.read_partition(data)
            except ValueError as error:
                raise StorageError(f"{path} is no dump of a log: {error}") from error
        else:
            reading = segments.collect([segments.read_segment(data, path.name)])
    return Source(str(path), _serial(reading), reading)


def of_store(store: Store, serial: str | None = None, generation: int | None = None) -> Source:
    """The newest (or a named) life of a brace's log in the store; of the only brace there is, if
    none is named.  Raises UsageError when that is not clear, StorageError when it is not there.
    """
    known = store.serials()
    if serial is None:
        if not known:
            raise StorageError(
                f"the store {store.folder} is empty", "Pull a brace first: plumbline pull"
            )
        if len(known) > 1:
            raise UsageError(
                f"the store holds {len(known)} braces: {', '.join(known)}", "Name one of them"
            )
        serial = known[0]
    lives = store.generations(serial)
    chosen = [g for g in lives if generation in (None, g.number)]
    if not chosen:
        there = f"There are: {', '.join(known)}" if known else "It is empty"
        raise StorageError(f"the store {store.folder} has no log of {serial}", there)
    life = chosen[-1]
    return Source(serial, serial, life.read())


def of_brace(brace: Brace) -> Source:
    """What a brace holds now, straight from it.  Nothing is stored and nothing acknowledged."""
    found = []
    for stream in (SUMMARY, RAW):
        # The open segments are ended first, or their records could not be read.
        listing = bulk.listing(brace.link, stream, close=stream == SUMMARY)
        if listing.segments:
            first = listing.segments[0].sequence
            for number, data in bulk.read(brace.link, stream, first):
                found.append(segments.read_segment(data, f"segment {number}"))
    serial = brace.identity.serial
    return Source(serial or "the brace", serial, segments.collect(found))


def find(what: str | None, store: Store) -> Source:
    """A path if there is one of that name, else a serial number in the store."""
    if what is not None and Path(what).exists():
        return of_file(Path(what))
    return of_store(store, what)
