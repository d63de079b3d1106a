"""What binds a brace to a clinic: a secret that both know, and the clinic's public key.

The secret never travels: the brace agrees on it by ECDH with the clinic's public key, under a key
of its own that it forgets at once.  The clinic computes it from its private key and the point
that the brace keeps, at any time.  Each role has a key derived from the secret, so that the
clinic can hand one on without the others (SPEC.md, "Claim").
"""

import plumbcore

from brace import cbor
from brace import commands as cmd

ROLES = {"wearer": cmd.WEARER, "clinic": cmd.CLINIC, "service": cmd.SERVICE, "qa": cmd.QA}
POINT = 65
SECRET = 32
LOCKER = 16


def secret_of(shared, point, clinic):
    """The secret of a claim from what ECDH gave."""
    return plumbcore.hkdf_sha256(point + clinic, shared, b"plumbline claim 1", SECRET)


def audit_key(shared, point, clinic):
    """The key of the first audit entry of a claim.  It does not come from the secret, which stays
    in the brace's flash, but like it from what ECDH gave, which does not."""
    return plumbcore.hkdf_sha256(point + clinic, shared, b"plumbline audit 1", SECRET)


def role_key(secret, role):
    """The key of a role, by its name."""
    return plumbcore.hkdf_sha256(b"", secret, b"plumbline role " + role.encode(), SECRET)


def key_id(point):
    """The first 8 bytes of a public key's SHA-256: what it is called by."""
    return plumbcore.sha256(point)[:8]


def proof(secret, who, point):
    """What `who` (b"host" or b"brace") shows to have agreed on the secret of a claim."""
    label = b"plumbline claim 1 " + who
    return plumbcore.Mac(role_key(secret, "clinic")).of(label, b" ", point)


class Claim:
    """The claim of a brace; `clinic` is None while there is none."""

    def __init__(self):
        self.clinic = None
        self.point = None
        self.secret = None
        # The first key of the audit, until the audit has taken it over.
        self.audit = b""
        # Settings and calibration are sealed with this; it outlives the secret.
        self.locker = None
        # Whether all that was stored in the clear before is gone.
        self.clean = False

    @property
    def id(self):
        """Which key claimed it, b"" for none."""
        return key_id(self.clinic) if self.clinic else b""

    def make(self, clinic, before=None):
        """Becomes a new claim by the public key `clinic`, in the place of the claim `before`.
        ValueError for what is no point, OSError without random numbers."""
        clinic = bytes(clinic)
        point, shared = plumbcore.ecdh(clinic)
        if before and before.clinic:
            self.locker, self.clean = before.locker, before.clean
        else:
            self.locker = plumbcore.random(LOCKER)
        self.secret = secret_of(shared, point, clinic)
        self.audit = audit_key(shared, point, clinic)
        self.clinic, self.point = clinic, point

    def pack(self):
        """The bytes to store."""
        stored = {"clinic": self.clinic, "point": self.point, "secret": self.secret}
        stored["locker"], stored["clean"], stored["audit"] = self.locker, self.clean, self.audit
        return cbor.dumps(stored)

    def unpack(self, raw):
        """Takes stored bytes.  Returns whether they were a claim."""
        try:
            stored = cbor.loads(raw)
            clinic, point, secret = stored["clinic"], stored["point"], stored["secret"]
            locker, clean, audit = stored["locker"], stored["clean"], stored["audit"]
            lengths = (len(clinic), len(point), len(secret), len(locker))
            sound = lengths == (POINT, POINT, SECRET, LOCKER)
        except (cbor.CborError, KeyError, TypeError, ValueError):
            return False
        if sound:
            self.clinic, self.point, self.secret = clinic, point, secret
            self.locker, self.clean, self.audit = locker, bool(clean), audit
        return sound
