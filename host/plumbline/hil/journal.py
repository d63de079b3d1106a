"""The device log of one test: console text, frames both ways, and what was done around the brace.

One line an entry, in order, with the rig's time in seconds:

    0.036120 |  text of the console
    0.052311 >  hello #17 {}
    0.052877 <  hello #17 {'name': 'plumbline', ...}
    1.000000 *  power: off
"""

from __future__ import annotations

from pathlib import Path

from brace import cbor, commands
from plumbcore import BULK, ERROR, EVENT, FRAME_OVERHEAD, REQUEST, RESPONSE, FrameDecoder

_MAX = 16384
_KINDS = {REQUEST: "", RESPONSE: "", ERROR: "error ", EVENT: "event ", BULK: "bulk "}
_LONGEST = 400


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


class _Stream:
    """One direction of the line."""

    def __init__(self, sign: str):
        self.sign = sign
        self._decoder = FrameDecoder(_MAX)
        self._dropped = bytearray(_MAX + FRAME_OVERHEAD + 1)
        self._text = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """What is complete now, as lines."""
        lines = []
        decoder, pos = self._decoder, 0
        while pos < len(data):
            pos = decoder.feed(data, pos)
            self._text += data[decoder.text_start : decoder.text_end]
            if decoder.status > 0:
                lines += self._lines() + self.flush()
                lines.append(f"{self.sign}  {self._frame()}")
            elif decoder.status < 0:
                self._text += self._dropped[: decoder.dropped_into(self._dropped)]
        return lines + self._lines()

    def _lines(self) -> list[str]:
        """The lines of text that have ended."""
        *ended, self._text = self._text.split(b"\n")
        return [self._line(line) for line in ended]

    def flush(self) -> list[str]:
        """The text of a line that has not ended."""
        text = self._text.strip(b"~")
        self._text = bytearray()
        return [self._line(text)] if text else []

    def _line(self, raw: bytes) -> str:
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in
                       raw.rstrip(b"\r").decode("utf-8", "backslashreplace"))  # fmt: skip
        return f"{'|' if self.sign == '<' else self.sign}  {_shorten(text)}"

    def _frame(self) -> str:
        decoder = self._decoder
        name = commands.TABLE.get(decoder.cmd, (f"command {decoder.cmd:#04x}",))[0]
        payload = bytes(decoder.payload)
        if decoder.kind == BULK:
            shown = f"{len(payload)} bytes"
        else:
            try:
                shown = str(cbor.loads(payload)) if payload else "{}"
            except cbor.CborError:
                shown = payload.hex()
        return f"{_KINDS.get(decoder.kind, '? ')}{name} #{decoder.reqid} {_shorten(shown)}"


class Journal:
    """Writes `device.log` in `folder` as things happen, so that even a crash leaves it."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "device.log"
        self._file = open(self.path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
        self._to, self._from = _Stream(">"), _Stream("<")
        self._motions = 0
        self._now = 0.0
        self.now = lambda: self._now

    def _write(self, lines: list[str]) -> None:
        if lines:
            self._now = self.now()
            self._file.writelines(f"{self._now:11.6f} {line}\n" for line in lines)

    def sent(self, data: bytes) -> None:
        """Bytes to the brace."""
        self._write(self._to.feed(data))

    def received(self, data: bytes) -> None:
        """Bytes from the brace."""
        self._write(self._from.feed(data))

    def note(self, text: str) -> None:
        """Something that was done around the brace, or that a test wants to say."""
        self._write(self._to.flush() + self._from.flush() + [f"*  {text}"])

    def motion(self, name: str, text: str) -> None:
        """Keeps the script of a motion that is played."""
        self._motions += 1
        file = self.folder / f"motion{self._motions}.motion"
        file.write_text(text, encoding="utf-8")
        self.note(f"body: plays {name} ({file.name})")

    def tail(self, lines: int = 20) -> str:
        """The last lines so far."""
        self._file.flush()
        return "\n".join(self.path.read_text("utf-8").splitlines()[-lines:])

    def close(self) -> None:
        """Ends the log; twice is harmless."""
        if not self._file.closed:
            # The rig's clock may be gone by now.
            self.now = lambda: self._now
            self._write(self._to.flush() + self._from.flush())
            self._file.close()
