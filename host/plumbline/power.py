"""How long a brace lasts on its cell: a model of currents, fed with what was measured.

    hours = usable charge / (sleep + awake fraction * (awake - sleep)
                             + waiting fraction * (waiting - sleep) + sensors + motor + LED)

Awake is executing; waiting is standing still, clocks running, while the bus brings the samples;
the rest is sleep.  All currents are at the cell.  What is measured: the awake fraction, by
counting the emulated core's cycles (`plumbline.bench`), and the motor's time, from the log.  The
waiting fraction is what the bytes of the samples take on the bus.  What is taken from others is in
SOURCES; no current was measured on a brace of ours, so the result is a budget, not a promise.

Currents of a Pico measured at 5 V are those of its 3.3 V behind a converter of 85 %, so a brace
with a linear regulator takes 5 * 0.85 / 3.3 = 1.29 times as much out of its cell.
"""

from __future__ import annotations

from dataclasses import dataclass

# name -> (mA, where the figure is from)
SOURCES = {
    "sleep": (
        1.5,
        "Pico in machine.lightsleep(5000), measured at USB: MicroPython commit b004e7e (2022).  "
        "Not converted: 0.3 of it flow through the Pico's divider of the USB voltage",
    ),
    "awake": (
        30.0,
        "Pico at 125 MHz working on a table: 23 mA at 5 V (a report on the Raspberry Pi "
        "forum on running one at 12 MHz), converted",
    ),
    "waiting": (
        13.0,
        "Pico in sleep_ms: 19 mA at 125 MHz, 8 mA at 48 MHz, at 5 V (the same), so 10.1 mA at "
        "62.5 MHz, converted",
    ),
    "sensor": (
        0.4,
        "LSM6DSL, accelerometer and gyroscope in normal mode: datasheet, typical.  The LSM6DSO's "
        "gives high performance only, 0.55 mA where the LSM6DSL has 0.65",
    ),
    "motor": (80.0, "10 mm coin vibration motor at its rated 3 V: typical of datasheets"),
    "led": (2.0, "one LED at a few mA for 20 ms every 5 s: assumed"),
}
# A sensor's share of the bus: 104.17 samples a second of two FIFO words of 7 bytes, 9 clocks a
# byte at 1 Mbit/s.
BUS_FRACTION = 104.17 * 2 * 7 * 9 / 1e6
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

    motor_s_per_hour: seconds of vibration in an hour of wear.  sensors: how many are running, and
    read.  Raises ValueError for what cannot be.
    """
    if not 0 <= awake_fraction <= 1 or motor_s_per_hour < 0 or sensors < 0 or cell_mah <= 0:
        raise ValueError("a fraction is 0..1; times, sensors and charge are not negative")
    waiting = BUS_FRACTION * sensors
    if awake_fraction + waiting > 1:
        raise ValueError(f"awake for a fraction of {awake_fraction} leaves no time for the bus")
    ma = {name: value for name, (value, _) in SOURCES.items()}
    currents = {
        "sleep": ma["sleep"] * (1 - awake_fraction - waiting),
        "awake": ma["awake"] * awake_fraction,
        "waiting": ma["waiting"] * waiting,
        "sensors": ma["sensor"] * sensors,
        "motor": ma["motor"] * motor_s_per_hour / 3600,
        "led": ma["led"] * _LED_SHARE,
    }
    return Budget(currents, cell_mah * _USABLE / sum(currents.values()))
