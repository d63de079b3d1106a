"""Names and codes of what can go wrong (docs/faults.md says what the brace does about each)."""

from brace.compat import const

TASK = const(1)
SENSOR_NO_ANSWER = const(2)
SENSOR_IDENTITY = const(3)
SENSOR_RESET = const(4)
SENSOR_STOPPED = const(5)
FIFO_OVERRUN = const(6)
CONFIG_DAMAGED = const(7)
CALIBRATION_DAMAGED = const(8)
LOG_FLASH = const(9)
WATCHDOG = const(10)
BATTERY_LOW = const(11)
MOTOR_BUDGET = const(12)

NAMES = {
    TASK: "task",
    SENSOR_NO_ANSWER: "sensor_no_answer",
    SENSOR_IDENTITY: "sensor_identity",
    SENSOR_RESET: "sensor_reset",
    SENSOR_STOPPED: "sensor_stopped",
    FIFO_OVERRUN: "fifo_overrun",
    CONFIG_DAMAGED: "config_damaged",
    CALIBRATION_DAMAGED: "calibration_damaged",
    LOG_FLASH: "log_flash",
    WATCHDOG: "watchdog",
    BATTERY_LOW: "battery_low",
    MOTOR_BUDGET: "motor_budget",
}

_SENSOR = {
    "no_answer": SENSOR_NO_ANSWER,
    "who_am_i": SENSOR_IDENTITY,
    "reset": SENSOR_RESET,
    "stopped": SENSOR_STOPPED,
}


def of_sensor(name):
    """The fault code for what the sensor driver reports."""
    return _SENSOR[name]
