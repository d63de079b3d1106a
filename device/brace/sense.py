"""The task that empties the sensors' FIFOs and feeds the pipeline, whatever the sensors do."""

from array import array

from brace import faults, pipeline
from brace.board import bus, imu
from brace.compat import const

# Some five bursts a second: late enough to sleep in between, early enough for a prompt cue.
BURST_MS = const(190)
_RETRY_MS = const(10_000)
# So many empty bursts in a row, and we ask whether the sensor has forgotten its settings.
_EMPTY_MAX = const(2)
_SAMPLES_MAX = const(255)
_NONE = (None, None)


class _Sensor:
    """One sensor's driver and buffers; `here` while it works."""

    def __init__(self, index, name, address):
        self.index = index
        self.name = name
        self.address = address
        self.imu = None
        self.here = False
        self.empty = 0
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
        self._bus = bus.open_bus()
        self.sensors = (
            _Sensor(0, "S", imu.ADDRESS_S),
            _Sensor(1, "L", imu.ADDRESS_L),
        )
        self._lost = 0
        self._begun = False
        self._recovered = False

    def names(self):
        """Names of the sensors that work."""
        return [sensor.name for sensor in self.sensors if sensor.here]

    def recover(self):
        """After an unforeseen error: everything anew."""
        self._begun = False

    # -- sensors ---------------------------------------------------------------------------

    def _open(self, sensor, now):
        sensor.empty = 0
        try:
            sensor.imu = imu.Imu(self._bus, sensor.address)
            sensor.imu.start()
            sensor.here = True
        except imu.SensorError as error:
            sensor.here = False
            sensor.retry_at = now + _RETRY_MS
            self._app.fault(faults.of_sensor(error.args[0]), sensor.index)

    def _fail(self, sensor, fault, now):
        """A sensor stopped working: frees the bus, tries it once more, then goes on without."""
        self._app.fault(faults.of_sensor(fault), sensor.index)
        self._bus = bus.recover()
        sensor.here = False
        for other in self.sensors:
            if other.here or other is sensor:
                self._open(other, now)
        self.start(pipeline.SENSORS)

    def start(self, reason):
        """Restarts the pipeline with the sensors that work."""
        rates = [sensor.imu.rate_mhz if sensor.here else 0 for sensor in self.sensors]
        for sensor in self.sensors:
            sensor.empty = 0
        self._lost = 0
        self._app.start_pipeline(rates[0], rates[1], reason)

    def _begin(self, now):
        for sensor in self.sensors:
            self._open(sensor, now)
        self._begun = True
        self.start(pipeline.POWER if not self._recovered else pipeline.SENSORS)
        self._recovered = True

    def _retry(self, now):
        again = False
        for sensor in self.sensors:
            if not sensor.here and sensor.retry_at - now <= 0:
                self._open(sensor, now)
                again = again or sensor.here
        if again:
            self.start(pipeline.SENSORS)

    # -- bursts ----------------------------------------------------------------------------

    def _read(self, sensor):
        """Empties a sensor's FIFO into its samples."""
        driver = sensor.imu
        overruns = driver.overruns
        words = driver.pending()
        if words == 0:
            sensor.empty += 1
            sensor.n = 0
            if sensor.empty > _EMPTY_MAX:
                sensor.empty = 0
                raise imu.SensorError("stopped" if driver.configured() else "reset")
            return
        sensor.empty = 0
        n = driver.read(sensor.words, words)
        sensor.n = self._app.pipeline.pipe.unpack(sensor.index, sensor.words, n, sensor.samples)
        if driver.overruns != overruns:
            self._app.fault(faults.FIFO_OVERRUN, sensor.index)

    def step(self, now):
        """One burst."""
        if not self._begun:
            self._begin(now)
            return BURST_MS
        for sensor in self.sensors:
            if sensor.here:
                try:
                    self._read(sensor)
                except imu.SensorError as error:
                    self._fail(sensor, error.args[0], now)
                    return BURST_MS
            else:
                sensor.n = 0
        self._retry(now)
        s, l = self.sensors  # noqa: E741
        if s.n or l.n:
            cue = self._app.chunk(s.samples, s.n, l.samples, l.n)
            if cue:
                self._on_cue(cue)
        return BURST_MS
