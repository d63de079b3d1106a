"""How long a brace lasts on its cell: a model of currents, fed with what was measured.

    hours = usable charge / (sleep + awake fraction * (awake - sleep) + sensors + motor + LED)

All currents are at the cell.  What is measured: the awake fraction, by counting the emulated
core's cycles (`plumbline.bench`), and the motor's time, from the log.  What is taken from others
is in SOURCES; no current was measured on a brace of ours, so the result is a budget, not a
promise.
"""

from __future__ import annotations

from dataclasses import dataclass

# name -> (mA, where the figure is from)
SOURCES = {
    "sleep": (
        1.5,
        "Pico in machine.lightsleep(5000), measured at USB: MicroPython commit b004e7e (2022)",
    ),
    "awake": (
        30.0,
        "RP2040 at 125 MHz, one core from flash, USB off: assumed, above the 24-26 mA commonly "
        "measured on a Pico in a busy loop",
    ),
    "sensor": (
        0.55,
        "LSM6DSO, accelerometer and gyroscope in high-performance mode: datasheet, typical",
    ),
    "motor": (80.0, "10 mm coin vibration motor at its rated 3 V: typical of datasheets"),
    "led": (2.0, "one LED at a few mA for 20 ms every 5 s: assumed"),
}
# Of a cell's nominal charge: ageing, cold and the cut-off voltage take the rest.
_USABLE = 0.9
_LED_SHARE = 0.02 / 5
CELL_MAH = 200.0


@dataclass(frozen=True)
class Budget:
    """Mean current by consumer (mA) and what that makes in hours."""

    currents: dict[str, float]
    hours: float

    @property
    def total(self) -> float:
        return sum(self.currents.values())


def budget(
    awake_fraction: float,
    motor_s_per_hour: float,
    sensors: int = 2,
    cell_mah: float = CELL_MAH,
) -> Budget:
    """The budget of a brace whose core is awake for `awake_fraction` of the time (0..1).

    motor_s_per_hour: seconds of vibration in an hour of wear.  sensors: how many are running.
    Raises ValueError for what cannot be.
    """
    if not 0 <= awake_fraction <= 1 or motor_s_per_hour < 0 or sensors < 0 or cell_mah <= 0:
        raise ValueError("a fraction is 0..1; times, sensors and charge are not negative")
    ma = {name: value for name, (value, _) in SOURCES.items()}
    currents = {
        "sleep": ma["sleep"] * (1 - awake_fraction),
        "awake": ma["awake"] * awake_fraction,
        "sensors": ma["sensor"] * sensors,
        "motor": ma["motor"] * motor_s_per_hour / 3600,
        "led": ma["led"] * _LED_SHARE,
    }
    return Budget(currents, cell_mah * _USABLE / sum(currents.values()))
