"""Handlers of the commands that make trust: sessions and claims."""

import plumbcore

from brace import claim
from brace import commands as cmd


class TrustCommands:
    """Puts its handlers into the application's wire."""

    def __init__(self, app):
        self._app = app
        self._offered = None
        app.wire.handlers.update(
            {
                cmd.SESSION_OPEN: app.session.open,
                cmd.SESSION_PROVE: app.session.prove,
                cmd.SESSION_CLOSE: self._close,
                cmd.CLAIM: self._claim,
                cmd.CLAIM_CONFIRM: self._confirm,
                cmd.UNLOCK: self._unlock,
            }
        )

    def _close(self, request):
        self._app.wire.afterwards = self._app.session.end

    def _unlock(self, request):
        """Gives the prompt to service, until the next reset.  Never to somebody without a session:
        an image for wearers that nobody claimed has no key to open it with."""
        session = self._app.session
        if not session.active:
            raise cmd.CommandError(cmd.E_REFUSED, "only a session of service unlocks a brace")
        self._app.unlock()

    def _claim(self, request):
        clinic = request.get("clinic")
        if not isinstance(clinic, bytes) or len(clinic) != claim.POINT:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "clinic must be a point of 65 bytes")
        offered = claim.Claim()
        offered.make(clinic, self._app.claim)
        self._offered = offered
        return {"point": offered.point}

    def _confirm(self, request):
        """One try for each claim.  Only now it is stored: a host that has not got the point, and
        so not the secret, leaves everything as it was."""
        offered, self._offered = self._offered, None
        proof = request.get("proof")
        if offered is None:
            raise cmd.CommandError(cmd.E_REFUSED, "claim comes first")
        expected = claim.proof(offered.secret, b"host", offered.point)
        if not isinstance(proof, bytes) or not plumbcore.equal(proof, expected):
            raise cmd.CommandError(cmd.E_REFUSED, "the proof does not fit the claim")
        self._app.store.store_claim(offered)
        self._app.restart()
        return {"proof": claim.proof(offered.secret, b"brace", offered.point)}
