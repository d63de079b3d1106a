"""What the wearer meets: the LED, the button, and the battery that feeds them."""

from time import ticks_diff

from machine import ADC, Pin

from brace.board import pins
from brace.compat import const

_DEBOUNCE_MS = const(30)
# The divider halves the cell's voltage; 16-bit reading of 3.3 V full scale.
_VBAT_FULL_MV = const(6600)


class Led:
    """Shows a pattern: a tuple of durations in ms, lit first, repeated; () is dark."""

    def __init__(self):
        self._pin = Pin(pins.LED, Pin.OUT, value=0)
        self._pattern = ()
        self._index = 0
        self._since = 0

    def show(self, pattern, now):
        """Changes the pattern; the same again goes on undisturbed."""
        if pattern is not self._pattern:
            self._pattern = pattern
            self._index = 0
            self._since = now
            self._pin.value(1 if pattern else 0)

    def step(self, now):
        """Goes on with the pattern.  Returns the ms until it wants to be called again, or -1."""
        pattern = self._pattern
        if not pattern:
            return -1
        while True:
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
    """The button, active low, debounced: `poll` gives the ms of a press that has just ended."""

    def __init__(self):
        self._pin = Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP)
        self._down = False
        self._edge = False
        self._since = 0
        self._pin.irq(self._on_edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)

    def _on_edge(self, pin):
        self._edge = True

    @property
    def held(self):
        """Whether it is down now."""
        return self._down

    def poll(self, now):
        """0, or how long the press that has just ended lasted, in ms."""
        down = not self._pin.value()
        if down == self._down or ticks_diff(now, self._since) < _DEBOUNCE_MS:
            return 0
        lasted = ticks_diff(now, self._since)
        self._down = down
        self._since = now
        return 0 if down else max(lasted, 1)


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
