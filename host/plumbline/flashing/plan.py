"""What is to be done with one board, decided before anything is done."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum

from plumbline.device import Brace, Hello
from plumbline.errors import AtPrompt, NoAnswer, Refused
from plumbline.flashing import backends
from plumbline.flashing.targets import Target
from plumbline.image import Image

# Letters and digits that cannot be mistaken for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Action(Enum):
    """What the board needs."""

    SKIP = "skip"  # It runs the image already.
    PROVISION = "provision"  # It runs the image, and gets a serial number.
    FLASH = "flash"  # It waits in BOOTSEL, or goes there when told.
    PROMPT = "prompt"  # Its prompt must be told to enter BOOTSEL.
    BY_HAND = "by hand"  # A person must put it in BOOTSEL.


@dataclass(frozen=True)
class Options:
    """What the caller wants beyond the image.

    force: flash what runs the image already, and change a serial number it has.
    serial, hw: to provision.  backend: use this one only.
    """

    force: bool = False
    downgrade: bool = False
    serial: str | None = None
    hw: int | None = None
    backend: str | None = None


@dataclass(frozen=True)
class Step:
    """The plan for one board: `why` says it in words; `before` is what ran there, if it said."""

    target: Target
    action: Action
    why: str
    before: Hello | None
    options: Options


def new_serial() -> str:
    """A serial number nobody else has: PB- and eight characters."""
    return "PB-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def numbered(serial: str, count: int) -> list[str]:
    """`count` serial numbers upward from one that ends in digits: PB-0099, PB-0100 ..."""
    head = serial.rstrip("0123456789")
    digits = serial[len(head) :]
    if count == 1:
        return [serial]
    if not digits:
        raise Refused(
            f"{count} braces cannot all be {serial!r}",
            "Give a serial number that ends in digits; it is counted up",
        )
    return [f"{head}{int(digits) + i:0{len(digits)}}" for i in range(count)]


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))


def _check(image: Image, hello: Hello, options: Options) -> None:
    if hello.board and hello.board != "rp2040":
        raise Refused(
            f"the image is for an RP2040 and this brace is a {hello.board}",
            "Use the image that was built for it",
        )
    newer = image.version and hello.fw and _version(image.version) < _version(hello.fw)
    if newer and not options.downgrade:
        raise Refused(
            f"the brace runs {hello.fw}, newer than the image's {image.version}",
            "Give --downgrade if you mean it",
        )
    if options.serial and hello.serial not in ("", options.serial) and not options.force:
        raise Refused(
            f"the brace already has the serial number {hello.serial}",
            f"Leave --serial away to keep it, or give --force to make it {options.serial}",
        )


def _running(target: Target, image: Image, options: Options, timeout: float) -> Step:
    backends.expect(target.name, target.found.virtual, options.backend)
    try:
        with Brace.open(target.found.port, timeout=timeout, strict=False) as brace:
            hello = brace.identity
    except AtPrompt:
        return Step(target, Action.PROMPT, "stopped at MicroPython's prompt", None, options)
    except NoAnswer:
        return Step(target, Action.BY_HAND, "does not answer", None, options)
    _check(image, hello, options)
    if hello.image != image.digest:
        old = f"{hello.fw or 'unknown'} ({hello.image[:8] or 'no hash'})"
        return Step(target, Action.FLASH, f"runs {old}", hello, options)
    if options.force:
        return Step(target, Action.FLASH, "runs this image, flashed by force", hello, options)
    provisions = hello.serial == "" or options.serial not in (None, hello.serial)
    if provisions or options.hw not in (None, hello.hw):
        return Step(target, Action.PROVISION, "runs this image already", hello, options)
    return Step(target, Action.SKIP, "runs this image already", hello, options)


def plan(target: Target, image: Image, options: Options, timeout: float = 5.0) -> Step:
    """Decides what to do with one board; talks to it if it runs, changes nothing.

    Raises Refused for a wrong board, a downgrade, and a serial number that it has already;
    LinkError when its port cannot be used.
    """
    if target.board is None:
        return _running(target, image, options, timeout)
    known = target.board.board_id()
    if known not in ("", "RPI-RP2"):
        raise Refused(
            f"the board in BOOTSEL says it is {known}, and the image is for an RP2040",
            "Take that board off",
        )
    return Step(target, Action.FLASH, "waits in BOOTSEL", None, options)
