"""Progress on stderr: one line a brace.  On a terminal the lines are redrawn in place; anywhere
else a line is printed when a stage begins, so a log file stays readable."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

import click

_BAR = 24
_REDRAW_S = 0.1


class Line:
    """One brace's line; its methods may be called from any thread."""

    def __init__(self, owner: Progress, name: str):
        self._owner = owner
        self.name = name
        self.text = ""
        self.done = 0
        self.total = 0
        self._records = 0
        self._unit = ""

    def say(self, text: str) -> None:
        """Begins a stage."""
        self.text, self.done, self.total, self._records, self._unit = text, 0, 0, 0, ""
        self._owner.changed(self, stage=True)

    def bytes(self, done: int, total: int) -> None:
        """How far the stage is."""
        self.done, self.total = done, total
        self._owner.changed(self, stage=False)

    def count(self, done: int, total: int, unit: str) -> None:
        """How far the stage is, in other things than bytes."""
        self.done, self.total, self._unit = done, total, unit
        self._owner.changed(self, stage=False)

    def records(self, count: int) -> None:
        """How many records have come."""
        self._records = count

    def render(self, width: int | None = None) -> str:
        """The line, in at most `width` columns if told."""
        line = f"{self.name}: {self.text}"
        if self.total:
            share = min(self.done / self.total, 1.0)
            filled = int(share * _BAR)
            bar = "#" * filled + "." * (_BAR - filled)
            done = f"{self.done} {self._unit}" if self._unit else f"{self.done / 1024:.0f} KiB"
            line = f"{line} [{bar}] {share:4.0%}  {done}"
            if self._records:
                line += f", {self._records} records"
        return line[: width - 1] if width else line


class Progress:
    """`with Progress(["vb1", "vb2"]) as progress: progress["vb1"].say("writing")`."""

    def __init__(self, names: list[str], quiet: bool = False):
        self._lines = {name: Line(self, name) for name in names}
        self._quiet = quiet
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
        self._lock = threading.Lock()
        self._drawn = 0
        self._last = 0.0

    def __getitem__(self, name: str) -> Line:
        return self._lines[name]

    @contextlib.contextmanager
    def working(self, name: str) -> Iterator[Line]:
        """The line of a brace that is worked on; an error that ends the work is told on it, among
        several (a lone one's is the command's own)."""
        line = self[name]
        try:
            yield line
        except Exception as error:
            line.say(str(error) if len(self._lines) > 1 else "failed")
            raise

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc) -> None:
        with self._lock:
            if self._live:
                self._draw(last=True)

    def changed(self, line: Line, stage: bool) -> None:
        """Shows a line's new state."""
        with self._lock:
            if self._quiet:
                return
            if not self._live:
                if stage:
                    click.echo(f"{line.name}: {line.text}", err=True)
            elif stage or time.monotonic() - self._last >= _REDRAW_S:
                self._draw()

    def _draw(self, last: bool = False) -> None:
        # What stays there is not cut: it may say what to do.
        width = None if last else os.get_terminal_size(sys.stderr.fileno()).columns or 80
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        body = "".join(f"\x1b[2K{line.render(width)}\n" for line in self._lines.values())
        sys.stderr.write(up + body)
        sys.stderr.flush()
        self._drawn = len(self._lines)
        self._last = time.monotonic()
