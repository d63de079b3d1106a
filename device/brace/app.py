"""The firmware as a whole: drivers, tasks and commands put together, and run."""

import gc
import time

import plumbcore
import plumbport

from brace import audit, calibrate, faults, pipeline, records, tactor
from brace.attend import Attend
from brace.audit import Audit
from brace.board import files, health, power, serial
from brace.claim import ROLES, Claim
from brace.clock import Clock
from brace.commands_basic import BasicCommands
from brace.commands_body import BodyCommands
from brace.commands_coach import CoachCommands
from brace.commands_log import LogCommands
from brace.commands_selftest import SelftestCommand
from brace.commands_trust import TrustCommands
from brace.commands_update import UpdateCommands
from brace.config import Config
from brace.fit import Fit
from brace.plausible import Plausible
from brace.recorder import Recorder
from brace.sense import Sense
from brace.session import Session
from brace.store import Store
from brace.supervisor import Supervisor
from brace.troubles import Troubles
from brace.wire import Wire

# A clock that is put right by more than this was wrong.
_STEP_MS = 120_000

_GUIDES = {
    calibrate.READY: tactor.ATTENTION,
    calibrate.STANDING: tactor.CONFIRM,
    calibrate.BEND: tactor.ATTENTION,
    calibrate.DONE: tactor.CONFIRM,
    calibrate.FAILED: tactor.TROUBLE,
}


