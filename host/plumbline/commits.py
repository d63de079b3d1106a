"""From a commit's payload to plain records: unsealing and unpacking, in the commits' order."""

from __future__ import annotations

from plumbcore._core import ffi, lib
from plumbcore.seal import open_payload


class Unpacker:
    """Unpacks the commits of a stream in their order; knows when it cannot."""

    def __init__(self, learned: Unpacker | None):
        self.model = ffi.new("pl_pack_model *")
        self.stuck: list[int] = []
        self.good = learned is not None and learned.good
        if self.good:
            ffi.memmove(self.model, learned.model, ffi.sizeof("pl_pack_model"))

    def unpack(self, commit, payload, length):
        """(plain records, their length), or None if what they go on from is not known."""
        if not commit.flags & lib.PL_COMMIT_GOES_ON:
            self.model, self.good = ffi.new("pl_pack_model *"), True
        if not self.good:
            return None
        plain = ffi.new("uint8_t[]", lib.PL_PACK_PLAIN_MAX)
        length = lib.pl_unpack(self.model, commit.t_cs, payload, length, plain,
                               lib.PL_PACK_PLAIN_MAX)
        self.good = length >= 0
        return (plain, length) if self.good else None


class Unsealer:
    """Opens a sealed segment's payloads, in their order."""

    def __init__(self, key: bytes):
        self._key = key
        self._before = -1

    def open(self, data: bytes, commit) -> bytes | None:
        """The payload of a commit of the segment `data`; None if it is not what the brace sealed
        there."""
        head = commit.payload - lib.PL_COMMIT_HEADER
        whole = data[head : commit.payload + commit.length]
        try:
            plain = open_payload(self._key, whole)
        except ValueError:
            plain = None
        number = int.from_bytes(whole[-lib.PL_SEAL_EXTRA :][:4], "little")
        if plain is None or number <= self._before:
            return None
        self._before = number
        return plain
