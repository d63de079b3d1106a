"""The firmware as a whole: drivers, tasks and commands put together, and run."""

import time

import plumbport

from brace.board import power, serial
from brace.board.panel import Battery
from brace.clock import Clock
from brace.commands_basic import BasicCommands
from brace.config import Config
from brace.supervisor import Supervisor
from brace.wire import Wire


class App:
    """Everything that is there once, shared by tasks and command handlers."""

    def __init__(self):
        self.clock = Clock(time.ticks_ms, time.ticks_diff)
        self.config = Config()
        self.battery = Battery()
        self.wire = Wire(serial.read, serial.write)
        self.faults = []
        self._watchdog = power.start_watchdog()
        self.supervisor = Supervisor(self.clock.now, self._sleep, self._watchdog.feed, self.fault)
        BasicCommands(self)
        self.supervisor.add(self.wire)

    def fault(self, name, error):
        """Notes a fault of a task."""
        self.faults.append((name, str(error)))

    def _sleep(self, ms):
        deeply = not self.battery.on_usb() and not plumbport.motor_on()
        if power.sleep(ms, deeply):
            self.supervisor.wake(self.wire)

    def run(self):
        """Never returns; KeyboardInterrupt (a developer's Ctrl-C) gets through."""
        turn = self.supervisor.turn
        while True:
            turn()
