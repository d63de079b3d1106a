"""Register-level model of the LSM6DSO inertial sensor (ST datasheet DS12140, note AN5192).

Pure Python in the common subset of CPython and MicroPython, integers only.  What it measures
comes from a Transducer (transducer.py); it answers on an I2C bus (i2c_bus.py).  Time comes from
outside, in microseconds since the board's power-on, and never goes back:

    imu = LSM6DSO(Transducer(source), trim_ppm=1200)
    imu.on_int1 = lambda level: ...     # called from within the calls below, on each edge
    imu.advance_to(t_us)                # to be called before every access and at next_event_us()
    imu.next_event_us()                 # when INT1 may change next by itself, or None
    imu.int1                            # level of the pin

Bus side, one byte at a time (what i2c_bus.py asks of a device):

    begin(read) -> acknowledged?    write_byte(value) -> acknowledged?    read_byte() -> value
    read_into(buf)                  end()

The part samples on the grid of its own oscillator, which free-runs from the board's power-on:
6667 Hz * (1 + trim_ppm/1e6), divided by 2^n for the data rate, so "104 Hz" is 104.17 Hz and a
part's actual rate differs by the trim, of which INTERNAL_FREQ_FINE tells the nearest 0.15 %.
Within a time slot the FIFO gets gyroscope, accelerometer, temperature, timestamp.

Modelled: WHO_AM_I, CTRL1_XL..CTRL10_C as far as rates, full scales, the noise of the
high-performance and normal modes, BDU, IF_INC, DRDY_MASK, H_LACTIVE, I2C_disable, SW_RESET
(50 us), BOOT and TIMESTAMP_EN go; STATUS_REG, outputs, temperature, timestamp (25 us),
INTERNAL_FREQ_FINE; the FIFO (fifo.py) with batch rates; INT1.
The part does not acknowledge in the 10 ms after power-on.  The first accelerometer sample and
70 ms of gyroscope samples after power-down are not settled: they rise from zero, or with
DRDY_MASK are 0x7FFF in the FIFO and raise no data-ready.

Not modelled: SPI, I3C, INT2, pulsed interrupts, OIS, self test, user offsets, the sensor hub and
the embedded functions (their banks read 0), compression, the ultra-low-power mode, and the
filters: whatever LPF1/LPF2/HPF and the mode are, the sample is what the source holds,
band-limited below half the data rate.  Writes to reserved or read-only registers are ignored and
counted in `ignored_writes`.

Faults: nack_left, who_am_i, reset_now(), freeze() and thaw(), int1_lost, fifo.overrun_now();
transducer.stuck, .gyr_matrix, .acc_matrix, .gyr_drift.
"""

try:
    from plumbline.virtual import lsm6dso_sampling as sampling
except ImportError:  # MicroPython, where this folder itself is on the path
    import lsm6dso_sampling as sampling

BOOT_US = 10000
RESET_US = 50

_FUNC_CFG_ACCESS = 0x01
_INT1_CTRL = 0x0D
_WHO_AM_I = 0x0F
_CTRL3_C = 0x12
_STATUS_REG = 0x1E
_OUT_TEMP_L = 0x20
_OUT_END = 0x2D
_FIFO_STATUS1 = 0x3A
_FIFO_STATUS2 = 0x3B
_TIMESTAMP0 = 0x40
_TIMESTAMP2 = 0x42
_TIMESTAMP3 = 0x43
_INTERNAL_FREQ_FINE = 0x63
_FIFO_TAG = 0x78
_FIFO_END = 0x7E

_DEFAULTS = {0x02: 0x3F, _CTRL3_C: 0x04, 0x18: 0xE0}
# Which bits of a register can be written; a register not named is reserved or read-only.
_WRITABLE = {
    0x01: 0xC0, 0x02: 0xC0, 0x07: 0xFF, 0x08: 0xD7, 0x09: 0xFF, 0x0A: 0xF7, 0x0B: 0xE7,
    0x0C: 0xFF, 0x0D: 0xFF, 0x0E: 0x7F, 0x10: 0xFE, 0x11: 0xFE, 0x12: 0xFD, 0x13: 0x6E,
    0x14: 0xEF, 0x15: 0xFF, 0x16: 0xF7, 0x17: 0xFF, 0x18: 0xFE, 0x19: 0x20, 0x56: 0xFF,
    0x57: 0xFF, 0x58: 0xFF, 0x59: 0xFF, 0x5A: 0xFF, 0x5B: 0xFF, 0x5C: 0xFF, 0x5D: 0xFF,
    0x5E: 0xFF, 0x5F: 0xFF, 0x6F: 0xFF, 0x70: 0xFF, 0x71: 0xFF, 0x72: 0xFF, 0x73: 0xFF,
    0x74: 0xFF, 0x75: 0xFF,
}  # fmt: skip


