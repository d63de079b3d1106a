"""A movement screen as the virtual wearer does it, with what is true of it.

    control("play", motion=SCREENED["squat"].script)
    SCREENED["squat"].score, SCREENED["squat"].faults

Each script begins and ends standing, and waits in the starting position until the exercise has
found the wearer ready.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from plumbline.virtual.moves import bends, pose, script, there_and_back


@dataclass(frozen=True)
class Item:
    """One item.  score: of plumbline.clinic.screen; done, good: repetitions, of a stance seconds,
    on both sides together; faults: how often each, by name."""

    script: str
    score: int
    done: int
    good: int
    faults: dict[str, int] = field(default_factory=dict)


def _lying(side: str, *steps: tuple[float, str]) -> str:
    """Steps that begin 9 s after the wearer has begun to lie down."""
    return script("stand", (9.0, f"lie {side}"), *steps, (4.0, "stand over=4"))


SCREENED = {
    "squat": Item(
        script("stand", *bends(5, {"pelvis": (28, 0, 0), "lumbar": (8, 0, 0)}, {
            2: {"pelvis": (28, 0, 0), "lumbar": (26, 0, 0)},
        }, out=1.4, back=1.2)),
        score=2, done=5, good=4, faults={"rounded": 1},
    ),
    "hip-hinge": Item(
        script("stand", *bends(5, {"pelvis": (50, 0, 0), "lumbar": (4, 0, 0)}, {})),
        score=3, done=5, good=5,
    ),
    "lateral-bend": Item(
        script("stand", *there_and_back({}, [
            {"pelvis": (0, side * 4, 0), "lumbar": (0, side * 20, 0)} for side in (1, -1) * 3
        ], 2.0, 0.5, 2.0)),
        score=3, done=6, good=6,
    ),
    # On the right leg the hip drops once.
    "stance-single-leg": Item(
        script("stand", (34.0, "upright"),
               (3.0, pose((0, 12, 0), (0, -12, 0), 0.6)), (25.0, pose(over=0.6)),
               wearer="sway=0.4 breath=0.2"),
        score=2, done=40, good=40, faults={"dropped": 1},
    ),
    "bird-dog": Item(
        _lying("front", (1.0, pose(over=0.6)), (2.5, pose((0, 0, 12), over=0.6)),
               (75.0, pose(over=0.6))),
        score=2, done=6, good=5, faults={"dropped": 1, "left band": 1},
    ),
    "glute-bridge": Item(
        _lying("back", *bends(5, {"pelvis": (-26, 0, 0)}, {
            2: {"pelvis": (-26, 0, 0), "lumbar": (-18, 0, 0)},
            3: {"pelvis": (-26, 0, 11)},
            5: {"pelvis": (-26, 0, 0), "lumbar": (-18, 0, 0)},
        }, hold=3.0)),
        score=1, done=5, good=2, faults={"arched": 2, "dropped": 1},
    ),
}  # fmt: skip
WEAKEST = "glute-bridge"
