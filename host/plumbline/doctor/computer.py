"""This computer: versions, optional packages, build tools, permissions, the store's disk."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from plumbline.doctor.finding import Finding

# Raspberry Pi's vendor id: braces, and boards in BOOTSEL (for picotool).
UDEV_FILE = "/etc/udev/rules.d/60-plumbline.rules"
UDEV_RULE = 'SUBSYSTEMS=="usb", ATTRS{idVendor}=="2e8a", MODE="0660", TAG+="uaccess"\n'

_PACKAGES = {
    "mpremote": ("plumbline dev", "pip install 'plumbline[dev]'"),
    "rp2040py": ("plumbline sim", "pip install 'plumbline[virtual]'"),
    "scipy": ("plumbline sim with recordings", "pip install 'plumbline[virtual]'"),
    "duckdb": ("plumbline store query", "pip install 'plumbline[store]'"),
    "pyarrow": ("plumbline store tables", "pip install 'plumbline[store]'"),
}
_TOOLS = {
    "arm-none-eabi-gcc": "build firmware (make firmware says how to get it)",
    "cmake": "build firmware (make firmware says how to get it)",
    "picotool": "flash boards whose volume is not mounted",
}
_LOW_BYTES = 200 << 20


def python() -> Iterator[Finding]:
    """Versions of what runs this."""
    from plumbcore import core_version

    good = sys.version_info >= (3, 10)
    found = f"Python {platform.python_version()}, plumbline {version('plumbline')}, "
    found += f"native core {core_version():#x}"
    yield Finding("versions", "ok" if good else "fail", found, "" if good else "Use Python 3.10")


def packages() -> Iterator[Finding]:
    """Packages that only some commands need."""
    for name, (needed, how) in _PACKAGES.items():
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "info", f"not installed; {needed} needs it", how)


def toolchain() -> Iterator[Finding]:
    """Tools to build firmware or to flash in other ways."""
    from plumbline.dev.sync import mpy_cross

    for name, needed in _TOOLS.items():
        path = shutil.which(name)
        if path:
            yield Finding(name, "ok", path)
        else:
            yield Finding(name, "info", f"not installed; needed to {needed}")
    path = mpy_cross()
    yield Finding("mpy-cross", "ok" if path else "info", path or "not built; dev sync is roomier "
                  "with it", "" if path else "make unix")  # fmt: skip


def permissions() -> Iterator[Finding]:
    """Whether serial ports may be opened."""
    if not sys.platform.startswith("linux"):
        yield Finding("serial ports", "ok", f"{platform.system()} lets every user open them")
        return
    if os.geteuid() == 0 or Path(UDEV_FILE).exists():
        found = "root may open all" if os.geteuid() == 0 else f"{UDEV_FILE} is there"
        yield Finding("serial ports", "ok", found)
        return
    import grp

    groups = {grp.getgrgid(g).gr_name for g in os.getgroups()}
    if "dialout" in groups or "uucp" in groups:
        yield Finding("serial ports", "ok", "you are in the group that may open them")
    else:
        rule = f"plumbline doctor --udev | sudo tee {UDEV_FILE}, then plug in again"
        yield Finding("serial ports", "warn", "you may not be allowed to open them", rule)


def store(folder: Path) -> Iterator[Finding]:
    """Whether the store can be written, and has room."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK):
        yield Finding("store", "fail", f"{folder} cannot be written",
                      "Choose another: plumbline config path shows where")  # fmt: skip
        return
    free = shutil.disk_usage(place).free
    text = f"{folder}, {free / (1 << 30):.1f} GiB free"
    low = free < _LOW_BYTES
    yield Finding("store", "warn" if low else "ok", text, "Free some space" if low else "")
