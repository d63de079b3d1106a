"""A claimed brace with an attacker on its line, who sees and alters every byte and has no key.

The brace is the firmware's own wire, session, claim and log commands (peer.py); the clinic's end
is the real link.
"""

import plumbcore
from brace import cbor
from peer import Peer
from plumbline.device import Brace
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys

NONCE = bytes(16)


def frames(data: bytes) -> list[tuple[int, int, int, int, bytes]]:
    """(kind, command, flags, request, payload) of all frames in bytes from the line."""
    decoder, found, pos = plumbcore.FrameDecoder(65535), [], 0
    while pos < len(data):
        pos = decoder.feed(data, pos)
        if decoder.status > 0:
            found.append((decoder.kind, decoder.cmd, decoder.flags, decoder.reqid,
                          bytes(decoder.payload)))
    return found


def frame(kind, command, payload=b"", flags=0, request=7) -> bytes:
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    n = plumbcore.frame_encode(out, kind, command, flags, request, payload)
    return bytes(out[:n])


class Line:
    """A claimed brace with a tap on its line: `to_brace` and `to_host` are what went by."""

    def __init__(self, tmp_path=None, keys=None, **hello):
        self.peer = Peer(**hello)
        self.keys = keys or Keys(tmp_path / "keys")
        if self.keys.current() is None:
            self.keys.create("clinic")
        claim_brace(Brace.open(self.peer, keys=self.keys), self.keys)
        self.to_brace, self.to_host = [], []
        self.peer.mangle_in = self.tap(self.to_brace)
        self.peer.mangle = self.tap(self.to_host)

    @staticmethod
    def tap(into):
        def mangle(data):
            into.append(bytes(data))
            return data
        return mangle

    def open(self, role=None) -> Brace:
        return Brace.open(self.peer, keys=self.keys, role=role, timeout=1)

    def send(self, data: bytes) -> list:
        """The attacker sends bytes; the frames that come back."""
        self.peer.read(0)
        self.peer.write(data)
        return frames(self.peer.read(0))

    def ask(self, command, values=None, flags=0, payload=None) -> dict:
        """The attacker asks without a session; the answer's map, with `kind`."""
        payload = cbor.dumps(values or {}) if payload is None else payload
        (answer,) = self.send(frame(plumbcore.REQUEST, command, payload, flags))
        return {"kind": answer[0], **cbor.loads(answer[4])}

    def sealed(self) -> list[bytes]:
        """The frames of the session that the host sent, one by one."""
        return [data for data in self.to_brace for f in frames(b"~" + data) if f[2]]
