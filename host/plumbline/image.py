"""Firmware images: the UF2 container, and the identity stamped into the image itself.

The image holds a 48-byte block `magic(8) length(u32) version(u32) sha256(32)`, found by its magic
`PLUMBIMG`, which the build fills in: the length of the binary, the firmware's version (patch,
minor and major in the three low bytes; 0 unknown) and the SHA-256 of the binary with the digest
zeroed.  The brace reports that digest, and `plumbline flash` compares it with the
file's, so both speak of the same bytes.

UF2: 512-byte blocks of 256 bytes of data each, as specified by Microsoft's UF2 document.  A signed
image carries its manifest (`plumbline.trust.release`) in blocks behind its own, which say that
they are not for the main flash: what writes the image skips them.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from plumbline.errors import StorageError

MAGIC = b"PLUMBIMG"
STAMP_SIZE = 48
FAMILY_RP2040 = 0xE48BFF56
FLASH_BASE = 0x10000000
_UF2 = struct.Struct("<8I")
_UF2_START = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_FLAG_FAMILY = 0x00002000
_FLAG_NOT_MAIN = 0x00000001
_DATA = 256


class ImageError(ValueError):
    """A file is not an image that a brace can run; the message says what it is instead."""


@dataclass(frozen=True)
class Image:
    """A firmware image as it lies in flash from `base` on."""

    data: bytes
    base: int = FLASH_BASE
    family: int = FAMILY_RP2040
    manifest: bytes = b""  # as it was read, unchecked

    @property
    def digest(self) -> str | None:
        """SHA-256 that the build stamped in (hex), or None for an image that is not a brace's."""
        at = self.data.find(MAGIC)
        if at < 0 or len(self.data) < at + STAMP_SIZE:
            return None
        return self.data[at + 16 : at + STAMP_SIZE].hex()

    @property
    def version(self) -> str:
        """The firmware's version, "major.minor.patch", or "" when the stamp does not tell."""
        at = self.data.find(MAGIC)
        if at < 0 or len(self.data) < at + STAMP_SIZE:
            return ""
        patch, minor, major = self.data[at + 12 : at + 15]
        return f"{major}.{minor}.{patch}" if patch or minor or major else ""

    def verify(self) -> None:
        """Raises ImageError unless the stamped digest is that of the data."""
        at = self.data.find(MAGIC)
        if at < 0:
            raise ImageError(
                "this is not a Plumbline image: it has no stamp. Build one: make firmware"
            )
        (length,) = struct.unpack_from("<I", self.data, at + 8)
        if length > len(self.data) or _digest(self.data[:length], at) != bytes.fromhex(
            self.digest
        ):
            raise ImageError(
                "the image is damaged: its digest does not match. Build or fetch it again."
            )


def _digest(data: bytes, at: int) -> bytes:
    return hashlib.sha256(data[: at + 16] + bytes(32) + data[at + STAMP_SIZE :]).digest()


def stamp(binary: bytes, version: str) -> bytes:
    """The binary with its length, version ("major.minor.patch") and digest filled into the stamp
    that the firmware reserves."""
    at = binary.find(MAGIC)
    if at < 0 or binary.find(MAGIC, at + 1) >= 0:
        raise ImageError("the binary must hold the stamp's magic exactly once")
    data = (
        binary[: at + 8]
        + struct.pack("<I", len(binary))
        + bytes([*reversed([int(part) for part in version.split(".")]), 0])
        + bytes(32)
        + binary[at + STAMP_SIZE :]
    )
    return data[: at + 16] + _digest(data, at) + data[at + STAMP_SIZE :]


def to_uf2(image: Image) -> bytes:
    """The image as a UF2 file."""
    blocks = [
        image.data[i : i + _DATA].ljust(_DATA, b"\0") for i in range(0, len(image.data), _DATA)
    ]
    out = bytearray()
    for number, block in enumerate(blocks):
        address = image.base + number * _DATA
        out += _UF2.pack(
            *_UF2_START, _FLAG_FAMILY, address, _DATA, number, len(blocks), image.family
        )
        out += block.ljust(476, b"\0") + struct.pack("<I", _UF2_END)
    pieces = [image.manifest[i : i + _DATA] for i in range(0, len(image.manifest), _DATA)]
    for number, piece in enumerate(pieces):
        out += _UF2.pack(*_UF2_START, _FLAG_NOT_MAIN, 0, len(piece), number, len(pieces), 0)
        out += piece.ljust(476, b"\0") + struct.pack("<I", _UF2_END)
    return bytes(out)


def from_uf2(raw: bytes) -> Image:
    """Reads a UF2 file.  Raises ImageError when it is cut short, damaged or for another chip."""
    if not raw or len(raw) % 512:
        raise ImageError("not a whole UF2 file: its length is not a multiple of 512 bytes")
    data = bytearray()
    manifest = bytearray()
    base = None
    main = sum(not raw[at + 8] & _FLAG_NOT_MAIN for at in range(0, len(raw), 512))
    for number in range(len(raw) // 512):
        block = raw[number * 512 : number * 512 + 512]
        *start, flags, address, size, index, count, family = _UF2.unpack_from(block)
        if tuple(start) != _UF2_START or struct.unpack_from("<I", block, 508)[0] != _UF2_END:
            raise ImageError(f"not a UF2 file: block {number} has the wrong magic")
        if flags & _FLAG_NOT_MAIN:
            if size > 476 or index != number - main or number < main:
                raise ImageError(f"the UF2 file is cut or mixed up at block {number}")
            manifest += block[32 : 32 + size]
            continue
        if index != number or count != main:
            raise ImageError(
                f"the UF2 file is cut or mixed up: block {number} says {index} of {count}"
            )
        if not flags & _FLAG_FAMILY or family != FAMILY_RP2040:
            raise ImageError(f"the UF2 file is for chip family {family:#010x}, not for an RP2040")
        if base is None:
            base = address
        if size > 476 or address != base + len(data):
            raise ImageError(f"the UF2 file leaves a hole at block {number}")
        data += block[32 : 32 + size]
    return Image(bytes(data), base or FLASH_BASE, manifest=bytes(manifest))


def load(path: str | Path) -> Image:
    """Reads an image from a .uf2 file.  Raises ImageError, and StorageError when there is none."""
    try:
        return from_uf2(Path(path).read_bytes())
    except OSError as error:
        said = f"{path} cannot be read: {error.strerror}"
        raise StorageError(said, "Name another image, or build one: make firmware") from error
