"""The brace under test: the client of `plumbline.device` on a line that may come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.device import Brace, Hello
from plumbline.errors import AtPrompt, LinkError, PlumblineError
from plumbline.hil.line import Line
from plumbline.hil.parts import RigBroken
from plumbline.link import Link

if TYPE_CHECKING:
    from plumbline.segments import Reading

_ANSWER_S = 2.0
# Two hellos of one life agree on its beginning better than this.
_ANOTHER_START_S = 0.5


class BraceUnderTest(Brace):
    """Commands as methods, as on every brace, and what only a test asks for."""

    def __init__(self, line: Line, seed: int, timeout: float = 5.0):
        # Request ids from a fixed start: the same test sends the same bytes.
        super().__init__(Link(line, timeout=timeout, first_request=seed))
        self.line = line
        # On the line's clock, when the brace of the last hello started.
        self._started = 0.0

    def hello(self, timeout: float | None = None) -> Hello:
        hello = super().hello(timeout)
        self._started = self.line.now() - hello.up / 1000
        return hello

    @property
    def console(self) -> list[str]:
        """The whole lines of console text so far."""
        return list(self.link.console)

    def wait_ready(self, timeout: float = 10.0) -> Hello:
        """Waits until the firmware answers; its hello.  Raises the last LinkError."""
        end = self.line.now() + timeout
        while True:
            try:
                return self.hello(timeout=_ANSWER_S)
            except AtPrompt:
                raise
            except LinkError:
                if self.line.now() >= end:
                    raise
                self.line.run(0.1)

    def restarted(self, timeout: float = 20.0) -> Hello:
        """Waits until the brace has started anew since the last hello, and answers; its hello.

        Raises AssertionError when it goes on without a restart.
        """
        before = self._started
        end = self.line.now() + timeout
        while True:
            hello = self.wait_ready(max(end - self.line.now(), 1.0))
            if self._started > before + _ANOTHER_START_S:
                return hello
            if self.line.now() >= end:
                raise AssertionError(f"the brace has not restarted within {timeout:g} s")
            self.line.run(0.25)

    def read_log(self, *, close: bool = True) -> Reading:
        """The whole log, read over the wire as a pull does but acknowledging nothing.  `close`
        first ends the open segments, so that everything flushed is in it."""
        from plumbline import bulk, segments

        for stream in (segments.SUMMARY, segments.RAW):
            bulk.listing(self.link, stream, close=close)
        found = [
            segments.read_segment(data)
            for stream in (segments.SUMMARY, segments.RAW)
            for _, data in bulk.read(self.link, stream, 0)
        ]
        return segments.collect(found)

    def logged(self, kind: int) -> list[dict]:
        """The fields of every record of a type in the log, oldest first."""
        return [record.fields for record in self.read_log().records if record.type == kind]

    def faults(self) -> list[str]:
        """The names of the fault events in the log, oldest first."""
        from brace import faults, records

        return [faults.NAMES[fields["code"]] for fields in self.logged(records.FAULT)]

    def alive(self) -> bool:
        """Whether it answers now."""
        try:
            self.hello(timeout=_ANSWER_S)
        except PlumblineError:
            return False
        return True

    def first_hello(self) -> Hello:
        """The hello with which a test begins; a brace without one breaks the rig."""
        try:
            return self.wait_ready()
        except LinkError as error:
            raise RigBroken(
                f"the brace does not answer at the start of a test ({error.what})",
                "Look at the device log; flash it anew, or replace it",
            ) from error
