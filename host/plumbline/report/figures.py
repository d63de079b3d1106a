"""The report's drawings, as inline SVG that needs no script.

Time runs in percent of the width, so a drawing fills a phone or a sheet of paper and its text
keeps its size.  Colours are the classes of style.css (`p-upright` ...), never written here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.report import words
from plumbline.report.wearing import GAP, POSTURES, Cue, Day, Epoch

_STEPS_S = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600)
_LABELS = 5
# Coordinates inside stretched drawings: fine enough for a day in three pixels a minute.
_FINE = 10000
_BINS = 720
_COLUMNS = 72
# A label and its margin, in percent of the ribbon's height.
_LABEL_APART = 17


@dataclass(frozen=True)
class Frame:
    """The stretch of time that a drawing's width stands for."""

    day: Day
    start: float
    end: float

    @classmethod
    def of(cls, day: Day) -> Frame:
        """The day's own time."""
        return cls(day, day.start, max(day.end, day.start + 1.0))

    @classmethod
    def clock(cls, day: Day, first_hour: int, last_hour: int) -> Frame:
        """From one hour of the wearer's clock to another, so that days can be compared."""
        midnight = (day.start + day.zone_min * 60) // 86400 * 86400 - day.zone_min * 60
        return cls(day, midnight + first_hour * 3600, midnight + last_hour * 3600)

    def x(self, at: float) -> float:
        """Percent of the width."""
        return 100 * (at - self.start) / (self.end - self.start)


def common_hours(days: Sequence[Day]) -> tuple[int, int]:
    """The hours of the clock that hold all of these days."""
    first, last = 24.0, 0.0
    for day in days:
        start = (day.start + day.zone_min * 60) % 86400 / 3600
        first = min(first, start)
        last = max(last, start + (day.end - day.start) / 3600)
    return math.floor(first), max(math.ceil(last), math.floor(first) + 1)