class App:
    """Everything that is there once, shared by tasks and command handlers.

    level, without: how much of it runs (brace.board.health), and the name of the task that does
    not, if one does not.
    """

    def __init__(self, level=health.ALL, without=""):
        bare = level == health.BARE
        self.level = level
        self.clock = Clock(time.ticks_ms, time.ticks_diff)
        self.config = Config()
        self.calibration = calibrate.Calibration()
        self.fault_names = set()
        self.motor_trouble = False
        self.unlocked = False
        # Faults come before there is anything to tell them to.
        self.recorder = self.supervisor = None
        self.troubles = Troubles(self.clock.now, self._tell_fault)
        self.store = Store()
        self.identity = self.store.load_identity()
        self.claim = Claim()
        self.store.load_claim(self.claim)
        seal = plumbcore.Seal(self.claim.clinic) if self.claim.clinic else None
        # Who wears a brace that nobody can seal for leaves no records.
        private = seal is not None or not plumbport.wearer()
        wanted = private and not bare and without != "log"
        self.recorder = Recorder(
            self.clock, self.identity["serial"], self.fault, wanted, seal
        )
        self.audit = Audit(self.store, self.claim, self.record, self.clock.utc)
        if not bare:
            self._load()
            self._clean()
            self.audit.begin(self.recorder.boot)
        self._tell_start(without)

        self._watchdog = power.start_watchdog()
        self.supervisor = Supervisor(
            self.clock.now, self._sleep, self._watchdog.feed, self._task_failed, self._running
        )
        self.session = Session(self.claim, self.clock.now, self._session_told)
        self.wire = Wire(serial.read, serial.write, self.session)
        self.wire.on_damage = self._line_damaged
        self.pipeline = pipeline.Pipeline(self.config, self.record)
        self.tactor = tactor.Tactor(self.config, self.supervisor.wake, self._on_burst)
        self.sense = Sense(self, self.tactor.cue)
        self.plausible = Plausible(self.fault, self.sense.suspect)
        self.body = BodyCommands(self)
        self.calibrator = calibrate.Calibrator(
            self.pipeline, self._guide, self.body.tell, self._keep_calibration
        )
        self.coach = CoachCommands(self).coach
        self.fit = Fit(self)
        self.attend = Attend(self)
        BasicCommands(self)
        SelftestCommand(self)
        LogCommands(self)
        TrustCommands(self)
        UpdateCommands(self)
        for i, task in enumerate((self.sense, self.tactor, self.recorder, self.attend, self.wire)):
            if task.name != without and (not bare or task in (self.attend, self.wire)):
                self.supervisor.add(task, True, i + 1)

    def _load(self):
        """Settings and calibration as they are stored."""
        if self.store.load_config(self.config):
            self.fault(faults.CONFIG_DAMAGED, 0)
        if self.store.load_calibration(self.calibration):
            self.fault(faults.CALIBRATION_DAMAGED, 0)

    def _clean(self):
        """After a claim: nothing that was stored in the clear before stays.  A cut repeats it."""
        if self.claim.clinic is None or self.claim.clean:
            return
        # A full log takes long to erase.
        power.guard()
        self.store.seal_all(self.config, self.calibration)
        if self.recorder.wipe():
            self.claim.clean = True
            self.store.store_claim(self.claim)

    def _session_told(self, what, role):
        self.audit.note(audit.OPENED if what == "opened" else audit.REFUSED, ROLES[role])

    def _tell_start(self, without):
        """Notes how the last start ended and what this one lacks."""
        cause, last = health.cause(), health.last()
        if cause == health.WATCHDOG:
            kinds = {health.PROMPT: faults.PROMPT_LEFT, health.HEAP: faults.HEAP_LOW}
            self.fault(kinds.get(last, faults.WATCHDOG), last)
            self.recorder.gap(records.GAP_HUNG, 0, 0)
        elif cause == health.POWER and self.recorder.boot > 1:
            self.fault(faults.POWER_LOST, 0)
            self.recorder.gap(records.GAP_POWER, 0, 0)
        if self.level != health.ALL:
            self.fault(faults.SAFE_MODE, last if without else 0)
        if self.store.identity_damaged:
            self.fault(faults.IDENTITY_DAMAGED, 0)
        if files.damaged:
            self.fault(faults.FILES_DAMAGED, 0)
        if health.plain():
            self.fault(faults.CHANGES_LEFT_OUT, health.bad_starts())

    # -- records and faults --------------------------------------------------------------

    def record(self, kind, body):
        """Puts a record into the log."""
        self.recorder.append(kind, body)
        if self.recorder.hurry and self.supervisor:
            self.supervisor.wake(self.recorder)

    def fault(self, code, value, kind=0):
        """Notes a fault: in the log, and for who asks for the status.  `kind` tells those apart
        that have one code (brace.troubles)."""
        self.fault_names.add(faults.NAMES[code])
        if code == faults.MOTOR_DEAD or code == faults.MOTOR_STUCK:
            self.motor_trouble = True
        self.troubles.note(code, value, kind)

    def _tell_fault(self, code, value, count):
        """Puts a fault into the log; False while there is none."""
        if self.recorder is None or self.recorder.log is None:
            return False
        self.record(records.FAULT, records.pack(records.FAULT, code, value, count))
        return True

    def _task_failed(self, name, error):
        number = health.TASKS.index(name) + 1
        if isinstance(error, MemoryError):
            gc.collect()
            self.fault(faults.HEAP_LOW, gc.mem_free())
        self.fault(faults.TASK, number, number)
        if not plumbport.wearer():
            # Whoever holds a wearer's cable is not told what goes on in the brace.
            print(name, "failed:", repr(error))

    def _line_damaged(self):
        self.fault(faults.LINE_DAMAGED, self.wire.damaged)

    def _on_burst(self, ms, short):
        if short:
            self.fault(faults.MOTOR_BUDGET, short)
        if ms:
            self.plausible.burst(ms)

    def _running(self, number):
        health.running(number or health.SLEEPING)

    # -- settings ------------------------------------------------------------------------

    def provision(self, serial_number, hw, release=None):
        """Gives the brace its serial number, hardware revision and, unless that is None, the key
        that signs its updates."""
        release = self.identity["release"] if release is None else release
        try:
            self.store.store_identity(serial_number, hw, release)
        except OSError:
            self.fault(faults.STORE_FLASH, 2, 2)
            raise
        self.identity = self.store.load_identity()
        self.audit.note(audit.PROVISION, self.session.role, hw)

    def change_config(self, changes):
        """Changes settings, stores them, and begins anew with them.  Raises ConfigError; OSError
        when they cannot be stored, and the old ones hold."""
        before = self.config.pack()
        self.config.change(changes)
        try:
            self.store.store_config(self.config)
        except OSError:
            self.config.unpack(before)
            self.fault(faults.STORE_FLASH, 0, 0)
            raise
        self.audit.note(audit.CONFIG, self.session.role, plumbcore.crc32(self.config.pack()))
        self.sense.start(pipeline.CONFIG)

    def set_time(self, utc_ms):
        """The host tells the time."""
        step = self.clock.set_utc(utc_ms)
        self.audit.note(audit.TIME, self.session.role)
        self.recorder.anchor(utc_ms)
        self.record(records.TIME, records.pack(records.TIME, utc_ms, step or 0))
        if step is not None and abs(step) > _STEP_MS:
            self.fault(faults.CLOCK_STEP, min(abs(step) // 1000, 0xFFFFFFFF))
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
        if self.config["raw_on"]:
            self.recorder.start_raw(None)
        elif self.recorder.raw_always:
            self.recorder.stop_raw()
        self.recorder.begin_run()
        self.pipeline.start(rate_s_mhz, rate_l_mhz, self.calibration, config_id, reason)
        self.plausible.begin()
        self._tell_time_of_day()

    def chunk(self, s, n_s, l, n_l):  # noqa: E741
        """One chunk of samples.  Returns the cue to give now (Pipeline.chunk)."""
        self.recorder.chunk(s, n_s, l, n_l)
        line = self.pipeline
        cue = line.chunk(s, n_s, l, n_l)
        self.calibrator.update()
        self.plausible.update(line, self.calibration, s, l)
        self.coach.update(cue)
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
            self.audit.note(audit.CALIBRATION, self.session.role, found.id)
        except OSError:
            self.fault(faults.STORE_FLASH, 1, 1)
            return False
        self.calibration = found
        self.record(
            records.CALIBRATION,
            records.pack(records.CALIBRATION, found.id, 0, found.quality, found.bend_cdeg, 0),
        )
        self.sense.start(pipeline.CALIBRATED)
        return True

    def erase_log(self):
        """Erases everything that was recorded.  Raises OSError."""
        # A full log takes longer than the watchdog waits.
        power.guard()
        erased = self.recorder.wipe()
        power.end_guard()
        if not erased:
            raise OSError(5)
        self.audit.note(audit.ERASE, self.session.role)

    def unlock(self):
        """Ends the firmware once the answer under way is out, and leaves the prompt."""
        self.audit.note(audit.UNLOCK, self.session.role)
        self.recorder.flush()
        self.wire.afterwards = self._leave

    def _leave(self):
        self.unlocked = True

    def restart(self):
        """Restarts the brace once the answer under way is out."""
        self.recorder.flush()
        self.wire.afterwards = power.restart

    # -- running -------------------------------------------------------------------------

    def _sleep(self, ms):
        deeply = not self.attend.on_usb() and not plumbport.motor_on()
        if power.sleep(ms, deeply):
            self.supervisor.wake(self.wire)

    def run(self):
        """Returns only when service has unlocked the brace; KeyboardInterrupt (a developer's
        Ctrl-C) gets through."""
        turn = self.supervisor.turn
        while not self.unlocked:
            turn()
