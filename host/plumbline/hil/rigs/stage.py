"""A servo that tilts a brace forward and back, driven by a Pololu Maestro.

Compact protocol (Maestro manual, "Serial Servo Commands"): 0x84, channel, then the target in
quarters of a microsecond, seven bits a byte, low bits first.
"""

from __future__ import annotations

import time

import numpy as np

from plumbline.hil.rigs.motions import describe
from plumbline.hil.rigs.mover import Mover
from plumbline.virtual.body import Body

_SET_TARGET = 0x84
_HZ = 50


class MaestroStage(Mover):
    """parts.Body in one plane: the trunk's flexion.  Stands upright before and after.

    port: of the Maestro's command line.  channel: of the servo.  centre_us: the pulse at which
    the brace stands upright; us_per_deg: how much longer for a degree forward (negative when the
    horn is the other way round); limit_deg: no further, either way.
    """

    what = "stage"

    def __init__(self, port: str, channel: int = 0, centre_us: float = 1500.0,
                 us_per_deg: float = 10.0, limit_deg: float = 80.0, open_port=None):  # fmt: skip
        super().__init__(port, open_port)
        self._channel = channel
        self._centre, self._scale, self._limit = centre_us, us_per_deg, limit_deg

    def check(self) -> None:
        super().check()
        self.tilt(0.0)

    def tilt(self, degrees: float) -> None:
        """Goes to so many degrees of flexion."""
        degrees = max(-self._limit, min(self._limit, degrees))
        target = round(4 * (self._centre + self._scale * degrees))
        self._line.write(bytes((_SET_TARGET, self._channel, target & 0x7F, target >> 7 & 0x7F)))

    def play(self, motion: str, *, loop: bool = False) -> float:
        """Follows the trunk's flexion of a motion script; how long it lasts, s."""
        self._end()
        body = Body.from_script(motion)
        if self.journal is not None:
            self.journal.motion(*describe(motion))
        times = np.arange(0.0, body.seconds, 1 / _HZ)
        angles = body.angles(times)["trunk"]
        self._begin(self._follow, angles, loop)
        return body.seconds

    def _follow(self, angles: np.ndarray, loop: bool) -> None:
        begun = time.monotonic()
        while not self._stop.wait(1 / _HZ):
            at = int((time.monotonic() - begun) * _HZ)
            if at >= len(angles) and not loop:
                return
            self.tilt(float(angles[at % len(angles)]))

    def _rest(self) -> None:
        self.tilt(0.0)
