"""Signed bundles: building them, and bringing them to a brace (SPEC.md, "Bundles")."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import plumbcore
from brace import bundle, cbor, commands

from plumbline.device import Brace
from plumbline.errors import Refused, StorageError, UsageError, os_error
from plumbline.trust import release

_PAGE = 256
# Whole pages in a request of at most 1024 bytes.
_PIECE = 512


def version_number(text: str) -> int:
    """What bundles carry for a version like "1.2.3"."""
    try:
        major, minor, patch = (int(part) for part in text.split("."))
    except ValueError:
        raise UsageError(f"{text!r} is no version", "Write it as 1.2.3") from None
    if not all(0 <= part <= 255 for part in (major, minor, patch)):
        raise UsageError(f"{text!r} is no version", "Each part is at most 255")
    return major << 16 | minor << 8 | patch


def version_text(number: int) -> str:
    """The version that a number stands for."""
    return f"{number >> 16}.{number >> 8 & 255}.{number & 255}"


def build(files: dict[str, bytes], version: str, image: str, core: int, private: Path,
          board: str = bundle.BOARD) -> bytes:  # fmt: skip
    """A signed bundle of files (path like "brace/posture.py" -> contents) for the image with
    this digest (hex) and native core.  Raises UsageError for what no brace would take."""
    listed = [[path, len(data), plumbcore.sha256(data)] for path, data in sorted(files.items())]
    manifest = cbor.dumps({
        "board": board, "version": version_number(version), "image": bytes.fromhex(image),
        "core": core, "files": listed,
    })  # fmt: skip
    head = bundle.MAGIC + bytes([bundle.FORMAT, 0]) + len(manifest).to_bytes(2, "little")
    signature = release.sign_bytes(head + manifest, private)
    made = head + manifest + signature + b"".join(data for _, data in sorted(files.items()))
    try:
        bundle.verify(reader(made), release.point_of(private))
    except bundle.BundleError as error:
        raise UsageError(f"no brace would take this bundle: {error}", "Change it") from error
    return made


def reader(data: bytes) -> Callable[[int, int], bytes]:
    """A bundle in memory as the firmware reads one."""
    return lambda offset, n: data[offset : offset + n]


def describe(data: bytes) -> dict:
    """The manifest of a bundle that a trusted key signed.  Raises Refused."""
    said = "there is no trusted release key"
    for point in release.trusted().values():
        try:
            return bundle.verify(reader(data), point)
        except bundle.BundleError as error:
            said = str(error)
    raise Refused(f"the bundle is refused: {said}", "Fetch it again, or trust its key")


def load(path: Path) -> bytes:
    """A bundle's bytes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise os_error(error, f"reading {path}") from error
    if data[:4] != bundle.MAGIC or len(data) > bundle.ROOM:
        raise StorageError(f"{path} is no bundle", "Name another file")
    return data


def send(brace: Brace, data: bytes, *, downgrade: bool = False,
         progress: Callable[[int, int], None] = lambda done, total: None) -> int:  # fmt: skip
    """Brings a bundle to a brace, which verifies it and restarts with it; its version.

    Nothing of what runs is touched before the brace has verified all of it; a transfer that
    breaks off is begun again.  Raises BraceError when the brace refuses it.
    """
    brace.need(commands.UPDATE_BEGIN)
    brace.link.ask(commands.UPDATE_BEGIN, takes=30)
    padded = data.ljust(-(-len(data) // _PAGE) * _PAGE, b"\xff")
    for at in range(0, len(padded), _PIECE):
        piece = padded[at : at + _PIECE]
        brace.link.request(commands.UPDATE_WRITE, at.to_bytes(4, "little") + piece, takes=15)
        progress(min(at + _PIECE, len(data)), len(data))
    values = {"downgrade": True} if downgrade else {}
    return brace.link.ask(commands.UPDATE_COMMIT, values, takes=30)["version"]
