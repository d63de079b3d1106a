"""Bytes that no well-meaning host sends, from a seed."""

import random

import plumbcore
from brace import cbor, commands

CTRL_C = 0x03
# What restarts, erases or renames is not given by chance.
_SPARED = {commands.BOOTLOADER, commands.RESET, commands.PROVISION, commands.FORMAT_FILES}


def frame(kind: int, command: int, request: int, payload: bytes, flags: int = 0) -> bytes:
    """A sound frame."""
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    length = plumbcore.frame_encode(out, kind, command, flags, request, payload)
    return bytes(out[:length])


def noise(chance: random.Random, length: int) -> bytes:
    """Random bytes, Ctrl-C left out: on a development image that one is a command."""
    return bytes(b for b in chance.randbytes(length) if b != CTRL_C)


def value(chance: random.Random, depth: int = 0):
    """Something for CBOR that no command expects."""
    kinds = ["int", "text", "bytes", "bool", "none"] + ["list", "map"] * (depth < 5)
    kind = chance.choice(kinds)
    if kind == "int":
        return chance.choice([0, -1, 1 << 31, -(1 << 31), 1 << 53, chance.randrange(1 << 16)])
    if kind == "text":
        return "".join(chance.choices("aé\0\n🦴z", k=chance.randrange(12)))
    if kind == "bytes":
        return chance.randbytes(chance.randrange(12))
    if kind == "list":
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == "map":
        return {key: value(chance, depth + 1) for key in chance.sample(_KEYS, k=2)}
    return None if kind == "none" else chance.random() < 0.5


_KEYS = ["utc", "s", "on", "do", "pattern", "from", "window", "stream", "epoch_s", "x" * 40]


def request(chance: random.Random) -> bytes:
    """A sound frame with a payload that is not."""
    command = chance.choice([c for c in range(256) if c not in _SPARED])
    if chance.random() < 0.7:
        command = chance.choice([c for c in commands.TABLE if c not in _SPARED])
    payload = noise(chance, chance.randrange(60))
    if chance.random() < 0.7:
        payload = cbor.dumps({key: value(chance) for key in chance.sample(_KEYS, k=3)})
    kind = chance.choice([1, 1, 1, 1, 2, 3, 4, 5, 0, 9])
    flags = chance.choice([0, 0, 0, 1, 255])
    return frame(kind, command, chance.randrange(1 << 16), payload, flags)


def mangled(chance: random.Random) -> bytes:
    """A frame that a bad cable has had its way with."""
    data = bytearray(request(chance))
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data))
        action = chance.choice(["flip", "cut", "double", "lose", "swell"])
        if action == "flip":
            data[at] ^= 1 << chance.randrange(8)
        elif action == "cut":
            del data[at:]
        elif action == "double":
            data[at:at] = data[at : at + 8]
        elif action == "lose":
            del data[at : at + 1]
        else:
            data[at:at] = chance.randbytes(30)
        if not data:
            break
    return bytes(b for b in data if b != CTRL_C)
