"""Sleeping, starting again, and knowing why we started."""

import machine

from brace.board import serial
from brace.compat import const

WATCHDOG_MS = const(8000)


def start_watchdog():
    """The watchdog; its longest time is 8388 ms, and nothing stops it once started."""
    return machine.WDT(timeout=WATCHDOG_MS)


def sleep(ms, deeply):
    """Sleeps `ms`.  Deeply (clocks off, timer running) only while no host and no motor needs us;
    else waiting for interrupts, ended early by a byte from the host.  Returns whether one came."""
    if ms <= 0:
        return serial.wait(0)
    if deeply:
        machine.lightsleep(ms)
        return serial.wait(0)
    return serial.wait(ms)


def restart_cause():
    """Why the brace started: "power", "watchdog" or "soft"."""
    cause = machine.reset_cause()
    return "watchdog" if cause == machine.WDT_RESET else "power"


def restart():
    """Restarts the brace as if by the reset pin."""
    machine.reset()


def bootloader():
    """Leaves the firmware for the ROM's USB mass storage."""
    machine.bootloader()
