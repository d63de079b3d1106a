"""Boards that wait in BOOTSEL for an image: real ones on USB, and virtual braces.

A real one is a USB device of the boot ROM with a small FAT volume named RPI-RP2 that holds
INFO_UF2.TXT; the computer may or may not have mounted it.  A virtual brace in BOOTSEL has
INFO_UF2.TXT in the folder it registered.
"""

from __future__ import annotations

import os
import re
import string
import sys
from dataclasses import dataclass
from pathlib import Path

from plumbline import registry

INFO = "INFO_UF2.TXT"
_BOOTROM = ("2e8a", "0003")
_USB_PATH = re.compile(r"\d+-\d+(\.\d+)*")


@dataclass(frozen=True)
class Bootsel:
    """A board in BOOTSEL.

    location: its path of USB ports, "" when the platform does not tell.  volume: where its
    volume is mounted, if it is.  bus, address: its USB address, for picotool.  virtual: the
    register's entry of a virtual one.
    """

    name: str
    location: str = ""
    volume: Path | None = None
    bus: int | None = None
    address: int | None = None
    virtual: registry.Entry | None = None

    def board_id(self) -> str:
        """What the boot ROM calls the board, "RPI-RP2" for an RP2040; "" when unknown."""
        if self.volume is None:
            return ""
        try:
            text = (self.volume / INFO).read_text(encoding="ascii", errors="replace")
        except OSError:
            return ""
        found = re.search(r"^Board-ID:\s*(\S+)", text, re.MULTILINE)
        return found.group(1) if found else ""


def virtual_waiting(entry: registry.Entry) -> bool:
    """Whether a virtual brace is in BOOTSEL."""
    return bool(entry.bootsel) and (Path(entry.bootsel) / INFO).is_file()


def _mounts_linux(mountinfo: Path, sysfs: Path) -> list[tuple[Path, str]]:
    """(mount point, USB path) of volumes that hold INFO_UF2.TXT."""
    found = []
    for line in mountinfo.read_text().splitlines():
        fields = line.split()
        point = Path(fields[4].encode().decode("unicode_escape"))
        device = fields[2]
        kind = fields[fields.index("-") + 1]
        if kind in ("vfat", "msdos") and (point / INFO).is_file():
            node = os.path.realpath(sysfs / "dev" / "block" / device)
            paths = [part for part in node.split("/") if _USB_PATH.fullmatch(part)]
            found.append((point, paths[-1] if paths else ""))
    return found


def _mounts_elsewhere() -> list[tuple[Path, str]]:
    if sys.platform == "darwin":
        points = list(Path("/Volumes").glob("*"))
    else:
        points = [Path(f"{letter}:\\") for letter in string.ascii_uppercase]
    return [(point, "") for point in points if (point / INFO).is_file()]


def _devices_linux(sysfs: Path) -> dict[str, tuple[int, int]]:
    """USB path -> (bus, address) of boot ROM devices."""
    found = {}
    for device in (sysfs / "bus" / "usb" / "devices").glob("*-*"):
        try:
            ids = tuple((device / n).read_text().strip() for n in ("idVendor", "idProduct"))
            if ids == _BOOTROM:
                found[device.name] = tuple(
                    int((device / name).read_text()) for name in ("busnum", "devnum")
                )
        except (OSError, ValueError):
            continue  # An interface, which has no such files, or a device that just left.
    return found


def _real(mountinfo: Path, sysfs: Path) -> list[Bootsel]:
    if sys.platform.startswith("linux"):
        mounts = _mounts_linux(mountinfo, sysfs)
        devices = _devices_linux(sysfs)
    else:
        mounts, devices = _mounts_elsewhere(), {}
    points = {location: point for point, location in mounts if location}
    found = [
        Bootsel(f"bootsel@{location}", location, points.get(location), *address)
        for location, address in devices.items()
    ]
    found += [
        Bootsel(f"bootsel@{location or point}", location, point)
        for point, location in mounts
        if location not in devices
    ]
    return sorted(found, key=lambda b: b.name)


def waiting(
    mountinfo: Path = Path("/proc/self/mountinfo"), sysfs: Path = Path("/sys")
) -> list[Bootsel]:
    """All boards in BOOTSEL, real ones first."""
    virtual = [
        Bootsel(e.name, volume=Path(e.bootsel), virtual=e)
        for e in registry.running()
        if virtual_waiting(e)
    ]
    return _real(mountinfo, sysfs) + virtual
