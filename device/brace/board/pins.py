"""Which GPIO does what (device/port/boards/PLUMBLINE_RP2040/pins.csv; a test holds them equal)."""

from brace.compat import const

IMU_SDA = const(4)
IMU_SCL = const(5)
IMU_S_INT1 = const(6)
IMU_L_INT1 = const(7)
BUTTON = const(14)
MOTOR = const(15)
VBUS = const(24)
LED = const(25)
VBAT = const(26)
