"""Handing on the key of one role with one brace."""

from __future__ import annotations

import json
from pathlib import Path

import plumbcore
from brace import claim, commands
from brace.session import NONCE

from plumbline.device import SERIAL, Brace
from plumbline.errors import StorageError, os_error
from plumbline.trust.keys import Keys


def role_key(brace: Brace, keys: Keys, role: str) -> bytes | None:
    """The key of a role with a claimed brace; None if its claim's private key is not here."""
    if not brace.identity.claim:
        return None
    session, brace.link.session = brace.link.session, None
    try:
        # The point stands in the answer to a handshake; this one is not gone on with.
        values = {"role": role, "nonce": plumbcore.random(NONCE)}
        answer = brace.link.ask(commands.SESSION_OPEN, values)
    finally:
        brace.link.session = session
    secret = keys.secret(answer["key"].hex(), answer["point"])
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
