"""A sensor on a bus with a clock, as the tests of the sensor model use it."""

from plumbline.virtual.i2c_bus import I2CBus
from plumbline.virtual.lsm6dso import LSM6DSO
from plumbline.virtual.source import Still
from plumbline.virtual.transducer import Transducer

ADDRESS = 0x6A
WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL4_C, CTRL10_C = 0x0F, 0x10, 0x11, 0x12, 0x13, 0x19
FIFO_CTRL1, FIFO_CTRL2, FIFO_CTRL3, FIFO_CTRL4, INT1_CTRL = 0x07, 0x08, 0x09, 0x0A, 0x0D
STATUS_REG, OUT_TEMP, OUT_G, OUT_A, FIFO_STATUS, FIFO_DATA = 0x1E, 0x20, 0x22, 0x28, 0x3A, 0x78
ODR = {12.5: 1, 26: 2, 52: 3, 104: 4, 208: 5, 416: 6}


class Bench:
    """One LSM6DSO at 0x6A; `now` is the clock, started after the part's boot time."""

    def __init__(self, source=None, trim_ppm=0, seed=1):
        self.now = 20_000
        self.part = Transducer(source or Still(), seed)
        self.imu = LSM6DSO(self.part, trim_ppm)
        self.bus = I2CBus(lambda: self.now)
        self.bus.attach(ADDRESS, self.imu)
        self.edges = []
        self.imu.on_int1 = lambda level: self.edges.append((self.now, level))

    def wait(self, us):
        """Lets time pass, stopping at each of the part's events as an owner must."""
        end = self.now + us
        while (event := self.imu.next_event_us()) is not None and event <= end:
            self.now = event
            self.imu.advance_to(event)
        self.now = end
        self.imu.advance_to(end)

    def read(self, register, n=1):
        self.bus.write(ADDRESS, bytes([register]), stop=False)
        data = bytearray(n)
        self.bus.read_into(ADDRESS, data)
        return bytes(data)

    def write(self, register, value):
        self.bus.write(ADDRESS, bytes([register, value]))

    def start(self, odr=104, fs_g=3, fs_xl=1, watermark=0, mode=6, bdr=None):
        """Both sensors on at `odr`, 2000 dps and 16 g unless told, all samples batched."""
        self.write(CTRL3_C, 0x44)
        self.write(CTRL1_XL, ODR[odr] << 4 | fs_xl << 2)
        self.write(CTRL2_G, ODR[odr] << 4 | fs_g << 2)
        self.write(FIFO_CTRL1, watermark & 0xFF)
        self.write(FIFO_CTRL2, watermark >> 8)
        self.write(FIFO_CTRL3, 0x11 * ODR[bdr or odr])
        self.write(FIFO_CTRL4, mode)

    def settle(self):
        """Waits for the end of the start-up and empties the FIFO."""
        self.wait(400_000)
        self.words()

    def level(self):
        """(words in the FIFO, flags of FIFO_STATUS2)"""
        low, high = self.read(FIFO_STATUS, 2)
        return low | (high & 3) << 8, high & 0xFC

    def words(self):
        """All words in the FIFO: [(tag, counter, six bytes)]."""
        data = self.read(FIFO_DATA, 7 * self.level()[0])
        return [(data[i] >> 3, data[i] >> 1 & 3, data[i + 1 : i + 7])
                for i in range(0, len(data), 7)]
