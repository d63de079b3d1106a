"""What is fuzzed of the firmware's Python: the handshake with what follows it, bundles, CBOR.

Each target takes any bytes and raises AssertionError, or whatever the firmware did not mean to
raise, when a promise is broken.  `fuzz.py` lets atheris look for such bytes; the corpora run as a
plain test (tests/host/test_fuzz_targets.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from types import SimpleNamespace

import plumbcore
from brace import bundle, cbor, claim, commands
from brace import session as brace_session
from peer import Peer
from plumbline.trust.session import Session

_NONCE = bytes(16)
_CLAIM = claim.Claim()
_CLAIM.clinic = _CLAIM.point = b"\4" + bytes(64)
_CLAIM.secret, _CLAIM.locker, _CLAIM.clean = bytes(range(32)), bytes(16), True
_PACKED = _CLAIM.pack()
# Nonces of the brace's that are always the same, so that a finding comes again.
_SAME = SimpleNamespace(**{**vars(plumbcore), "random": bytes})


def _orders(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """(kind, command, flags, payload) one after the other: a byte for the first and the third, a
    byte each for the command and the payload's length."""
    pos = 0
    while pos + 3 <= len(data):
        what, command, n = data[pos : pos + 3]
        yield what & 7, command, what >> 3, data[pos + 3 : pos + 3 + n]
        pos += 3 + n


class _Watched(Peer):
    """A claimed brace that notes what it obeys."""

    def __init__(self):
        super().__init__(sectors=8)
        self.claim.unpack(_PACKED)
        self.obeyed: list[int] = []
        for command in (commands.RECORD_RAW, commands.LOG_ERASE, commands.UNLOCK):
            self.wire.handlers[command] = lambda value: None  # they need hardware
        for table in (self.wire.handlers, self.wire.raw):
            for command, handler in table.items():
                table[command] = self._noting(command, handler)

    def _noting(self, command, handler):
        def obey(value):
            self.obeyed.append(command)
            return handler(value)

        return obey

    def take(self, data: bytes) -> None:
        self.write(data)
        self.read(0)

    def frame(self, kind, command, flags, payload) -> None:
        out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
        n = plumbcore.frame_encode(out, kind, command, flags, 7, payload)
        self.take(bytes(out[:n]))


def _outside(peer: _Watched, data: bytes) -> None:
    """Bytes, then frames of somebody without a key."""
    if data[:1] == b"~":
        peer.take(data)
    else:
        for kind, command, flags, payload in _orders(data):
            peer.frame(kind, command, flags, payload)
            peer._clock += command  # so that lock-outs pass, sometimes
    assert not peer.session.active and all(what == "refused" for what, _ in peer.told)
    for command in peer.obeyed:
        assert commands.TABLE[command][1] & commands.ANYONE, command


def _inside(peer: _Watched, role: str, data: bytes) -> None:
    """Frames of somebody who has the key of a role, and no good intentions."""
    key = claim.role_key(_CLAIM.secret, role)
    peer.frame(plumbcore.REQUEST, commands.SESSION_OPEN, 0,
               cbor.dumps({"role": role, "nonce": _NONCE}))  # fmt: skip
    shown = brace_session.proof(key, b"host", role, _NONCE, _NONCE)
    peer.frame(plumbcore.REQUEST, commands.SESSION_PROVE, 0, cbor.dumps({"proof": shown}))
    assert peer.session.active
    host = Session(role, key, _NONCE, _NONCE)
    for kind, command, flags, payload in _orders(data):
        if not flags:
            payload = host.seal(plumbcore.WIRE_VERSION, kind, command, 7, payload)
        peer.frame(kind, command, flags or brace_session.AUTH, payload)
    allowed = claim.ROLES[role] | commands.ANYONE
    for command in peer.obeyed:
        assert commands.TABLE[command][1] & allowed, command


def handshake(data: bytes) -> None:
    """The wire of a claimed brace: nobody is obeyed beyond his role, nothing gets through that is
    no answer."""
    if not data:
        return
    brace_session.plumbcore = _SAME
    try:
        roles = sorted(claim.ROLES)
        if data[0] < len(roles):
            _inside(_Watched(), roles[data[0]], data[1:])
        else:
            _outside(_Watched(), data[1:])
    finally:
        brace_session.plumbcore = plumbcore


def signed_bundle(data: bytes) -> None:
    """The parser of bundles, taken to be signed: BundleError, or a manifest whose files are all
    within it and hash to what it says."""

    def read(offset: int, n: int) -> bytes:
        assert 0 <= offset and 0 <= n <= bundle.ROOM
        return data[offset : offset + n]

    bundle.plumbcore = SimpleNamespace(**{**vars(plumbcore), "ecdsa_verify": lambda *a: True})
    try:
        manifest = bundle.verify(read, _CLAIM.point)
    except bundle.BundleError:
        return
    finally:
        bundle.plumbcore = plumbcore
    at = manifest["at"]
    for path, length, digest in manifest["files"]:
        assert path.startswith("brace/") and ".." not in path and path not in bundle.FROZEN
        assert plumbcore.sha256(data[at : at + length]) == digest
        at += length
    assert at == manifest["end"] <= bundle.ROOM
    try:
        bundle.check_fits(manifest, bytes(32), 1)
    except bundle.BundleError:
        pass


def control(data: bytes) -> None:
    """CBOR: CborError, or a value that is encoded to the same value again."""
    try:
        value = cbor.loads(data)
    except cbor.CborError:
        return
    assert cbor.loads(cbor.dumps(value)) == value


def example_bundle() -> bytes:
    """A sound bundle, to begin from; its signature is left blank."""
    source = b"x = 1\n"
    manifest = cbor.dumps({"board": "rp2040", "version": 7, "image": bytes(32), "core": 1,
                           "files": [["brace/posture.py", len(source),
                                      plumbcore.sha256(source)]]})  # fmt: skip
    head = bundle.MAGIC + struct.pack("<BBH", bundle.FORMAT, 0, len(manifest))
    return head + manifest + bytes(64) + source


TARGETS = {"handshake": handshake, "bundle": signed_bundle, "cbor": control}
