"""How a sensor sits on its segment, and how it slips."""

from __future__ import annotations

import numpy as np

from plumbline.virtual import rotation
from plumbline.virtual.track import Channel

# The sensor's axes in the segment's: rotations of the sensor against the segment.
_ORIENTATIONS = {
    "upright": rotation.IDENTITY,
    "upside-down": rotation.about("x", 180.0),
    "backwards": rotation.about("z", 180.0),
    "quarter-left": rotation.about("x", -90.0),
    "quarter-right": rotation.about("x", 90.0),
}


class Mounting:
    """The turn of a sensor against its segment over time.

    orientation: one of upright, upside-down (z down, y right), backwards (x to the back),
    quarter-left and quarter-right (z to that side); then roll about the segment's x, pitch about
    its y and yaw about its z axis, in degrees, in the senses of lateral, flexion and axial.
    """

    def __init__(
        self,
        orientation: str = "upright",
        roll: float = 0.0,
        pitch: float = 0.0,
        yaw: float = 0.0,
    ):
        start = rotation.multiply(
            rotation.anatomical(pitch, roll, yaw), _ORIENTATIONS[orientation]
        )
        self._turn = Channel("rotation", start)

    def slip(self, begin: float, end: float, roll=0.0, pitch=0.0, yaw=0.0) -> None:
        """Turns the sensor on its segment further, from begin to end (s)."""
        more = rotation.anatomical(pitch, roll, yaw)
        self._turn.move(begin, end, rotation.multiply(more, self._turn.value))

    def at(self, t: np.ndarray) -> np.ndarray:
        """(n, 4) segment<-sensor at times t (s)."""
        return self._turn.at(t)
