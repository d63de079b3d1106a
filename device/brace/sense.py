"""The task that empties the sensors' FIFOs and feeds the pipeline, whatever the sensors do.

A sensor that fails is set up anew at once.  If it goes on failing it is left out, and tried again
after a pause that grows from ten seconds to a quarter of an hour; the brace works with the other.
"""

from array import array

from machine import Pin

from brace import faults, pipeline, records
from brace.board import bus, imu, pins
from brace.compat import const

# Some five bursts a second: late enough to sleep in between, early enough for a prompt cue.
BURST_MS = const(190)
_RETRY_MS = const(10_000)
_RETRY_MAX_MS = const(900_000)
# A sensor that fails again so soon has not got well.
_AGAIN_MS = const(120_000)
# So many empty bursts in a row, and we ask whether the sensor has forgotten its settings.
_EMPTY_MAX = const(2)
# So many bursts with the interrupt line low although the FIFO is full enough.
_SILENT_MAX = const(5)
_SAMPLES_MAX = const(255)
# The gyroscope gives nothing of use for 70 ms after it was set up (datasheet, table 3), the
# accelerometer for two samples.
_SETTLE_MS = const(80)
_SECOND_TRY = const(256)


class _Sensor:
    """One sensor's driver and buffers; `here` while it works."""

    def __init__(self, index, name, address, pin):
        self.index = index
        self.name = name
        self.address = address
        self.pin = Pin(pin, Pin.IN)
        self.imu = None
        self.here = False
        self.empty = 0
        self.silent = 0
        self.strikes = 0
        self.failed_at = None
        # Of its last burst that counts.
        self.read_at = None
        self.settled_at = None
        self.retry_at = 0
        self.n = 0
        self.words = bytearray(imu.FIFO_WORDS * imu.WORD)
        self.samples = array("h", bytes(12 * _SAMPLES_MAX))


