"""What moves on top of a pose: walking and stairs, sway, breathing.

Amplitudes of gait: pelvis 2.2 cm up and down, 1.8 cm sideways, rotations of 3 to 5 degrees at
110 steps a minute, smaller when slower (orders of magnitude after Saunders, Inman and Eberhart
1953 and Zijlstra and Hof 2003); heel strikes are damped 15 Hz shocks that the spine attenuates.
They make a plausible walker, not a particular one: nothing about gait should be tuned on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.virtual.track import Channel, Motion, minimum_jerk

_RAMP_S = 1.0
_SHOCK_HZ, _SHOCK_DECAY_S = 15.0, 0.03
_SHOCK_AT_TRUNK = 0.6

# kind: (vertical, second harmonic, shock, rotations) against level walking
_KINDS = {
    "walk": (1.0, 0.15, 1.0, 1.0),
    "up": (1.3, 0.40, 0.4, 1.3),
    "down": (1.4, 0.25, 1.5, 1.2),
}


@dataclass(frozen=True)
class Gait:
    """Steps from begin to end (s) at `cadence` steps a minute.  kind: walk, up or down."""

    begin: float
    end: float
    cadence: float
    kind: str = "walk"
    heading: float = 0.0

    def _phase(self, t):
        """Steps since the beginning; the pace wavers by 2 %."""
        pace = self.cadence / 60.0
        s = t - self.begin
        return pace * (s + 0.02 / (2 * np.pi * 0.11) * (1 - np.cos(2 * np.pi * 0.11 * s)))

    def steps(self) -> np.ndarray:
        """Times of the heel strikes, s."""
        fine = np.arange(self.begin, self.end, 0.001)
        if len(fine) == 0:
            return fine
        phase = self._phase(fine)
        whole = np.arange(np.ceil(phase[0] + 1e-9), np.floor(phase[-1]) + 1)
        return np.interp(whole, phase, fine)

    def __call__(self, t: np.ndarray) -> Motion:
        motion = Motion.none(len(t))
        on = (t > self.begin) & (t < self.end + 0.3)
        if not on.any():
            return motion
        s = t[on]
        ramp = min(_RAMP_S, 0.4 * (self.end - self.begin))
        level = minimum_jerk((s - self.begin) / ramp) * minimum_jerk((self.end - s) / ramp)
        vertical, second, shock, rotations = _KINDS[self.kind]
        size = level * min(1.4, (self.cadence / 110.0)) * (1 + 0.05 * np.sin(0.9 * s))
        step = 2 * np.pi * self._phase(s)
        stride = 0.5 * step
        forward = 0.008 * size * np.sin(step + 0.9)
        left = 0.018 * size * np.sin(stride)
        up = -0.018 * vertical * size * (np.cos(step) + second * np.cos(2 * step + 0.7))
        angle = np.radians(self.heading)
        motion.hip[on] = np.stack(
            [
                np.cos(angle) * forward - np.sin(angle) * left,
                np.sin(angle) * forward + np.cos(angle) * left,
                up,
            ],
            axis=1,
        )
        size = rotations * size
        motion.pelvis[on] = np.radians(
            np.stack(
                [
                    3.5 * size * np.sin(stride + 0.4),
                    1.5 * size * np.sin(step + 0.2),
                    5.0 * size * np.cos(stride),
                ],
                axis=1,
            )
        )
        motion.trunk[on] = np.radians(
            np.stack(
                [
                    -1.5 * size * np.sin(stride + 0.4),
                    1.8 * size * np.sin(step + 1.0),
                    -2.5 * size * np.cos(stride),
                ],
                axis=1,
            )
        )
        strikes = shock * level * self._shocks(s)
        direction = np.array([-0.4 * np.cos(angle), -0.4 * np.sin(angle), 1.0])
        motion.pelvis_shock[on] = 0.35 * strikes[:, None] * direction
        motion.trunk_shock[on] = _SHOCK_AT_TRUNK * motion.pelvis_shock[on]
        return motion

    def _shocks(self, s):
        """A damped oscillation after each heel strike."""
        steps = self.steps()
        if len(steps) == 0:
            return np.zeros(len(s))
        last = np.searchsorted(steps, s, side="right") - 1
        since = np.where(last >= 0, s - steps[np.maximum(last, 0)], 1.0)
        rise = minimum_jerk(since / 0.01)
        return rise * np.exp(-since / _SHOCK_DECAY_S) * np.sin(2 * np.pi * _SHOCK_HZ * since)


class Sway:
    """Slow random swaying of pelvis and trunk, `degrees` rms each way when standing, and
    breathing, which tilts the trunk by `breath` degrees to and fro 15 times a minute.
    `level` says how much of the sway there is when (less when lying)."""

    def __init__(self, degrees: float, breath: float, seed: int, level: Channel):
        rng = np.random.default_rng(seed)
        self._degrees = degrees
        self._breath = breath
        self._level = level
        self._rates = np.exp(rng.uniform(np.log(0.05), np.log(0.7), (2, 3, 6)))
        self._phases = rng.uniform(0, 2 * np.pi, (2, 3, 6))
        sizes = self._rates**-0.7
        self._sizes = sizes / np.sqrt(0.5 * (sizes**2).sum(axis=-1, keepdims=True))
        # Least about the long axis.
        self._sizes *= np.array([1.0, 1.0, 0.5])[None, :, None]

    def __call__(self, t: np.ndarray) -> Motion:
        motion = Motion.none(len(t))
        level = np.radians(self._degrees) * self._level.at(t)
        waves = np.sin(2 * np.pi * self._rates[..., None] * t + self._phases[..., None])
        both = (self._sizes[..., None] * waves).sum(axis=2)
        motion.pelvis[:] = both[0].T * level
        motion.trunk[:] = 0.5 * (both[0] + both[1]).T * level
        motion.trunk[:, 1] += np.radians(self._breath) * np.sin(2 * np.pi * 0.25 * t)
        return motion
