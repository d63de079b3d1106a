"""What a brace answers: frames as they came in, and its refusals as errors."""

from __future__ import annotations

from dataclasses import dataclass

from brace import cbor, commands
from plumbcore import WIRE_VERSION

from plumbline.errors import Refused, VersionError


def printable(value):
    """Text as it may go to a terminal, which acts on control characters; also within maps and
    lists."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {printable(k): printable(v) for k, v in value.items()}
    return value


@dataclass(frozen=True)
class Frame:
    """A frame that came in."""

    kind: int
    command: int
    flags: int
    request: int
    payload: bytes
    version: int = WIRE_VERSION

    def map(self) -> dict:
        """The payload as a CBOR map, its text without control characters; an empty one counts as
        empty map."""
        value = cbor.loads(self.payload) if self.payload else {}
        if not isinstance(value, dict):
            raise cbor.CborError("not a map")
        return printable(value)


class BraceError(Refused):
    """The brace answered with an error frame: `code` is one of `brace.commands.E_*`."""

    ADVICE = {
        commands.E_UNKNOWN_COMMAND: "Its firmware is older than this tool: plumbline flash",
        commands.E_BUSY: "Wait for what it is doing, or stop that, and try again",
        commands.E_STORAGE: "Look at its faults: plumbline list --json",
        commands.E_DAMAGED: "Try another cable or port",
        commands.E_LOCKED: "Wait, then try again with the right key",
        commands.E_SESSION: "Only who holds its clinic's key may do that: plumbline keys show",
    }
    ADVICE_TO = {
        (commands.CONFIG_SET, commands.E_BAD_REQUEST):
            "See its settings and their limits: plumbline settings show",
    }

    def __init__(self, command: int, code: int, say: str):
        name = commands.TABLE.get(command, (f"command {command:#04x}",))[0]
        advice = self.ADVICE_TO.get((command, code), self.ADVICE.get(code, ""))
        super().__init__(f"the brace answered {name} with: {say.rstrip('.')}", advice)
        self.code = code
        self.say = say


def code_of(frame: Frame) -> int:
    """What an error frame says is wrong: one of `brace.commands.E_*`."""
    try:
        return int(frame.map()["code"])
    except (cbor.CborError, KeyError, TypeError, ValueError):
        return commands.E_FAILED


def refusal(command: int, frame: Frame) -> Refused | VersionError:
    """The error that an error frame stands for."""
    try:
        values = frame.map()
        code, say = int(values["code"]), str(values["say"])
    except (cbor.CborError, KeyError, TypeError, ValueError):
        code, say = commands.E_FAILED, "an error that cannot be read"
    if code == commands.E_VERSION:
        return VersionError(say.rstrip("."), "Bring both to the same version: plumbline flash")
    return BraceError(command, code, say)


def other_version(version: int) -> VersionError:
    """The error for a frame of a wire version that this tool does not speak."""
    return VersionError(
        f"the brace speaks wire version {version >> 4}.{version & 15}, "
        f"this tool {WIRE_VERSION >> 4}.{WIRE_VERSION & 15}",
        "Update the older of the two: pip install -U plumbline, or plumbline flash",
    )
