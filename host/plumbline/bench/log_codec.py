"""How small raw samples get in the log, beside zlib, LZ4 and FLAC on the same blocks."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from plumbcore.raw import RawEncoder, decode

from plumbline.bench import log_data

# Room for a raw block in a segment: sector, segment header, commit, record header, index.
BLOCK = 4096 - 72 - 16 - 7 - 4
ALL = "all"


def blocks(s: np.ndarray, l: np.ndarray) -> Iterator[tuple[bytes, list]]:  # noqa: E741
    """Fills blocks as the log does, splitting the chunk at a block's end; (block, pieces)."""
    encoder = RawEncoder(BLOCK)
    pieces, first = [], 0
    while first < len(s):
        end = min(first + log_data.CHUNK, len(s))
        while first < end:
            take = end - first
            while take and not encoder.add(s[first:first + take], l[first:first + take],
                                           first + take < end):
                take //= 2
            if take:
                pieces.append((s[first:first + take], l[first:first + take]))
                first += take
            else:
                yield encoder.end(), pieces
                pieces = []
    yield encoder.end(), pieces


def flac_size(pieces: list) -> int:
    """Bytes of FLAC's frames (level 8) for a block, six channels for each sensor."""
    import soundfile

    size = 0
    for sensor in range(2):
        samples = np.concatenate([piece[sensor] for piece in pieces])
        file = io.BytesIO()
        with soundfile.SoundFile(file, "w", samplerate=104, channels=6, subtype="PCM_16",
                                 format="FLAC", compression_level=1.0) as out:
            out.write(samples.astype(np.int16))
        size += _flac_frames(file.getvalue())
    return size


def _flac_frames(data: bytes) -> int:
    """What is left of a FLAC file without its metadata blocks."""
    at, last = 4, False
    while not last:
        last = bool(data[at] & 0x80)
        at += 4 + int.from_bytes(data[at + 1:at + 4], "big")
    return len(data) - at


def lz4_size(content: bytes) -> int:
    """Bytes of an LZ4 block at its highest compression."""
    import lz4.block

    return len(lz4.block.compress(content, mode="high_compression", compression=12,
                                  store_size=False))


class Sizes:
    """Sums over blocks: bytes raw, and as each codec leaves them."""

    def __init__(self):
        self.sums: dict[str, int] = {}
        self.values = 0

    def add(self, block: bytes, pieces: list) -> None:
        content = b"".join(part.tobytes() for piece in pieces for part in piece)
        if b"".join(s + l for s, l, _ in decode(block)) != content:  # noqa: E741
            raise AssertionError("a block did not come back as it went in")
        self.values += len(content) // 2
        # A segment takes its sector whole, however full the block is.
        found = {"raw": len(content), "ours": len(block), "zlib": len(zlib.compress(content, 9)),
                 "lz4": lz4_size(content), "flac": flac_size(pieces)}
        for name, size in found.items():
            self.sums[name] = self.sums.get(name, 0) + size

    def merge(self, other: Sizes) -> None:
        self.values += other.values
        for name, size in other.sums.items():
            self.sums[name] = self.sums.get(name, 0) + size

    def ratio(self, name: str) -> float:
        """Bytes raw to bytes coded."""
        return self.sums["raw"] / self.sums[name]

    @property
    def bits(self) -> float:
        """Bits a value in the log."""
        return 8 * self.sums["ours"] / self.values


def measure_pairs(pairs: Iterable) -> Sizes:
    sizes = Sizes()
    for s, l in pairs:  # noqa: E741
        made = list(blocks(s, l))
        # The last block of a recording is not full: its start-up costs would count for too much.
        for block, pieces in made[:-1] or made:
            sizes.add(block, pieces)
    return sizes


def measure(data: Path) -> dict[str, Sizes]:
    """By set of recordings, and of all of them together (ALL); those that are not there left
    out."""
    found = {name: measure_pairs(log_data.pairs(data, name)) for name in log_data.FOLDERS}
    found = {name: sizes for name, sizes in found.items() if sizes.values}
    together = Sizes()
    for sizes in found.values():
        together.merge(sizes)
    if found:
        found[ALL] = together
    for name in log_data.MODELS:
        found[name] = measure_pairs(log_data.pairs(data, name))
    return found
