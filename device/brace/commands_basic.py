"""Handlers of the commands that need no sensors: hello, time, settings, buzz, restart."""

import plumbcore
import plumbport

from brace import VERSION, calibrate, posture, tactor
from brace import commands as cmd
from brace.board import bundles, files, flashmap, power
from brace.config import ConfigError
from brace.wire import MAX_PAYLOAD


class BasicCommands:
    """Puts its handlers into the application's wire."""

    def __init__(self, app):
        self._app = app
        app.wire.handlers.update(
            {
                cmd.HELLO: self._hello,
                cmd.STATUS: self._status,
                cmd.TIME_GET: self._time_get,
                cmd.TIME_SET: self._time_set,
                cmd.CONFIG_GET: self._config_get,
                cmd.CONFIG_SET: self._config_set,
                cmd.BUZZ: self._buzz,
                cmd.BOOTLOADER: self._bootloader,
                cmd.RESET: self._reset,
                cmd.PROVISION: self._provision,
                cmd.FORMAT_FILES: self._format_files,
            }
        )

    def _hello(self, request):
        app = self._app
        hello = {
            "name": "plumbline",
            "wire": plumbcore.WIRE_VERSION,
            "serial": app.identity["serial"],
            "board": "rp2040",
            "hw": app.identity["hw"],
            "fw": VERSION,
            "kind": "wearer" if plumbport.wearer() else "development",
            "max": MAX_PAYLOAD,
            "claim": app.claim.id,
        }
        if app.wire.open:
            hello["image"] = plumbport.image()[16:48]
            hello["core"] = plumbcore.core_version()
            hello["up"] = app.clock.now()
            hello["boot"] = app.recorder.boot
            hello["bundle"] = bundles.version
        return hello

    def _status(self, request):
        app = self._app
        sensors = app.sense.names()
        state = "ok" if len(sensors) == 2 else "degraded" if sensors else "safe"
        if app.level:
            state = "safe"
        return {
            "sensors": sensors,
            "state": state,
            "faults": sorted(app.fault_names),
            "battery": app.attend.millivolts,
            "posture": posture.NAMES[app.pipeline.posture.now],
            "cal": app.calibration.id,
            "cal_due": calibrate.DUE[app.fit.due],
            "worn": app.pipeline.movement.worn,
            "utc": app.clock.utc(),
            "log": self._log_status(),
        }

    def _log_status(self):
        log = self._app.recorder.log
        if log is None:
            return {}
        return {
            "used": (log.total - log.free) * flashmap.SECTOR,
            "size": log.total * flashmap.SECTOR,
            "unacked": (log.unacked + log.unacked_raw) * flashmap.SECTOR,
            "level": log.level,
            "lost": log.lost,
        }

    def _time_get(self, request):
        clock = self._app.clock
        return {"utc": clock.utc(), "up": clock.now()}

    def _time_set(self, request):
        utc = request["utc"]
        if not isinstance(utc, int) or not 0 < utc < 1 << 45:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "utc must be milliseconds since 1970")
        self._app.set_time(utc)
        return self._time_get(request)

    def _config_get(self, request):
        config = self._app.config
        return {"id": plumbcore.crc32(config.pack()), "values": config.as_dict()}

    def _config_set(self, request):
        try:
            self._app.change_config(request)
        except ConfigError as error:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, str(error))
        return self._config_get(request)

    def _provision(self, request):
        serial, hw = request.get("serial"), request.get("hw", 0)
        if not isinstance(serial, str) or not 1 <= len(serial) <= 16:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "serial must have 1 to 16 characters")
        for character in serial:
            if not ("0" <= character <= "9" or "A" <= character <= "Z"):
                if not ("a" <= character <= "z" or character == "-"):
                    say = "serial may have letters, digits and - only"
                    raise cmd.CommandError(cmd.E_BAD_REQUEST, say)
        if not isinstance(hw, int) or not 0 <= hw <= 65535:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "hw must be a number from 0 to 65535")
        release = request.get("release")
        if release is not None and (not isinstance(release, bytes) or len(release) not in (0, 65)):
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "release must be a point of 65 bytes")
        self._app.provision(serial, hw, release)
        return self._hello(request)

    def _format_files(self, request):
        if plumbport.wearer():
            raise cmd.CommandError(cmd.E_REFUSED, "an image for wearers has no filesystem")
        if not files.format():
            raise cmd.CommandError(cmd.E_STORAGE, "the filesystem could not be made")

    def _buzz(self, request):
        pattern = request.get("pattern", 0)
        if not isinstance(pattern, int) or not 0 <= pattern < len(tactor.PATTERNS):
            say = "pattern must be from 0 to %d" % (len(tactor.PATTERNS) - 1)
            raise cmd.CommandError(cmd.E_BAD_REQUEST, say)
        return {"ms": self._app.tactor.play(tactor.PATTERNS[pattern])}

    def _bootloader(self, request):
        self._app.wire.afterwards = power.bootloader

    def _reset(self, request):
        self._app.restart()
