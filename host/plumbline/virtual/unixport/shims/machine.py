"""Stand-in for MicroPython's `machine` (rp2 port) over world.py: what the firmware uses of it."""

from world import world

PWRON_RESET = 1
WDT_RESET = 3

_cause = PWRON_RESET  # set by run.py before each start


def reset_cause():
    return _cause


def reset():
    world.end("soft")


def bootloader(timeout=None):
    world.end("bootsel")


def lightsleep(ms=None):
    world.advance(3600000000 if ms is None else ms * 1000)


def idle():
    world.advance(1000)


def freq(hertz=None):
    return 125000000


def unique_id():
    return b"\xff" * 8


class Pin:
    """A GPIO by its number."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, id, mode=-1, pull=-1, value=None):
        self.number = id.number if isinstance(id, Pin) else id
        self._mode = self.IN
        self._value = 0
        if mode != -1 or value is not None:
            self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode != -1:
            self._mode = mode
        line = world.line(self.number)
        line.pull = pull if pull is not None and pull >= 0 else 0
        if value is not None:
            self._value = 1 if value else 0
        self._drive()

    def _drive(self):
        if self._mode == self.IN or self._mode == self.OPEN_DRAIN and self._value:
            world.drive(self.number, None)
        else:
            world.drive(self.number, 65535 * self._value)

    def value(self, value=None):
        if value is None:
            return self._value if self._mode == self.OUT else world.level(self.number)
        self._value = 1 if value else 0
        self._drive()

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self._value)

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, hard=False):
        line = world.line(self.number)
        line.handler, line.trigger, line.pin = handler, trigger, self
        world.look_at_sensors()


class ADC:
    """A channel by its pin; readings come from the world."""

    def __init__(self, pin):
        self._number = pin.number if isinstance(pin, Pin) else pin

    def read_u16(self):
        return world.adc.get(self._number, 0)


class PWM:
    """A pin whose duty is seen as its level."""

    def __init__(self, dest, freq=0, duty_u16=0, invert=False):
        self._number = dest.number if isinstance(dest, Pin) else dest
        self.init(freq, duty_u16)

    def init(self, freq=0, duty_u16=0):
        self._freq = freq
        self.duty_u16(duty_u16)

    def freq(self, hertz=None):
        if hertz is None:
            return self._freq
        self._freq = hertz

    def duty_u16(self, duty=None):
        if duty is None:
            return self._duty
        self._duty = duty
        world.drive(self._number, duty)

    def deinit(self):
        world.drive(self._number, None)


class WDT:
    """The watchdog: 8388 ms at most, never stopped."""

    def __init__(self, id=0, timeout=5000):
        if not 0 < timeout <= 8388:
            raise ValueError("timeout exceeds 8388")
        self._us = timeout * 1000
        self.feed()

    def feed(self):
        world.watchdog_at = world.now + self._us


class Timer:
    """Calls back after `period` ms, once or for ever."""

    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id=-1, **how):
        self._event = None
        if how:
            self.init(**how)

    def init(self, *, period, mode=PERIODIC, callback=None):
        self.deinit()
        self._us = period * 1000
        self._periodic = mode == self.PERIODIC
        self._callback = callback
        self._event = world.at(world.now + self._us, self._ring)

    def _ring(self):
        self._event = None
        if self._periodic:
            self._event = world.at(world.now + self._us, self._ring)
        self._callback(self)

    def deinit(self):
        if self._event:
            world.cancel(self._event)
            self._event = None


class I2C:
    """An I2C block; errors and times as on the RP2040."""

    def __init__(self, id, *, scl=None, sda=None, freq=400000, timeout=50000):
        if scl is not None:
            world.scl, world.sda = scl.number, sda.number
        self._bus = world.bus
        self._bus.freq_hz = freq
        self._bus.timeout_us = timeout

    def _do(self, action, address, data, stop=True):
        try:
            action(address, data, stop)
        finally:
            world.look_at_sensors()
            world.advance(self._bus.spent_us)

    def writeto(self, address, data, stop=True):
        self._do(self._bus.write, address, data, stop)
        return len(data)

    def readfrom_into(self, address, buf, stop=True):
        self._do(self._bus.read_into, address, buf, stop)

    def readfrom(self, address, n, stop=True):
        buf = bytearray(n)
        self.readfrom_into(address, buf, stop)
        return bytes(buf)

    def readfrom_mem_into(self, address, register, buf):
        self.writeto(address, bytes((register,)), False)
        self.readfrom_into(address, buf)

    def readfrom_mem(self, address, register, n):
        buf = bytearray(n)
        self.readfrom_mem_into(address, register, buf)
        return bytes(buf)

    def writeto_mem(self, address, register, data):
        self.writeto(address, bytes((register,)) + bytes(data))

    def scan(self):
        found = []
        for address in range(8, 0x78):
            try:
                self.writeto(address, b"")
                found.append(address)
            except OSError:
                pass
        return found
