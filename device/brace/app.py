"""The firmware as a whole: drivers, tasks and commands put together, and run."""

import time

import plumbport

from brace import faults, records
from brace.board import power, serial
from brace.board.panel import Battery
from brace.clock import Clock
from brace.commands_basic import BasicCommands
from brace.config import Config
from brace.pipeline import Pipeline
from brace.sense import Sense
from brace.supervisor import Supervisor
from brace.tactor import Tactor
from brace.wire import Wire


class App:
    """Everything that is there once, shared by tasks and command handlers."""

    def __init__(self):
        self.clock = Clock(time.ticks_ms, time.ticks_diff)
        self.config = Config()
        self.battery = Battery()
        self.fault_names = set()
        self.recorded = 0
        self._watchdog = power.start_watchdog()
        self.supervisor = Supervisor(
            self.clock.now, self._sleep, self._watchdog.feed, self._task_failed
        )
        self.wire = Wire(serial.read, serial.write)
        self.pipeline = Pipeline(self.config, self.record)
        self.tactor = Tactor(self.config, self.supervisor.wake)
        self.sense = Sense(self, self.tactor.cue, self._on_chunk)
        BasicCommands(self)
        for task in (self.sense, self.tactor, self.wire):
            self.supervisor.add(task)

    def record(self, kind, body):
        """Puts a record into the log."""
        self.recorded += 1

    def fault(self, code, value):
        """Notes a fault: in the log, and for who asks for the status."""
        self.fault_names.add(faults.NAMES[code])
        self.record(records.FAULT, records.pack(records.FAULT, code, value))

    def _task_failed(self, name, error):
        self.fault(faults.TASK, 0)
        print(name, "failed:", repr(error))

    def start_pipeline(self, rate_s_mhz, rate_l_mhz, reason):
        """(Re)starts the decisions."""
        self.pipeline.start(rate_s_mhz, rate_l_mhz, (None, None), 0, 0, reason)

    def _on_chunk(self, s, n_s, l, n_l):  # noqa: E741
        pass

    def _sleep(self, ms):
        deeply = not self.battery.on_usb() and not plumbport.motor_on()
        if power.sleep(ms, deeply):
            self.supervisor.wake(self.wire)

    def run(self):
        """Never returns; KeyboardInterrupt (a developer's Ctrl-C) gets through."""
        turn = self.supervisor.turn
        while True:
            turn()
