"""The world around the firmware on the unix port: virtual time, pins, bus, flash, console.

Everything that the stand-ins for MicroPython's hardware modules (this folder) touch is here, in
the one instance `world`.  Time is virtual: it passes only when the firmware sleeps, waits, asks
for the time, or uses a bus or the flash, and then at once; what is due meanwhile (interrupts,
the watchdog, the host's turn) happens at its time.
"""

import heapq

from brace.board.pins import MOTOR
from i2c_bus import I2CBus
from nor import SECTOR, Nor

NEVER = 1 << 62
# What looking at the clock costs, so that a loop waiting for the time to pass ends.
LOOK_US = 2
# From reset to the first line of the firmware: boot ROM, second stage, MicroPython's start.
BOOT_US = 150000


class Reset(BaseException):
    """The firmware ends here; `args[0]`: "soft", "watchdog", "pin", "power", "off", "bootsel"."""


class World:
    """See the module.  Microseconds count from the first power-on and go on through resets."""

    def __init__(self):
        self.now = 0
        self.horizon = 0  # when the host takes its turn
        self.on_horizon = None
        self.watchdog_at = NEVER
        self.imu = {}  # "S", "L": LSM6DSO
        self.int1 = {}  # "S", "L": pin number
        self.pins = {}  # number: Line
        self.sda = self.scl = -1
        self.bus = I2CBus(self._now)
        self.nor = Nor(bytearray())
        self.adc = {}  # pin number: 16-bit reading
        self.received = bytearray()  # from the host, not yet read
        self.sent = []  # [microseconds, bytes] to the host
        self.edges = []  # [microseconds, pin number, level 0..65535]
        self.stop_on = ()  # "out", "edge": what ends the host's present run early
        self.connected = True  # whether a host has the serial port open
        self.shake_ug = 0  # what the running motor adds to the accelerometers, rms
        self.dead = None  # the Reset that the firmware swallowed, if it did
        self.scratch = {}  # registers that outlive a reset but not a power cycle
        self._events = []
        self._count = 0
        self._sensors_due = NEVER

    def _now(self):
        return self.now

    # -- time -----------------------------------------------------------------------------------

    def at(self, t, action):
        """Calls action() at a time.  Returns what `cancel` takes."""
        event = [t, self._count, action]
        self._count += 1
        heapq.heappush(self._events, event)
        return event

    def cancel(self, event):
        """Takes an event back; harmless when it has happened."""
        event[2] = None

    def advance(self, us):
        """Lets time pass."""
        self.advance_to(self.now + us)

    def advance_to(self, t):
        """Lets time pass until t; what is due meanwhile happens."""
        while True:
            due = self._due()
            if due > t:
                self.now = max(self.now, t)
                return
            self.now = max(self.now, due)
            self._happen()

    def wait(self, us, ready):
        """Lets time pass until ready() or for us microseconds (for ever if negative); whether
        it is ready."""
        end = self.now + us if us >= 0 else NEVER
        while not ready():
            due = self._due()
            if due > end:
                self.now = max(self.now, end)
                return ready()
            self.now = max(self.now, due)
            self._happen()
        return True

    def stall(self, us):
        """Time passes while interrupts are off; what was due happens afterwards."""
        self.now += us
        self.advance_to(self.now)

    def _due(self):
        due = min(self.horizon, self.watchdog_at, self._sensors_due)
        if self._events and self._events[0][0] < due:
            due = self._events[0][0]
        return due

    def _happen(self):
        """Does the first thing that is due."""
        if self.dead:
            raise self.dead
        now = self.now
        if self._events and self._events[0][0] <= now:
            action = heapq.heappop(self._events)[2]
            if action:
                action()
        elif self._sensors_due <= now:
            for imu in self.imu.values():
                imu.advance_to(now)
            self.look_at_sensors()
        elif self.watchdog_at <= now:
            self.end("watchdog")
        elif self.horizon <= now:
            self.on_horizon()

    def end(self, kind):
        """Ends the firmware as a reset does."""
        self.dead = Reset(kind)
        raise self.dead

    # -- sensors --------------------------------------------------------------------------------

    def look_at_sensors(self):
        """Works out when an interrupt line of a sensor moves next, if anyone listens."""
        self._sensors_due = NEVER
        for name in self.imu:
            line = self.pins.get(self.int1.get(name))
            if line and line.handler:
                due = self.imu[name].next_event_us()
                if due is not None:
                    self._sensors_due = min(self._sensors_due, due)

    # -- pins -----------------------------------------------------------------------------------

    def line(self, number):
        """The Line of a pin."""
        if number not in self.pins:
            self.pins[number] = Line(number)
        return self.pins[number]

    def level(self, number):
        """What an input reads."""
        if number == self.sda:
            return self.bus.sda()
        if number == self.scl:
            return self.bus.scl()
        for name in self.imu:
            if self.int1.get(name) == number:
                self.imu[name].advance_to(self.now)
                return self.imu[name].int1
        line = self.line(number)
        if line.outside is not None:
            return line.outside
        return 1 if line.pull == 1 else 0

    def put(self, number, level):
        """The world drives a pin (None: no longer)."""
        before = self.level(number)
        self.line(number).outside = level
        self.changed(number, before, self.level(number))

    def changed(self, number, before, after):
        """An input moved: its interrupt, if it is the edge waited for, comes as soon as the
        firmware lets time pass."""
        line = self.line(number)
        if before != after and line.handler and line.trigger & (8 if after else 4):
            self.at(self.now, lambda: line.handler(line.pin))

    def drive(self, number, level):
        """The firmware drives a pin: None (released), or 0 off to 65535 on (PWM between)."""
        line = self.line(number)
        if number == self.scl:
            self.bus.drive_scl(1 if level is None else level)
        shown = level or 0
        if shown != line.shown:
            line.shown = shown
            self.edges.append([self.now, number, shown])
            if number == MOTOR and self.shake_ug:
                self.shake(self.shake_ug if shown else 0)
            if "edge" in self.stop_on:
                self.horizon = self.now

    def shake(self, ug):
        """The sensors are shaken by so much (rms) from now on."""
        for imu in self.imu.values():
            imu.advance_to(self.now)
            imu.transducer.shake = ug
            imu.transducer.changed()

    # -- console --------------------------------------------------------------------------------

    def send(self, data):
        """Bytes to the host; lost when no host listens, as on USB."""
        if self.connected and data:
            self.sent.append([self.now, bytes(data)])
            if "out" in self.stop_on:
                self.horizon = self.now
        return len(data)

    def take(self, buf):
        """Moves received bytes to buf; how many."""
        n = min(len(buf), len(self.received))
        buf[0:n] = self.received[0:n]
        self.received = self.received[n:]
        return n

    # -- flash ----------------------------------------------------------------------------------

    def program(self, address, data):
        """Programs pages, the core stopped meanwhile."""
        for i in range(0, len(data), 256):
            self.stall(self.nor.program(address + i, data[i : i + 256]))

    def erase(self, address, size):
        """Erases sectors, the core stopped meanwhile."""
        for i in range(0, size, SECTOR):
            self.stall(self.nor.erase(address + i, SECTOR))

    # -- power ----------------------------------------------------------------------------------

    def stop(self):
        """The chip is reset or loses power: its pins are let go, nothing of it is due any more."""
        self.dead = None
        self.watchdog_at = NEVER
        self._events = []
        for number in self.pins:
            line = self.pins[number]
            line.pull = line.trigger = 0
            line.handler = line.pin = None
            self.drive(number, None)
        self.received = bytearray()
        self.look_at_sensors()

    def start(self, power):
        """The chip starts; with power (again), everything else does so too."""
        if power:
            self.scratch = {}
            self.nor.power_on()
            for imu in self.imu.values():
                imu.power_on(self.now)
        self.advance(BOOT_US)


class Line:
    """One pin: what the world drives, what the firmware shows, and its interrupt."""

    def __init__(self, number):
        self.number = number
        self.outside = None
        self.pull = 0
        self.shown = 0
        self.handler = None
        self.trigger = 0
        self.pin = None


world = World()
