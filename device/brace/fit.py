"""Asks for a new calibration when the old one is not to be trusted any more.

Evidence: its age (setting `cal_days`), or walking that no longer points where the calibration has
up and forward (brace.mount; the pipeline gives the prompt for that one).  One prompt each, none in
quiet hours or a snooze, when it waits; the log says what was asked for and why.
"""

from brace import calibrate, records
from brace.haptics import PROMPT
from brace.mount import RIGHT


class Fit:
    """`look` every now and then; `due`: an index into calibrate.DUE."""

    def __init__(self, app):
        self._app = app
        self.due = calibrate.NONE_YET

    def look(self):
        """Looks at the calibration, and asks once for a new one."""
        app = self._app
        line = app.pipeline
        due = calibrate.due(
            app.calibration,
            app.clock.utc() or 0,
            app.config["cal_days"],
            line.movement.mount > RIGHT,
        )
        if due == self.due:
            return
        if due == calibrate.TOO_OLD:
            if line.governor.hushed(line.minute) or not line.movement.worn:
                return
            app.tactor.cue(PROMPT)
        self.due = due
        if due in (calibrate.TOO_OLD, calibrate.SITS_WRONG):
            known = app.calibration
            body = records.pack(
                records.CALIBRATION, known.id, due, known.quality, known.bend_cdeg, 0
            )
            app.record(records.CALIBRATION, body)
