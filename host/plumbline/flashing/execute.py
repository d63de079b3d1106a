"""Carrying out a plan for one board: BOOTSEL, write, wait for it, verify, provision."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from plumbline import discover, registry
from plumbline.device import Brace, Hello
from plumbline.errors import (
    AtPrompt,
    LinkError,
    Mismatch,
    NoAnswer,
    PlumblineError,
)
from plumbline.flashing import backends, bootsel
from plumbline.flashing.bootsel import Bootsel
from plumbline.flashing.plan import Action, Step, new_serial
from plumbline.flashing.targets import BY_HAND, Target
from plumbline.image import Image, to_uf2
from plumbline.link import Link
from plumbline.transport import SerialTransport

_POLL = 0.1
# A board that is told to enter BOOTSEL is there in a second or two, and back in a few: in
# multiples of what an answer may take, for an emulated one on a busy computer is slow in all.
_BOOTSEL_WAIT = 4
_RETURN_WAIT = 12
# A person takes longer than a board; seconds.
_BY_HAND_WAIT = 90.0


@dataclass(frozen=True)
class Result:
    """What became of one board."""

    name: str
    done: str  # "flashed", "provisioned" or "skipped"
    hello: Hello
    before: Hello | None
    backend: str
    seconds: float

    def record(self, location: str) -> dict:
        """What goes into the brace's record; `location` is its path of USB ports."""
        hello, before = self.hello, self.before
        return {
            "hw": hello.hw,
            "board": hello.board,
            "done": self.done,
            "backend": self.backend,
            "image": hello.image,
            "fw": hello.fw,
            "image_before": before.image if before else "",
            "fw_before": before.fw if before else "",
            "location": location,
            "seconds": round(self.seconds, 1),
        }


@dataclass
class Report:
    """Where progress goes: `say(stage)` and `bytes(done, total)`."""

    say: Callable[[str], None] = lambda text: None
    bytes: Callable[[int, int], None] = lambda done, total: None


def _wait(condition: Callable[[], object], seconds: float):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            return None
        time.sleep(_POLL)
    return value


def _find_waiting(target: Target, before: set[str]) -> Bootsel | None:
    """The board that `target` became in BOOTSEL: by name if virtual, by USB path, or else the
    only one that is new."""
    boards = bootsel.waiting()
    if target.virtual:
        return next((b for b in boards if b.virtual and b.name == target.name), None)
    boards = [b for b in boards if not b.virtual]
    if target.location:
        same = [b for b in boards if b.location == target.location]
        if same or any(b.location for b in boards):
            return same[0] if same else None
    fresh = [b for b in boards if b.name not in before]
    return fresh[0] if len(fresh) == 1 else None


def _into_bootsel(step: Step, report: Report, timeout: float) -> Bootsel:
    target = step.target
    if target.board:
        return target.board
    before = {b.name for b in bootsel.waiting()}
    wait = _BOOTSEL_WAIT * timeout
    if step.action is Action.FLASH:
        report.say("entering BOOTSEL")
        with Brace.open(target.found.port, timeout=timeout, strict=False) as brace:
            brace.bootloader()
    elif step.action is Action.PROMPT:
        report.say("entering BOOTSEL from the prompt")
        link = Link(SerialTransport(target.found.port))
        link.bootloader_from_prompt()
        link.close()
    else:
        report.say(f"does not answer. {BY_HAND}; waiting {_BY_HAND_WAIT:.0f} s")
        wait = _BY_HAND_WAIT
    board = _wait(lambda: _find_waiting(target, before), wait)
    if board is None:
        raise LinkError(f"{target.name} did not enter BOOTSEL", BY_HAND)
    # The mount follows the device by a moment on computers that mount at all.
    if board.volume is None:
        board = _wait(lambda: _mounted(target, before), 5.0) or board
    return board


def _mounted(target: Target, before: set[str]) -> Bootsel | None:
    board = _find_waiting(target, before)
    return board if board and board.volume else None


