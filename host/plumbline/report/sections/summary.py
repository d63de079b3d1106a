"""The first thing the wearer sees: what the time was like, in a few figures and sentences."""

from __future__ import annotations

from brace.posture import FLEXED, LYING, MOVING, NAMES, UPRIGHT

from plumbline.report import words
from plumbline.report.html import Section, paragraph, tiles
from plumbline.report.wearing import GAP, OFF, Wearing

_BEND = (FLEXED,)


def longest(wearing: Wearing, *postures: int) -> float:
    """Seconds of the longest stretch in these postures."""
    best = run = 0.0
    last = None
    for span in wearing.spans():
        if span.posture in postures and (last is None or span.start - last < 1.0):
            run += span.seconds
        elif span.posture in postures:
            run = span.seconds
        else:
            run = 0.0
        last = span.end
        best = max(best, run)
    return best


def section(wearing: Wearing, about) -> Section:
    worn = wearing.worn_s
    if not worn:
        text = "The brace recorded no time on the body in this period."
        return Section("wearer", "How it went", paragraph(text))
    cues = wearing.cues()
    answered = [c for c in cues if c.outcome == "corrected"]
    bent = longest(wearing, *_BEND)
    good = wearing.seconds(UPRIGHT, MOVING)
    days = len({d.date for d in wearing.days if d.date}) or len(wearing.days)
    figures = tiles(
        [
            (words.duration(worn), "Worn", words.count(days, "day")),
            (words.percent(good, worn), "Upright or moving", f"{words.duration(good)} of it"),
            (words.duration(bent), "Longest bend", "forward, without a break"),
            (str(len(cues)), "Nudges", f"{len(answered)} answered" if cues else "none were given"),
        ]
    )
    return Section("wearer", "How it went", figures + paragraph(*_sentences(wearing), kind="lead"))


def _nudged(cues: int, answered: int, times: list[float]) -> str:
    if cues == 1:
        said = "The brace nudged you once, and you " + (
            "straightened up" if answered else "stayed as you were")  # fmt: skip
    else:
        after = {0: "none of them", cues: "each of them"}.get(answered, f"{answered} of them")
        said = f"The brace nudged you {cues} times, and you straightened up after {after}"
    if not times:
        return said + "."
    usually = ", usually" if len(times) > 1 else ""
    return said + f"{usually} within {words.interval(times)[0]:.0f} seconds."


def _sentences(wearing: Wearing) -> list[str]:
    worn = wearing.worn_s
    named = [
        (wearing.seconds(index), words.PLAIN[name])
        for index, name in enumerate(NAMES)
        if index
    ]
    named = sorted((n for n in named if n[0] >= 0.02 * worn), reverse=True)
    said = [f"You wore the brace for {words.duration(worn)}."]
    if named:
        most = named[0]
        share = "Most of that time" if most[0] > worn / 2 else "More than anything else"
        said.append(
            f"{share} you were {most[1]} ({words.duration(most[0])})"
            + (f"; after that came {words.listed([n[1] for n in named[1:3]])}." if named[1:]
               else ".")
        )  # fmt: skip
    cues = wearing.cues()
    answered = [c for c in cues if c.outcome == "corrected"]
    if cues:
        times = [c.after_s for c in answered if c.after_s is not None]
        said.append(_nudged(len(cues), len(answered), times))
    else:
        said.append("The brace did not nudge you.")
    if wearing.seconds(*LYING) > 0.5 * worn:
        said.append("You were lying down for much of it, when the brace stays quiet.")
    lost = wearing.seconds(GAP)
    if lost > 60:
        said.append(f"For {words.duration(lost)} nothing was recorded.")
    if wearing.seconds(OFF) > 60:
        said.append(f"It was off for {words.duration(wearing.seconds(OFF))} in between.")
    return said
