"""The whole report as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.resources import files

from plumbline.report.course import Course
from plumbline.report.html import Section, escape
from plumbline.report.wearing import Wearing

# Modules of plumbline.report.sections, in the order in which they appear on their page.  Each
# has `section(wearing, about) -> Section | None`.
SECTIONS = (
    "summary", "programme", "trained", "function", "days", "postures", "nudges", "advice",
    "weeks", "outcomes", "exercises", "screening", "measures", "sitting", "bends", "taps",
    "decisions", "quality", "method",
)

_MARK = (
    '<svg class="mark" viewBox="0 0 24 40" aria-hidden="true"><path d="M12 0v22" '
    'stroke="currentColor" stroke-width="1.6"/><path d="M6.5 22h11l-2 9L12 39l-3.5-8z" '
    'fill="currentColor"/></svg>'
)


@dataclass(frozen=True)
class About:
    """What the report says about itself."""

    person: str = ""
    serial: str = ""
    firmware: str = ""
    tool: str = ""
    made: datetime | None = None
    forward_deg: float = 20.0  # bent forward beyond
    back_deg: float = -12.0  # leaning back beyond
    course: Course | None = None  # the programme of who wears it


def _period(wearing: Wearing) -> str:
    dates = [d.date for d in wearing.days if d.date]
    if not dates:
        return "Date not known"
    first, last = dates[0], dates[-1]
    if first == last:
        return f"{first:%A}, {first.day} {first:%B %Y}"
    return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"


def _page(name: str, sections: list[Section], heading: str) -> str:
    parts = "".join(
        f'<section class="card"><h2>{escape(s.title)}</h2>{s.html}</section>'
        for s in sections
        if s.page == name
    )
    return f'<div class="page {name}">{heading}{parts}</div>'


def render(wearing: Wearing, about: About) -> str:
    """The report's HTML."""
    sections = []
    for name in SECTIONS:
        made = import_module(f"plumbline.report.sections.{name}").section(wearing, about)
        if made:
            sections.append(made)
    style = (files("plumbline.report") / "style.css").read_text(encoding="utf-8")
    who = about.person or f"Brace {about.serial or 'without a serial number'}"
    period = _period(wearing)
    top = (
        f'<header>{_MARK}<div><p class="brand">Plumbline</p><h1>{escape(who)}</h1>'
        f'<p class="period">{escape(period)}</p></div></header>'
    )
    again = (
        f'<header class="small">{_MARK}<div><p class="brand">Plumbline · for the clinic</p>'
        f'<p class="h1">{escape(who)}</p><p class="period">{escape(period)}</p></div></header>'
    )
    made = f"{about.made:%Y-%m-%d %H:%M}" if about.made else ""
    foot = " · ".join(t for t in (f"Made {made}" if made else "", about.tool) if t)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(who)}, {escape(period)} – Plumbline</title><style>{style}</style></head>"
        f"<body><main>{_page('wearer', sections, top)}{_page('clinic', sections, again)}</main>"
        f"<footer>{escape(foot)}</footer></body></html>\n"
    )
