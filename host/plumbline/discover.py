"""Which braces are there: real ones on USB, boards waiting in BOOTSEL, and virtual ones."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from plumbline import registry
from plumbline.errors import NoDevice, SeveralDevices

VENDOR = 0x2E8A
PRODUCT = "Plumbline brace"


@dataclass(frozen=True)
class Found:
    """A brace as the computer sees it, without having talked to it.

    name: what a person types, the virtual brace's name or the port's last part.  port: what to
    open.  usb_serial: the number in the USB descriptor, the flash chip's (the serial number of
    the brace is in its hello).  location: path of USB ports, the same as long as it stays
    plugged in.  virtual: its entry on the register.
    """

    name: str
    port: str
    usb_serial: str = ""
    location: str = ""
    virtual: registry.Entry | None = None

    def ids(self) -> list[str]:
        """Everything it can be called by."""
        return [i for i in (self.name, self.port, self.usb_serial, self.location) if i]


def _usb() -> list[Found]:
    from serial.tools import list_ports

    found = []
    for port in list_ports.comports():
        if port.vid == VENDOR and port.product == PRODUCT:
            found.append(
                Found(
                    port.name or port.device,
                    port.device,
                    port.serial_number or "",
                    (port.location or "").split(":")[0],
                )
            )
    return sorted(found, key=lambda f: (f.location, f.port))


def braces() -> list[Found]:
    """All braces with a serial line, real ones first.  Boards in BOOTSEL have none: see
    `plumbline.flashing`."""
    return _usb() + [Found(e.name, e.pty, virtual=e) for e in registry.running()]


def serial_of(found: Found, timeout: float = 2.0) -> str:
    """The provisioned serial number, asked of the brace; "" when it has none or says nothing."""
    from plumbline.device import Brace
    from plumbline.errors import PlumblineError

    try:
        with Brace.open(found.port, timeout=timeout) as brace:
            return brace.identity.serial
    except PlumblineError:
        return ""


def matching(found: Iterable[Found], pattern: str) -> list[Found]:
    """Those that a name or glob fits, by port, name, USB serial or location; if none, by the
    serial number each says it has; a path that is no known brace's is taken as a port."""
    found = list(found)
    hits = [f for f in found if any(fnmatch.fnmatchcase(i, pattern) for i in f.ids())]
    if not hits and "/" not in pattern:
        hits = [f for f in found if fnmatch.fnmatchcase(serial_of(f), pattern)]
    if not hits and not set(pattern) & set("*?[") and ("/" in pattern or _is_com(pattern)):
        hits = [Found(pattern.rsplit("/", 1)[-1], pattern)]
    return hits


def _is_com(pattern: str) -> bool:
    return pattern.upper().startswith("COM") and pattern[3:].isdigit()


def nobody() -> NoDevice:
    """The error for a computer without any brace."""
    return NoDevice(
        "no brace was found",
        "Plug one in, or start a virtual one in another terminal: plumbline sim",
    )


def _names(found: Iterable[Found]) -> str:
    return ", ".join(f.name for f in found)


def select(patterns: Iterable[str] = (), everything: bool = False) -> list[Found]:
    """The braces meant by --device patterns and --all; the only one there is without either.

    Raises NoDevice, and SeveralDevices when nothing was said and several are there.
    """
    patterns = list(patterns)
    found = braces()
    if patterns:
        chosen: list[Found] = []
        for pattern in patterns:
            hits = matching(found, pattern)
            if not hits:
                there = f"There are: {_names(found)}" if found else "None is there at all"
                raise NoDevice(f"no brace matches {pattern!r}", f"{there}; see plumbline list")
            chosen += [f for f in hits if f not in chosen]
        return chosen
    if not found:
        raise nobody()
    if len(found) > 1 and not everything:
        raise SeveralDevices(
            f"{len(found)} braces are there: {_names(found)}",
            "Name those you mean with --device, or give --all where the command takes several",
        )
    return found


def select_one(patterns: Iterable[str] = ()) -> Found:
    """The one brace meant.  Raises NoDevice or SeveralDevices."""
    chosen = select(patterns)
    if len(chosen) > 1:
        raise SeveralDevices(
            f"this command takes one brace, and {len(chosen)} fit: {_names(chosen)}",
            "Name one with --device",
        )
    return chosen[0]
