"""The wearer's body: poses from angles, and where the two sensors sit.

Angles are degrees in the anatomical senses of docs/architecture.md: flexion forward, lateral
bending to the right, axial rotation to the left are positive.  Lengths scale with the body's
height after Drillis and Contini (1966, as in Winter, Biomechanics of Human Movement, ch. 4): hip
at 0.530, thigh 0.245 of the height.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plumbline.virtual import rotation
from plumbline.virtual.track import Pose, State

Angles = tuple[float, float, float]

# Of a body 1.75 m high, metres in the segment's frame: from the middle of the hips to the skin
# over the sacrum and to the lumbosacral joint; from there up the lumbar spine, whose direction
# is halfway between pelvis and trunk; from the spine to the skin over T12/L1.
_HIP_TO_S = np.array([-0.11, 0.0, 0.07])
_HIP_TO_JOINT = np.array([-0.03, 0.0, 0.09])
_SPINE = np.array([0.0, 0.0, 0.17])
_SPINE_TO_L = np.array([-0.07, 0.0, 0.0])
_SEAT = 0.55  # hip above the floor on a chair, m
_BED = 0.60

# How a person on the back is turned about the long axis to lie on another side, degrees.
SIDES = {"back": 0.0, "left": 90.0, "right": -90.0, "front": 179.9}


@dataclass(frozen=True)
class Stance:
    """A pose in words: base "stand", "sit" or "lie", angles of the pelvis against the upright
    and of the lumbar spine (trunk against pelvis), the lying side, the knees' bend in lifting
    (0 straight to 1 squatting), the heading to the left of the start, and how far the hips are
    above where they would be (m)."""

    base: str = "stand"
    pelvis: Angles = (0.0, 0.0, 0.0)
    lumbar: Angles = (0.0, 0.0, 0.0)
    side: str = "back"
    crouch: float = 0.0
    heading: float = 0.0
    rise: float = 0.0

    def upright(self) -> Stance:
        """The same base, upright."""
        return replace(
            self, pelvis=(0.0, 0.0, 0.0), lumbar=(0.0, 0.0, 0.0), crouch=0.0, rise=0.0
        )


@dataclass(frozen=True)
class Wearer:
    """Whom the brace sits on.  height in m."""

    height: float = 1.75

    def pose(self, stance: Stance) -> Pose:
        """The pose of a stance."""
        if stance.base == "lie":
            roll = rotation.about("z", SIDES[stance.side])
            base = rotation.multiply(rotation.about("y", -90.0), roll)
            hip = np.array([-0.45, 0.0, _BED])
        elif stance.base == "sit":
            base = rotation.IDENTITY
            hip = np.array([-0.245 * self.height, 0.0, _SEAT])
        else:
            # Bending sends the hips back, crouching down and back, so that the feet can hold.
            flexion = np.radians(np.clip(stance.pelvis[0] + 0.5 * stance.lumbar[0], 0.0, 90.0))
            back = 0.08 * self.height * np.sin(flexion) + 0.15 * stance.crouch
            down = 0.53 * self.height - 0.26 * self.height * stance.crouch
            base = rotation.IDENTITY
            hip = np.array([-back, 0.0, down])
        hip = hip + np.array([0.0, 0.0, stance.rise])
        heading = rotation.about("z", stance.heading)
        pelvis = rotation.multiply(
            rotation.multiply(heading, base), rotation.anatomical(*stance.pelvis)
        )
        trunk = rotation.multiply(pelvis, rotation.anatomical(*stance.lumbar))
        return Pose(pelvis, trunk, rotation.turn(heading, hip))

    def sensors(self, state: State) -> dict[str, np.ndarray]:
        """Places (n, 3) of sensors S and L in the earth frame, m."""
        scale = self.height / 1.75
        joint = state.hip + rotation.turn(state.pelvis, scale * _HIP_TO_JOINT)
        between = rotation.slerp(state.pelvis, state.trunk, 0.5)
        return {
            "S": state.hip + rotation.turn(state.pelvis, scale * _HIP_TO_S),
            "L": joint
            + rotation.turn(between, scale * _SPINE)
            + rotation.turn(state.trunk, scale * _SPINE_TO_L),
        }