class LSM6DSO(sampling.Sampling):
    """One part.  See the module for its use."""

    def __init__(self, transducer, trim_ppm=0):
        sampling.Sampling.__init__(self, transducer, trim_ppm)
        self.on_int1 = None
        self.who_am_i = 0x6C
        self.nack_left = 0  # fault: so many transactions are not acknowledged
        self.int1_lost = False  # fault: the line is broken, it stays low
        self.ignored_writes = 0
        self.int1 = 0
        self._now = 0
        self._power_on()

    # -- time ---------------------------------------------------------------------------------

    def advance_to(self, t_us):
        """Lets time pass: samples are taken, the FIFO fills, INT1 moves."""
        if t_us <= self._now:
            return
        self._now = t_us
        if self._sample_until(t_us):
            self._update_int1()

    def next_event_us(self):
        """When, at the latest, to advance so that INT1 rises in time; None if it cannot."""
        enabled = self._reg[_INT1_CTRL]
        if not enabled or self._int1_active():
            return None
        tick = None
        if self._batching and enabled & 0x78:
            tick = self._next_batch_tick(enabled)
        for bit, shift, settled in (
            (1, self._acc_shift, self._acc_settled),
            (2, self._gyr_shift, self._gyr_settled),
        ):
            if enabled & bit and shift is not None:
                at = max(self._tick, settled - 1 if self._drdy_mask else 0)
                at = ((at >> shift) + 1) << shift
                tick = at if tick is None else min(tick, at)
        return None if tick is None else self._time_of(tick)

    # -- the pin ------------------------------------------------------------------------------

    def _ready(self):
        """STATUS_REG: TDA, GDA, XLDA."""
        status = 0
        masked = self._drdy_mask
        shift = self._acc_shift
        if shift is not None and self._tick >> shift > self._acc_read:
            if not masked or (self._tick >> shift) << shift >= self._acc_settled:
                status |= 5
        shift = self._gyr_shift
        if shift is not None and self._tick >> shift > self._gyr_read:
            if not masked or (self._tick >> shift) << shift >= self._gyr_settled:
                status |= 6
        return status

    def _int1_active(self):
        enabled = self._reg[_INT1_CTRL]
        fifo = self.fifo.status()
        return bool(
            (enabled & 0x08 and fifo & 0x80)
            or (enabled & 0x10 and fifo & 0x40)
            or (enabled & 0x20 and fifo & 0x20)
            or (enabled & 0x40 and self._bdr_flag)
            or (enabled & 3 and enabled & self._ready() & 3)
        )

    def _update_int1(self):
        level = 0
        if not self.int1_lost:
            low_active = self._reg[_CTRL3_C] & 0x20
            level = 1 if self._int1_active() != bool(low_active) else 0
        if level != self.int1:
            self.int1 = level
            if self.on_int1:
                self.on_int1(level)

    # -- faults -------------------------------------------------------------------------------

    def reset_now(self):
        """A spontaneous reset: all as after power-on, from now."""
        self._power_on()

    def freeze(self):
        """The outputs stop changing; samples keep coming."""
        both = bytearray(12)
        if self._gyr_shift is not None:
            both[0:6] = self._word(True, self._tick, 0)[1:7]
        if self._acc_shift is not None:
            both[6:12] = self._word(False, self._tick, 0)[1:7]
        self.transducer.frozen = both
        self.transducer.changed()

    def thaw(self):
        """Ends `freeze`."""
        self.transducer.frozen = None
        self.transducer.changed()

    # -- registers ----------------------------------------------------------------------------

    def power_on(self, t_us):
        """Power comes (back) at t_us: registers at their defaults, silent for 10 ms."""
        self.advance_to(t_us)
        self._power_on()

    def _power_on(self):
        self._reset_registers()
        self._boot_until = self._now + BOOT_US
        self._reset_until = 0
        self._time_zero = 0
        self._addr = 0
        self._fresh = False

    def _apply_registers(self):
        self._plan(self._reg)
        self._update_int1()

    def _reset_registers(self):
        self._reg = bytearray(128)
        for addr in _DEFAULTS:
            self._reg[addr] = _DEFAULTS[addr]
        self._stop()
        self._gyr_read = self._acc_read = -1
        self._held = {}  # pair of output registers: (0 low or 1 high, the byte kept for it)
        self._latch = bytearray(7)
        self._diff = 0
        self._apply_registers()

    def begin(self, read):
        """START with this part's address.  Whether it acknowledges."""
        self._last = -1
        if self.nack_left > 0:
            self.nack_left -= 1
            return False
        if self._now < self._boot_until or self._reg[sampling.CTRL4_C] & 4:
            return False
        self._fresh = not read
        return True

    def end(self):
        """STOP."""
        self._fresh = False

    def write_byte(self, value):
        """The first byte of a write is the register's address."""
        if self._fresh:
            self._addr = value & 0x7F
            self._fresh = False
            return True
        self._write(self._addr, value)
        self._next()
        return True

    def read_byte(self):
        addr = self._addr
        value = self._read(addr)
        self._last = addr
        self._next()
        return value

    def read_into(self, buf):
        """As many read_byte as buf has room for; whole words of the FIFO at once."""
        i = 0
        n = len(buf)
        if self._addr == _FIFO_TAG and n >= 7 and self._reg[_CTRL3_C] & 4 and not self._reg[1]:
            words = n // 7
            self.fifo.pop_into(buf, 0, words)
            i = 7 * words
            self._latch[0:7] = buf[i - 7 : i]
            self._update_int1()
        while i < n:
            buf[i] = self.read_byte()
            i += 1

    def _next(self):
        if self._reg[_CTRL3_C] & 4:
            self._addr = _FIFO_TAG if self._addr == _FIFO_END else (self._addr + 1) & 0x7F

    def _read(self, addr):
        if self._reg[_FUNC_CFG_ACCESS] and addr != _FUNC_CFG_ACCESS:
            return 0
        if addr >= _FIFO_TAG:
            return self._read_fifo(addr)
        if _OUT_TEMP_L <= addr <= _OUT_END:
            return self._read_output(addr)
        if addr == _WHO_AM_I:
            return self.who_am_i
        if addr == _STATUS_REG:
            return self._ready()
        if addr == _CTRL3_C:
            value = self._reg[addr]
            value |= 0x01 if self._now < self._reset_until else 0
            return value | (0x80 if self._now < self._boot_until else 0)
        if addr == _FIFO_STATUS1:
            self._diff = self.fifo.count
            return self._diff & 0xFF
        if addr == _FIFO_STATUS2:
            return self._read_status2()
        if _TIMESTAMP0 <= addr <= _TIMESTAMP3:
            if addr == _TIMESTAMP0 or self._last != addr - 1:
                self._stamp = self._timestamp(self._tick)
            return self._stamp >> 8 * (addr - _TIMESTAMP0) & 0xFF
        if addr == _INTERNAL_FREQ_FINE:
            return (self.trim_ppm + 750) // 1500 & 0xFF
        return self._reg[addr]

    def _read_fifo(self, addr):
        if addr > _FIFO_END:
            return 0
        if addr == _FIFO_TAG:
            self.fifo.pop_into(self._latch, 0, 1)
            self._update_int1()
        return self._latch[addr - _FIFO_TAG]

    def _read_status2(self):
        diff = self._diff if self._last == _FIFO_STATUS1 else self.fifo.count
        value = self.fifo.status() | diff >> 8 | (0x10 if self._bdr_flag else 0)
        self.fifo.overrun_latched = False
        self._bdr_flag = False
        self._update_int1()
        return value

    def _read_output(self, addr):
        """A byte of OUT_TEMP, OUT*_G or OUT*_A.  With BDU a pair read by half keeps its other
        half until that is read."""
        pair = addr - _OUT_TEMP_L >> 1
        high = addr & 1
        if high:
            if 1 <= pair <= 3 and self._gyr_shift is not None:
                self._gyr_read = self._tick >> self._gyr_shift
                self._update_int1()
            if pair >= 4 and self._acc_shift is not None:
                self._acc_read = self._tick >> self._acc_shift
                self._update_int1()
        held = self._held.pop(pair, None)
        if held is not None and held[0] == high:
            return held[1]
        value = self._output(pair)
        if self._reg[_CTRL3_C] & 0x40:
            self._held[pair] = (1 - high, value >> 8 * (1 - high) & 0xFF)
        return value >> 8 * high & 0xFF

    def _output(self, pair):
        if pair == 0:
            return self.transducer.temperature_at(self._now) & 0xFFFF
        gyr = pair <= 3
        if (self._gyr_shift if gyr else self._acc_shift) is None:
            return 0
        word = self._word(gyr, self._tick, 0)
        at = 1 + 2 * (pair - 1 if gyr else pair - 4)
        return word[at] | word[at + 1] << 8

    def _write(self, addr, value):
        if self._reg[_FUNC_CFG_ACCESS] and addr != _FUNC_CFG_ACCESS:
            self.ignored_writes += 1
            return
        if addr == _TIMESTAMP2:
            if value == 0xAA:
                self._time_zero = self._counter(self._tick)
            return
        mask = _WRITABLE.get(addr)
        if mask is None:
            self.ignored_writes += 1
            return
        if addr == _CTRL3_C and value & 0x01:
            self._reset_registers()
            self._reset_until = self._now + RESET_US
            return
        if addr == _CTRL3_C and value & 0x80:
            self._boot_until = self._now + BOOT_US
            mask &= 0x7F
        if addr == sampling.CTRL10_C and value & 0x20 and not self._reg[addr]:
            self._time_zero = self._counter(self._tick)
        if addr == sampling.COUNTER_BDR_REG1 and value & 0x40:
            self._bdr_count = 0
            mask &= 0xBF
        self._reg[addr] = self._reg[addr] & ~_WRITABLE[addr] | value & mask
        self._apply_registers()
