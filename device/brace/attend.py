"""The task that attends to the wearer: button, LED and battery.

Button: one short press stills the cues for a while, two report pain, three begin the exercises of
the plan, holding it for three seconds begins a calibration, for ten seconds restarts the brace.
During exercises one press goes on to the next set, two report pain, three stop (docs/wearer.md).
"""

import gc

from brace import faults, pipeline, tactor
from brace.board import bundles, health, power
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
# Below this a burst of the motor may pull the supply down: no more cues.
_BATTERY_EMPTY_MV = const(3300)
# The rest of what is looked after as often as the battery.
_HEAP_LOOK = const(32_000)
_HEAP_LOW = const(12_000)
_WELL_MS = const(300_000)
_UNSET_MS = const(600_000)
_LESS_MS = const(3_600_000)

# LED patterns, lit and dark in turn, ms.
_FINE = (20, 4980)
_CALIBRATING = (100, 100)
_ONE_SENSOR = (20, 300, 20, 4660)
_LOW = (200, 200, 200, 4400)
_FETCH = (20, 200, 20, 200, 20, 200, 20, 4320)
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
        self._well = False
        self._told_unset = False
        self.millivolts = 0
        self.battery_low = False
        self.battery_empty = False

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
        while True:
            lasted = self._button.poll()
            if not lasted:
                break
            self._on_press(lasted, now)
        self._watch_hold(now)
        if self._presses and not self._button.held and now - self._pressed_at > _TWICE_MS:
            presses, self._presses = self._presses, 0
            self._on_presses(presses)

    def _on_press(self, lasted, now):
        if lasted >= _CALIBRATE_MS:
            self._presses = 0
            if not self._app.calibrator.start():
                self._app.calibrator.cancel()
        elif lasted < _SHORT_MS:
            self._presses += 1
            self._pressed_at = now

    def _on_presses(self, presses):
        app = self._app
        if not app.pipeline.sensors or app.coach.press(presses):
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
            self.battery_low = self.battery_empty = False
        if self.millivolts < _BATTERY_EMPTY_MV and not self.battery_empty:
            self.battery_empty = True
            self._app.fault(faults.BATTERY_EMPTY, self.millivolts)
            self._app.recorder.flush()
        self._app.tactor.quiet = self.battery_empty
        self._look_after(now)

    def _look_after(self, now):
        """What nobody else watches: the heap, the clock, the log, and how this start goes."""
        app = self._app
        free = gc.mem_free()
        if free < _HEAP_LOOK:
            gc.collect()
            free = gc.mem_free()
            if free < _HEAP_LOW:
                app.fault(faults.HEAP_LOW, free)
                app.recorder.flush()
                power.fail(health.HEAP)
        if now > _WELL_MS and not self._well:
            self._well = True
            health.well()
            bundles.well()
        if app.level != health.ALL and now > _LESS_MS:
            app.recorder.flush()
            health.retry()
            power.restart()
        if app.clock.utc() is None and now > _UNSET_MS and not self._told_unset:
            self._told_unset = True
            app.fault(faults.CLOCK_UNSET, now // 60000)
        app.fit.look()
        app.recorder.check()
        app.troubles.update()

    # -- LED -------------------------------------------------------------------------------

    def _pattern(self):
        app = self._app
        if app.calibrator.running:
            return _CALIBRATING
        if not app.pipeline.sensors or app.recorder.log is None or app.level != health.ALL:
            return _TROUBLE
        if app.motor_trouble:
            return _TROUBLE
        if self.battery_low:
            return _LOW
        if app.recorder.full:
            return _FETCH
        return _FINE if app.pipeline.sensors == pipeline.HAS_S | pipeline.HAS_L else _ONE_SENSOR

    def _on_cable(self):
        """Who plugs in next is somebody else, and may want the log."""
        app = self._app
        cable = self.on_usb()
        if app.session.active and not cable:
            app.session.end()
        if cable != app.recorder.cable:
            app.recorder.cable = cable
            app.supervisor.wake(app.recorder)

    def step(self, now):
        """Looks at everything once."""
        self._on_cable()
        self._on_button(now)
        self._on_battery(now)
        self._led.show(self._pattern())
        led = self._led.step()
        return led if 0 <= led < _PERIOD_MS else _PERIOD_MS
