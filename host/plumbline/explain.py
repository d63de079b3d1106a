"""Why the brace decided what it did at a moment, from the numbers that it logged with each
decision: the value that was looked at, the threshold it was held against, what came second.

    for reason in explain(reading, boot, t_cs):
        print(reason)

Everything is read from records; nothing is decided again (for that: plumbline.replay).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brace import activity, haptics, lifts, mount, posture, records
from brace.bends import BINS_CDEG
from brace.rhythm import NO_LAG

from plumbline.report.words import PLAIN
from plumbline.segments import Clock, Reading, Record

_BLOCK_CS = 12.5
# A bend, a lift or a cue is part of a moment for so long after it, in hundredths of a second.
_RECENT_CS = 6000

_AXES = {
    posture.AXIS_FLEXION: "the trunk's flexion",
    posture.AXIS_LATERAL: "the trunk's lean to the side",
    posture.AXIS_INCLINATION: "the trunk's inclination from upright",
    posture.AXIS_SPEED: "the trunk's angular speed",
    posture.AXIS_LUMBAR: "the lumbar flexion, or the pelvis's tilt back, against one's own",
    posture.AXIS_AXIAL: "the lumbar rotation",
}
# For upright nothing was over its threshold: the one on flexion stands for all.
_UNITS = {posture.AXIS_SPEED: "°/s"}


@dataclass(frozen=True)
class Reason:
    """One decision in force, or just made.  `t_cs`: since when, by the boot's clock; `kind`: the
    record's name; `fields`: its numbers as logged; `sentence`: the same in words."""

    kind: str
    boot: int
    t_cs: int
    utc_ms: int | None
    fields: dict
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def explain(reading: Reading, boot: int, t_cs: int) -> list[Reason]:
    """What was decided at this time of this start of the brace: the posture, activity and mount in
    force, then the bends, lifts and cues of the minute before."""
    clock = Clock(reading)
    started = 0
    last: dict[int, tuple[int, Record]] = {}
    recent: list[tuple[int, Record]] = []
    for record in reading.records:
        if record.boot != boot or record.fields is None:
            continue
        if record.type == records.START and record.t_cs <= t_cs:
            started = record.t_cs
            last.clear()
            recent.clear()
        if record.type not in _SENTENCES:
            continue
        since = _since(record, started)
        if since > t_cs:
            continue
        if record.type in _IN_FORCE:
            last[record.type] = (since, record)
        elif t_cs - since <= _RECENT_CS:
            recent.append((since, record))
    found = [last[kind] for kind in _IN_FORCE if kind in last] + recent
    return [
        Reason(record.name, boot, since, clock.utc_ms(boot, since), record.fields,
               _SENTENCES[record.type](record.fields))
        for since, record in found
    ]


def moment(reading: Reading, utc_ms: int) -> tuple[int, int] | None:
    """The (boot, t_cs) of the record nearest before a time, moved on to that time."""
    clock = Clock(reading)
    best: tuple[int, Record] | None = None
    for record in reading.records:
        at = clock.utc_ms(record.boot, record.t_cs)
        if at is not None and at <= utc_ms and (best is None or at >= best[0]):
            best = at, record
    if best is None:
        return None
    return best[1].boot, best[1].t_cs + (utc_ms - best[0]) // 10


def last(reading: Reading) -> tuple[int, int] | None:
    """The (boot, t_cs) of the last decision of all."""
    at = None
    for record in reading.records:
        if record.type in _SENTENCES or record.type == records.EPOCH:
            at = record.boot, record.t_cs
    return at


def _since(record: Record, started: int) -> int:
    """When what a record says began; blocks are counted from the start record."""
    block = (record.fields or {}).get("since")
    return record.t_cs if block is None else started + round(block * _BLOCK_CS)


def _angle(cdeg: int, unit: str = "°") -> str:
    return f"{cdeg / 100:.1f}{unit}"


def _posture(f: dict) -> str:
    name = PLAIN[posture.NAMES[f["posture"]]]
    axis = f["axis"]
    if axis == posture.AXIS_NONE:
        return f"Posture: {name}."
    unit = _UNITS.get(axis, "°")
    value, threshold = _angle(f["value_cdeg"], unit), _angle(f["threshold_cdeg"], unit)
    beyond = "below" if f["posture"] == posture.UPRIGHT else "beyond"
    return (
        f"Posture: {name}, because {_AXES[axis]} was {value}, {beyond} its threshold of "
        f"{threshold}; flexion was {_angle(f['flexion_cdeg'])}, lean to the right "
        f"{_angle(f['lateral_cdeg'])}. Before: {PLAIN[posture.NAMES[f['before']]]}."
    )


