"""What the brace's nudges led to."""

from __future__ import annotations

from plumbline.report import figures, words
from plumbline.report.html import Section, paragraph
from plumbline.report.wearing import POSTURES, Cue, Wearing


def _placed(cues: list[Cue]) -> str:
    """What the drawing shows."""
    if len(cues) < 2:
        return ""
    if figures.dotted(cues):
        return "Each dot is one nudge, placed by how long it took."
    return "The bars say how many took how long."


def _answers(cues: int, answered: int, snoozed: int) -> str:
    if cues == 1:
        return (
            "You answered it by changing your posture." if answered
            else "You asked for quiet after it." if snoozed
            else "You stayed as you were."
        )  # fmt: skip
    return f"You answered {answered} of them by changing your posture" + (
        f" and asked for quiet after {snoozed}." if snoozed else "."
    )


def section(wearing: Wearing, about) -> Section | None:
    cues = wearing.cues()
    if not cues:
        return None
    answered = sum(c.outcome == "corrected" for c in cues)
    snoozed = sum(c.outcome == "snoozed" for c in cues)
    why: dict[str, int] = {}
    for cue in cues:
        name = POSTURES[cue.posture] if cue.posture < len(POSTURES) else "unknown"
        why[name] = why.get(name, 0) + 1
    reasons = [
        f"{n if len(cues) > 1 else ''} for being {words.PLAIN[name]}".strip()
        for name, n in sorted(why.items(), key=lambda w: -w[1])
    ]
    text = [
        f"{words.count(len(cues), 'nudge').capitalize()}: {words.listed(reasons)}.",
        _answers(len(cues), answered, snoozed),
        _placed(cues),
    ]
    return Section("wearer", "Nudges", paragraph(*text) + figures.answers(cues))
