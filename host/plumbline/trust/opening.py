"""Finding the keys of sealed segments with the private keys on this computer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from plumbcore._core import lib
from plumbcore.seal import Opener

from plumbline import paths
from plumbline.trust.keys import Keys

_ID_AT = lib.PL_SEAL_FIELDS_AT
_ID_END = _ID_AT + 8


def sealed_to(segment: bytes) -> str:
    """The id of the clinic's key that a sealed segment asks for."""
    return bytes(segment[_ID_AT:_ID_END]).hex()


class Opening:
    """Opens segments with the keys of a register."""

    def __init__(self, keys: Keys):
        self._keys = keys
        self._openers: dict[str, Opener] = {}

    def key(self, segment: bytes) -> bytes | None:
        """The key of a sealed segment; None if the private key that it asks for is not here."""
        key_id = sealed_to(segment)
        if key_id not in self._openers:
            if self._keys.private(key_id) is None:
                return None
            self._openers[key_id] = Opener(
                self._keys.point(key_id), lambda point: self._keys.agree(key_id, point)
            )
        return self._openers[key_id].key(segment)


@lru_cache(maxsize=8)
def _of(folder: Path) -> Opening:
    return Opening(Keys(folder))


def default() -> Opening:
    """Opens with this computer's keys."""
    return _of(paths.data() / "keys")
