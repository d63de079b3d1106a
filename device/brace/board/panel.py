"""What the wearer meets: the LED, the button, and the battery that feeds them."""

from array import array
from time import ticks_diff, ticks_ms

from machine import ADC, Pin

from brace.board import pins
from brace.compat import const

_DEBOUNCE_MS = const(30)
# Presses that are kept until somebody asks.
_PRESSES = const(8)
# The divider halves the cell's voltage; 16-bit reading of 3.3 V full scale.
_VBAT_FULL_MV = const(6600)


class Led:
    """Shows a pattern: a tuple of durations in ms, lit first, repeated; () is dark.

    It looks at the clock itself, as it turns the light: what its caller did since it looked, such
    as reading the battery, would otherwise be missing from one flash and too much in the next."""

    def __init__(self):
        self._pin = Pin(pins.LED, Pin.OUT, value=0)
        self._pattern = ()
        self._index = 0
        self._since = 0

    def show(self, pattern):
        """Changes the pattern; the same again goes on undisturbed."""
        if pattern is not self._pattern:
            self._pattern = pattern
            self._index = 0
            self._since = ticks_ms()
            self._pin.value(1 if pattern else 0)

    def step(self):
        """Goes on with the pattern.  Returns the ms until it wants to be called again, or -1."""
        pattern = self._pattern
        if not pattern:
            return -1
        while True:
            now = ticks_ms()
            left = pattern[self._index] - ticks_diff(now, self._since)
            if left > 0:
                return left
            self._since = now
            self._index = (self._index + 1) % len(pattern)
            self._pin.value(0 if self._index & 1 else 1)
            if left < -1000:
                # After a long sleep the pattern starts anew instead of catching up.
                return pattern[self._index]


class Button:
    """The button, active low, debounced: `poll` gives the ms of a press that has ended.  Its edges
    are seen by interrupt, so that a press between two looks counts."""

    def __init__(self):
        self._pin = Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP)
        self._down = False
        self._since = ticks_ms()
        # Presses that have ended and were not yet asked for.
        self._ended = array("H", bytes(2 * _PRESSES))
        self._seen = self._taken = 0
        self._pin.irq(self._on_edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)

    def _on_edge(self, pin):
        now = ticks_ms()
        down = not pin.value()
        lasted = ticks_diff(now, self._since)
        # Less than 0: days ago.
        if down == self._down or 0 <= lasted < _DEBOUNCE_MS:
            return
        self._down = down
        self._since = now
        if not down:
            self._ended[self._seen % _PRESSES] = min(lasted & 0xFFFFFF, 65535)
            self._seen += 1

    @property
    def held(self):
        """Whether it is down now."""
        return self._down

    def poll(self):
        """0, or how long the oldest press lasted that has ended since, in ms."""
        # The last edge may have been taken for a bounce.
        self._on_edge(self._pin)
        if self._taken == self._seen:
            return 0
        lasted = self._ended[self._taken % _PRESSES]
        self._taken += 1
        return lasted


class Battery:
    """The cell's voltage and whether USB power is there."""

    def __init__(self):
        self._adc = ADC(Pin(pins.VBAT))
        self._vbus = Pin(pins.VBUS, Pin.IN)

    def millivolts(self):
        """Mean of four readings, in mV."""
        read = self._adc.read_u16
        return (read() + read() + read() + read()) * _VBAT_FULL_MV >> 18

    def on_usb(self):
        """Whether the cable brings power."""
        return bool(self._vbus.value())
