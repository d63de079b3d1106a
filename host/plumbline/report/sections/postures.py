"""Minutes in each posture, and how far the trunk leaned."""

from __future__ import annotations

from plumbline.report import figures, words
from plumbline.report.html import Section, escape, paragraph
from plumbline.report.wearing import GAP, OFF, POSTURES, Wearing

_ENOUGH_EPOCHS = 5
# Less than this share of the time is not worth a line.
_LEAST = 0.002


def section(wearing: Wearing, about) -> Section | None:
    worn = wearing.worn_s
    if not worn:
        return None
    rows = sorted(
        ((wearing.seconds(i), i) for i in range(len(POSTURES)) if i not in (OFF, GAP)),
        reverse=True,
    )
    most = rows[0][0]
    bars = "".join(
        f'<li><span class="what">{escape(words.PLAIN[POSTURES[i]])}</span>'
        f'<span class="bar"><span class="p-{POSTURES[i]}" style="width:{100 * s / most:.1f}%">'
        f'</span></span><span class="much">{words.duration(s)}</span>'
        f'<span class="share">{words.percent(s, worn)}</span></li>'
        for s, i in rows
        if s >= max(1.0, _LEAST * worn)
    )
    html = f'<ul class="bars">{bars}</ul>'
    epochs = wearing.epochs()
    if len(epochs) >= _ENOUGH_EPOCHS:
        html = (
            f'<div class="beside">{html}<figure>'
            f"{figures.fan(epochs, about.forward_deg, about.back_deg)}<figcaption>You from "
            "the side. The longer a ray, the more time you leaned that far.</figcaption>"
            "</figure></div>"
        )
    html += paragraph(
        "No posture is wrong in itself. What backs like least is any one of them for very long.",
        kind="note",
    )
    return Section("wearer", "Time in each posture", html)
