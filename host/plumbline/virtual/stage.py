"""Plays a motion script: turns its verbs into a Track, with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plumbline.virtual.layers import Gait, Sway
from plumbline.virtual.script import Line, Script, ScriptError
from plumbline.virtual.track import Channel, Track
from plumbline.virtual.truth import Event, Span, Truth
from plumbline.virtual.wearer import Stance, Wearer

# Of a forward inclination of the trunk the pelvis's part, by what is done: tilting back when
# slouching on a chair, hardly moving when slouching on one's feet.
_SLOUCH_PELVIS = {"sit": -0.5, "stand": -0.1}
_EXTEND_PELVIS, _LEAN_PELVIS, _TWIST_PELVIS = 0.35, 0.3, 0.3
# pelvis's flexion, lumbar flexion, crouch at the lowest point of a lift
_LIFTS = {"stoop": (38.0, 52.0, 0.0), "squat": (28.0, 12.0, 1.0), "semi": (38.0, 30.0, 0.5)}
_WALK_LEAN = {"walk": (2.0, 1.0), "up": (8.0, 3.0), "down": (2.0, 0.0)}
_SWAY_LEVEL = {"stand": 1.0, "sit": 0.7, "lie": 0.05}
_PAUSE_S = 0.4  # between repetitions


@dataclass(frozen=True)
class Slip:
    """A sensor's mounting turns by angles (roll, pitch, yaw) in degrees from begin to end (s)."""

    sensor: str
    begin: float
    end: float
    angles: tuple[float, float, float]


