"""Parts that motion scripts of exercises are made of: poses, repetitions, positions held.

    script("stand", *bends(5, {"pelvis": (28, 0, 0)}, {2: {"pelvis": (28, 12, 0)}}))

Poses are {"pelvis": (flexion, lateral, axial), "lumbar": ...} in degrees, as `pose` has them
(docs/motion.md).
"""

from __future__ import annotations


def pose(pelvis=(0, 0, 0), lumbar=(0, 0, 0), over=1.5) -> str:
    """The verb that takes a pose within `over` s."""

    def say(angles):
        return ",".join(f"{a:g}" for a in angles)

    return f"pose pelvis={say(pelvis)} lumbar={say(lumbar)} over={over:g}"


def script(start: str, *steps: tuple[float, str], wearer: str = "sway=0.15 breath=0.1") -> str:
    """Lines from 8 s on, each step with the time until the next one."""
    lines = [f"wearer {wearer}", f"0 {start}"]
    wait = 8.0
    for after, verb in steps:
        lines.append(f"+{wait:g} {verb}")
        wait = after
    lines.append(f"+{max(wait, 0.5) + 3:g} end")
    return "\n".join(lines) + "\n"


def there_and_back(rest: dict, places: list[dict], out: float, hold: float, back: float,
                   pause: float = 1.5) -> list[tuple[float, str]]:  # fmt: skip
    """To each place within `out` s, held, and back to `rest` within `back` s, then a pause."""
    steps = []
    for place in places:
        steps.append((out + hold, pose(**place, over=out)))
        steps.append((back + pause, pose(**rest, over=back)))
    return steps


def bends(n: int, good: dict, faults: dict[int, dict], out=2.0, hold=0.5, back=2.0,
          rest=None) -> list[tuple[float, str]]:  # fmt: skip
    """`n` repetitions of a pose, with others in its place where there are faults (from 1)."""
    places = [faults.get(i, good) for i in range(1, n + 1)]
    return there_and_back(rest or {}, places, out, hold, back)


def held(start: str, end: float, *spells: tuple[float, float, dict],
         wearer: str = "sway=0.1 breath=0.1", into: dict | None = None) -> str:  # fmt: skip
    """A position kept until `end` (s), with spells (from s, to s, pose) out of it; into: the pose
    that is taken first."""
    lines = [f"wearer {wearer}", f"0 {start}"]
    if into:
        lines.append(f"0.5 {pose(**into, over=1)}")
    for begin, until, place in spells:
        lines.append(f"{begin:g} {pose(**place, over=0.6)}")
        lines.append(f"{until:g} {pose(**(into or {}), over=0.6)}")
    lines.append(f"{end:g} end")
    return "\n".join(lines) + "\n"
