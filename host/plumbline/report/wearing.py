"""What the records say about the time that a brace was worn: days, postures, cues, epochs.

Input are records in the order in which the brace wrote them (plumbline.segments.Record), and what
dates them.  Times here are seconds: since 1970 where the time is known, since the boot where it
is not.  Angles are degrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from brace import records
from brace.haptics import OUTCOMES
from brace.posture import NAMES

# Beside the firmware's postures: the brace was off the body, and time that nothing is known of.
OFF = len(NAMES)
GAP = len(NAMES) + 1
POSTURES = (*NAMES, "off", "gap")
_UNKNOWN = NAMES.index("unknown")
# Records of one boot this far apart had nothing between them: the log was overwritten or lost.
_SILENCE_S = 3600.0


class Record(Protocol):
    """One record of the log."""

    boot: int
    t_cs: int  # hundredths of a second since that boot
    name: str
    fields: dict[str, Any] | None  # as brace.records names them


@dataclass
class Span:
    """A stretch of one posture (an index into POSTURES)."""

    start: float
    end: float
    posture: int

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass
class Cue:
    """One vibration, why, and what the wearer did: `outcome` is one of brace.haptics.OUTCOMES,
    "none" while no answer was recorded; `after_s` is how long that took."""

    at: float
    number: int
    posture: int
    strength: int
    dwell_s: float
    value: float
    threshold: float
    outcome: str = "none"
    after_s: float | None = None


@dataclass
class Epoch:
    """The log's unit: mean and extremes of trunk flexion, mean side bend, lumbar flexion."""

    start: float
    end: float
    posture: int
    flexion: float
    low: float
    high: float
    lateral: float
    lumbar: float


@dataclass
class Mark:
    """Something at an instant: a pain tap, a fault, a new start ..."""

    at: float
    kind: str
    fields: dict[str, Any]


@dataclass
class Day:
    """One day by the wearer's clock, or one boot whose time is not known (`date` None)."""

    date: dt.date | None
    number: int
    zone_min: int
    spans: list[Span] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def start(self) -> float:
        return self.spans[0].start

    @property
    def end(self) -> float:
        return self.spans[-1].end

    def seconds(self, *postures: int) -> float:
        """Seconds in these postures."""
        return sum(s.seconds for s in self.spans if s.posture in postures)

    @property
    def worn_s(self) -> float:
        """Seconds that the brace was on the body and watching."""
        return sum(s.seconds for s in self.spans if s.posture not in (OFF, GAP))

    def kinds(self, kind: str) -> list[Mark]:
        """The marks of a kind."""
        return [m for m in self.marks if m.kind == kind]

    def clock(self, at: float) -> dt.datetime:
        """The wearer's wall clock at a time; without a known date only differences mean
        something."""
        return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=at, minutes=self.zone_min)


@dataclass
class Wearing:
    """All days, oldest first, and what is said of the whole."""

    days: list[Day]
    sensors: set[int] = field(default_factory=set)  # of start records: bits 1 S, 2 L
    calibrated: bool = False
    gap_s: float = 0.0

    def spans(self) -> list[Span]:
        return [s for d in self.days for s in d.spans]

    def cues(self) -> list[Cue]:
        return [c for d in self.days for c in d.cues]

    def epochs(self) -> list[Epoch]:
        return [e for d in self.days for e in d.epochs]

    def marks(self, kind: str) -> list[Mark]:
        return [m for d in self.days for m in d.kinds(kind)]

    def seconds(self, *postures: int) -> float:
        return sum(d.seconds(*postures) for d in self.days)

    @property
    def worn_s(self) -> float:
        """Seconds that the brace was on the body and watching."""
        return sum(d.worn_s for d in self.days)


