"""The host's end of a session with a claimed brace (SPEC.md, "Sessions").

The labels and derivations are the firmware's own (`brace.session`, `brace.claim`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import plumbcore
from brace import commands
from brace.session import AUTH, NONCE, TRAILER, header, proof, session_keys

from plumbline.errors import Refused


class Session:
    """Keys and counters of one session; `role` is what the brace takes us for."""

    def __init__(self, role: str, key: bytes, ours: bytes, theirs: bytes):
        self.role = role
        out, back = session_keys(key, role, ours, theirs)
        self._out, self._in = plumbcore.Mac(out), plumbcore.Mac(back)
        self._sent = self._seen = 0
        self._header = bytearray(8)

    def seal(self, version: int, kind: int, command: int, request: int, payload: bytes) -> bytes:
        """The payload with its trailer."""
        self._sent += 1
        counted = payload + struct.pack("<I", self._sent)
        header(self._header, version, kind, command, request, len(payload) + TRAILER)
        return counted + self._out.of(self._header, counted)[: TRAILER - 4]

    def accept(self, version: int, kind: int, command: int, request: int,
               payload: bytes) -> bytes | None:  # fmt: skip
        """The payload without its trailer; None for what this brace did not send us now."""
        n = len(payload) - TRAILER
        if n < 0:
            return None
        header(self._header, version, kind, command, request, len(payload))
        if not self._in.check(payload[n + 4 :], self._header, payload[: n + 4]):
            return None
        (counter,) = struct.unpack_from("<I", payload, n)
        if counter <= self._seen:
            return None
        self._seen = counter
        return payload[:n]


def open_session(link, role: str, key_of: Callable[[bytes, bytes], bytes | None]) -> bool:
    """Opens a session on `link`: whether that was possible.

    key_of(id, point): the key of `role` with a brace that the key `id` claimed and that keeps
    `point`; None if we have none, and then nothing is tried.  Raises Refused when the brace does
    not take the key or cannot prove that it has it, and what `Link.request` raises.
    """
    ours = plumbcore.random(NONCE)
    link.session = None
    answer = link.ask(commands.SESSION_OPEN, {"role": role, "nonce": ours})
    theirs, point, claimed = (answer.get(name) for name in ("nonce", "point", "key"))
    sound = all(isinstance(v, bytes) for v in (theirs, point, claimed)) and len(theirs) == NONCE
    key = key_of(claimed, point) if sound else None
    if key is None:
        return False
    shown = proof(key, b"host", role, ours, theirs)
    answer = link.ask(commands.SESSION_PROVE, {"proof": shown})
    expected = proof(key, b"brace", role, ours, theirs)
    given = answer.get("proof")
    if not isinstance(given, bytes) or not plumbcore.equal(given, expected):
        raise Refused(
            "what answers there cannot prove that it is the brace it says it is",
            "Try another cable and computer; if it stays so, do not use that brace",
        )
    link.session = Session(role, key, ours, theirs)
    return True


__all__ = ["AUTH", "Session", "open_session"]
