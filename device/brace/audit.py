"""What was done to a claimed brace, so that it cannot be altered unseen (SPEC.md, "Audit").

Every entry carries its number and a tag by a key of its own.  The first key comes from the claim,
each other one from the key before, which is then overwritten: who takes over the brace, flash and
all, can neither alter nor leave out what it noted before.
"""

import struct

import plumbcore

from brace import records
from brace.compat import const

BOOT = const(1)
CLAIM = const(2)
OPENED = const(3)
REFUSED = const(4)
CONFIG = const(5)
CALIBRATION = const(6)
ERASE = const(7)
UPDATE = const(8)
TIME = const(9)
PROVISION = const(10)
UNLOCK = const(11)
PLAN = const(12)
KINDS = {
    BOOT: "boot",
    CLAIM: "claim",
    OPENED: "session",
    REFUSED: "refused",
    CONFIG: "config",
    CALIBRATION: "calibration",
    ERASE: "erase",
    UPDATE: "update",
    TIME: "time",
    PROVISION: "provision",
    UNLOCK: "unlock",
    PLAN: "plan",
}
# Number, boot, kind, role (bits of brace.commands), UTC in s (0 unknown), a value; then the tag.
HEAD = "<IIBBII"
HEAD_SIZE = const(18)
TAG = const(16)
_KEY = const(32)


def next_key(key):
    """The key of the entry after the one with `key`."""
    return plumbcore.hkdf_sha256(b"", key, b"next", _KEY)


def tag(key, head):
    """The tag of an entry."""
    return plumbcore.Mac(key).of(b"audit", head)[:TAG]


class Audit:
    """Keeps the chain.  record(kind, body) puts a record into the log; utc() ms or None."""

    def __init__(self, store, claim, record, utc):
        self._store = store
        self._claim = claim
        self._record = record
        self._utc = utc
        self.boot = 0
        self._number = 0
        self._key = None

    def begin(self, boot):
        """Goes on with the chain of this claim, or begins it."""
        self.boot = boot
        if self._claim.clinic is None:
            return
        state = self._store.load_audit()
        mark = self._claim.point[1:9]
        if state is not None and len(state) == 12 + _KEY and state[:8] == mark:
            (self._number,) = struct.unpack_from("<I", state, 8)
            self._key = state[12:]
            self.note(BOOT)
        elif self._claim.audit:
            self._number, self._key = 0, self._claim.audit
            self.note(CLAIM)
        if self._claim.audit:
            # Both copies of the claim lose it.
            self._claim.audit = b""
            for _ in range(2):
                self._store.store_claim(self._claim)

    def note(self, kind, role=0, value=0):
        """Adds an entry."""
        if self._key is None:
            return
        utc_s = (self._utc() or 0) // 1000
        value &= 0xFFFFFFFF
        head = struct.pack(HEAD, self._number, self.boot, kind, role, utc_s, value)
        body = head + tag(self._key, head)
        # First the key goes, then the entry is written: a cut between leaves a hole before the
        # entry of the next start, and no key twice.
        self._number += 1
        self._key = next_key(self._key)
        self._store.store_audit(
            self._claim.point[1:9] + struct.pack("<I", self._number) + self._key
        )
        self._record(records.AUDIT, body)