def _port_of(target: Target, ports_before: set[str]) -> str | None:
    """Where the board is after its restart."""
    if target.virtual:
        entry = next((e for e in registry.running() if e.name == target.name), None)
        if entry is None:
            raise LinkError(
                f"the virtual brace {target.name} is gone", "Start it again: plumbline sim"
            )
        return None if bootsel.virtual_waiting(entry) else entry.pty
    found = discover.braces()
    if target.location:
        return next((f.port for f in found if f.location == target.location), None)
    fresh = [f.port for f in found if not f.virtual and f.port not in ports_before]
    return fresh[0] if len(fresh) == 1 else None


def _come_back(target: Target, ports_before: set[str], timeout: float) -> Brace:
    """Waits until the board has re-enumerated and answers."""
    wait = _RETURN_WAIT * timeout
    end = time.monotonic() + wait
    last: PlumblineError | None = None
    while time.monotonic() < end:
        port = _port_of(target, ports_before)
        if port:
            try:
                return Brace.open(port, timeout=timeout, strict=False)
            except AtPrompt:
                raise
            except LinkError as error:
                # Ports appear before they may be opened, and firmware needs a moment to start.
                last = error
        time.sleep(_POLL)
    raise NoAnswer(
        f"{target.name} did not come back within {wait:.0f} s of being flashed",
        "Unplug it and plug it in again, then: plumbline list",
    ) from last


def _provision(step: Step, brace: Brace, report: Report) -> Hello:
    hello = brace.identity
    serial = step.options.serial or hello.serial or new_serial()
    if step.before and step.before.serial and not step.options.serial:
        if hello.serial != step.before.serial:
            raise Mismatch(
                f"the serial number was {step.before.serial} before and is "
                f"{hello.serial or 'none'} now",
                f"Provision it again: plumbline flash --serial {step.before.serial} --force",
            )
    hw = step.options.hw
    if serial != hello.serial or hw not in (None, hello.hw):
        report.say(f"provisioning {serial}")
        brace.provision(serial, hw)
        hello = brace.hello()
        if hello.serial != serial:
            raise Mismatch(
                f"the brace was given the serial number {serial} and says {hello.serial!r}",
                "Run plumbline list and try again",
            )
    return hello


def execute(
    step: Step, image: Image, report: Report | None = None, timeout: float = 5.0
) -> Result:
    """Does what the plan says and proves it.  `timeout`: seconds that an answer may take.

    Raises Mismatch when the brace then reports another image's hash, NoAnswer when it does not
    come back, and what the back-ends raise.
    """
    report = report or Report()
    began = time.monotonic()
    target = step.target
    if step.action is Action.SKIP:
        return Result(target.name, "skipped", step.before, step.before, "", 0.0)
    used = ""
    if step.action is Action.PROVISION:
        brace = Brace.open(target.found.port, timeout=timeout, strict=False)
    else:
        ports_before = {f.port for f in discover.braces()}
        if target.found:
            ports_before.discard(target.found.port)
        board = _into_bootsel(step, report, timeout)
        backend = backends.choose(board, step.options.backend)
        used = backend.name
        report.say(f"writing through {backend.name}")
        # The manifest has been read by now; the boot ROM gets the image alone.
        backend.write(board, to_uf2(replace(image, manifest=b"")), report.bytes)
        report.say("waiting for its restart")
        brace = _come_back(target, ports_before, timeout)
    with brace:
        if brace.identity.image != image.digest:
            raise Mismatch(
                f"{target.name} reports the image {brace.identity.image[:16] or 'unknown'} and "
                f"not {image.digest[:16]}",
                "Flash it again with --force; if that does not help, try another cable",
            )
        hello = _provision(step, brace, report)
    done = "flashed" if used else "provisioned"
    return Result(target.name, done, hello, step.before, used, time.monotonic() - began)


def image_path(given: Path | None, setting: Path | None, start: Path | None = None) -> Path:
    """The image to flash: the given one, the setting's, or what `make firmware` built here.

    Raises StorageError when there is none.
    """
    from plumbline.errors import StorageError

    if given or setting:
        return given or setting
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        path = folder / "build" / "firmware" / "plumbline-rp2040.uf2"
        if path.is_file():
            return path
    raise StorageError(
        "there is no firmware image here", "Name a .uf2 file, or build one: make firmware"
    )
