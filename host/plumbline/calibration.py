"""Leading a wearer through a calibration: the brace's steps as they come, and its result.

The movements are the firmware's (device/brace/calibrate.py): stand still, bend forward once, come
back.  A virtual brace's wearer is made to do them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brace import commands

from plumbline.device import Brace
from plumbline.errors import NoAnswer, Refused

# What the wearer is asked to do at each step.
SAY = {
    "ready": "Stand upright, arms hanging, looking ahead.",
    "standing": "Stay like that, quite still ...",
    "bend": "Now bend forward once, as far as is comfortable, and come back up.",
    "done": "Done.",
}
# Why a calibration failed, and what to do: SPEC.md, "Calibration steps".
WHY = {
    "short": ("there was too little of standing still", "Stand still until the second buzz"),
    "unsure": ("the brace had not settled yet", "Keep it still for ten seconds, then try again"),
    "moved": ("the wearer moved while standing still was asked for",
              "Try again, leaning on nothing and looking ahead"),
    "small": ("the bend was too small", "Try again and bend further, at least 20 degrees"),
    "crooked": ("the bend was not straight forward, or the brace sits loose",
                "Tighten the brace, then try again, bending straight forward"),
    "cancelled": ("it was cancelled", ""),
    "no_sensor": ("no motion sensor works", "See what is wrong: plumbline doctor"),
    "swapped": ("the pelvis seemed to bend further than the trunk: the sensors are swapped",
                "Wear the brace with its lower sensor at the sacrum, then try again"),
    "storage": ("the brace could not store it", "See what is wrong: plumbline doctor"),
}  # fmt: skip
# Longer than any step lasts; a virtual brace's time may pass much more slowly than ours.
STEP_S = 40.0
VIRTUAL_STEP_S = 400.0


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found: id, quality (0 to 100), sensors used, the bend in degrees, and the
    alignment of each sensor used (sensor <- segment, w x y z, Q30)."""

    id: int
    quality: int
    sensors: tuple[str, ...]
    bend_deg: float
    alignment: dict[str, list[int]]


def result(brace: Brace) -> Calibrated | None:
    """The brace's calibration, None if it has none."""
    found = brace.calibration()
    if not found["id"]:
        return None
    sensors = tuple(name for bit, name in ((1, "S"), (2, "L")) if found["sensors"] & bit)
    alignment = {name: list(found[f"q_{name.lower()}"]) for name in sensors}
    return Calibrated(
        found["id"], found["quality"], sensors, found["bend_cdeg"] / 100, alignment
    )


def calibrate(
    brace: Brace,
    tell: Callable[[str], None] = lambda step: None,
    act: Callable[[str], None] = lambda step: None,
    patience_s: float = STEP_S,
) -> Calibrated:
    """Runs a calibration to its end.

    tell(step): called for each step; SAY has the words.  act(step): makes a virtual wearer move.
    patience_s: for each step.
    Raises Refused when it failed, with what was wrong with the movements; NoAnswer when the brace
    falls silent.
    """
    brace.link.forget_events()
    act("ready")
    step = brace.calibrate("start")["step"]
    tell(step)
    try:
        while step not in ("done", "failed"):
            event = brace.event(patience_s)
            if event is None:
                raise NoAnswer(
                    "the brace fell silent during the calibration", "Wake it and try again"
                )
            if event.command != commands.CALIBRATE:
                continue
            values = event.map()
            if values["step"] != step:
                step = values["step"]
                act(step)
                if step != "failed":
                    tell(step)
    except KeyboardInterrupt:
        brace.calibrate("cancel")
        raise
    if step == "failed":
        reason = values.get("reason", "")
        what, then = WHY.get(reason, (f"the brace says: {reason}", "Try again"))
        raise Refused(f"the calibration failed: {what}", then)
    return result(brace)
