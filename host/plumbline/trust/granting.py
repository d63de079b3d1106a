"""Handing on the key of one role with one brace."""

from __future__ import annotations

import json
from pathlib import Path

from brace import claim

from plumbline.device import SERIAL, Brace
from plumbline.errors import StorageError, os_error
from plumbline.trust.keys import Keys


def role_key(brace: Brace, keys: Keys, role: str) -> bytes | None:
    """The key of a role with a claimed brace, in whose session we are; None if its claim's private
    key is not here."""
    if brace.link.session is None:
        return None
    # Of the session, because anybody could answer another handshake with a point of his own.
    secret = keys.secret(brace.identity.claim, brace.point)
    return secret and claim.role_key(secret, role)


def read_grant(path: Path) -> tuple[str, str, bytes]:
    """(serial, role, key) of a file that `plumbline keys grant` wrote."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        serial, role, key = stored["serial"], stored["role"], bytes.fromhex(stored["key"])
        sound = stored["plumbline_role"] == 1 and SERIAL.fullmatch(serial) and len(key) == 32
    except OSError as error:
        raise os_error(error, f"reading {path}") from error
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound or role not in claim.ROLES:
        raise StorageError(f"{path} is no key of a role", "Have it sent again")
    return serial, role, key
