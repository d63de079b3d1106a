"""The sensor stand-in (device/standin): a second Pico that answers as both sensors of a brace and
plays into it what a body's sensors would read."""

from __future__ import annotations

import threading

import numpy as np

from plumbline.hil.parts import RigBroken
from plumbline.hil.rigs.motions import describe
from plumbline.hil.rigs.mover import Mover
from plumbline.virtual.body import Body, period
from plumbline.virtual.transducer import ACC_BAND_LPF2, ACC_NOISE, GYR_BAND, GYR_NOISE

# INTERNAL_FREQ_FINE of the two, in 0.15 % (mod_standin.c): their rates, so the motions'.
_TRIM_PPM = {"S": 1500, "L": -1500}
_MDPS, _UG = 70.0, 488.0
# Typical noise of the part in the mode in which it has least, mdps and ug.
_NOISE = np.repeat([GYR_NOISE / 1000 * np.sqrt(0.104 * GYR_BAND),
                    ACC_NOISE * np.sqrt(0.104 * ACC_BAND_LPF2)], 3)
# Samples a line; the ring holds some ten seconds.
_PIECE = 64
_LOOK_S = 0.25


def counts(body: Body, sensor: str, seed: int | None = None) -> np.ndarray:
    """A motion as the part would put it into its FIFO: (n, 6) int16 of gx gy gz ax ay az.

    seed: adds a part's noise, which a script has not got and without which a sensor that is held
    still looks frozen.
    """
    samples = body.samples(sensor, *period(_TRIM_PPM[sensor])).astype(float)
    if seed is not None:
        chance = np.random.default_rng([seed, "SL".index(sensor)])
        samples += chance.normal(size=samples.shape) * _NOISE
    samples[:, :3] /= _MDPS
    samples[:, 3:] /= _UG
    return np.clip(np.round(samples), -32768, 32767).astype("<i2")


class Standin(Mover):
    """parts.Body over the stand-in's serial port.  When it lets go, the last sample stays."""

    what = "stand-in"
    patience_s = 2.0

    def __init__(self, port: str, open_port=None):
        super().__init__(port, open_port)
        self._busy = threading.Lock()

    def check(self) -> None:
        """Opens the port; the stand-in must answer.  Raises RigBroken."""
        super().check()
        for sensor in "SL":
            self.status(sensor)

    def _ask(self, text: str) -> str:
        with self._busy:
            self._line.write(text.encode() + b"\n")
            said = self._line.readline().decode("ascii", "replace").strip()
        if not said or said.startswith("error"):
            raise RigBroken(
                f"the stand-in says {said or 'nothing'!r} to {text[:20]!r}",
                "Replug it, or flash it anew: make standin",
            )
        return said

    def status(self, sensor: str) -> dict[str, int]:
        """Room in its ring, samples given to the brace, samples repeated because none had come,
        words that wait in its FIFO."""
        names = ("room", "given", "starved", "waiting")
        return dict(zip(names, map(int, self._ask(f"status {sensor}").split()), strict=True))

    def identity(self, sensor: str, value: int) -> None:
        """WHO_AM_I reads as `value`."""
        self._ask(f"identity {sensor} {value}")

    def play(self, motion: str, *, loop: bool = False) -> float:
        """Plays a script or a recording from now on; how long it lasts, s."""
        self._end()
        body = Body.from_motion(motion)
        if self.journal is not None:
            self.journal.motion(*describe(motion))
        seed = None if str(motion).endswith(".npz") else 1
        samples = {sensor: counts(body, sensor, seed) for sensor in body.sensors}
        at = self._feed(samples, dict.fromkeys(samples, 0), loop)
        self._begin(self._go_on, samples, at, loop)
        return body.seconds

    def _feed(self, samples: dict, at: dict, loop: bool) -> dict:
        """Puts what there is room for; how far each sensor is now."""
        at = dict(at)
        for sensor, data in samples.items():
            while loop or at[sensor] < len(data):
                first = at[sensor] % len(data)
                piece = data[first : first + _PIECE]
                taken = int(self._ask(f"put {sensor} {piece.tobytes().hex()}"))
                at[sensor] += taken
                if taken < len(piece):
                    break
        return at

    def _go_on(self, samples: dict, at: dict, loop: bool) -> None:
        while not self._stop.wait(_LOOK_S):
            at = self._feed(samples, at, loop)
            if not loop and all(at[sensor] >= len(data) for sensor, data in samples.items()):
                return
