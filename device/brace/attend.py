"""The task that attends to the wearer: button, LED and battery.

Button: one short press stills the cues for a while, two report pain, holding it for three seconds
begins a calibration, for ten seconds restarts the brace (docs/wearer.md).
"""

from brace import faults, pipeline, tactor
from brace.board import power
from brace.board.panel import Battery, Button, Led
from brace.compat import const

# As often as the sensors are read: the brace is awake then anyway.
_PERIOD_MS = const(190)
_SHORT_MS = const(800)
_CALIBRATE_MS = const(3000)
_RESTART_MS = const(10_000)
# So long after a press another one may follow and make it two.
_TWICE_MS = const(700)
_BATTERY_MS = const(30_000)
_BATTERY_LOW_MV = const(3450)
_BATTERY_FINE_MV = const(3600)

# LED patterns, lit and dark in turn, ms.
_FINE = (20, 4980)
_CALIBRATING = (100, 100)
_ONE_SENSOR = (20, 300, 20, 4660)
_LOW = (200, 200, 200, 4400)
_TROUBLE = (400, 200, 400, 200, 400, 1400)


class Attend:
    """Watches the panel for the application."""

    name = "attend"

    def __init__(self, app):
        self._app = app
        self._led = Led()
        self._button = Button()
        self._battery = Battery()
        self._presses = 0
        self._pressed_at = 0
        self._held_from = None
        self._battery_at = None
        self.millivolts = 0
        self.battery_low = False

    def recover(self):
        """Forgets presses half made."""
        self._presses = 0
        self._held_from = None

    def on_usb(self):
        """Whether the cable brings power."""
        return self._battery.on_usb()

    # -- button ----------------------------------------------------------------------------

    def _watch_hold(self, now):
        """Restarts after a very long hold, even before the button is let go."""
        if not self._button.held:
            self._held_from = None
        elif self._held_from is None:
            self._held_from = now
        elif now - self._held_from > _RESTART_MS:
            self._app.recorder.flush()
            power.restart()

    def _on_button(self, now):
        lasted = self._button.poll(now)
        self._watch_hold(now)
        if lasted >= _CALIBRATE_MS:
            self._presses = 0
            if not self._app.calibrator.start():
                self._app.calibrator.cancel()
        elif 0 < lasted < _SHORT_MS:
            self._presses += 1
            self._pressed_at = now
        if self._presses and not self._button.held and now - self._pressed_at > _TWICE_MS:
            presses, self._presses = self._presses, 0
            self._on_presses(presses)

    def _on_presses(self, presses):
        app = self._app
        if not app.pipeline.sensors:
            return
        if presses == 1:
            app.pipeline.input(pipeline.SNOOZE, 0)
        else:
            app.pipeline.input(pipeline.PAIN_TAP, 0)
        app.tactor.play(tactor.CONFIRM)

    # -- battery ---------------------------------------------------------------------------

    def _on_battery(self, now):
        if self._battery_at is not None and now - self._battery_at < _BATTERY_MS:
            return
        self._battery_at = now
        self.millivolts = self._battery.millivolts()
        if self.millivolts < _BATTERY_LOW_MV and not self.battery_low:
            self.battery_low = True
            self._app.fault(faults.BATTERY_LOW, self.millivolts)
            self._app.recorder.flush()
        elif self.millivolts > _BATTERY_FINE_MV:
            self.battery_low = False

    # -- LED -------------------------------------------------------------------------------

    def _pattern(self):
        app = self._app
        if app.calibrator.running:
            return _CALIBRATING
        if not app.pipeline.sensors or app.recorder.log is None:
            return _TROUBLE
        if self.battery_low:
            return _LOW
        return _FINE if app.pipeline.sensors == pipeline.HAS_S | pipeline.HAS_L else _ONE_SENSOR

    def step(self, now):
        """Looks at everything once."""
        self._on_button(now)
        self._on_battery(now)
        self._led.show(self._pattern(), now)
        led = self._led.step(now)
        return led if 0 <= led < _PERIOD_MS else _PERIOD_MS