def _activity(f: dict) -> str:
    return (
        f"Activity: {activity.NAMES[f['activity']]}, {f['confidence']} % sure: ahead of "
        f"{activity.NAMES[f['rival']]} by {f['margin'] / 32:.1f} (natural logarithm of the "
        f"likelihood); the trunk's flexion was {_angle(f['flexion_cdeg'])}. "
        f"Before: {activity.NAMES[f['before']]}."
    )


def _mount(f: dict) -> str:
    if f["finding"] == mount.SLIPPED:
        return (
            f"Mount: slipped, because level walking leaned {_angle(f['tilt_cdeg'])} otherwise "
            f"than when this run began (allowed: {_angle(mount.SLIP_CDEG)})."
        )
    finding = mount.NAMES[f["finding"]].replace("_", " ")
    why = (
        f"because while walking the vertical was {_angle(f['tilt_cdeg'])} off upright (allowed: "
        f"{_angle(mount.TILT_CDEG)}) and forward {_angle(f['turn_cdeg'])} to the left (allowed: "
        f"{_angle(mount.TURN_CDEG)}, when walking is clear: it was {f['coherence']} of 100)"
    )
    if f["finding"] == mount.LOOSE:
        why = "because it rattled at each step: impacts were more than four times the step's power"
    return f"Mount: {finding}, {why}."


def _wear(f: dict) -> str:
    if f["state"]:
        return "Worn: the brace moves as on a body."
    return "Not worn: for two minutes nothing breathed."


def _bend(f: dict) -> str:
    return (
        f"Bend of {_angle(f['peak_cdeg'])}, counted from {BINS_CDEG[f['bin']] // 100}°, for "
        f"{f['blocks'] / 8:.1f} s; fastest {_angle(f['fastest_cdps'], '°/s')}; "
        f"{f['dose_deg_s']} degree-seconds beyond 20°."
    )


def _lift(f: dict) -> str:
    twisted = f"twisted by {_angle(f['twist_cdeg'])}" if f["twisted"] else "not twisted"
    return (
        f"Lift-like movement: {lifts.NAMES[f['style']].replace('_', ' ')}, {twisted}, because its "
        f"score was {f['score'] / 32:+.1f}; beyond ±{f['sure'] / 32:.1f} it is a stoop (+) or a "
        f"squat (-). Peak {_angle(f['peak_cdeg'])}, {f['blocks'] / 8:.1f} s."
    )


def _sitting(f: dict) -> str:
    return (
        f"Sitting bout of {f['seconds'] / 60:.1f} min ended; then "
        f"{activity.NAMES[f['broken_by']]}."
    )


def _rhythm(f: dict) -> str:
    down = ", ".join(f"{f[f'down_{k}'] / 10:.0f} %" for k in (1, 2, 3))
    up = ", ".join(f"{f[f'up_{k}'] / 10:.0f} %" for k in (1, 2, 3))
    lag = f["lag_ms"]
    began = "when the pelvis began cannot be told" if lag == NO_LAG else (
        f"the pelvis began {abs(lag)} ms {'before' if lag < 0 else 'after'} it"
    )
    return (
        f"Lumbopelvic rhythm over {_angle(f['range_cdeg'])}: the lumbar spine's share by thirds "
        f"was {down} down and {up} up; {began}."
    )


def _cue(f: dict) -> str:
    return (
        f"Cue {f['number']}, strength {f['strength']}: {PLAIN[posture.NAMES[f['posture']]]} for "
        f"{f['dwell_ds'] / 10:.0f} s, {_angle(f['value_cdeg'])} against a threshold of "
        f"{_angle(f['threshold_cdeg'])}."
    )


def _response(f: dict) -> str:
    return f"Cue {f['number']} was {haptics.OUTCOMES[f['outcome']]} after {f['after_ds'] / 10} s."


_IN_FORCE = (records.POSTURE, records.ACTIVITY, records.MOUNT, records.WEAR)
_SENTENCES: dict[int, Callable[[dict], str]] = {
    records.POSTURE: _posture,
    records.ACTIVITY: _activity,
    records.MOUNT: _mount,
    records.WEAR: _wear,
    records.BEND: _bend,
    records.LIFT: _lift,
    records.SITTING: _sitting,
    records.RHYTHM: _rhythm,
    records.CUE: _cue,
    records.RESPONSE: _response,
}
