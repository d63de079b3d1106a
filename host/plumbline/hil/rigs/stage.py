"""A servo that tilts a brace forward and back, driven by a Pololu Maestro.

Compact protocol (Maestro manual, "Serial Servo Commands"): 0x84, channel, then the target in
quarters of a microsecond, seven bits a byte, low bits first.
"""

from __future__ import annotations

import threading
import time

import numpy as np

from plumbline.hil.parts import RigBroken
from plumbline.hil.rigs.motions import describe
from plumbline.virtual.body import Body

_SET_TARGET = 0x84
_HZ = 50


class MaestroStage:
    """parts.Body in one plane: the trunk's flexion.

    port: of the Maestro's command line.  channel: of the servo.  centre_us: the pulse at which
    the brace stands upright; us_per_deg: how much longer for a degree forward (negative when the
    horn is the other way round); limit_deg: no further, either way.
    """

    def __init__(self, port: str, channel: int = 0, centre_us: float = 1500.0,
                 us_per_deg: float = 10.0, limit_deg: float = 80.0, open_port=None):  # fmt: skip
        self._port, self._channel = port, channel
        self._centre, self._scale, self._limit = centre_us, us_per_deg, limit_deg
        self._open = open_port or self._serial
        self._line = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.journal = None

    def _serial(self):
        import serial

        return serial.Serial(self._port, 115200, timeout=1)

    def check(self) -> None:
        """Opens the port and stands upright.  Raises RigBroken."""
        try:
            self._line = self._line or self._open()
        except OSError as error:
            raise RigBroken(f"the stage's {self._port} does not open: {error}",
                            "Check its cable and the hardware map") from error  # fmt: skip
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
        self._stop.clear()
        self._thread = threading.Thread(target=self._follow, args=(angles, loop), daemon=True)
        self._thread.start()
        return body.seconds

    def _follow(self, angles: np.ndarray, loop: bool) -> None:
        begun = time.monotonic()
        while not self._stop.wait(1 / _HZ):
            at = int((time.monotonic() - begun) * _HZ)
            if at >= len(angles) and not loop:
                return
            self.tilt(float(angles[at % len(angles)]))

    def _end(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """Stands upright again and lets go."""
        self._end()
        if self._line is not None:
            self.tilt(0.0)
            self._line.close()
            self._line = None
