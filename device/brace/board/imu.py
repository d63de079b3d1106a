"""LSM6DSO inertial sensor over I2C: set up for FIFO bursts, and watched for going astray.

Register names and values are the datasheet's (ST DS12140).  Both sensors run accelerometer and
gyroscope at 104 Hz, ±16 g (0.488 mg/LSB) and ±2000 dps (70 mdps/LSB), and batch both into the
3 KB FIFO in continuous mode: 7-byte words of a tag and three int16.
"""

import plumbport

from brace.compat import const

ADDRESS_S = const(0x6A)
ADDRESS_L = const(0x6B)
WHO_AM_I_VALUE = const(0x6C)
WORD = const(7)
# 3 KB hold 438 words; one burst may find them all, after a long flash erase.
FIFO_WORDS = const(512)
RATE_NOMINAL_MHZ = const(104171)

_FIFO_CTRL1 = const(0x07)
_INT1_CTRL = const(0x0D)
_WHO_AM_I = const(0x0F)
_CTRL1_XL = const(0x10)
_CTRL3_C = const(0x12)
_CTRL6_C = const(0x15)
_OUT_TEMP_L = const(0x20)
_OUTX_L_G = const(0x22)
_FIFO_STATUS1 = const(0x3A)
_INTERNAL_FREQ_FINE = const(0x63)
_FIFO_DATA_OUT_TAG = const(0x78)

_SW_RESET = const(0x01)
# Words from which on INT1 is high: a little less than a burst finds (some 40).
WATERMARK = const(32)
# From FIFO_CTRL1 on: watermark, both batched at 104 Hz, continuous mode.
_FIFO_SETUP = b"\x20\x00\x44\x06"
# From CTRL1_XL on: 104 Hz ±16 g; 104 Hz ±2000 dps; BDU and IF_INC.  And CTRL6_C, CTRL7_G: both
# parts in normal mode, which takes a third of the current off and makes the noise 3 mg and
# 0.075 dps rms (docs/power.md).
_CTRL_SETUP = b"\x44\x4c\x44"
_MODE = b"\x10\x80"
# Or in high-performance mode, the accelerometer's second low-pass on at a quarter of its rate:
# 0.6 mg and 0.022 dps rms.
_CTRL_PRECISE = b"\x46\x4c\x44"
_MODE_PRECISE = b"\x00\x00"
_INT1_FIFO_TH = b"\x08"


class SensorError(Exception):
    """A sensor does not answer, or is not what it should be; `args[0]` names the fault."""


class Imu:
    """One sensor.  `rate_mhz` is its real rate, from its own factory trim."""

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address
        self._two = bytearray(2)
        self._setup = _CTRL_SETUP
        self._check = bytearray(len(_CTRL_SETUP))
        self.overruns = 0
        self.rate_mhz = RATE_NOMINAL_MHZ

    def _get(self, register, buf, n):
        """Reads n bytes from a register on into `buf`.  Raises SensorError.

        Not by machine.I2C: what that does after a failure clocks the bus by hand, and a device
        that holds SDA lets go before anybody has seen it.
        """
        try:
            plumbport.i2c_read(self._address, register, buf, n)
        except OSError:
            raise SensorError("no_answer")

    def _put(self, register, data):
        """Writes `data` from a register on.  Raises SensorError."""
        try:
            self._i2c.writeto_mem(self._address, register, data)
        except OSError:
            raise SensorError("no_answer")

    def start(self, precise):
        """Resets and sets up the sensor, its FIFO empty; precise: with less noise, for more
        current.  Raises SensorError."""
        two = self._two
        self._get(_WHO_AM_I, two, 1)
        if two[0] != WHO_AM_I_VALUE:
            raise SensorError("who_am_i")
        self._put(_CTRL3_C, bytes((_SW_RESET,)))
        for _ in range(50):
            self._get(_CTRL3_C, two, 1)
            if not two[0] & _SW_RESET:
                break
        else:
            raise SensorError("reset")
        self._setup = _CTRL_PRECISE if precise else _CTRL_SETUP
        self._put(_CTRL6_C, _MODE_PRECISE if precise else _MODE)
        self._put(_CTRL1_XL, self._setup)
        self._put(_INT1_CTRL, _INT1_FIFO_TH)
        self._put(_FIFO_CTRL1, _FIFO_SETUP)
        # ODR = 6667 Hz · (1 + 0.0015 · FREQ_FINE) / 64, AN5192 section 6.4.
        self._get(_INTERNAL_FREQ_FINE, two, 1)
        fine = two[0] - 256 if two[0] > 127 else two[0]
        self.rate_mhz = (6667 * (10000 + 15 * fine) + 320) // 640
        self.overruns = 0

    def pending(self):
        """Words in the FIFO.  Counts `overruns` when words were lost.  Raises SensorError."""
        self._get(_FIFO_STATUS1, self._two, 2)
        # FIFO_STATUS2 bit 6: overrun since the last read of the FIFO's end.
        if self._two[1] & 0x40:
            self.overruns += 1
        return (self._two[1] & 3) << 8 | self._two[0]

    def read(self, buf, words):
        """Reads `words` words from the FIFO into `buf`; the bytes read.  Raises SensorError."""
        n = words * WORD
        if n:
            self._get(_FIFO_DATA_OUT_TAG, buf, n)
        return n

    def configured(self):
        """Whether the sensor still has our settings (it has not if it lost power for a moment)."""
        self._get(_CTRL1_XL, self._check, len(self._check))
        return self._check == self._setup

    def temperature_cdeg(self):
        """Die temperature in hundredths of a degree Celsius (256 LSB/°C, 0 at 25 °C)."""
        self._get(_OUT_TEMP_L, self._two, 2)
        raw = self._two[0] | self._two[1] << 8
        if raw > 32767:
            raw -= 65536
        return 2500 + raw * 100 // 256