class _Boot:
    """Reads one boot's records into spans, cues, epochs and marks."""

    def __init__(self, wearing: Wearing):
        self._wearing = wearing
        self.spans: list[Span] = []
        self.cues: list[Cue] = []
        self.epochs: list[Epoch] = []
        self.marks: list[Mark] = []
        self.zone_min = 0
        self._posture: int | None = None
        self._since = 0.0
        self._last = 0.0
        self._worn = True
        self._epoch_s = 60.0

    def _close(self, at: float) -> None:
        if self._posture is not None and at > self._since:
            shown = self._posture if self._worn else OFF
            last = self.spans[-1] if self.spans else None
            if last and last.posture == shown and last.end == self._since:
                last.end = at
            else:
                self.spans.append(Span(self._since, at, shown))
        self._since = at

    def take(self, at: float, record: Record) -> None:
        """One record, at a time that never goes back."""
        if self._posture is not None and at - self._last > _SILENCE_S:
            self._close(self._last)
            self.spans.append(Span(self._last, at, GAP))
            self._since = at
        fields = record.fields or {}
        handler = getattr(self, f"_on_{record.name}", None)
        if handler and record.fields is not None:
            handler(at, fields)
        else:
            self.marks.append(Mark(at, record.name, fields))
        self._last = at

    def finish(self) -> None:
        self._close(self._last)
        self._wearing.gap_s += sum(s.seconds for s in self.spans if s.posture == GAP)

    # -- record types ------------------------------------------------------------------------

    def _on_start(self, at: float, f: dict) -> None:
        self._close(at)
        self._posture = _UNKNOWN
        self._epoch_s = f.get("epoch_s", 60)
        self.zone_min = f.get("zone_min", 0)
        self._wearing.sensors.add(f.get("sensors", 0))
        self._wearing.calibrated = self._wearing.calibrated or bool(f.get("calibration"))
        self.marks.append(Mark(at, "start", f))

    def _on_posture(self, at: float, f: dict) -> None:
        self._close(at)
        self._posture = f["posture"] if f["posture"] < len(NAMES) else _UNKNOWN

    def _on_wear(self, at: float, f: dict) -> None:
        self._close(at)
        self._worn = bool(f.get("state", 1))

    def _on_gap(self, at: float, f: dict) -> None:
        if f.get("cause") in (records.GAP_SENSOR, records.GAP_OVERRUN):
            # The other sensor went on, and starts tell when there was none.
            self.marks.append(Mark(at, "gap", f))
            return
        length = f.get("length_cs", 0) / 100
        begin = max(self._since, at - length)
        self._close(begin)
        if at > begin:
            self.spans.append(Span(begin, at, GAP))
        self._since = at
        self.marks.append(Mark(at, "gap", f))

    def _on_epoch(self, at: float, f: dict) -> None:
        if self._posture is None:
            # The log's beginning was overwritten: go by the epochs until a change is told.
            self._since = max(self._last, at - self._epoch_s)
            self._posture = f["posture"] if f["posture"] < len(NAMES) else _UNKNOWN
        self.epochs.append(
            Epoch(
                at - f.get("blocks", self._epoch_s * 8) / 8,
                at,
                f["posture"],
                f["flexion_cdeg"] / 100,
                f["flexion_min_cdeg"] / 100,
                f["flexion_max_cdeg"] / 100,
                f["lateral_cdeg"] / 100,
                f.get("lumbar_cdeg", 0) / 100,
            )
        )

    def _on_cue(self, at: float, f: dict) -> None:
        self.cues.append(
            Cue(
                at,
                f["number"],
                f["posture"],
                f["strength"],
                f["dwell_ds"] / 10,
                f["value_cdeg"] / 100,
                f["threshold_cdeg"] / 100,
            )
        )

    def _on_response(self, at: float, f: dict) -> None:
        for cue in reversed(self.cues):
            if cue.number == f["number"] and cue.outcome == "none":
                known = f["outcome"] < len(OUTCOMES)
                cue.outcome = OUTCOMES[f["outcome"]] if known else "none"
                cue.after_s = f["after_ds"] / 10
                return


def _split(boot: _Boot, known: bool, number: int) -> list[Day]:
    """A boot's time cut at the wearer's midnights."""
    days: list[Day] = []

    def day_of(at: float) -> Day:
        date = None
        if known:
            clock = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=at, minutes=boot.zone_min)
            date = clock.date()
        for day in days:
            if day.date == date:
                return day
        days.append(Day(date, number, boot.zone_min))
        return days[-1]

    for span in boot.spans:
        start = span.start
        while known:
            midnight = (start + boot.zone_min * 60) // 86400 * 86400 + 86400 - boot.zone_min * 60
            if midnight >= span.end:
                break
            day_of(start).spans.append(Span(start, midnight, span.posture))
            start = midnight
        day_of(start).spans.append(Span(start, span.end, span.posture))
    for name in ("cues", "epochs", "marks"):
        for item in getattr(boot, name):
            at = item.end - 1e-3 if name == "epochs" else item.at
            getattr(day_of(at), name).append(item)
    return [day for day in days if day.spans]


def _merge(days: list[Day]) -> list[Day]:
    """Joins what several boots brought to the same date; between them the brace was off."""
    merged: list[Day] = []
    for day in sorted(days, key=lambda d: (d.date or dt.date.min, d.start)):
        if merged and day.date and merged[-1].date == day.date:
            into = merged[-1]
            if day.start > into.end:
                into.spans.append(Span(into.end, day.start, OFF))
            for name in ("spans", "cues", "epochs", "marks"):
                getattr(into, name).extend(getattr(day, name))
        else:
            merged.append(day)
    return merged


def build(
    records: Iterable[Record], utc_ms: Callable[[int, int], int | None] = lambda boot, t_cs: None
) -> Wearing:
    """The days that the records tell of; an empty Wearing when they tell of none.

    utc_ms(boot, t_cs): ms since 1970, or None where that is not known (plumbline.segments.Clock).
    """
    wearing = Wearing([])
    days: list[Day] = []
    for number, (_, group) in enumerate(groupby(records, key=lambda r: r.boot), 1):
        rows = list(group)
        # One offset for the whole boot, so that time never jumps within it.
        last = rows[-1]
        utc = utc_ms(last.boot, last.t_cs)
        offset = 0 if utc is None else utc / 1000 - last.t_cs / 100
        boot = _Boot(wearing)
        for record in rows:
            boot.take(offset + record.t_cs / 100, record)
        boot.finish()
        if boot.spans:
            days += _split(boot, utc is not None, number)
    wearing.days = _merge(days)
    return wearing
