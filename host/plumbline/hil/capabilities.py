"""What a rig may be able to do around its brace.  A test names what it needs; on a rig that lacks
it the test is skipped, and counted, with that reason."""

from __future__ import annotations

CAPABILITIES = {
    "moves_sensors": "plays motions into the sensors",
    "cuts_power": "takes power away and gives it back",
    "sets_battery": "sets the cell's voltage and pulls the USB cable",
    "sees_motor": "sees the motor's pin move",
    "sees_led": "sees the LED light up",
    "presses_button": "presses the button",
    "injects_bus_faults": "puts faults on the sensors and their I2C bus",
    "edits_flash": "reads and damages the flash chip behind the firmware's back, and cuts power "
    "within a flash operation",
    "exact_time": "time passes only while the test waits, so the same test gives the same times",
    "emulated_core": "the real image runs on an emulated core whose cycles are counted",
    "has_prompt": "the brace, with a development image, shows MicroPython's prompt at Ctrl-C",
    "breaks_motor": "lets the motor die, or run although it is told to stop",
    "pulls_reset": "pulls the reset pin",
    "fast_time": "an hour passes within seconds",
    "runs_code": "runs MicroPython code in the firmware",
    "opens_port": "gives the serial port to another program",
}

# The capability that a fixture stands for.
OF_FIXTURE = {
    "body": "moves_sensors",
    "power": "cuts_power",
    "motor": "sees_motor",
    "led": "sees_led",
    "button": "presses_button",
    "flash_bus": "injects_bus_faults",
    "port": "opens_port",
    "flash": "edits_flash",
    "supply": "sets_battery",
    "ordeal": "edits_flash",
    "inside": "runs_code",
}


def missing(needed: set[str], there: frozenset[str]) -> list[str]:
    """Which of `needed` a rig with `there` lacks, sorted."""
    return sorted(needed - there)