class Sense:
    """Feeds the application's `chunk`; `start(reason)` (re)starts the pipeline with the sensors
    that are there; on_cue(strength) is called when the pipeline wants one."""

    name = "sense"

    def __init__(self, app, on_cue):
        self._app = app
        self._on_cue = on_cue
        self._bus = None
        self.sensors = (
            _Sensor(0, "S", imu.ADDRESS_S, pins.IMU_S_INT1),
            _Sensor(1, "L", imu.ADDRESS_L, pins.IMU_L_INT1),
        )
        self._begun = False
        self._recovered = False
        # Whether the sensors run in high-performance mode.
        self._precise = False
        self._settling = False

    def names(self):
        """Names of the sensors that work."""
        return [sensor.name for sensor in self.sensors if sensor.here]

    def recover(self):
        """After an unforeseen error: everything anew."""
        self._begun = False

    # -- sensors ---------------------------------------------------------------------------

    def _free_bus(self):
        """A fresh bus; a device that held it has let go, or it is told."""
        self._bus, low = bus.recover()
        if low:
            self._app.fault(faults.BUS_STUCK, low, low)

    def _open(self, sensor, now):
        sensor.empty = sensor.silent = 0
        try:
            sensor.imu = imu.Imu(self._bus, sensor.address)
            sensor.imu.start(self._precise)
            sensor.here = True
            # Of the other one, too, what comes until then is dropped: they stay together.
            for each in self.sensors:
                each.settled_at = self._app.clock.now() + _SETTLE_MS
            self._settling = True
        except imu.SensorError as error:
            sensor.here = False
            sensor.retry_at = now + _RETRY_MS
            self._app.fault(faults.of_sensor(error.args[0]), sensor.index, sensor.index)

    def _fail(self, sensor, code, now):
        """A sensor stopped working: frees the bus and sets it up anew; one that fails again and
        again is left out for a while."""
        self._app.fault(code, sensor.index, sensor.index)
        self._free_bus()
        again = sensor.failed_at is not None and now - sensor.failed_at < _AGAIN_MS
        sensor.strikes = sensor.strikes + 1 if again else 0
        sensor.failed_at = now
        for other in self.sensors:
            if other.here and other is not sensor:
                self._open(other, now)
        sensor.here = False
        if sensor.strikes:
            pause = min(_RETRY_MS << min(sensor.strikes - 1, 10), _RETRY_MAX_MS)
            sensor.retry_at = now + pause
            # The pause is no time in which it has been well.
            sensor.failed_at = now + pause
        else:
            self._open(sensor, now)
        self.start(pipeline.SENSORS)

    def suspect(self, index, code):
        """What a sensor says cannot be (brace.plausible)."""
        if self.sensors[index].here:
            self._fail(self.sensors[index], code, self._app.clock.now())

    def _wants_precise(self):
        """Raw samples are for people who look closely, and noise is what compresses worst."""
        recorder = self._app.recorder
        return bool(self._app.config["raw_on"] or recorder.raw and not recorder.raw_always)

    def start(self, reason):
        """Restarts the pipeline with the sensors that work, which begin anew themselves where
        the mode they are to run in has changed."""
        precise = self._wants_precise()
        if self._precise != precise:
            self._precise = precise
            for sensor in self.sensors:
                if sensor.here:
                    self._open(sensor, self._app.clock.now())
                    # Where a recording begins there is no gap.
                    sensor.read_at = None
        rates = [sensor.imu.rate_mhz if sensor.here else 0 for sensor in self.sensors]
        for sensor in self.sensors:
            sensor.empty = 0
        self._app.start_pipeline(rates[0], rates[1], reason)

    def _begin(self, now):
        # A reset in the midst of a transfer leaves a sensor holding SDA.
        self._free_bus()
        self._precise = self._wants_precise()
        for sensor in self.sensors:
            self._open(sensor, now)
        self._begun = True
        self.start(pipeline.POWER if not self._recovered else pipeline.SENSORS)
        self._recovered = True

    def _retry(self, now):
        due = [s for s in self.sensors if not s.here and s.retry_at - now <= 0]
        if not due:
            return
        if not self.names():
            self._free_bus()
        for sensor in due:
            self._open(sensor, now)
        if [sensor for sensor in due if sensor.here]:
            self.start(pipeline.SENSORS)

    # -- bursts ----------------------------------------------------------------------------

    def _read(self, sensor):
        """Empties a sensor's FIFO into its samples."""
        driver = sensor.imu
        overruns = driver.overruns
        interrupt = sensor.pin.value()
        words = driver.pending()
        if words == 0:
            sensor.empty += 1
            sensor.n = 0
            if sensor.empty > _EMPTY_MAX:
                sensor.empty = 0
                raise imu.SensorError("stopped" if driver.configured() else "reset")
            return
        sensor.empty = 0
        if words > imu.WATERMARK + 2:
            # Not a word or two over it: those may have come since the line was looked at.
            self._watch_interrupt(sensor, interrupt)
        n = driver.read(sensor.words, words)
        sensor.n = self._app.pipeline.pipe.unpack(sensor.index, sensor.words, n, sensor.samples)
        now = self._app.clock.now()
        if sensor.settled_at is not None:
            return
        if driver.overruns != overruns:
            self._app.fault(faults.FIFO_OVERRUN, sensor.index, sensor.index)
            there_cs = sensor.n * 100_000 // driver.rate_mhz
            self._tell_gap(sensor, records.GAP_OVERRUN, now, there_cs)
        sensor.read_at = now

    def _settle(self, now):
        """Whether what was read just now is to be dropped: a sensor that has just begun gives
        nothing of use."""
        if not self._settling:
            return False
        self._settling = False
        for sensor in self.sensors:
            if sensor.here and sensor.settled_at is not None:
                if sensor.settled_at - now > 0:
                    self._settling = True
                else:
                    sensor.settled_at = None
                    self._tell_gap(sensor, records.GAP_SENSOR, now)
                    sensor.read_at = now
        return True

    def _tell_gap(self, sensor, cause, now, there_cs=0):
        """Its samples since the last burst are lost, but for the last `there_cs`."""
        if sensor.read_at is not None:
            lost_cs = (now - sensor.read_at) // 10 - there_cs
            if lost_cs > 0:
                self._app.recorder.gap(cause, sensor.index, lost_cs)

    def _watch_interrupt(self, sensor, level):
        """Nothing depends on the line yet: bursts are timed.  That it is broken is told."""
        sensor.silent = 0 if level else sensor.silent + 1
        if sensor.silent == _SILENT_MAX:
            self._app.fault(faults.SENSOR_INTERRUPT, sensor.index, sensor.index)

    def _burst(self, sensor):
        """Reads a sensor; one that does not acknowledge is asked once more."""
        try:
            self._read(sensor)
        except imu.SensorError as error:
            if error.args[0] != "no_answer":
                raise
            self._read(sensor)
            index = sensor.index
            self._app.fault(faults.SENSOR_NO_ANSWER, _SECOND_TRY + index, 2 + index)

    def step(self, now):
        """One burst."""
        if not self._begun:
            self._begin(now)
            return BURST_MS
        for sensor in self.sensors:
            if sensor.here:
                try:
                    self._burst(sensor)
                except imu.SensorError as error:
                    self._fail(sensor, faults.of_sensor(error.args[0]), now)
                    return BURST_MS
            else:
                sensor.n = 0
        dropped = self._settle(now)
        self._retry(now)
        s, l = self.sensors  # noqa: E741
        if (s.n or l.n) and not dropped:
            cue = self._app.chunk(s.samples, s.n, l.samples, l.n)
            if cue:
                self._on_cue(cue)
        if self._precise and not self._wants_precise():
            self.start(pipeline.RECORDING)
        return BURST_MS
