"""Claiming a brace for the clinic (SPEC.md, "Claim")."""

from __future__ import annotations

import plumbcore
from brace import claim, commands

from plumbline.device import Brace
from plumbline.errors import LinkError, Refused, UsageError
from plumbline.trust.keys import Key, Keys


def claim_brace(brace: Brace, keys: Keys) -> Key:
    """Claims a brace by the current key; the brace restarts.  A brace that another key of ours
    claimed is claimed anew: so it follows a rotation.

    Raises Refused for a brace of another clinic, or without a serial number.
    """
    key = keys.current()
    if key is None:
        raise UsageError("this computer has no clinic's key", "Make one: plumbline keys create")
    hello = brace.identity
    if not hello.serial:
        raise Refused(
            "a brace without a serial number cannot be claimed", "plumbline flash --serial PB-1"
        )
    if hello.claim == key.id and brace.link.session:
        brace.meet()
        return key
    if hello.claim and (brace.link.session is None or brace.link.session.role != "clinic"):
        raise Refused(
            f"{hello.serial} was claimed by the key {hello.claim}, which is not here",
            "Restore that key, or have the other clinic claim it for you",
        )
    if hello.claim:
        brace.meet()
    clinic = keys.point(key.id)
    answer = brace.link.ask(commands.CLAIM, {"clinic": clinic}, takes=30)
    point = answer.get("point")
    secret = keys.secret(key.id, point) if isinstance(point, bytes) else None
    if secret is None:
        raise LinkError("the brace offered no point of the curve", "Try another cable")
    keys.begin(key.id, hello.serial, point)
    shown = claim.proof(secret, b"host", point)
    answer = brace.link.ask(commands.CLAIM_CONFIRM, {"proof": shown}, takes=15)
    given, expected = answer.get("proof"), claim.proof(secret, b"brace", point)
    if not isinstance(given, bytes) or not plumbcore.equal(given, expected):
        raise Refused(
            "what answered the claim cannot prove that it made it",
            "Claim it again with another cable, on a computer that you trust",
        )
    keys.claimed(key.id, hello.serial, point)
    return key
