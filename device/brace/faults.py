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
SENSOR_FROZEN = const(13)
SENSOR_SATURATED = const(14)
SENSOR_DRIFT = const(15)
SENSOR_IMPLAUSIBLE = const(16)
SENSOR_INTERRUPT = const(17)
SENSOR_NOISY = const(18)
BUS_STUCK = const(19)
MOTOR_DEAD = const(20)
MOTOR_STUCK = const(21)
BATTERY_EMPTY = const(22)
LOG_FULL = const(23)
LOG_DAMAGED = const(24)
RAW_STOPPED = const(25)
STORE_FLASH = const(26)
IDENTITY_DAMAGED = const(27)
FILES_DAMAGED = const(28)
CHANGES_LEFT_OUT = const(29)
SAFE_MODE = const(30)
PROMPT_LEFT = const(31)
HEAP_LOW = const(32)
CLOCK_UNSET = const(33)
CLOCK_STEP = const(34)
LINE_DAMAGED = const(35)
HOST_SILENT = const(36)
POWER_LOST = const(37)
PLAN_DAMAGED = const(38)

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
    SENSOR_FROZEN: "sensor_frozen",
    SENSOR_SATURATED: "sensor_saturated",
    SENSOR_DRIFT: "sensor_drift",
    SENSOR_IMPLAUSIBLE: "sensor_implausible",
    SENSOR_INTERRUPT: "sensor_interrupt",
    SENSOR_NOISY: "sensor_noisy",
    BUS_STUCK: "bus_stuck",
    MOTOR_DEAD: "motor_dead",
    MOTOR_STUCK: "motor_stuck",
    BATTERY_EMPTY: "battery_empty",
    LOG_FULL: "log_full",
    LOG_DAMAGED: "log_damaged",
    RAW_STOPPED: "raw_stopped",
    STORE_FLASH: "store_flash",
    IDENTITY_DAMAGED: "identity_damaged",
    FILES_DAMAGED: "files_damaged",
    CHANGES_LEFT_OUT: "changes_left_out",
    SAFE_MODE: "safe_mode",
    PROMPT_LEFT: "prompt_left",
    HEAP_LOW: "heap_low",
    CLOCK_UNSET: "clock_unset",
    CLOCK_STEP: "clock_step",
    LINE_DAMAGED: "line_damaged",
    HOST_SILENT: "host_silent",
    POWER_LOST: "power_lost",
    PLAN_DAMAGED: "plan_damaged",
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
