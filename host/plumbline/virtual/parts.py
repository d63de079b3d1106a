"""What every virtual brace is built from, emulated or on the unix port: addresses, pins, trims."""

from __future__ import annotations

from brace.board import pins

ADDRESS = {"S": 0x6A, "L": 0x6B}
INT1 = {"S": pins.IMU_S_INT1, "L": pins.IMU_L_INT1}
# No two parts run at the same rate.
TRIM_PPM = {"S": 1200, "L": -900}
# The battery's divider: this voltage is the converter's full scale.
VBAT_FULL_MV = 6600
# What the running motor adds to the accelerometers, rms in mg: a coin motor in a brace.
SHAKE_MG = 60


def noise_seed(seed: int, sensor: str) -> int:
    """The seed of a sensor's noise in a brace of this seed."""
    return seed * 16 + "SL".index(sensor)
