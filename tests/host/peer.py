"""A scripted brace at the far end of a transport: SPEC.md on plumbcore frames, no firmware.

Only the transport is replaced in tests that use it; link, client and commands are the real ones.
"""

from __future__ import annotations

import struct
from types import SimpleNamespace

import plumbcore
from brace import cbor, commands
from brace.claim import Claim
from brace.commands_log import LogCommands
from brace.commands_trust import TrustCommands
from brace.session import Session
from brace.wire import Wire
from plumbcore.flash import MemoryFlash
from plumbline.errors import LinkLost

IMAGE = bytes(range(32))


def encode(kind, cmd, reqid, payload=b"", version=None) -> bytes:
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    return bytes(out[: plumbcore.frame_encode(out, kind, cmd, 0, reqid, payload)])


class _CountingWire(Wire):
    """The firmware's wire, which also notes the commands that it was asked."""

    def __init__(self, *lines):
        super().__init__(*lines)
        self.asked: list[int] = []

    def _request(self, now):
        self.asked.append(self._decoder.cmd)
        super()._request(now)


class Peer:
    """A Transport whose other end is a brace: the firmware's own wire and log commands, with
    handlers of commands that would need hardware made up here.

    Its clock is its own: `read` without data lets the whole timeout pass at once.
    `mangle(frame bytes) -> bytes` stands for a bad cable on the way to the host, `mangle_in` on
    the way to the brace; `prompt` makes it MicroPython's prompt instead of a brace.
    """

    description = "the scripted brace"

    def __init__(self, sectors: int = 32, **hello):
        self.hello = {
            "name": "plumbline", "wire": plumbcore.WIRE_VERSION, "serial": "PB-1",
            "board": "rp2040", "hw": 1, "fw": "0.1.0", "image": IMAGE, "kind": "wearer",
            "core": plumbcore.core_version(), "up": 1234, "boot": 3, "max": 1024, **hello,
        }  # fmt: skip
        self.status = {"sensors": ["S", "L"], "state": "ok", "faults": [], "battery": 3900}
        self.config = {"dwell_s": 30, "flex_cdeg": 2000}
        self.utc = None
        self.live_on = False
        self.calibration = {"id": 0, "utc": 0, "quality": 0, "sensors": 0, "bend_cdeg": 0,
                            "q_s": [1 << 30, 0, 0, 0], "q_l": [1 << 30, 0, 0, 0]}  # fmt: skip
        # What a calibration comes to: its steps after "ready", and a reason.
        self.steps, self.reason = ["standing", "bend", "done"], ""
        self.block = 0
        self.mangle = lambda data: data
        self.mangle_in = lambda data: data
        self.prompt = False
        self.gone = False
        self.closed = False
        self.out = bytearray()
        self.events: list = []
        self._in = bytearray()
        self._clock = 0.0
        self.claim = Claim()
        self.told: list[tuple[str, str]] = []
        self.session = Session(
            self.claim, lambda: int(self._clock * 1000), lambda *what: self.told.append(what)
        )
        self.wire = _CountingWire(self._brace_reads, self._brace_writes, self.session)
        self.flash = MemoryFlash(sectors)
        self.log = plumbcore.Log(self.flash, self.hello["serial"])
        self.wire.handlers.update({
            commands.HELLO: lambda v: {**self.hello, "claim": self.claim.id},
            commands.STATUS: lambda v: self.status,
            commands.TIME_GET: lambda v: {"utc": self.utc, "up": 1234},
            commands.TIME_SET: self._time_set,
            commands.CONFIG_GET: lambda v: {"id": 1, "values": self.config},
            commands.CONFIG_SET: self._config_set,
            commands.PROVISION: self._provision,
            commands.BUZZ: lambda v: {"ms": 200 * (1 + v["pattern"])},
            commands.BOOTLOADER: lambda v: None,
            commands.RESET: lambda v: None,
            commands.LIVE: self._live,
            commands.CALIBRATE: self._calibrate,
            commands.CALIBRATION_GET: lambda v: self.calibration,
        })  # fmt: skip
        LogCommands(SimpleNamespace(
            wire=self.wire, recorder=SimpleNamespace(log=self.log),
            clock=SimpleNamespace(now=lambda: int(self._clock * 1000)),
        ))  # fmt: skip
        TrustCommands(SimpleNamespace(
            wire=self.wire, session=self.session, store=self, restart=self.restart,
            claim=self.claim,
        ))  # fmt: skip

    def store_claim(self, claim):
        """The claim is stored; it takes effect when the brace restarts."""
        self._stored = claim.pack()

    def restart(self):
        """What a restart does to sessions and claims."""

        def now():
            self.claim.unpack(self._stored)
            self.session.end()

        self.wire.afterwards = now

    @property
    def asked(self):
        """The commands that it was asked."""
        return self.wire.asked

    @property
    def handlers(self):
        """Command -> f(value) -> value."""
        return self.wire.handlers

    # -- handlers ----------------------------------------------------------------------------

    def _time_set(self, value):
        self.utc = value["utc"]
        return {"utc": self.utc, "up": 1234}

    def _config_set(self, values):
        for key in values:
            if key not in self.config:
                raise commands.CommandError(commands.E_BAD_REQUEST, f"no setting {key}.")
        self.config.update(values)
        return {"id": 2, "values": self.config}

    def _provision(self, values):
        self.hello.update(values)
        return self.hello

    def _live(self, value):
        self.live_on = value["on"]
        return {"on": self.live_on}

    def _calibrate(self, value):
        if value["do"] == "start":
            for step in self.steps:
                self.events.append((commands.CALIBRATE, {"step": step, "reason": self.reason}))
            self.calibration = {**self.calibration, "id": 5, "quality": 91, "sensors": 3,
                                "bend_cdeg": 6150}  # fmt: skip
        return {"step": "ready"}

    def show(self, posture=1, flexion=0, cues=0, flags=7):
        """Sends a live event, if they are on; angles in cdeg."""
        if self.live_on:
            self.block += 1
            body = struct.pack("<IBBBBhhhhhH", self.block, posture, 0, flags, cues, flexion, -150,
                               flexion // 2, 0, 0, 3900)  # fmt: skip
            self.send(plumbcore.EVENT, commands.LIVE, 0, body)

    # -- transport ---------------------------------------------------------------------------

    def now(self) -> float:
        return self._clock

    def read(self, timeout: float) -> bytes:
        self._work()
        if self.gone and not self.out:
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
        else:
            self._in += self.mangle_in(data)
            self._work()

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

    def _brace_reads(self, buffer) -> int:
        n = min(len(buffer), len(self._in))
        buffer[:n] = self._in[:n]
        del self._in[:n]
        return n

    def _brace_writes(self, data, n) -> None:
        self.out += self.mangle(bytes(data[:n]))

    def _work(self) -> None:
        # As long as bulk data flows, the firmware wants to be called again at once.
        while not self.gone and self.wire.step(int(self._clock * 1000)) == 0:
            pass
        while self.events:
            command, value = self.events.pop(0)
            self.send(plumbcore.EVENT, command, 0, value)

    def send(self, kind, cmd, reqid, value=b"") -> None:
        payload = value if isinstance(value, bytes) else cbor.dumps(value)
        self.out += self.mangle(encode(kind, cmd, reqid, payload))
