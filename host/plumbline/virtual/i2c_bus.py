"""An I2C bus with devices on it, its timing, its faults and a record of what happened.

Pure Python in the common subset of CPython and MicroPython, integers only; no imports from the
package (source.py says why).

    bus = I2CBus(now=clock.now_us, freq_hz=400000)
    bus.attach(0x6A, imu)

A device has advance_to(t_us), begin(read) -> acknowledged?, write_byte(value) -> acknowledged?,
read_byte() -> value, read_into(buf), end(); lsm6dso.py is one.

By bytes, for an emulated controller, which itself lets `byte_us()` pass for every call:

    connect(address, read) -> acknowledged?     START or repeated START, and the address
    write_byte(value) -> acknowledged?          read_byte() -> value            stop()

While `blocked()` the emulated controller must answer nothing at all: the firmware's driver then
runs into its timeout, as on a board.

By transactions, for a shim of machine.I2C, which lets `spent_us` pass after each (also after one
that raises OSError, with the errno of the rp2 port: 5 EIO not acknowledged, 110 ETIMEDOUT):

    write(address, data, stop=True)     read_into(address, buf, stop=True)

Faults, to be set at any time
    stuck_sda     a device holds SDA low after so many more clocks on SCL: 1..9 frees it in a bus
                  recovery of nine clocks, NEVER does not
    stuck_scl     SCL is held low until this is set to False again
    nack_left     so many transactions with any device are not acknowledged
The pins as a bus recovery by GPIO sees them: sda(), scl(), drive_scl(level).

`record`, if set to a list, gets (t_us, what, address, bytes) for every transaction, `what` being
"w", "r", "nack", "timeout" or "recovered".
"""

EIO = 5
ETIMEDOUT = 110
NEVER = 1 << 30


class I2CBus:
    """See the module.  `now` returns microseconds since the board's power-on."""

    def __init__(self, now, freq_hz=400000, timeout_us=50000):
        self.now = now
        self.freq_hz = freq_hz
        self.timeout_us = timeout_us
        self.devices = {}
        self.stuck_sda = 0
        self.stuck_scl = False
        self.nack_left = 0
        self.record = None
        self.transactions = 0
        self.bytes = 0
        self.errors = 0
        self.busy_us = 0
        self.spent_us = 0
        self._device = None
        self._scl = 1
        self._address = 0
        self._read = False
        self._moved = 0

    def attach(self, address, device):
        """Puts a device on the bus, or takes it off with None."""
        if device is None:
            self.devices.pop(address, None)
        else:
            self.devices[address] = device

    # -- time ---------------------------------------------------------------------------------

    def byte_us(self):
        """What a byte with its acknowledge takes."""
        return -(-9000000 // self.freq_hz)

    def transfer_us(self, n, starts=1):
        """What `starts` STARTs with addresses, n data bytes and a STOP take."""
        return -(-(9 * (n + starts) + starts + 1) * 1000000 // self.freq_hz)

    # -- by bytes -----------------------------------------------------------------------------

    def blocked(self):
        """Whether a line is held low, so that nothing can be transferred."""
        return self.stuck_sda > 0 or self.stuck_scl

    def connect(self, address, read):
        """START and address byte."""
        self._finish()
        self.transactions += 1
        self._address = address
        self._read = read
        self._moved = 0
        device = self.devices.get(address)
        if self.nack_left > 0:
            self.nack_left -= 1
            device = None
        if device is not None:
            device.advance_to(self.now())
            if not device.begin(read):
                device = None
        if device is None:
            self.errors += 1
            self._note("nack", 0)
        self._device = device
        return device is not None

    def write_byte(self, value):
        self._moved += 1
        if self._device is None:
            return False
        self._device.advance_to(self.now())
        return self._device.write_byte(value)

    def read_byte(self):
        self._moved += 1
        if self._device is None:
            return 0xFF
        self._device.advance_to(self.now())
        return self._device.read_byte()

    def stop(self):
        """STOP; without a transfer under way nothing."""
        self._finish()

    def _finish(self):
        if self._device is not None:
            self._device.end()
            self._device = None
            self.bytes += self._moved
            self.busy_us += self.transfer_us(self._moved)
            self._note("r" if self._read else "w", self._moved)

    def _note(self, what, n):
        if self.record is not None:
            self.record.append((self.now(), what, self._address, n))

    # -- by transactions ----------------------------------------------------------------------

    def write(self, address, data, stop=True):
        """Writes bytes to a device."""
        self._start(address, False)
        device = self._device
        self.spent_us = self.transfer_us(len(data))
        for value in data:
            self._moved += 1
            if not device.write_byte(value):
                self.spent_us = self.transfer_us(self._moved)
                self.errors += 1
                self._finish()
                raise OSError(EIO)
        if stop:
            self._finish()

    def read_into(self, address, buf, stop=True):
        """Reads len(buf) bytes from a device."""
        self._start(address, True)
        self._device.read_into(buf)
        self._moved = len(buf)
        self.spent_us = self.transfer_us(len(buf))
        if stop:
            self._finish()

    def _start(self, address, read):
        if self.blocked():
            self._address = address
            self.errors += 1
            self.spent_us = self.timeout_us
            self._note("timeout", 0)
            raise OSError(ETIMEDOUT)
        if not self.connect(address, read):
            self.spent_us = self.transfer_us(0)
            raise OSError(EIO)

    # -- the pins -----------------------------------------------------------------------------

    def sda(self):
        """Level of SDA when the controller does not drive it."""
        return 0 if self.stuck_sda > 0 else 1

    def scl(self):
        """Level of SCL when the controller does not drive it."""
        return 0 if self.stuck_scl else self._scl

    def drive_scl(self, level):
        """The controller drives SCL as a plain pin; each rising edge is a clock."""
        rising = level and not self._scl
        self._scl = 1 if level else 0
        if rising and not self.stuck_scl and 0 < self.stuck_sda < NEVER:
            self.stuck_sda -= 1
            if self.stuck_sda == 0:
                self._note("recovered", 0)
