"""How long nothing was recorded, from what the brace told of it and from the dates around."""

from __future__ import annotations

from brace import records as layouts

from plumbline.segments import Clock, Reading, Record


def gap_seconds(reading: Reading, clock: Clock) -> dict[Record, float | None]:
    """How long each gap that the brace told was.  One of a lost power supply, whose length the
    brace cannot know, lasted since the record before it; None where that cannot be dated."""
    found: dict[Record, float | None] = {}
    before: Record | None = None
    for record in reading.records:
        if record.type == layouts.GAP and record.fields:
            length = record.fields.get("length_cs", 0) / 100
            found[record] = length or _since(before, record, clock)
        else:
            before = record
    return found


def _since(before: Record | None, record: Record, clock: Clock) -> float | None:
    if before is None:
        return None
    times = clock.utc_ms(before.boot, before.t_cs), clock.utc_ms(record.boot, record.t_cs)
    return None if None in times else max(0.0, (times[1] - times[0]) / 1000)
