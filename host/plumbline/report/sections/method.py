"""How the figures come about, and what they do not show."""

from __future__ import annotations

from plumbline.report.html import Section, paragraph
from plumbline.report.wearing import Wearing


def section(wearing: Wearing, about) -> Section:
    return Section(
        "clinic",
        "Method and limits",
        paragraph(
            "Two inertial sensors on the brace, at the sacrum and at T12/L1; orientation by an "
            "integer filter on the brace; one posture decision every 125 ms with hysteresis and "
            f"dwell. Bent forward means beyond {about.forward_deg:.0f}°, leaning back beyond "
            f"{abs(about.back_deg):.0f}° behind neutral. The postures are judged from the trunk "
            "alone; whether somebody sits or stands is guessed from how the trunk moved before."
        )
        + paragraph(
            "Muscle activation, pressure in the abdomen, motion between single vertebrae, load "
            "on discs and tension of nerves cannot be measured this way, and nothing here stands "
            "for them. Evidence that posture feedback changes posture is limited, and none shows "
            "that it changes pain: use it for training and conversation, not for diagnosis."
        ),
    )
