"""Handlers of the commands about the wearer: calibration and the live stream."""

import struct

from brace import calibrate, cbor
from brace import commands as cmd


class BodyCommands:
    """Puts its handlers into the application's wire, and sends their events."""

    def __init__(self, app):
        self._app = app
        self.live = False
        self._live_block = 0
        self._payload = bytearray(20)
        app.session.on_end.append(self._stop)
        app.wire.handlers.update(
            {
                cmd.CALIBRATE: self._calibrate,
                cmd.CALIBRATION_GET: self._calibration_get,
                cmd.LIVE: self._live,
            }
        )

    def _calibrate(self, request):
        calibrator = self._app.calibrator
        do = request.get("do", "start")
        if do == "start":
            if not calibrator.start():
                raise cmd.CommandError(cmd.E_BUSY, "a calibration is under way")
        elif do == "cancel":
            calibrator.cancel()
        else:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, 'do is "start" or "cancel"')
        return {"step": calibrate.STEPS[calibrator.step]}

    def tell(self, step, reason):
        """Sends a step of the calibration as an event."""
        payload = {"step": calibrate.STEPS[step], "reason": calibrate.REASONS[reason]}
        self._app.wire.event(cmd.CALIBRATE, cbor.dumps(payload))

    def _calibration_get(self, request):
        found = self._app.calibration
        return {
            "id": found.id,
            "utc": found.utc_ms,
            "quality": found.quality,
            "sensors": found.sensors,
            "bend_cdeg": found.bend_cdeg,
            "q_s": found.alignment[0],
            "q_l": found.alignment[1],
        }

    def _live(self, request):
        on = request.get("on", True)
        if not isinstance(on, bool):
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "on must be true or false")
        self.live = on
        return {"on": on}

    def _stop(self):
        self.live = False

    def show(self, millivolts, motor):
        """Sends the blocks since the last call, as live events."""
        line = self._app.pipeline
        if not self.live or line.block == self._live_block:
            return
        self._live_block = line.block
        angles, lumbar = line.angles, line.lumbar
        struct.pack_into(
            "<IBBBBhhhhhH",
            self._payload,
            0,
            line.block & 0xFFFFFFFF,
            line.posture.now,
            0,
            line.sensors | (4 if line.converged else 0) | (8 if motor else 0),
            line.governor.number & 0xFF,
            angles[0],
            angles[1],
            lumbar[0],
            lumbar[1],
            lumbar[2],
            millivolts,
        )
        self._app.wire.event(cmd.LIVE, self._payload)