def _tick_times(frame: Frame) -> list[float]:
    length = frame.end - frame.start
    step = next((s for s in _STEPS_S if length / s <= _LABELS), _STEPS_S[-1])
    # Round times of the wearer's clock, or of the time since the start.
    day = frame.day
    offset = day.zone_min * 60 if day.date else -day.start
    first = math.ceil((frame.start + offset) / step) * step - offset
    return [first + i * step for i in range(int((frame.end - first) // step) + 1)]


def axis(frame: Frame) -> str:
    """Labels of the time axis."""
    labels = []
    short = frame.end - frame.start < 600
    for at in _tick_times(frame):
        x = frame.x(at)
        side = "start" if x < 4 else "end" if x > 96 else "middle"
        labels.append(
            f'<line class="grid" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="5"/>'
            f'<text class="tick" x="{x:.2f}%" y="18" text-anchor="{side}">'
            f"{words.clock(frame.day, at, seconds=short)}</text>"
        )
    return f'<svg class="axis" height="22" aria-hidden="true">{"".join(labels)}</svg>'


def _bins(frame: Frame) -> list[int | None]:
    """The posture that took most of each bin of the width, None where there is nothing."""
    width = (frame.end - frame.start) / _BINS
    seconds: list[dict[int, float]] = [{} for _ in range(_BINS)]
    for span in frame.day.spans:
        first = max(int((span.start - frame.start) / width), 0)
        last = min(int((span.end - frame.start) / width), _BINS - 1)
        for index in range(first, last + 1):
            low = frame.start + index * width
            part = min(span.end, low + width) - max(span.start, low)
            seconds[index][span.posture] = seconds[index].get(span.posture, 0.0) + part
    return [max(here, key=here.get) if here else None for here in seconds]


def _paths(frame: Frame) -> str:
    """One path a posture, drawn in bins so that it never grows with the length of the log."""
    runs: dict[int, list[str]] = {}
    start, current = 0, None
    for index, posture in enumerate([*_bins(frame), None]):
        if posture != current or index == _BINS:
            if current is not None:
                x, width = start * _FINE // _BINS, (index - start) * _FINE // _BINS
                runs.setdefault(current, []).append(f"M{x} 0h{width}v1H{x}z")
            start, current = index, posture
    return "".join(
        f'<path class="p-{POSTURES[posture]}" d="{"".join(parts)}"/>'
        for posture, parts in sorted(runs.items())
    )


def strip(frame: Frame, height: int = 44) -> str:
    """The postures as one coloured band."""
    day = frame.day
    summary = ", ".join(
        f"{words.PLAIN[name]} {words.duration(day.seconds(index))}"
        for index, name in enumerate(POSTURES)
        if day.seconds(index) >= 1
    )
    return (
        f'<svg class="strip" height="{height}" role="img" aria-label="Postures: {summary}">'
        f'<svg viewBox="0 0 {_FINE} 1" preserveAspectRatio="none" width="100%" '
        f'height="{height}">{_paths(frame)}</svg></svg>'
    )


def cue_marks(frame: Frame) -> str:
    """A dot for each nudge, stacked where several fell together: filled where it was answered."""
    columns: dict[int, list[str]] = {}
    cues = frame.day.cues
    for cue in cues:
        column = min(int(frame.x(cue.at) / 100 * _COLUMNS), _COLUMNS - 1)
        columns.setdefault(column, []).append(cue.outcome)
    # Answered ones first, so that the eye can compare columns.
    dots = "".join(
        f'<circle class="dot {outcome}" cx="{100 * (column + 0.5) / _COLUMNS:.2f}%" '
        f'cy="{6 + 7 * level}" r="2.7"/>'
        for column, outcomes in sorted(columns.items())
        for level, outcome in enumerate(sorted(outcomes))
    )
    answered = sum(cue.outcome == "corrected" for cue in cues)
    label = f"{words.count(len(cues), 'nudge')}, {answered} answered"
    height = 6 + 7 * max(len(outcomes) for outcomes in columns.values())
    return f'<svg class="cues" height="{height}" role="img" aria-label="{label}">{dots}</svg>'


def ribbon(frame: Frame) -> str:
    """How far the trunk leaned: the range of each epoch as a ribbon, its mean as a line."""
    epochs = _thinned(frame.day.epochs)
    if len(epochs) < 2:
        return ""
    low = min(-20.0, min(e.low for e in epochs) - 5)
    high = max(60.0, max(e.high for e in epochs) + 5)
    height = 104

    def y(angle: float) -> float:
        return round(100 * (high - angle) / (high - low), 1)

    def x(epoch: Epoch) -> int:
        return round(frame.x((epoch.start + epoch.end) / 2) * _FINE / 100)

    shapes = []
    for run in _runs(epochs):
        upper = " ".join(f"{x(e)},{y(e.high)}" for e in run)
        lower = " ".join(f"{x(e)},{y(e.low)}" for e in reversed(run))
        mean = " ".join(f"{x(e)},{y(e.flexion)}" for e in run)
        shapes.append(
            f'<polygon class="range" points="{upper} {lower}"/>'
            f'<polyline class="mean" points="{mean}" vector-effect="non-scaling-stroke"/>'
        )
    # Lines so far apart that their labels never touch.
    apart = next(s for s in (30, 60, 90, 180) if y(0) - y(s) >= _LABEL_APART)
    lines = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{y(a):.0f}%" y2="{y(a):.0f}%"/>'
        f'<text class="tick" x="100%" y="{y(a):.0f}%" dy="-3" text-anchor="end">{a}°</text>'
        for a in range(0, 181, apart)
        if low <= a <= high
    )
    return (
        f'<svg class="ribbon" height="{height}" role="img" aria-label="Trunk lean over the day, '
        f'from {min(e.low for e in epochs):.0f} to {max(e.high for e in epochs):.0f} degrees">'
        f'<svg viewBox="0 0 {_FINE} 100" preserveAspectRatio="none" width="100%" '
        f'height="{height}">{"".join(shapes)}</svg>{lines}</svg>'
    )


def _runs(epochs: Sequence[Epoch]) -> list[list[Epoch]]:
    """Cut where time is missing."""
    runs: list[list[Epoch]] = []
    for epoch in epochs:
        if runs and epoch.start - runs[-1][-1].end < 2 * (epoch.end - epoch.start):
            runs[-1].append(epoch)
        else:
            runs.append([epoch])
    return [run for run in runs if len(run) > 1]


def _thinned(epochs: Sequence[Epoch]) -> list[Epoch]:
    """At most _BINS epochs: neighbours joined, their extremes kept."""
    group = -(-len(epochs) // _BINS) or 1
    joined = []
    for i in range(0, len(epochs), group):
        part = epochs[i : i + group]
        n = len(part)
        joined.append(
            Epoch(
                part[0].start,
                part[-1].end,
                part[0].posture,
                sum(e.flexion for e in part) / n,
                min(e.low for e in part),
                max(e.high for e in part),
                sum(e.lateral for e in part) / n,
                sum(e.lumbar for e in part) / n,
            )
        )
    return joined


def fan(epochs: Sequence[Epoch], forward: float, back: float) -> str:
    """A person from the side, and around them how long the trunk leaned how far, in wedges of 5
    degrees.  The figure leans by the median.

    forward, back: degrees at which the brace calls it bent forward or leaning back.
    """
    step, inner, reach = 5, 82, 96
    seconds: dict[int, float] = {}
    for epoch in epochs:
        wedge = max(-40, min(95, math.floor(epoch.flexion / step) * step))
        seconds[wedge] = seconds.get(wedge, 0.0) + epoch.end - epoch.start
    most = max(seconds.values())

    def point(angle: float, radius: float) -> tuple[float, float]:
        turn = math.radians(angle)
        return round(122 + radius * math.sin(turn), 1), round(196 - radius * math.cos(turn), 1)

    def at(angle: float, radius: float) -> str:
        return "{} {}".format(*point(angle, radius))

    wedges = []
    for wedge, spent in sorted(seconds.items()):
        radius = inner + reach * math.sqrt(spent / most)
        middle = wedge + step / 2
        kind = "flexed" if middle > forward else "extended" if middle < back else "upright"
        a, b = wedge + 0.4, wedge + step - 0.4
        wedges.append(
            f'<path class="p-{kind}" d="M{at(a, inner)}L{at(a, radius)}'
            f"A{radius:.1f} {radius:.1f} 0 0 1 {at(b, radius)}L{at(b, inner)}"
            f'A{inner} {inner} 0 0 0 {at(a, inner)}z"><title>{wedge}° to {wedge + step}°: '
            f"{words.duration(spent)}</title></path>"
        )
    rays = []
    for angle in (-30, 0, 30, 60, 90):
        x, y = point(angle, inner + reach + 11)
        rays.append(
            f'<path class="grid" d="M{at(angle, inner)}L{at(angle, inner + reach)}"/>'
            f'<text class="tick" x="{x}" y="{y}" dy="4" text-anchor="middle">{angle}°</text>'
        )
    lean, _, _ = words.interval([e.flexion for e in epochs])
    x, y = point(lean, 66)
    # The spine bends evenly, so its end leans by the whole angle and its middle by half.
    body = (
        f'<path class="body" d="M122 258L120 226 122 196Q{at(lean / 2, 27)} {at(lean, 52)}"/>'
        f'<circle class="head" cx="{x}" cy="{y}" r="9"/>'
    )
    return (
        '<svg class="fan" viewBox="0 0 326 264" role="img" aria-label="Time at each lean of the '
        f'trunk, seen from the side; half the time below {lean:.0f} degrees">'
        f"{''.join(rays)}{''.join(wedges)}{body}</svg>"
    )


# Taller columns of dots become bars.
_DOTS = 24


def dotted(cues: Sequence[Cue]) -> bool:
    """Whether each cue gets a dot of its own in `answers`."""
    return max(len(outcomes) for outcomes in _by_answer(cues)[1].values()) <= _DOTS


def _by_answer(cues: Sequence[Cue]) -> tuple[int, dict[int, list[str]]]:
    """How many columns of a second there are, and the outcomes in each; those without an answer
    stand in a column of their own, one further than the next."""
    bins = max(15, *(math.ceil(cue.after_s or 0) for cue in cues))
    columns: dict[int, list[str]] = {}
    for cue in cues:
        answered = cue.outcome == "corrected" and cue.after_s is not None
        column = min(int(cue.after_s), bins - 1) if answered else bins + 1
        columns.setdefault(column, []).append(cue.outcome)
    return bins, columns


def answers(cues: Sequence[Cue]) -> str:
    """Each cue as a dot above the seconds until it was answered, the unanswered at the right; of
    many, bars with their numbers."""
    bins, columns = _by_answer(cues)
    tallest = max(len(outcomes) for outcomes in columns.values())
    size = 110 / tallest if tallest > _DOTS else min(9.0, 110 / tallest)
    height = int(tallest * size + 14)
    wide = 100 / (bins + 3)
    marks = []
    for column, outcomes in sorted(columns.items()):
        if tallest > _DOTS:
            marks.append(_bar(column * wide, 0.8 * wide, len(outcomes) * size, height,
                              len(outcomes), outcomes[0]))  # fmt: skip
            continue
        for level, outcome in enumerate(sorted(outcomes)):
            y = height - 6 - (level + 0.5) * size
            marks.append(
                f'<circle class="dot {outcome}" cx="{(column + 0.5) * wide:.2f}%" cy="{y:.1f}" '
                f'r="{size * 0.42:.1f}"/>'
            )
    ticks = "".join(
        f'<text class="tick" x="{at * wide:.2f}%" y="{height + 12}" '
        f'text-anchor="{"start" if at == 0 else "middle"}">{at} s</text>'
        for at in range(0, bins, 5)
    )
    return (
        f'<svg class="answers" height="{height + 18}" role="img" aria-label="Seconds from each '
        f'nudge to straightening up">'
        f'<line class="grid" x1="0" x2="{bins * wide:.2f}%" y1="{height - 2}" '
        f'y2="{height - 2}"/>{"".join(marks)}{ticks}'
        f'<text class="tick" x="{(bins + 1.5) * wide:.2f}%" y="{height + 12}" '
        'text-anchor="middle">no change</text></svg>'
    )


def _bar(left: float, wide: float, tall: float, height: int, n: int, outcome: str) -> str:
    """So many cues.  left, wide: percent of the width; tall, height: pixels."""
    kind = "corrected" if outcome == "corrected" else "ignored"
    return (
        f'<rect class="dot {kind}" x="{left + wide / 8:.2f}%" width="{wide:.2f}%" '
        f'y="{height - 3 - tall:.1f}" height="{tall:.1f}"/>'
        f'<text class="tick" x="{left + wide * 5 / 8:.2f}%" y="{height - 6 - tall:.1f}" '
        f'text-anchor="middle">{n}</text>'
    )


def legend(postures: Sequence[int]) -> str:
    """Which colour is which."""
    items = "".join(
        f'<li><span class="key p-{POSTURES[p]}"></span>{words.PLAIN[POSTURES[p]]}</li>'
        for p in postures
    )
    return f'<ul class="legend">{items}</ul>'


def shown(day: Day) -> list[int]:
    """The postures that a day's strip shows, gaps last."""
    return sorted({s.posture for s in day.spans}, key=lambda p: (p == GAP, p))
