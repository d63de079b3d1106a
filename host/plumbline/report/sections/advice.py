"""What the report is for, and when to call someone."""

from __future__ import annotations

from plumbline.report.html import Section, paragraph
from plumbline.report.wearing import Wearing


def section(wearing: Wearing, about) -> Section:
    return Section(
        "wearer",
        "Good to know",
        paragraph(
            "This report is a training aid. It shows how you moved and held yourself; it does "
            "not diagnose anything and cannot see pain, muscles or discs. Talk about it with "
            "your therapist before you change what you do."
        )
        + paragraph(
            "Call a doctor at once if you have numbness between the legs, new trouble with "
            "bladder or bowels, growing weakness in a leg, fever with back pain, or pain after "
            "a fall or accident.",
            kind="warn",
        ),
    )
