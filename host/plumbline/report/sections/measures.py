"""The clinical page's table: each measure with its unit, n and interval."""

from __future__ import annotations

from brace.posture import EXTENDED, FLEXED, LEFT, MOVING, RIGHT, UPRIGHT

from plumbline.report import words
from plumbline.report.html import Section, paragraph, table
from plumbline.report.sections import rates
from plumbline.report.sections.summary import longest
from plumbline.report.wearing import GAP, OFF, POSTURES, Span, Wearing

_BOTH = 3
_LEAST = 0.0005
_OUTSIDE = (FLEXED, EXTENDED, LEFT, RIGHT)


def _quartiles(values: list[float], form: str = "{:.0f}") -> tuple[str, str]:
    if not values:
        return "–", "–"
    # Adding 0 turns a rounded -0 into 0.
    digits = 1 if ".1" in form else 0
    middle, low, high = (round(v, digits) + 0.0 for v in words.interval(values))
    return form.format(middle), f"{form.format(low)} to {form.format(high)}"


def _posture_rows(wearing: Wearing) -> list[list[str]]:
    rows = []
    for index, name in enumerate(POSTURES):
        if index in (OFF, GAP) or wearing.seconds(index) < _LEAST * wearing.worn_s:
            continue
        rows.append(_share(f"Worn time, {words.PLAIN[name]}", wearing, index))
    return rows


def _share(what: str, wearing: Wearing, *postures: int) -> list[str]:
    """The part of the worn time in some postures."""
    days = sum(day.worn_s > 0 for day in wearing.days)
    return [what, f"{100 * wearing.seconds(*postures) / wearing.worn_s:.1f}", "%",
            words.count(days, "day"),
            *rates.spread(wearing, lambda day: 100 * day.seconds(*postures) / day.worn_s,
                          "{:.0f}")]  # fmt: skip


def _worn_a_day(wearing: Wearing, days: str) -> list[list[str]]:
    if len(wearing.days) < 2:
        return []
    mean = wearing.worn_s / 3600 / len(wearing.days)
    return [["Worn a day", f"{mean:.1f}", "h", days,
             *rates.spread(wearing, lambda day: day.worn_s / 3600)]]  # fmt: skip


def _changes(spans: list[Span]) -> int:
    """How often the posture changed."""
    return sum(a.posture != b.posture and b.posture not in (OFF, GAP)
               for a, b in zip(spans, spans[1:], strict=False))  # fmt: skip


def _angle_rows(wearing: Wearing) -> list[list[str]]:
    epochs = wearing.epochs()
    n = words.count(len(epochs), "epoch")
    rows = []
    for what, values in (
        ("Trunk flexion, mean of epoch", [e.flexion for e in epochs]),
        ("Trunk flexion, peak of epoch", [e.high for e in epochs]),
        ("Trunk lateral bend, mean of epoch (right +)", [e.lateral for e in epochs]),
    ):
        middle, spread = _quartiles(values)
        rows.append([what, middle, "°", n, spread, "median, quartiles"])
    both = _BOTH in wearing.sensors
    if both:
        middle, spread = _quartiles([e.lumbar for e in epochs])
        rows.append(["Lumbar flexion (T12/L1 to S2)", middle, "°", n, spread, "median, quartiles"])
    else:
        rows.append(["Lumbar flexion (T12/L1 to S2)", "unavailable", "", "", "",
                     "needs both sensors"])  # fmt: skip
    return rows


def _cue_rows(wearing: Wearing) -> list[list[str]]:
    cues = wearing.cues()
    judged = [c for c in cues if c.outcome in ("corrected", "ignored")]
    answered = [c for c in judged if c.outcome == "corrected"]
    low, high = words.wilson(len(answered), len(judged))
    times, spread = _quartiles([c.after_s for c in answered if c.after_s is not None], "{:.1f}")
    n = words.count(len(cues), "cue")
    return [
        rates.row("Cues", wearing, lambda day: len(day.cues), n),
        ["Cues answered by a change of posture",
         words.percent(len(answered), len(judged)).rstrip(" %"), "%",
         f"{len(judged)} judged", f"{100 * low:.0f} to {100 * high:.0f}" if judged else "–",
         "95 % interval (Wilson)"],
        ["Time to answer", times, "s", f"{len(answered)} answered", spread, "median, quartiles"],
    ]  # fmt: skip


def section(wearing: Wearing, about) -> Section:
    if not wearing.worn_s:
        return Section("clinic", "Measures", paragraph("No time on the body was recorded."))
    changes = sum(_changes(day.spans) for day in wearing.days)
    days = words.count(len(wearing.days), "day")
    rows = [
        ["Worn", f"{wearing.worn_s / 3600:.2f}", "h", days, "–", ""],
        *_worn_a_day(wearing, days),
        *_posture_rows(wearing),
        _share("Upright or moving", wearing, UPRIGHT, MOVING),
        rates.row("Posture changes", wearing, lambda day: _changes(day.spans),
                  words.count(changes, "change"), form="{:.0f}"),
        ["Longest stretch outside the band", f"{longest(wearing, *_OUTSIDE) / 60:.1f}", "min",
         "", "–", "forward, back or to a side"],
        *_angle_rows(wearing),
        *_cue_rows(wearing),
    ]  # fmt: skip
    head = ["Measure", "Value", "Unit", "n", "Interval", "Remark"]
    note = paragraph(
        "Angles are against the neutral posture of the brace's own calibration, positive forward "
        "and to the right. Between days, posture and range angles of the lumbar spine change by "
        "10 to 15° without meaning (minimal detectable change, Laird 2016): read no smaller "
        "difference as progress or setback.",
        kind="note",
    )
    body = table(head, rows, "Measures over the whole period")
    return Section("clinic", "Measures", body + note)
