"""The braces: do they answer, and what do they find wrong with themselves?"""

from __future__ import annotations

from collections.abc import Iterator

from brace import commands
from plumbcore import core_version

from plumbline import discover
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.discover import Found
from plumbline.doctor.finding import Finding
from plumbline.errors import PlumblineError
from plumbline.flashing import bootsel

_LOW_MV = 3500


def all_braces(timeout: float) -> Iterator[Finding]:
    """Every brace and every board in BOOTSEL."""
    found = discover.braces()
    for board in bootsel.waiting():
        yield Finding(board.name, "info", "waits in BOOTSEL", "plumbline flash")
    waiting = {b.name for b in bootsel.waiting() if b.virtual}
    for one in found:
        if one.name not in waiting:
            yield from _brace(one, timeout)
    if not found:
        yield Finding("braces", "info", "none is there", "Plug one in, or: plumbline sim")


def _brace(found: Found, timeout: float) -> Iterator[Finding]:
    try:
        with Brace.open(found.port, timeout=timeout) as brace:
            hello = brace.identity
            text = f"{hello.serial or 'no serial number'}, firmware {hello.fw} ({hello.kind})"
            yield Finding(found.name, "ok" if hello.serial else "warn", text,
                          "" if hello.serial else "plumbline flash gives it one")  # fmt: skip
            if hello.core != core_version():
                yield Finding(f"{found.name} versions", "warn", f"its native core is "
                              f"{hello.core:#x}, this tool's {core_version():#x}",
                              "Update the older: plumbline flash, or pip install")  # fmt: skip
            yield from _status(found, brace)
            yield from _selftest(found, brace)
    except PlumblineError as error:
        yield Finding(found.name, "fail", error.what, error.next)


def _status(found: Found, brace: Brace) -> Iterator[Finding]:
    status = brace.status()
    if status.faults or status.state not in ("ok", ""):
        faults = ", ".join(status.faults) or "no fault named"
        yield Finding(f"{found.name} state", "warn", f"{status.state}: {faults}",
                      "docs/faults.md says what each means")  # fmt: skip
    if status.battery and status.battery < _LOW_MV:
        yield Finding(f"{found.name} battery", "warn", f"{status.battery} mV", "Charge it")


def _selftest(found: Found, brace: Brace) -> Iterator[Finding]:
    try:
        answer = brace.selftest()
    except BraceError as error:
        state = "info" if error.code == commands.E_UNKNOWN_COMMAND else "fail"
        yield Finding(f"{found.name} self-test", state, error.what, error.next)
        return
    for name, check in answer.items():
        if isinstance(check, dict) and "ok" in check:
            measured = ", ".join(_measured(k, v) for k, v in check.items() if k != "ok") or "-"
            what = f"{found.name} {name}"
            if check["ok"]:
                yield Finding(what, "ok", measured)
            else:
                yield Finding(what, "fail", measured, "Have it looked at before it is worn")


def _measured(name: str, value) -> str:
    """One number of a check, in words: what the brace says for itself needs no name."""
    if isinstance(value, list):
        value = " ".join(map(str, value)) or "none"
    return str(value) if name == "say" else f"{name} {value}"
