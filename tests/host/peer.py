"""A scripted brace at the far end of a transport: SPEC.md on plumbcore frames, no firmware.

Only the transport is replaced in tests that use it; link, client and commands are the real ones.
"""

from __future__ import annotations

import plumbcore
from brace import cbor, commands
from plumbline.errors import LinkLost

IMAGE = bytes(range(32))


def encode(kind, cmd, reqid, payload=b"", version=None) -> bytes:
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    return bytes(out[: plumbcore.frame_encode(out, kind, cmd, 0, reqid, payload)])


class Peer:
    """A Transport whose other end is a brace with settings `config` and answers `handlers`.

    Its clock is its own: `read` without data lets the whole timeout pass at once.
    `mangle(frame bytes) -> bytes` stands for a bad cable on the way to the host, `mangle_in` on
    the way to the brace; `prompt` makes it MicroPython's prompt instead of a brace.
    """

    description = "the scripted brace"

    def __init__(self, **hello):
        self.hello = {
            "name": "plumbline", "wire": plumbcore.WIRE_VERSION, "serial": "PB-1",
            "board": "rp2040", "hw": 1, "fw": "0.1.0", "image": IMAGE, "kind": "wearer",
            "core": plumbcore.core_version(), "up": 1234, "boot": 3, "max": 600, **hello,
        }
        self.status = {"sensors": ["S", "L"], "state": "ok", "faults": [], "battery": 3900}
        self.config = {"dwell_s": 30, "flex_cdeg": 2000}
        self.utc = None
        self.handlers = {
            commands.HELLO: lambda p: self.hello,
            commands.PING: lambda p: bytes(p),
            commands.STATUS: lambda p: self.status,
            commands.TIME_GET: lambda p: {"utc": self.utc, "up": 1234},
            commands.TIME_SET: self._time_set,
            commands.CONFIG_GET: lambda p: {"id": 1, "values": self.config},
            commands.CONFIG_SET: self._config_set,
            commands.PROVISION: self._provision,
            commands.BUZZ: lambda p: {"ms": 200 * (1 + cbor.loads(p)["pattern"])},
            commands.BOOTLOADER: lambda p: b"",
            commands.RESET: lambda p: b"",
        }
        self.asked: list[int] = []
        self.mangle = lambda data: data
        self.mangle_in = lambda data: data
        self.prompt = False
        self.gone = False
        self.closed = False
        self.out = bytearray()
        self._clock = 0.0
        self._decoder = plumbcore.FrameDecoder(self.hello["max"])

    # -- handlers ----------------------------------------------------------------------------

    def _time_set(self, payload):
        self.utc = cbor.loads(payload)["utc"]
        return {"utc": self.utc, "up": 1234}

    def _config_set(self, payload):
        values = cbor.loads(payload)
        for key in values:
            if key not in self.config:
                raise commands.CommandError(commands.E_BAD_REQUEST, f"no setting {key}.")
        self.config.update(values)
        return {"id": 2, "values": self.config}

    def _provision(self, payload):
        self.hello.update(cbor.loads(payload))
        return self.hello

    # -- transport ---------------------------------------------------------------------------

    def now(self) -> float:
        return self._clock

    def read(self, timeout: float) -> bytes:
        if self.gone:
            raise LinkLost("the cable is out", "Plug it in")
        if not self.out:
            self._clock += timeout
        data, self.out = bytes(self.out), bytearray()
        return data

    def write(self, data: bytes) -> None:
        if self.gone:
            raise LinkLost("the cable is out", "Plug it in")
        if self.prompt:
            self._at_prompt(data)
            return
        data = self.mangle_in(data)
        pos = 0
        while pos < len(data):
            pos = self._decoder.feed(data, pos)
            if self._decoder.status > 0:
                self._answer()
            elif self._decoder.status < 0 and self._decoder.dropped_into(bytearray(9)) > 1:
                self.send(plumbcore.ERROR, 0, 0, {"code": commands.E_DAMAGED, "say": "Damaged."})

    def close(self) -> None:
        self.closed = True

    def _at_prompt(self, data: bytes) -> None:
        if b"\x04" in data:
            self.prompt = False
            self.out += b"\r\nMPY: soft reboot\r\n"
        elif data.endswith(b"\x02"):
            self.out += b"\r\nMicroPython v1.25.0 on 2025-04-15; Plumbline brace\r\n>>> "
        else:
            self.out += bytes(b for b in data if b >= 32)

    # -- brace -------------------------------------------------------------------------------

    def send(self, kind, cmd, reqid, value=b"") -> None:
        payload = value if isinstance(value, bytes) else cbor.dumps(value)
        self.out += self.mangle(encode(kind, cmd, reqid, payload))

    def _answer(self) -> None:
        decoder = self._decoder
        cmd, reqid = decoder.cmd, decoder.reqid
        self.asked.append(cmd)
        try:
            if cmd not in self.handlers:
                raise commands.CommandError(commands.E_UNKNOWN_COMMAND, "Unknown command.")
            value = self.handlers[cmd](bytes(decoder.payload))
        except commands.CommandError as error:
            self.send(plumbcore.ERROR, cmd, reqid, {"code": error.code, "say": error.say})
            return
        self.send(plumbcore.RESPONSE, cmd, reqid, value)
