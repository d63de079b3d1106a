"""Sleeping, the watchdog, and starting again."""

import machine

from brace.board import health, serial
from brace.compat import const

# The longest that the RP2040's watchdog takes is 8388 ms; nothing stops it once it runs.
_WATCHDOG_MS = const(8000)
# A developer's prompt is kept alive for so long; then the brace goes back to its work.
_GUARD_PERIOD_MS = const(2000)
_GUARD_PERIODS = const(900)
# Getting started takes a few seconds at most, an interrupted log and slow flash included.
START_PERIODS = const(10)

_watchdog = None
_guard = None
_guard_left = 0


def start_watchdog():
    """Starts the watchdog, or finds it running.  Its `feed` is to be called every few seconds."""
    global _watchdog
    if _watchdog is None:
        _watchdog = machine.WDT(timeout=_WATCHDOG_MS)
    return _watchdog


def guard(periods=_GUARD_PERIODS):
    """Feeds the watchdog from a timer while no firmware runs: during start-up, and while a
    developer has the prompt.  After half an hour it lets go, and the watchdog restarts the brace:
    one that was left at a prompt goes back to its wearer."""
    global _guard, _guard_left
    start_watchdog()
    _guard_left = periods
    if _guard is None:
        _guard = machine.Timer()
    _guard.init(period=_GUARD_PERIOD_MS, mode=machine.Timer.PERIODIC, callback=_keep)


def end_guard():
    """The firmware's own supervisor takes over."""
    if _guard is not None:
        _guard.deinit()


def _keep(timer):
    global _guard_left
    if _guard_left > 0:
        _guard_left -= 1
        _watchdog.feed()


def sleep(ms, deeply):
    """Sleeps `ms`.  Deeply (clocks off, timer running) only while no host and no motor needs us;
    else waiting for interrupts, ended early by a byte from the host.  Returns whether one came."""
    if ms <= 0:
        return serial.wait(0)
    if deeply:
        machine.lightsleep(ms)
        return serial.wait(0)
    return serial.wait(ms)


def restart():
    """Restarts the brace because somebody said so."""
    # machine.reset() goes through the watchdog as well; what it leaves behind tells them apart.
    health.running(health.NOTHING)
    machine.reset()


def fail(what):
    """Restarts the brace because it cannot go on: a bad start (brace.board.health)."""
    health.running(what)
    machine.reset()


def bootloader():
    """Leaves the firmware for the ROM's USB mass storage."""
    health.running(health.NOTHING)
    machine.bootloader()
