"""How far the recording can be trusted: sensors, calibration, gaps, faults, time."""

from __future__ import annotations

from plumbline.report import words
from plumbline.report.html import Section, table
from plumbline.report.wearing import GAP, Wearing

_SENSORS = {0: "none", 1: "sacrum only", 2: "T12/L1 only", 3: "sacrum and T12/L1"}


def section(wearing: Wearing, about) -> Section:
    undated = sum(d.date is None for d in wearing.days)
    faults: dict[str, int] = {}
    for mark in wearing.marks("fault"):
        code = f"code {mark.fields.get('code', '?')}"
        faults[code] = faults.get(code, 0) + 1
    worked = [_SENSORS.get(s, f"pattern {s}") for s in sorted(wearing.sensors)] or ["not told"]
    gaps = [s.seconds for s in wearing.spans() if s.posture == GAP]
    rows = [
        ["Sensors", words.listed(worked)],
        ["Calibrated to the wearer", "yes" if wearing.calibrated
         else "no: angles are against how the brace sat, not the wearer's neutral"],
        ["Starts of the brace or its decisions", str(len(wearing.marks("start")))],
        ["Gaps", f"{words.count(len(gaps), 'gap')}, {words.duration(sum(gaps))} in all"
         if gaps else "none"],
        ["Faults told by the brace",
         words.listed([f"{c} × {n}" for c, n in faults.items()]) or "none"],
        ["Time", "known throughout" if not undated
         else f"the date of {words.count(undated, 'start')} is not known"],
        ["Serial number", about.serial or "none"],
        ["Firmware", about.firmware or "not told"],
    ]  # fmt: skip
    return Section("clinic", "Quality of the recording", table(["What", "Found"], rows,
                                                               "Quality of the recording"))
