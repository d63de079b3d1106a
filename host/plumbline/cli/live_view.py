"""The terminal view of the live stream, at 80 columns: the spine from the side and from behind,
what the brace makes of it, and how it leaned during the last minute."""

from __future__ import annotations

import math
from collections import deque

from plumbline.cli.canvas import Canvas
from plumbline.live import Sample
from plumbline.report.words import PLAIN

WIDTH = 78
_CHART_COLUMNS = 68
_CHART_ROWS = 8
# Samples in one dot's width of the chart: some fifty seconds fit.
_PER_DOT = 2
_LOW, _HIGH = -30.0, 90.0
_FIGURE_ROWS = 9
_SEGMENT = 15.0  # dots of pelvis to T12/L1, and of there to the head


def _spine(canvas: Canvas, pelvis_deg: float, trunk_deg: float) -> None:
    """A figure whose trunk bends evenly from the pelvis's angle to the trunk's; to the right is
    forward, or the wearer's right from behind."""
    x, y = canvas.width / 2, canvas.height - 8.0
    for side in (-1, 1):
        canvas.line(x + 3 * side, y, x + 4 * side, canvas.height - 1)
    canvas.line(x - 3, y, x + 3, y)
    steps = 12
    for i in range(steps):
        share = i / (steps - 1)
        angle = math.radians(pelvis_deg + (trunk_deg - pelvis_deg) * min(1.0, 2 * share))
        nx = x + 2 * _SEGMENT / steps * math.sin(angle)
        ny = y - 2 * _SEGMENT / steps * math.cos(angle) * 0.75
        canvas.line(x, y, nx, ny)
        x, y = nx, ny
    for i in range(12):
        turn = i * math.pi / 6
        canvas.dot(x + 3 * math.cos(turn), y - 3 + 3 * math.sin(turn))


def _chart(history: deque[Sample], flexed: float, extended: float) -> list[str]:
    canvas = Canvas(_CHART_COLUMNS, _CHART_ROWS)

    def y(angle: float) -> float:
        angle = max(_LOW, min(_HIGH, angle))
        return (canvas.height - 1) * (_HIGH - angle) / (_HIGH - _LOW)

    for limit in (flexed, extended):
        for x in range(0, canvas.width, 4):
            canvas.dot(x, y(limit))
    first = canvas.width - len(history) / _PER_DOT
    for i, (a, b) in enumerate(zip(history, list(history)[1:], strict=False)):
        canvas.line(
            first + i / _PER_DOT, y(a.flexion), first + (i + 1) / _PER_DOT, y(b.flexion)
        )
    labels = [f"{_HIGH:3.0f}°", *[""] * (_CHART_ROWS - 2), f"{_LOW:3.0f}°"]
    return [
        f"{label:>6} {row}" for label, row in zip(labels, canvas.rows(), strict=True)
    ]


def _degrees(value: float | None, positive: str, negative: str) -> str:
    if value is None:
        return "   –    needs both sensors"
    side = "" if abs(value) < 0.5 else positive if value > 0 else negative
    return f"{value:+6.1f}°  {side}"


class View:
    """Keeps the last samples; `lines()` is the screen's text, each line at most 80 columns."""

    def __init__(self, title: str, flexed: float = 20.0, extended: float = -12.0):
        self._title = title
        self._flexed, self._extended = flexed, extended
        self._history: deque[Sample] = deque(
            maxlen=2 * _CHART_COLUMNS * _PER_DOT
        )
        self._cues = 0
        self._last_cues: int | None = None
        self.delay_s: float | None = None

    def add(self, sample: Sample) -> None:
        """Takes the next sample."""
        if self._last_cues is not None:
            self._cues += (sample.cues - self._last_cues) % 256
        self._last_cues = sample.cues
        self._history.append(sample)

    def lines(self) -> list[str]:
        """The screen."""
        now = self._history[-1]
        battery = f"battery {now.battery_mv / 1000:.2f} V"
        head = f"{self._title:<{WIDTH - len(battery)}}{battery}"
        side, behind = Canvas(18, _FIGURE_ROWS), Canvas(14, _FIGURE_ROWS)
        _spine(side, now.flexion - (now.lumbar_flexion or 0.0), now.flexion)
        _spine(behind, now.lateral - (now.lumbar_lateral or 0.0), now.lateral)
        motor = "   ((( nudging )))" if now.motor else ""
        facts = [
            f"{PLAIN.get(now.posture, now.posture).upper()}{motor}",
            "",
            f"trunk        {_degrees(now.flexion, 'forward', 'back')}",
            f"to the side  {_degrees(now.lateral, 'right', 'left')}",
            f"lumbar       {_degrees(now.lumbar_flexion, 'forward', 'back')}",
            "",
            f"nudges {self._cues}   sensors {' '.join(now.sensors) or 'none'}"
            + ("" if now.converged else "   settling"),
            "" if self.delay_s is None else f"shown about {self.delay_s:.1f} s after it happens",
            "",
        ]
        figures = [
            f" {a} {b}  {fact}"
            for a, b, fact in zip(side.rows(), behind.rows(), facts, strict=True)
        ]
        return [
            head,
            "",
            *figures,
            f" {'side':^18} {'from behind':^14}",
            "",
            *_chart(self._history, self._flexed, self._extended),
            f"       lean forward, last {len(self._history) * 0.19:.0f} s; dotted: the band"
            "        Ctrl-C ends",
        ]
