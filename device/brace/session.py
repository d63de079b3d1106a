"""Who may tell a claimed brace what: challenge and response, then a tag in every frame (SPEC.md,
"Sessions").

The host gives a role and a nonce, the brace answers with a nonce of its own, the host proves
that it knows the role's key, and only then the brace proves the same.  Both derive a key for
each direction.  From then on a frame without a good tag and a counter higher than all before
counts for nothing beyond what everybody may do.
"""

import struct

import plumbcore

from brace import commands as cmd
from brace.claim import ROLES, role_key
from brace.compat import const

NONCE = const(16)
TRAILER = const(20)
AUTH = const(1)
# A session that nobody used for so long is over.
IDLE_MS = const(3_600_000)
# After the n-th failure in a row nobody may try for 2^(n - 1) s, but not longer than this.
_LONGEST_S = const(900)
_LAST_COUNTER = const(0xFFFFFFFF)

_LABEL = b"plumbline session 1 "


def proof(key, who, role, theirs, ours):
    """What `who` (b"host" or b"brace") proves with: `theirs` is the host's nonce, `ours` the
    brace's."""
    return plumbcore.Mac(key).of(_LABEL, who, b" ", role.encode(), b"\0", theirs, ours)


def session_keys(key, role, theirs, ours):
    """(key of frames to the brace, key of frames to the host)"""
    both = plumbcore.hkdf_sha256(theirs + ours, key, _LABEL + role.encode(), 64)
    return both[:32], both[32:]


def header(buffer, version, kind, command, request, length):
    """Writes what a frame's tag covers of its header."""
    struct.pack_into("<BBBBHH", buffer, 0, version, kind, command, AUTH, request, length)


class Session:
    """The brace's end.  `claim`: brace.claim.Claim; now(): ms; tell(event, role): for the audit,
    "opened", "refused" or "locked"."""

    def __init__(self, claim, now, tell=None):
        self._claim = claim
        self._now = now
        self._tell = tell
        self._pending = None
        self._failures = 0
        self._locked_until = None
        self._header = bytearray(8)
        # Called when a session ends: what it began to send ends with it, and never goes to the
        # next one, whose role may have no right to it.
        self.on_end = []
        self.end()

    def end(self):
        """Ends the session, if there is one."""
        self._in = self._out = None
        self._seen = self._sent = 0
        self._used = 0
        self.role = 0
        self.role_name = ""
        for stop in self.on_end:
            stop()

    @property
    def needed(self):
        """Whether commands need a session."""
        return self._claim.clinic is not None

    @property
    def active(self):
        """Whether there is a session.  One that nobody used for too long ends here: its events
        would go on for ever, in the clear, to whoever holds the cable."""
        if self._in is not None and self._now() - self._used > IDLE_MS:
            self.end()
        return self._in is not None

    # -- handshake ---------------------------------------------------------------------------

    def _check_lock(self):
        if self._locked_until is not None:
            left = self._locked_until - self._now()
            if left > 0:
                say = "locked after %d failures: wait %d s"
                raise cmd.CommandError(
                    cmd.E_LOCKED, say % (self._failures, (left + 999) // 1000)
                )

    def open(self, request):
        """session_open"""
        if not self.needed:
            raise cmd.CommandError(cmd.E_REFUSED, "this brace is not claimed: it has no keys")
        role, nonce = request.get("role"), request.get("nonce")
        if not isinstance(role, str) or role not in ROLES:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "role: wearer, clinic, service or qa")
        if not isinstance(nonce, bytes) or len(nonce) != NONCE:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "nonce must have 16 bytes")
        self._check_lock()
        ours = plumbcore.random(NONCE)
        self._pending = (role, nonce, ours)
        return {"nonce": ours, "point": self._claim.point, "key": self._claim.id}

    def prove(self, request):
        """session_prove: one try for each session_open."""
        self._check_lock()
        pending, self._pending = self._pending, None
        given = request.get("proof")
        if pending is None:
            raise cmd.CommandError(cmd.E_REFUSED, "session_open comes first")
        role, theirs, ours = pending
        key = role_key(self._claim.secret, role)
        good = isinstance(given, bytes) and len(given) == 32
        if not (good and plumbcore.equal(given, proof(key, b"host", role, theirs, ours))):
            self._fail(role)
        self._failures = 0
        self._locked_until = None
        self.end()
        self._in, self._out = (plumbcore.Mac(k) for k in session_keys(key, role, theirs, ours))
        self.role = ROLES[role]
        self.role_name = role
        self._used = self._now()
        if self._tell:
            self._tell("opened", role)
        return {"proof": proof(key, b"brace", role, theirs, ours)}

    def _fail(self, role):
        self._failures += 1
        wait_s = min(1 << min(self._failures - 1, 16), _LONGEST_S)
        self._locked_until = self._now() + 1000 * wait_s
        if self._tell:
            self._tell("refused", role)
        raise cmd.CommandError(cmd.E_REFUSED, "that is not the key of this brace's " + role)

    # -- frames ------------------------------------------------------------------------------

    def accept(self, decoder):
        """The payload of a frame that came with the flag, its trailer checked and taken off.
        CommandError for a frame that is not of this session, or that came before."""
        payload = decoder.payload
        n = len(payload) - TRAILER
        if not self.active:
            raise cmd.CommandError(cmd.E_SESSION, "there is no session")
        if n < 0:
            # Anybody can send one: it must not end the session.
            raise cmd.CommandError(cmd.E_SESSION, "the frame has no tag")
        d = decoder
        header(self._header, d.version, d.kind, d.cmd, d.reqid, n + TRAILER)
        if not self._in.check(payload[n + 4 :], self._header, payload[: n + 4]):
            raise cmd.CommandError(cmd.E_SESSION, "the frame's tag is not of this session")
        (counter,) = struct.unpack_from("<I", payload, n)
        if counter <= self._seen:
            raise cmd.CommandError(cmd.E_SESSION, "the frame came before")
        self._seen = counter
        self._used = self._now()
        return payload[:n]

    def allow(self, command, trusted):
        """CommandError unless the frame's sender may give this command; `trusted`: its frame was
        accepted."""
        if not self.needed:
            return
        if command not in cmd.TABLE:
            # Nothing is anybody's only because it was left out of the table.
            raise cmd.CommandError(cmd.E_UNKNOWN_COMMAND, "unknown command %#04x" % command)
        name, roles = cmd.TABLE[command]
        if roles & cmd.ANYONE:
            return
        if not trusted:
            raise cmd.CommandError(cmd.E_SESSION, name + " needs a session: this brace is claimed")
        if not roles & self.role:
            raise cmd.CommandError(cmd.E_REFUSED, "%s may not give %s" % (self.role_name, name))

    def finish(self, out, n, version, kind, command, request):
        """Puts counter and tag behind the n bytes of payload in `out`.  Returns their number."""
        if self._sent == _LAST_COUNTER:
            self.end()
            raise cmd.CommandError(cmd.E_SESSION, "the session is worn out")
        self._sent += 1
        header(self._header, version, kind, command, request, n + TRAILER)
        struct.pack_into("<I", out, n, self._sent)
        self._out.into(out[n + 4 : n + TRAILER], self._header, out[: n + 4])
        return n + TRAILER