class Stage:
    """The wearer on stage: where they are, and what has been played.  Use `play`."""

    def __init__(self, script: Script, sway_seed: int):
        self.wearer = Wearer(script.wearer["height"])
        self.stance = Stance()
        self.track = Track(self.wearer.pose(self.stance))
        self.truth = Truth()
        self.slips: list[Slip] = []
        self._level = Channel("place", np.array([_SWAY_LEVEL["stand"]]))
        sway = Sway(script.wearer["sway"], script.wearer["breath"], sway_seed, self._level)
        self.track.layers.append(sway)
        self._posture, self._detail = "upright", ""
        self._free = 0.0  # when the movement under way ends
        self._free_line = 0
        self._spans_to = 0.0
        self._walking: str | None = None

    def play(self, line: Line, until: float) -> None:
        """Plays one line, whose effect lasts until the next line's time."""
        begin = line.t
        if line.t == 0.0 and line.verb in ("stand", "sit", "lie"):
            self._start(line)
        else:
            if self._free > begin + 1e-6:
                raise ScriptError(
                    f"begins at {begin:g} s, but the movement of line {self._free_line} lasts "
                    f"until {self._free:g} s: begin later, or shorten that with over="
                )
            self._free = begin
            getattr(self, f"_{line.verb}")(begin, until, **line.values)
        if self._free > until + 1e-6:
            raise ScriptError(
                f"{line.verb!r} lasts until {self._free:g} s, but the next line begins at "
                f"{until:g} s: move that, or shorten this with over="
            )
        self._free_line = line.number
        self._rest(until)

    # -- truth --------------------------------------------------------------------------------

    def _span(self, until: float, activity: str, posture: str, detail: str = "") -> None:
        if until > self._spans_to + 1e-9:
            self.truth.spans.append(Span(self._spans_to, until, activity, posture, detail))
            self._spans_to = until

    def _rest(self, until: float) -> None:
        """What is held until then, after the movement."""
        if self._walking:
            self._span(until, self._walking, "moving")
            self._walking = None
        else:
            self._span(until, self.stance.base, self._posture, self._detail)

    def _go(self, begin: float, end: float, stance: Stance) -> None:
        self.stance = stance
        self.track.move(begin, end, self.wearer.pose(stance))
        self._level.move(begin, end, np.array([_SWAY_LEVEL[stance.base]]))
        self._free = max(self._free, end)

    def _hold(self, end: float, stance: Stance, posture: str, over: float, detail="") -> None:
        """Moves to a stance that is then held: the moving span, and what holds after it."""
        self._go(end - over, end, stance)
        self._span(end, stance.base, "moving")
        self._posture, self._detail = posture, detail

    # -- bases --------------------------------------------------------------------------------

    def _start(self, line: Line) -> None:
        side = line.values.get("side", "back")
        stance = Stance(base=line.verb, side=side)
        pose = self.wearer.pose(stance)
        self.track.pelvis.value = pose.pelvis
        self.track.trunk.value = pose.trunk
        self.track.hip.value = pose.hip
        self._level.value = np.array([_SWAY_LEVEL[line.verb]])
        self.stance = stance
        lying = line.verb == "lie"
        self._posture, self._detail = ("lying", side) if lying else ("upright", "")

    def _to_base(self, begin: float, over: float, base: str, side: str = "") -> None:
        """Changes what the wearer is on; between lying and standing by way of sitting."""
        old = self.stance.base
        end = begin + over
        target = Stance(base=base, side=side or "back", heading=self.stance.heading)
        if {old, base} == {"stand", "lie"}:
            middle = begin + 0.5 * over
            sitting = replace(target, base="sit")
            self._rise_or_sit(begin, middle, sitting) if old == "stand" else self._go(
                begin, middle, sitting
            )
            begin = middle
            old = "sit"
        if {old, base} == {"stand", "sit"}:
            self._rise_or_sit(begin, end, target)
        else:
            self._go(begin, end, target)
        self._span(end, "transition", "moving")
        self._posture, self._detail = ("lying", side) if base == "lie" else ("upright", "")

    def _rise_or_sit(self, begin: float, end: float, target: Stance) -> None:
        """Between chair and feet: the trunk leans forward first, or while going down."""
        lean = replace(self.stance.upright(), pelvis=(30.0, 0.0, 0.0), lumbar=(8.0, 0.0, 0.0))
        pose, final = self.wearer.pose(lean), self.wearer.pose(target)
        over = end - begin
        track = self.track
        rising = target.base == "stand"
        turn = begin + (0.4 if rising else 0.55) * over
        track.pelvis.move(begin, turn, pose.pelvis)
        track.trunk.move(begin, turn, pose.trunk)
        track.pelvis.move(turn, end, final.pelvis)
        track.trunk.move(turn, end, final.trunk)
        if rising:
            track.hip.move(begin + 0.3 * over, end, final.hip)
        else:
            track.hip.move(begin, begin + 0.75 * over, final.hip)
        self._level.move(begin, end, np.array([_SWAY_LEVEL[target.base]]))
        self.truth.events.append(Event(end, "stand_up" if rising else "sit_down"))
        self.stance = target
        self._free = max(self._free, end)

    def _stand(self, begin, until, over) -> None:
        self._same_or_base(begin, over, "stand")

    def _sit(self, begin, until, over) -> None:
        self._same_or_base(begin, over, "sit")

    def _same_or_base(self, begin, over, base) -> None:
        if self.stance.base == base:
            self._hold(begin + over, self.stance.upright(), "upright", over)
        else:
            self._to_base(begin, over, base)

    def _lie(self, begin, until, side, over) -> None:
        self._to_base(begin, over, "lie", side)

    def _feet(self, verb: str) -> None:
        if self.stance.base != "stand":
            raise ScriptError(f"{verb!r} needs a standing wearer: put a line 'stand' before it")

    def _not_lying(self, verb: str) -> None:
        if self.stance.base == "lie":
            raise ScriptError(f"{verb!r} cannot be done lying: put 'sit' or 'stand' before it")

    # -- postures -----------------------------------------------------------------------------

    def _upright(self, begin, until, over) -> None:
        self._not_lying("upright")
        self._hold(begin + over, self.stance.upright(), "upright", over)

    def _slouch(self, begin, until, degrees, over) -> None:
        self._not_lying("slouch")
        pelvis = _SLOUCH_PELVIS[self.stance.base] * degrees
        stance = replace(
            self.stance.upright(), pelvis=(pelvis, 0.0, 0.0), lumbar=(degrees - pelvis, 0.0, 0.0)
        )
        self._hold(begin + over, stance, "flexed", over)

    def _extend(self, begin, until, degrees, over) -> None:
        self._not_lying("extend")
        stance = replace(
            self.stance.upright(),
            pelvis=(-_EXTEND_PELVIS * degrees, 0.0, 0.0),
            lumbar=(-(1 - _EXTEND_PELVIS) * degrees, 0.0, 0.0),
        )
        self._hold(begin + over, stance, "extended", over)

    def _lean(self, begin, until, side, degrees, over) -> None:
        self._not_lying("lean")
        lateral = degrees if side == "right" else -degrees
        stance = replace(
            self.stance.upright(),
            pelvis=(0.0, _LEAN_PELVIS * lateral, 0.0),
            lumbar=(0.0, (1 - _LEAN_PELVIS) * lateral, 0.0),
        )
        self._hold(begin + over, stance, side, over)

    def _twist(self, begin, until, side, degrees, over) -> None:
        self._not_lying("twist")
        axial = degrees if side == "left" else -degrees
        stance = replace(
            self.stance.upright(),
            pelvis=(0.0, 0.0, _TWIST_PELVIS * axial),
            lumbar=(0.0, 0.0, (1 - _TWIST_PELVIS) * axial),
        )
        self._hold(begin + over, stance, "twisted", over, side)

    def _pose(self, begin, until, pelvis, lumbar, over) -> None:
        stance = replace(self.stance, pelvis=pelvis, lumbar=lumbar)
        flexion, lateral = pelvis[0] + lumbar[0], pelvis[1] + lumbar[1]
        if self.stance.base == "lie":
            posture = "lying"
        elif max(abs(flexion), abs(lateral)) < 10:
            posture = "upright"
        elif abs(flexion) >= abs(lateral):
            posture = "flexed" if flexion > 0 else "extended"
        else:
            posture = "right" if lateral > 0 else "left"
        detail = self.stance.side if posture == "lying" else ""
        self._hold(begin + over, stance, posture, over, detail)

    def _rise(self, begin, until, cm, over) -> None:
        self._feet("rise")
        stance = replace(self.stance, rise=cm / 100)
        self._hold(begin + over, stance, self._posture, over, self._detail)

    def _turn(self, begin, until, degrees, over) -> None:
        # In steps of less than half a turn, which the shortest way would undo.
        steps = int(np.ceil(abs(degrees) / 120)) or 1
        for k in range(steps):
            stance = replace(self.stance, heading=self.stance.heading + degrees / steps)
            self._go(begin + over * k / steps, begin + over * (k + 1) / steps, stance)
        self._span(begin + over, self.stance.base, "moving")

    # -- movements ----------------------------------------------------------------------------

    def _repeat(self, begin, reps, over, hold, low: Stance, lag, activity, detail) -> float:
        """There and back `reps` times; when it ends.  The pelvis goes `lag` s after the trunk,
        and comes back as much before it."""
        rest = self.stance
        down, up = self.wearer.pose(low), self.wearer.pose(rest)
        t = begin
        early, late = max(0.0, -lag), max(0.0, lag)
        for k in range(reps):
            bottom = t + over + abs(lag)
            back = bottom + hold
            end = back + over + abs(lag)
            track = self.track
            track.pelvis.move(t + late, bottom - early, down.pelvis)
            track.trunk.move(t + early, bottom - late, down.trunk)
            track.hip.move(t + late, bottom - early, down.hip)
            track.pelvis.move(back + early, end - late, up.pelvis)
            track.trunk.move(back + late, end - early, up.trunk)
            track.hip.move(back + early, end - late, up.hip)
            self.truth.events.append(Event(bottom + 0.5 * hold, "rep", detail))
            t = end + (_PAUSE_S if k < reps - 1 else 0.0)
        self._free = t
        self._span(t, activity, "moving", detail)
        return t

    def _bend(self, begin, until, degrees, lumbar, reps, hold, over, lag) -> None:
        self._not_lying("bend")
        rest = self.stance
        low = replace(
            rest,
            pelvis=(rest.pelvis[0] + (1 - lumbar) * degrees, *rest.pelvis[1:]),
            lumbar=(rest.lumbar[0] + lumbar * degrees, *rest.lumbar[1:]),
        )
        self._repeat(begin, reps, over, hold, low, lag, "bend", "bend")

    def _lift(self, begin, until, style, reps, hold, over, twist) -> None:
        self._feet("lift")
        pelvis, lumbar, crouch = _LIFTS[style]
        low = replace(
            self.stance.upright(),
            pelvis=(pelvis, 0.0, 0.3 * twist),
            lumbar=(lumbar, 0.0, 0.7 * twist),
            crouch=crouch,
        )
        self.stance = self.stance.upright()
        self._posture, self._detail = "upright", ""
        self._repeat(begin, reps, over, hold, low, 0.0, "lift", style)

    def _walk(self, begin, until, cadence) -> None:
        self._step(begin, until, cadence, "walk")

    def _stairs(self, begin, until, direction, cadence) -> None:
        self._step(begin, until, cadence, direction)

    def _step(self, begin, until, cadence, kind) -> None:
        self._feet("walk" if kind == "walk" else "stairs")
        if until - begin < 3.0:
            raise ScriptError(f"{kind!r} needs 3 s at least before the next line")
        pelvis, lumbar = _WALK_LEAN[kind]
        rest = self.stance.upright()
        leaning = replace(rest, pelvis=(pelvis, 0.0, 0.0), lumbar=(lumbar, 0.0, 0.0))
        self._go(begin, begin + 1.0, leaning)
        self._go(until - 1.0, until, rest)
        gait = Gait(begin, until, cadence, kind, self.stance.heading)
        self.track.layers.append(gait)
        self.truth.steps.extend(gait.steps().tolist())
        self._posture, self._detail = "upright", ""
        self._walking = kind

    def _slip(self, begin, until, sensor, roll, pitch, yaw, over) -> None:
        self.slips.append(Slip(sensor, begin, begin + over, (roll, pitch, yaw)))
        self.truth.events.append(Event(begin, "slip", sensor))
        self._free = begin + over


def play(script: Script) -> Stage:
    """Plays a whole script.  Raises ScriptError, whose message names the line."""
    stage = Stage(script, script.wearer["seed"])
    *lines, end = script.lines
    if not lines:
        raise ScriptError(f"{script.name}:{end.number}: nothing happens: put '0 stand' before")
    for line, after in zip(lines, [*lines[1:], end], strict=True):
        try:
            stage.play(line, after.t)
        except ScriptError as error:
            raise ScriptError(f"{script.name}:{line.number}: {error}") from None
    stage.track.duration = end.t
    return stage
