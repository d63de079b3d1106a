"""Bends and lift-like movements: how often, how far, how fast."""

from __future__ import annotations

from brace import lifts

from plumbline.report import words
from plumbline.report.html import Section, paragraph, table
from plumbline.report.sections import rates
from plumbline.report.wearing import Day, Wearing

BINS = (20, 45, 60, 90)
_STYLES = {"stoop": "Back bent, knees straight (stoop)", "squat": "Knees bent (squat)",
           "semi_squat": "Between the two (semi-squat)"}  # fmt: skip


def _beyond(fields, i: int) -> int:
    return sum(b["bin"] >= i for b in fields)


def _of_day(day: Day, kind: str) -> list[dict]:
    return [m.fields for m in day.kinds(kind)]


def _bend_rows(wearing: Wearing, bends: list[dict]) -> list[list[str]]:
    rows = [
        rates.row(f"Bends beyond {angle}°", wearing,
                  lambda day, i=i: _beyond(_of_day(day, "bend"), i),
                  words.count(_beyond(bends, i), "bend"))
        for i, angle in enumerate(BINS)
    ]  # fmt: skip
    peaks = [b["peak_cdeg"] / 100 for b in bends]
    fastest = [b["fastest_cdps"] / 100 for b in bends]
    for what, values, unit in (("Peak of a bend", peaks, "°"),
                               ("Fastest of a bend", fastest, "°/s")):  # fmt: skip
        middle, low, high = words.interval(values)
        rows.append([what, f"{middle:.0f}", unit, words.count(len(values), "bend"),
                     f"{low:.0f} to {high:.0f}", "median, quartiles"])  # fmt: skip
    rows.append(rates.row(
        "Bent time × angle", wearing,
        lambda day: sum(b["dose_deg_s"] for b in _of_day(day, "bend")) / 60,
        words.count(len(bends), "bend"), "°·min per h worn", "{:.0f}",
    ))  # fmt: skip
    return rows


def _lift_rows(wearing: Wearing, found: list[dict]) -> list[list[str]]:
    rows = []
    for name, says in _STYLES.items():
        n = sum(f["style"] == lifts.NAMES.index(name) for f in found)
        low, high = words.wilson(n, len(found))
        rows.append([says, f"{100 * n / len(found):.0f}", "%", f"{n} of {len(found)}",
                     f"{100 * low:.0f} to {100 * high:.0f}", "95 % interval (Wilson)"])
    twisted = sum(bool(f["twisted"]) for f in found)
    low, high = words.wilson(twisted, len(found))
    rows.append(["With a twist", f"{100 * twisted / len(found):.0f}", "%",
                 f"{twisted} of {len(found)}", f"{100 * low:.0f} to {100 * high:.0f}",
                 "95 % interval (Wilson)"])  # fmt: skip
    rows.append(rates.row("Lift-like movements", wearing, lambda day: len(day.kinds("lift")),
                          words.count(len(found), "movement")))  # fmt: skip
    return rows


def section(wearing, about) -> Section | None:
    bends = [m.fields for m in wearing.marks("bend")]
    found = [m.fields for m in wearing.marks("lift")]
    if not (bends or found) or not wearing.worn_s:
        return None
    head = ["Measure", "Value", "Unit", "n", "Interval", "Remark"]
    rows = (_bend_rows(wearing, bends) if bends else []) + (
        _lift_rows(wearing, found) if found else [])  # fmt: skip
    note = paragraph(
        "Proxies: whether anything was lifted, and how heavy it was, cannot be felt. Style is "
        "told from the trunk's tilt and acceleration alone, and now and then wrong; plumbline "
        "evaluate says how often on public recordings, in which nothing heavy was lifted. Nothing "
        "here is a load on the spine.",
        kind="note",
    )  # fmt: skip
    return Section("clinic", "Bends and lift-like movements", table(head, rows, "Bends") + note)
