"""The firmware as a whole: drivers, tasks and commands put together, and run."""

import time

import plumbcore
import plumbport

from brace import calibrate, faults, pipeline, records, tactor
from brace.attend import Attend
from brace.board import power, serial
from brace.clock import Clock
from brace.commands_basic import BasicCommands
from brace.commands_body import BodyCommands
from brace.commands_log import LogCommands
from brace.commands_selftest import SelftestCommand
from brace.config import Config
from brace.recorder import Recorder
from brace.sense import Sense
from brace.store import Store
from brace.supervisor import Supervisor
from brace.wire import Wire

_GUIDES = {
    calibrate.READY: tactor.ATTENTION,
    calibrate.STANDING: tactor.CONFIRM,
    calibrate.BEND: tactor.ATTENTION,
    calibrate.DONE: tactor.CONFIRM,
    calibrate.FAILED: tactor.TROUBLE,
}


class App:
    """Everything that is there once, shared by tasks and command handlers."""

    def __init__(self):
        self.clock = Clock(time.ticks_ms, time.ticks_diff)
        self.config = Config()
        self.calibration = calibrate.Calibration()
        self.fault_names = set()
        self.store = Store()
        self.identity = self.store.load_identity()
        self.recorder = Recorder(self.clock, self.identity["serial"], self._log_failed)
        if self.store.load_config(self.config):
            self.fault(faults.CONFIG_DAMAGED, 0)
        if self.store.load_calibration(self.calibration):
            self.fault(faults.CALIBRATION_DAMAGED, 0)
        if power.restart_cause() == "watchdog":
            self.fault(faults.WATCHDOG, 0)

        self._watchdog = power.start_watchdog()
        self.supervisor = Supervisor(
            self.clock.now, self._sleep, self._watchdog.feed, self._task_failed
        )
        self.wire = Wire(serial.read, serial.write)
        self.pipeline = pipeline.Pipeline(self.config, self.record)
        self.tactor = tactor.Tactor(self.config, self.supervisor.wake)
        self.sense = Sense(self, self.tactor.cue)
        self.body = BodyCommands(self)
        self.calibrator = calibrate.Calibrator(
            self.pipeline, self._guide, self.body.tell, self._keep_calibration
        )
        self.attend = Attend(self)
        BasicCommands(self)
        SelftestCommand(self)
        LogCommands(self)
        for task in (self.sense, self.tactor, self.recorder, self.attend, self.wire):
            self.supervisor.add(task)

    # -- records and faults --------------------------------------------------------------

    def record(self, kind, body):
        """Puts a record into the log."""
        self.recorder.append(kind, body)
        if self.recorder.hurry:
            self.supervisor.wake(self.recorder)

    def fault(self, code, value):
        """Notes a fault: in the log, and for who asks for the status."""
        self.fault_names.add(faults.NAMES[code])
        self.recorder.append(records.FAULT, records.pack(records.FAULT, code, value))

    def _task_failed(self, name, error):
        self.fault(faults.TASK, 0)
        print(name, "failed:", repr(error))

    def _log_failed(self):
        self.fault_names.add(faults.NAMES[faults.LOG_FLASH])

    # -- settings ------------------------------------------------------------------------

    def provision(self, serial_number, hw):
        """Gives the brace its serial number and hardware revision."""
        self.store.store_identity(serial_number, hw)
        self.identity = self.store.load_identity()

    def change_config(self, changes):
        """Changes settings, stores them, and begins anew with them.  Raises ConfigError."""
        self.config.change(changes)
        self.store.store_config(self.config)
        self.sense.start(pipeline.CONFIG)

    def set_time(self, utc_ms):
        """The host tells the time."""
        step = self.clock.set_utc(utc_ms)
        self.recorder.anchor(utc_ms)
        self.record(records.TIME, records.pack(records.TIME, utc_ms, step or 0))
        self._tell_time_of_day()

    def _tell_time_of_day(self):
        """Tells the pipeline the minute of the day and the week of the programme."""
        utc = self.clock.utc()
        if utc is None or not self.pipeline.sensors:
            return
        zone, begun = self.config["zone_min"], self.config["start_day"]
        self.pipeline.input(pipeline.MINUTE, self.clock.minute_of_day(zone))
        day = (utc // 60000 + zone) // 1440
        self.pipeline.input(pipeline.WEEK, max(0, day - begun) // 7 if begun else 0)

    # -- sensing -------------------------------------------------------------------------

    def start_pipeline(self, rate_s_mhz, rate_l_mhz, reason):
        """(Re)starts the decisions."""
        config_id = plumbcore.crc32(self.config.pack())
        self.recorder.identify(rate_s_mhz, rate_l_mhz, self.calibration.id, config_id)
        if self.config["raw_on"] and not self.recorder.raw:
            self.recorder.start_raw(None)
        self.recorder.begin_run()
        self.pipeline.start(rate_s_mhz, rate_l_mhz, self.calibration, config_id, reason)
        self._tell_time_of_day()

    def chunk(self, s, n_s, l, n_l):  # noqa: E741
        """One chunk of samples.  Returns the strength of the cue to give now."""
        self.recorder.chunk(s, n_s, l, n_l)
        cue = self.pipeline.chunk(s, n_s, l, n_l)
        self.calibrator.update()
        self.body.show(self.attend.millivolts, plumbport.motor_on())
        return cue

    def _guide(self, step):
        self.pipeline.governor.paused = self.calibrator.running
        self.tactor.play(_GUIDES[step])

    def _keep_calibration(self, found):
        found.id = (self.calibration.id + 1) & 0xFFFFFFFF
        found.utc_ms = self.clock.utc() or 0
        try:
            self.store.store_calibration(found)
        except OSError:
            return False
        self.calibration = found
        self.record(
            records.CALIBRATION,
            records.pack(records.CALIBRATION, found.id, 0, found.quality, found.bend_cdeg, 0),
        )
        self.sense.start(pipeline.CALIBRATED)
        return True

    # -- running -------------------------------------------------------------------------

    def _sleep(self, ms):
        deeply = not self.attend.on_usb() and not plumbport.motor_on()
        if power.sleep(ms, deeply):
            self.supervisor.wake(self.wire)

    def run(self):
        """Never returns; KeyboardInterrupt (a developer's Ctrl-C) gets through."""
        turn = self.supervisor.turn
        while True:
            turn()
