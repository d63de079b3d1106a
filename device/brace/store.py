"""What a brace keeps over power cycles besides its log: identity, settings, calibration.

Each in two copies with sequence and CRC (plumbcore.Params): a store that is cut leaves the old or
the new one whole.  On a claimed brace settings, calibration and plan are sealed with a key that
lies elsewhere in the flash: that hides them from a look at a dump, not from who knows where to
look (docs/security.md).
"""

from plumbcore import Params, gcm_open, gcm_seal, random

from brace import cbor
from brace.board import flashmap
from brace.compat import const

_SECTOR = const(4096)
# The largest is a full plan (brace.exercise.planned), sealed.
_LARGEST = const(672)
_SEALED = b"PLS1"
_NONCE = const(12)


class Store:
    """`load_*` fill what they are given and return None, or the name of what is wrong."""

    def __init__(self):
        params = flashmap.partition(flashmap.PARAMS, flashmap.PARAMS_LEN)
        identity = flashmap.partition(flashmap.IDENTITY, flashmap.IDENTITY_LEN)
        self._config = Params(params, 0, _SECTOR)
        self._calibration = Params(params, 2 * _SECTOR, 3 * _SECTOR)
        self._identity = Params(identity, 0, _SECTOR)
        self._claim = Params(identity, 2 * _SECTOR, 3 * _SECTOR)
        self._plan = Params(identity, 4 * _SECTOR, 5 * _SECTOR)
        self._audit = Params(identity, 6 * _SECTOR, 7 * _SECTOR)
        # The key that settings, calibration and plan are sealed with, None to keep them in the
        # clear.
        self._locker = None
        self._buffer = bytearray(_LARGEST)
        self.identity_damaged = False

    def _load(self, params):
        """The stored bytes or None, and whether a copy was damaged or cannot be taken."""
        try:
            n = params.load(self._buffer)
        except (OSError, RuntimeError, ValueError):
            # Unreadable, of a newer firmware, or too long for any of ours.
            return None, True
        return (None if n is None else bytes(memoryview(self._buffer)[:n])), params.damaged > 0

    def load_identity(self):
        """{"serial": text, "hw": number, "release": point of the release key}; an unprovisioned
        brace has "", 0 and b""."""
        raw, self.identity_damaged = self._load(self._identity)
        try:
            identity = cbor.loads(raw) if raw else {}
            return {
                "serial": str(identity["serial"]),
                "hw": int(identity["hw"]),
                "release": bytes(identity.get("release", b"")),
            }
        except (cbor.CborError, KeyError, TypeError, ValueError):
            self.identity_damaged = self.identity_damaged or raw is not None
            return {"serial": "", "hw": 0, "release": b""}

    def store_identity(self, serial, hw, release=b""):
        """Provisions the brace."""
        self._identity.store(cbor.dumps({"serial": serial, "hw": hw, "release": release}))

    def load_claim(self, claim):
        """Takes the stored claim, if there is one.  One of which neither copy is sound is none:
        so is one whose very first store was cut."""
        raw, _ = self._load(self._claim)
        if raw is not None:
            claim.unpack(raw)
        self._locker = claim.locker

    def store_claim(self, claim):
        """Stores a claim, whole or not at all."""
        self._claim.store(claim.pack())

    def _load_sealed(self, params, name):
        """As `_load`, opened if it is sealed."""
        raw, damaged = self._load(params)
        if raw is None or raw[:4] != _SEALED:
            return raw, damaged
        try:
            nonce = raw[4 : 4 + _NONCE]
            return gcm_open(self._locker or b"", nonce, name, raw[4 + _NONCE :]), damaged
        except ValueError:
            return None, True

    def _store_sealed(self, params, name, data):
        if self._locker:
            nonce = random(_NONCE)
            data = _SEALED + nonce + gcm_seal(self._locker, nonce, name, data)
        params.store(data)

    def seal_all(self, config, calibration):
        """Seals what was stored in the clear: both copies of it."""
        plan, _ = self.load_plan()
        for _ in range(2):
            self.store_config(config)
            self.store_calibration(calibration)
            if plan:
                self.store_plan(plan)

    def load_audit(self):
        """The stored state of the audit, or None."""
        return self._load(self._audit)[0]

    def store_audit(self, state):
        """Stores the state of the audit."""
        self._audit.store(state)

    def load_config(self, config):
        """Takes the stored settings.  Returns whether anything of them was damaged."""
        raw, damaged = self._load_sealed(self._config, b"config")
        if raw is not None and config.unpack(raw):
            damaged = True
        return damaged

    def store_config(self, config):
        """Stores the settings."""
        self._store_sealed(self._config, b"config", config.pack())

    def load_calibration(self, calibration):
        """Takes the stored calibration.  Returns whether anything of it was damaged."""
        raw, damaged = self._load_sealed(self._calibration, b"calibration")
        if raw is not None and not calibration.unpack(raw):
            damaged = True
        return damaged

    def store_calibration(self, calibration):
        """Stores a calibration."""
        self._store_sealed(self._calibration, b"calibration", calibration.pack())

    def load_plan(self):
        """The stored plan's bytes, b"" without one, and whether a copy was damaged."""
        raw, damaged = self._load_sealed(self._plan, b"plan")
        return raw or b"", damaged

    def store_plan(self, raw):
        """Stores a plan's bytes.  Raises OSError."""
        self._store_sealed(self._plan, b"plan", raw)
