"""Writes records and raw samples into the log, and makes them safe in time.

A log that fails does not stop the brace: it goes on deciding and cueing, shows the fault, and
mounts the log again a little later.
"""

from plumbcore import Log

from brace import faults, records
from brace.board import flashmap
from brace.compat import const

VERSION = const(1)
# What is not flushed is lost with the power: so much at most.
_FLUSH_MS = const(60_000)
_REMOUNT_MS = const(30_000)
# A digest takes some 4 ms; the other tasks have their turn in between.  With the cable in, a pull
# may come soon.
_DIGEST_MS = const(50)
_CABLE_DIGEST_MS = const(10)
# How often segments that were closed meanwhile are looked for then; without it, with each flush.
_LOOK_MS = const(5_000)
# The level of a log in which only raw samples nobody has fetched are about to go.
_RAW_GOES = const(1)
# Samples of one run of the pipeline are numbered within such a range.
RUN = const(1 << 24)
# Rare and precious: made safe at once.
_AT_ONCE = (
    records.FAULT,
    records.PAIN,
    records.TIME,
    records.CALIBRATION,
    records.AUDIT,
    records.START,
)


class Recorder:
    """on_fault(code, value) is called when something is wrong with the log.  `wanted`: without it
    the log is left alone, as after it has hung the brace again and again.  `seal`: plumbcore.Seal
    of a claimed brace, None to log in the clear."""

    name = "log"

    def __init__(self, clock, serial, on_fault, wanted=True, seal=None):
        self._clock = clock
        self._seal = seal
        self._wanted = wanted
        self._serial = serial
        self._on_fault = on_fault
        self._pending = False
        self._hurry = False
        self._remount_at = 0
        self._flush_at = 0
        self._raw_index = 0
        self.raw = False
        # Whether the cable brings power.
        self.cable = False
        self._raw_until = None
        self._faults = 0
        self._level = 0
        self._torn = 0
        self.dropped = 0
        # (cause, sensor) -> hundredths of a second that are still to be told.
        self._gaps = {}
        self._failed_at = None
        self.log = None
        if wanted:
            self._mount()

    def _mount(self):
        try:
            partition = flashmap.partition(flashmap.LOG, flashmap.LOG_LEN)
            self.log = Log(partition, self._serial, self._seal)
        except OSError:
            self._fail()
            return
        self._faults = 0
        self._torn = self.log.torn + self.log.unusable
        if self._failed_at is not None:
            self.gap(records.GAP_LOG, 0, (self._clock.now() - self._failed_at) // 10)
            self._failed_at = None

    def _fail(self):
        faulty = self.log.faults if self.log else 0
        if self._failed_at is None:
            self._failed_at = self._clock.now()
        self.log = None
        self._remount_at = self._clock.now() + _REMOUNT_MS
        self._on_fault(faults.LOG_FLASH, faulty)

    def check(self):
        """Looks at what the log says about itself; to be called now and then."""
        log = self.log
        if log is None:
            return
        if self._torn:
            self._on_fault(faults.LOG_DAMAGED, self._torn)
            self._torn = 0
        if log.faults != self._faults:
            self._faults = log.faults
            self._on_fault(faults.LOG_FLASH, log.faults)
        level = log.level
        if level > max(self._level, _RAW_GOES):
            self._on_fault(faults.LOG_FULL, level)
        self._level = level

    def wipe(self):
        """Erases everything that was recorded.  Returns whether that went well."""
        if self.log is None:
            return False
        try:
            self.log.wipe()
        except OSError:
            self._fail()
            return False
        self._pending = self._hurry = False
        return True

    @property
    def full(self):
        """Whether summaries that nobody has fetched are about to go, so that the wearer is to
        bring the brace."""
        return self._level > _RAW_GOES

    def _now_cs(self):
        return self._clock.now() // 10

    @property
    def boot(self):
        """Number of this start, 0 while the log is not there."""
        return self.log.boot if self.log else 0

    def append(self, kind, body):
        """Puts a record into the log."""
        if self.log is None:
            self.dropped += 1
            return
        try:
            self.log.append(kind, VERSION, self._now_cs(), body)
        except OSError:
            self.dropped += 1
            self._fail()
            return
        self._pending = True
        if kind in _AT_ONCE:
            self._hurry = True

    def gap(self, cause, sensor, length_cs):
        """Nothing was recorded for a while.  Told with the next flush, what has one cause at
        once, so that a part that fails again and again does not fill the log."""
        key = (cause, sensor)
        self._gaps[key] = self._gaps.get(key, 0) + length_cs
        self._pending = True

    def identify(self, rate_s_mhz, rate_l_mhz, calibration, config):
        """What segments begun from now on say about the sensors and settings."""
        if self.log:
            self.log.identify(rate_s_mhz, rate_l_mhz, calibration, config)

    def anchor(self, utc_ms):
        """The wall clock is known (ms since 1970)."""
        if self.log:
            self.log.anchor(self._now_cs(), utc_ms)

    # -- raw samples -------------------------------------------------------------------------

    def start_raw(self, until_ms):
        """Records raw samples until `until_ms` on the clock, or until told otherwise (None)."""
        self.raw = True
        self._raw_until = until_ms

    @property
    def raw_always(self):
        """Whether raw samples are recorded until told otherwise."""
        return self.raw and self._raw_until is None

    def begin_run(self):
        """The pipeline begins anew: so do the raw samples, in a segment of their own."""
        if self.raw:
            self._raw_index = (self._raw_index // RUN + 1) * RUN

    def stop_raw(self):
        """Ends the recording and makes it safe."""
        self.raw = False
        if self.log:
            try:
                self.log.raw_flush()
            except OSError:
                self._fail()

    def chunk(self, s, n_s, l, n_l):  # noqa: E741
        """One chunk of raw samples, recorded if that is asked for."""
        if not self.raw or self.log is None:
            return
        if self._raw_until is not None and self._raw_until - self._clock.now() <= 0:
            self.stop_raw()
            return
        try:
            self.log.raw(self._now_cs(), self._raw_index, s, n_s, l, n_l)
        except OSError as error:
            self.raw = False
            if error.errno == 28:  # ENOSPC: the summaries keep their room, raw samples stop
                self._on_fault(faults.RAW_STOPPED, 0)
            else:
                self._fail()
            return
        self._raw_index += n_s or n_l

    # -- the task ----------------------------------------------------------------------------

    def recover(self):
        """After an unforeseen error: what waits is made safe."""
        self.flush()

    def flush(self):
        """Makes everything appended so far safe."""
        if self.log is None:
            return
        for cause, sensor in self._gaps:
            length = self._gaps[cause, sensor]
            self.append(records.GAP, records.pack(records.GAP, cause, sensor, length))
        if self.log is None:
            return
        self._gaps.clear()
        self._hurry = self._pending = False
        try:
            self.log.flush()
        except OSError:
            self._fail()

    def step(self, now):
        """Flushes what is due; mounts a log that failed; computes digests ahead."""
        if self.log is None:
            if self._wanted and self._remount_at - now <= 0:
                self._mount()
            return 1000
        if self._hurry or self._flush_at - now <= 0:
            if self._pending:
                self.flush()
            self._flush_at = now + _FLUSH_MS
        wait = self._flush_at - now
        if self._seal is None:
            return wait
        if self._digest_ahead():
            return _CABLE_DIGEST_MS if self.cable else _DIGEST_MS
        return min(wait, _LOOK_MS) if self.cable else wait

    def _digest_ahead(self):
        """Whether a closed segment had no digest yet: it has one now, and a pull need not wait
        for that.  Those of raw samples, which are many, are left to the cable's power."""
        try:
            return self.log is not None and self.log.digest_ahead(self.cable)
        except OSError:
            self._fail()
            return False

    @property
    def hurry(self):
        """Whether something precious waits to be flushed."""
        return self._hurry
