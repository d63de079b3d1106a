"""Handlers of the commands that bring a signed bundle: begin, write, commit, state."""

from brace import VERSION, audit, bundle
from brace import commands as cmd
from brace.board import bundles


def number(text):
    """What bundles carry for a version like "1.2.3"."""
    major, minor, patch = [int(part) for part in text.split(".")]
    return major << 16 | minor << 8 | patch


class UpdateCommands:
    """Puts its handlers into the application's wire."""

    def __init__(self, app):
        self._app = app
        self._slot = None
        app.wire.raw[cmd.UPDATE_WRITE] = self._write
        app.wire.handlers.update(
            {
                cmd.UPDATE_STATE: self._state,
                cmd.UPDATE_BEGIN: self._begin,
                cmd.UPDATE_COMMIT: self._commit,
            }
        )

    def _state(self, request):
        state = bundles.slots().state()
        return {
            "running": bundles.version,
            "refused": bundles.refused,
            "version": state["version"],
            "good": state["good"],
            "rolled": state["rolled"],
            "room": bundle.ROOM,
        }

    def _begin(self, request):
        if not self._app.identity["release"]:
            raise cmd.CommandError(cmd.E_REFUSED, "this brace knows no release key")
        found = bundles.slots()
        try:
            slot = found.free()
        except bundle.BundleError as error:
            raise cmd.CommandError(cmd.E_BUSY, str(error))
        found.erase(slot)
        self._slot = slot
        return {"slot": slot, "room": bundle.ROOM}

    def _write(self, payload):
        """u32 offset, whole pages."""
        if self._slot is None or len(payload) <= 4:
            raise cmd.CommandError(cmd.E_REFUSED, "update_begin comes first")
        offset = int.from_bytes(bytes(payload[:4]), "little")
        try:
            bundles.slots().write(self._slot, offset, payload[4:])
        except bundle.BundleError as error:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, str(error))
        return b""

    def _commit(self, request):
        """Verifies what was written; only then one store makes it the next start's."""
        slot, self._slot = self._slot, None
        if slot is None:
            raise cmd.CommandError(cmd.E_REFUSED, "update_begin comes first")
        app = self._app
        found = bundles.slots()
        try:
            manifest = bundles.check(found, slot, app.identity["release"])
        except bundle.BundleError as error:
            raise cmd.CommandError(cmd.E_REFUSED, "the bundle is refused: " + str(error))
        floor = max(found.state()["version"], number(VERSION))
        if manifest["version"] < floor and request.get("downgrade") is not True:
            raise cmd.CommandError(cmd.E_REFUSED, "the bundle is older than what runs")
        app.audit.note(audit.UPDATE, app.session.role, manifest["version"])
        found.switch(slot, manifest["version"])
        app.restart()
        return {"version": manifest["version"]}
