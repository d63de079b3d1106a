"""The segments of each brace as files that are never changed, the store's ground truth.

    <store>/braces/<serial>/<generation>/s00000012.seg     summary stream
                                         r00000003.seg     raw stream

A file holds a segment's bytes as they came (SPEC.md, "Segments"), is written whole or not at all,
and survives a power cut once `put` has returned.  A *generation* is one life of a brace's log: its
segment numbers begin anew when its flash was replaced or wiped, and the numbers of the life
before must not be taken for the same.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline import segments
from plumbline.errors import Mismatch, StorageError, os_error
from plumbline.files import make_private, write_atomic
from plumbline.segments import RAW, SUMMARY, Damage, Reading

_LETTER = {SUMMARY: "s", RAW: "r"}
_FILE = re.compile(r"([sr])(\d{8,10})\.seg")
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,16}")


@dataclass(frozen=True)
class Generation:
    """One life of one brace's log: a folder of segments."""

    serial: str
    number: int
    folder: Path

    def path(self, stream: int, sequence: int) -> Path:
        """Where a segment is, or would be."""
        return self.folder / f"{_LETTER[stream]}{sequence:08d}.seg"

    def held(self, stream: int) -> list[int]:
        """Numbers of the segments that are there, in order."""
        found = []
        with _reading(self.folder), contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self.folder):
                match = _FILE.fullmatch(name)
                if match and match.group(1) == _LETTER[stream]:
                    found.append(int(match.group(2)))
        return sorted(found)

    def get(self, stream: int, sequence: int) -> bytes:
        """A segment's bytes."""
        path = self.path(stream, sequence)
        with _reading(path):
            return path.read_bytes()

    def load(self, stream: int, sequence: int) -> segments.Segment | segments.Damage:
        """A segment, read; with the one before it where it goes on from that."""
        read = segments.read_segment(self.get(stream, sequence))
        if isinstance(read, segments.Segment) and read.goes_on:
            if self.path(stream, sequence - 1).exists():
                before = segments.read_segment(self.get(stream, sequence - 1))
                read = segments.read_segment(read.data, before=before)
        return read

    def put(self, stream: int, sequence: int, data: bytes) -> bool:
        """Stores a segment durably; whether it is new.  Raises Mismatch rather than replace
        other contents, and StorageError when the disk fails."""
        path = self.path(stream, sequence)
        if path.exists():
            if self.get(stream, sequence) != data:
                raise Mismatch(
                    f"{path} holds something else than the brace's segment of that number",
                    "Keep both and tell the maintainers; plumbline log verify shows what is there",
                )
            return False
        # The library's folder is its user's alone.
        make_private(self.folder.parents[2])
        write_atomic(path, data, mode=0o400)
        return True

    def sweep(self) -> None:
        """Removes what interrupted writes have left."""
        with contextlib.suppress(OSError):
            for path in self.folder.glob(".*.part"):
                path.unlink()

    def read(self, streams: tuple[int, ...] = (SUMMARY, RAW)) -> Reading:
        """All segments of these streams, with what is damaged or missing."""

        def each() -> Iterator[segments.Segment | Damage]:
            for stream in streams:
                for sequence in self.held(stream):
                    name = self.path(stream, sequence).name
                    yield segments.read_segment(self.get(stream, sequence), name)

        return segments.collect(each())


class _reading(contextlib.AbstractContextManager):
    """Turns OSErrors of reading into StorageErrors."""

    def __init__(self, path: Path):
        self._path = path

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise os_error(error, f"reading {self._path}") from error


class Store:
    """A store folder; made when first written to."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    def serials(self) -> list[str]:
        """The braces it holds anything of."""
        try:
            return sorted(p.name for p in (self.folder / "braces").iterdir() if p.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise os_error(error, f"reading {self.folder}") from error

    def generations(self, serial: str) -> list[Generation]:
        """The lives of a brace's log, oldest first."""
        if not _SERIAL.fullmatch(serial):
            raise StorageError(f"{serial!r} is no serial number", "See plumbline list")
        base = self.folder / "braces" / serial
        with _reading(base), contextlib.suppress(FileNotFoundError):
            numbers = sorted(int(p.name) for p in base.iterdir() if p.name.isdigit())
            return [Generation(serial, n, base / f"{n:03d}") for n in numbers]
        return []

    def latest(self, serial: str) -> Generation:
        """The newest life of a brace's log, which may not be there yet."""
        known = self.generations(serial)
        return known[-1] if known else self._make(serial, 1)

    def begin(self, serial: str) -> Generation:
        """A new life."""
        known = self.generations(serial)
        return self._make(serial, known[-1].number + 1 if known else 1)

    def _make(self, serial: str, number: int) -> Generation:
        return Generation(serial, number, self.folder / "braces" / serial / f"{number:03d}")
