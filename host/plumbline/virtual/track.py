"""How pelvis and trunk move over time: base poses joined by minimum-jerk movements, with what
moves on top of them (walking, sway, breathing).

A pose has the pelvis's and the trunk's orientation (earth<-segment) and the place of the middle
of the hips (m, earth frame, z up).  All times are seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from plumbline.virtual import rotation


def minimum_jerk(part):
    """From 0 to 1, starting and ending without speed and acceleration (Flash and Hogan 1985)."""
    s = np.clip(part, 0.0, 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s**2)


@dataclass(frozen=True)
class Pose:
    """Where the body is.  pelvis, trunk: (4,) quaternions; hip: (3,) metres."""

    pelvis: np.ndarray
    trunk: np.ndarray
    hip: np.ndarray


@dataclass
class Channel:
    """One quantity: what it is from when on, and the movements between."""

    kind: str  # "rotation" or "place"
    value: np.ndarray
    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    sources: list[np.ndarray] = field(default_factory=list)
    targets: list[np.ndarray] = field(default_factory=list)

    def move(self, begin: float, end: float, target: np.ndarray) -> None:
        """Moves from the present value to `target` between two times."""
        if self.ends and begin < self.ends[-1] - 1e-9:
            raise ValueError(f"a movement begins at {begin:.2f} s, before {self.ends[-1]:.2f} s")
        if np.allclose(target, self.value, rtol=0, atol=1e-12):
            return
        self.begins.append(begin)
        self.ends.append(max(end, begin + 1e-3))
        self.sources.append(self.value)
        self.targets.append(target)
        self.value = target

    def at(self, t: np.ndarray) -> np.ndarray:
        """The value at times t: (n, 4) or (n, 3)."""
        if not self.begins:
            return np.broadcast_to(self.value, (len(t), len(self.value))).copy()
        begins = np.array(self.begins)
        k = np.maximum(np.searchsorted(begins, t, side="right") - 1, 0)
        span = np.array(self.ends)[k] - begins[k]
        part = minimum_jerk((t - begins[k]) / span)[:, None]
        sources, targets = np.array(self.sources), np.array(self.targets)
        if self.kind == "place":
            return sources[k] + part * (targets - sources)[k]
        ways = rotation.log(rotation.multiply(rotation.inverse(sources), targets))
        return rotation.multiply(sources[k], rotation.exp(part * ways[k]))


@dataclass(frozen=True)
class Motion:
    """What a layer adds at n times: small rotations of the segments in their own frames (n, 3)
    in radians, shifts of the hips in the earth frame (n, 3) in metres, and shocks (n, 3) in g
    that each segment's bone carries, in the earth frame."""

    pelvis: np.ndarray
    trunk: np.ndarray
    hip: np.ndarray
    pelvis_shock: np.ndarray
    trunk_shock: np.ndarray

    @staticmethod
    def none(n: int) -> Motion:
        """Nothing."""
        return Motion(*(np.zeros((n, 3)) for _ in range(5)))

    def add(self, other: Motion) -> None:
        """Adds another's to this, in place (small rotations commute)."""
        for name in ("pelvis", "trunk", "hip", "pelvis_shock", "trunk_shock"):
            getattr(self, name)[:] += getattr(other, name)


@dataclass(frozen=True)
class State:
    """The body at n times: orientations (n, 4), hips (n, 3), shocks (n, 3) in g."""

    pelvis: np.ndarray
    trunk: np.ndarray
    hip: np.ndarray
    pelvis_shock: np.ndarray
    trunk_shock: np.ndarray


Layer = Callable[[np.ndarray], Motion]


class Track:
    """A whole motion."""

    def __init__(self, start: Pose):
        self.pelvis = Channel("rotation", start.pelvis)
        self.trunk = Channel("rotation", start.trunk)
        self.hip = Channel("place", start.hip)
        self.layers: list[Layer] = []
        self.duration = 0.0

    def move(self, begin: float, end: float, pose: Pose) -> None:
        """All moves to `pose` together."""
        self.pelvis.move(begin, end, pose.pelvis)
        self.trunk.move(begin, end, pose.trunk)
        self.hip.move(begin, end, pose.hip)

    def at(self, t) -> State:
        """The body at times t (s)."""
        t = np.asarray(t, float)
        extra = Motion.none(len(t))
        for layer in self.layers:
            extra.add(layer(t))
        return State(
            rotation.multiply(self.pelvis.at(t), rotation.exp(extra.pelvis)),
            rotation.multiply(self.trunk.at(t), rotation.exp(extra.trunk)),
            self.hip.at(t) + extra.hip,
            extra.pelvis_shock,
            extra.trunk_shock,
        )
