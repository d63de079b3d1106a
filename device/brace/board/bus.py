"""The I2C bus of the two IMUs, and getting it free again when a device holds it."""

from time import sleep_us

from machine import I2C, Pin

from brace.board import pins

_FAST_MODE_PLUS = 1_000_000


def open_bus():
    """The bus at 1 Mbit/s (the LSM6DSO takes Fast-mode Plus)."""
    return I2C(
        0,
        sda=Pin(pins.IMU_SDA),
        scl=Pin(pins.IMU_SCL),
        freq=_FAST_MODE_PLUS,
        timeout=5000,
    )


def recover():
    """Frees a bus whose SDA a device holds low, as the I2C specification asks (UM10204, 3.1.16):
    up to nine clocks until SDA is let go, then a STOP.  Returns a fresh bus, and what was low
    before: 1 SDA, 2 SCL, 3 both, 0 neither.

    The pins are open-drain by hand here: driven low, or an input with its pull-up.
    """
    sda = Pin(pins.IMU_SDA, Pin.IN, Pin.PULL_UP)
    scl = Pin(pins.IMU_SCL, Pin.IN, Pin.PULL_UP)
    sleep_us(5)
    low = (0 if sda.value() else 1) | (0 if scl.value() else 2)
    for _ in range(9):
        if sda.value():
            break
        scl.init(Pin.OUT, value=0)
        sleep_us(5)
        scl.init(Pin.IN, Pin.PULL_UP)
        sleep_us(5)
    scl.init(Pin.OUT, value=0)
    sda.init(Pin.OUT, value=0)
    sleep_us(5)
    scl.init(Pin.IN, Pin.PULL_UP)
    sleep_us(5)
    sda.init(Pin.IN, Pin.PULL_UP)
    sleep_us(5)
    return open_bus(), low
