"""The last movement screen: each item's score and evidence, the weakest named."""

from __future__ import annotations

from plumbline.clinic import screen
from plumbline.report import charts, words
from plumbline.report.html import Section, escape, paragraph, table


def _figure_rows(found: screen.Screen) -> list[list[str]]:
    rows = []
    for item in found.items:
        for f in item.figures:
            interval = "–" if f.low is None else f"{f.low:.1f} to {f.high:.1f}"
            rows.append([f"{item.title}: {f.name}", f"{f.value:.1f}", f.unit, str(f.n), interval,
                         "95 % interval" if f.low is not None else ""])  # fmt: skip
    return rows


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or not course.screens:
        return None
    last, earlier = course.screens[-1], course.screens[:-1]
    top = screen.TOP * len(screen.ITEMS)
    cards = "".join(
        f'<li><b>{escape(item.title)}</b>{charts.pips(item.score, screen.TOP)}'
        f"<span>{escape(item.evidence())}</span></li>"
        for item in last.items
    )
    weak = screen.weakest(last, earlier)
    said = [f"Last screen, {words.date(last.day)}: {last.total} of {top}."]
    if last.missing:
        said.append(f"Not done: {words.listed(last.missing)}.")
    if weak:
        said.append(f"Weakest: {weak.item.title} ({weak.why}).")
    if earlier:
        totals = ", ".join(f"{s.total} ({words.date(s.day)})" for s in earlier)
        said.append(f"Earlier: {totals}.")
    head = ["Measure", "Value", "Unit", "n", "Interval", "Remark"]
    note = paragraph(
        "3: all repetitions free of faults, 2: at least 60 %, 1: fewer, 0: not finished, or pain "
        "was marked. The score is ours; it is no published screen and predicts nothing. Angles of "
        "single sessions of the lumbar spine have an error of 10 to 15° between days.",
        kind="note",
    )  # fmt: skip
    body = (paragraph(*said) + f'<ul class="items">{cards}</ul>'
            + table(head, _figure_rows(last), "Figures of the movement screen") + note)
    return Section("clinic", "Movement screen", body)
