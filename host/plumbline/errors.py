"""What can go wrong, said in one sentence and the next thing to do, and the exit codes.

Everything that the library raises on purpose is a `PlumblineError`; anything else is a defect.
The command line prints `error: <what>. <next>` and exits with the class's code, so a script can
tell the cases apart without reading text.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `plumbline`; stable, part of the interface."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_DEVICE = 3
    SEVERAL_DEVICES = 4
    REFUSED = 5
    MISMATCH = 6
    LINK = 7
    PARTIAL = 8
    HIL = 9
    STORAGE = 10
    VERSION = 11
    MISSING = 12
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done",
    Exit.FAILED: "something failed that no other code names",
    Exit.USAGE: "the command line or a setting is wrong",
    Exit.NO_DEVICE: "no brace was found, or none that matches `--device`",
    Exit.SEVERAL_DEVICES: "several braces fit and the command takes one",
    Exit.REFUSED: "the brace or the tool refused: role, state, wrong board, downgrade",
    Exit.MISMATCH: "a check failed: hash, checksum, or a replay that differs",
    Exit.LINK: "the brace does not answer, or the connection was lost",
    Exit.PARTIAL: "some braces of several failed; the output says which",
    Exit.HIL: "hardware-in-the-loop tests failed",
    Exit.STORAGE: "a file or disk of this computer: full, not writable, damaged",
    Exit.VERSION: "the firmware, a file or this tool is too new or too old for the other",
    Exit.MISSING: "an optional program or package is not installed",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
}


class PlumblineError(Exception):
    """`what` happened (one sentence, no full stop) and what to do `next` (the same)."""

    exit = Exit.FAILED

    def __init__(self, what: str, next: str = ""):
        super().__init__(f"{what}. {next}." if next else f"{what}.")
        self.what = what
        self.next = next


class UsageError(PlumblineError):
    """The caller asked for something that makes no sense."""

    exit = Exit.USAGE


class NoDevice(PlumblineError):
    """Nothing to talk to."""

    exit = Exit.NO_DEVICE


class SeveralDevices(PlumblineError):
    """More candidates than the command can serve."""

    exit = Exit.SEVERAL_DEVICES


class Refused(PlumblineError):
    """The brace's firmware or this tool will not do it."""

    exit = Exit.REFUSED


class Mismatch(PlumblineError):
    """Two things that must be equal are not."""

    exit = Exit.MISMATCH


class LinkError(PlumblineError):
    """Talking to a brace failed."""

    exit = Exit.LINK


class LinkLost(LinkError):
    """The port went away: unplugged, powered off, or the other end closed it."""


class NoAnswer(LinkError):
    """The port is there, and no valid answer came in time."""


class AtPrompt(LinkError):
    """The firmware does not run: MicroPython's prompt sits on the line."""


class PartialFailure(PlumblineError):
    """Some of several braces failed."""

    exit = Exit.PARTIAL


class HilFailed(PlumblineError):
    """Hardware-in-the-loop tests failed."""

    exit = Exit.HIL


class StorageError(PlumblineError):
    """This computer's files or disks."""

    exit = Exit.STORAGE


class VersionError(PlumblineError):
    """Peers or files of versions that do not understand each other."""

    exit = Exit.VERSION


class Missing(PlumblineError):
    """An optional program or package is needed."""

    exit = Exit.MISSING


def os_error(error: OSError, doing: str) -> StorageError:
    """The StorageError for an OSError met while `doing` something ("writing /x/y")."""
    import errno

    advice = {
        errno.ENOSPC: "Free some space and run the same command again",
        getattr(errno, "EDQUOT", -1): "Free some of your quota and run the same command again",
        errno.EACCES: "Choose a folder that you may write to, or have its permissions changed",
        errno.EPERM: "Choose a folder that you may write to, or have its permissions changed",
        errno.EROFS: "Choose a folder on a disk that can be written",
        errno.ENOENT: "Check the path",
        errno.EIO: "Check the disk: it reports errors",
    }.get(error.errno, "Check the disk and the path, then run the same command again")
    return StorageError(f"{doing} failed: {error.strerror or error}", advice)
