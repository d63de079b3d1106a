"""Writes the log that a brace would write which feels given samples: for tests and the bench.

The firmware's own pipeline decides, and its records and raw samples go into a log as its recorder
puts them there; only the clock is made up.
"""

from __future__ import annotations

import numpy as np
import plumbcore
from brace.calibrate import Calibration
from brace.config import Config
from brace.pipeline import POWER, Pipeline

RATE_MHZ = 104_000
# Samples in a burst at five a second.
CHUNK = 21
_GYR_DPS, _ACC_G = 0.07, 0.000488


def bends(flexion_deg: np.ndarray, noise: int = 4, seed: int = 1) -> np.ndarray:
    """Counts (n, 6) int16 of a sensor aligned with its segment, which bends forward by
    `flexion_deg` at each sample (104 Hz) and does nothing else; noise in counts."""
    angle = np.radians(flexion_deg)
    counts = np.zeros((len(angle), 6))
    counts[:, 1] = np.gradient(flexion_deg) * RATE_MHZ / 1000 / _GYR_DPS
    counts[:, 3] = -np.sin(angle) / _ACC_G
    counts[:, 5] = np.cos(angle) / _ACC_G
    counts += np.random.default_rng(seed).normal(0, noise, counts.shape)
    return np.clip(np.rint(counts), -32768, 32767).astype("<i2")


def day(seconds: float, seed: int = 1) -> np.ndarray:
    """Flexion (degrees) at 104 Hz of somebody who sits upright, slouches, and bends to the floor,
    each for a while."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE_MHZ / 1000)
    goal = np.empty(n)
    at = 0
    while at < n:
        stay = int(rng.uniform(8, 60) * RATE_MHZ / 1000)
        goal[at : at + stay] = rng.choice([3.0, 30.0, 45.0, 70.0], p=[0.5, 0.25, 0.15, 0.1])
        at += stay
    # About a second from one to the next.
    width = RATE_MHZ // 1000
    padded = np.concatenate([np.full(width, goal[0]), goal, np.full(width, goal[-1])])
    return np.convolve(padded, np.hanning(width) / np.hanning(width).sum(), "same")[width:-width]


def write(log: plumbcore.Log, s: np.ndarray, l: np.ndarray, config: Config | None = None) -> None:  # noqa: E741
    """Puts one run into a log, with raw samples: int16 arrays (n, 6) of S and L at 104 Hz."""
    config = config or Config()
    t_cs = 0

    def emit(kind: int, body) -> None:
        log.append(kind, 1, t_cs, body)

    log.identify(RATE_MHZ, RATE_MHZ, 0, 0)
    pipeline = Pipeline(config, emit)
    pipeline.start(RATE_MHZ, RATE_MHZ, Calibration(), 0, POWER)
    log.flush()
    for at in range(0, len(s), CHUNK):
        a, b = s[at : at + CHUNK], l[at : at + CHUNK]
        t_cs = (at + len(a)) * 100_000 // RATE_MHZ
        log.raw(t_cs, at, a, len(a), b, len(b))
        pipeline.chunk(a, len(a), b, len(b))
    log.close()
