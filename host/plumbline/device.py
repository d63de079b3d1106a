"""A brace as the host sees it: the commands of SPEC.md as methods, answers as objects."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from brace import cbor, commands
from brace.claim import ROLES

from plumbline.answers import Frame
from plumbline.errors import PlumblineError, Refused, UsageError, VersionError
from plumbline.link import Link
from plumbline.transport import SerialTransport, Transport
from plumbline.trust.keys import Keys
from plumbline.trust.session import open_session

SERIAL = re.compile(r"[A-Za-z0-9-]{1,16}")
# Asked this many times more after silence, where asking twice does no harm.
_AGAIN = 2


@dataclass(frozen=True)
class Hello:
    """Who a brace says it is.  Fields that an older firmware lacks have defaults."""

    name: str
    wire: int
    serial: str = ""
    board: str = ""
    hw: int = 0
    fw: str = ""
    image: str = ""  # SHA-256 in hex
    kind: str = ""
    core: int = 0
    up: int = 0  # ms since the start
    boot: int = 0
    max: int = 256
    claim: str = ""  # id of the key that claimed it, in hex
    bundle: int = 0  # version of the bundle that runs, 0 for the image's own modules

    @classmethod
    def of(cls, values: dict) -> Hello:
        """From hello's map.  Raises VersionError when it is no brace's."""
        if values.get("name") != "plumbline":
            raise VersionError(
                "something answers there, but it is no Plumbline brace",
                "Name the brace's own port with --device",
            )
        known = {k: v for k, v in values.items() if k in cls.__dataclass_fields__}
        for name in ("image", "claim"):
            if isinstance(known.get(name), bytes):
                known[name] = known[name].hex()
        hello = cls(**{"wire": 0, **known})
        # Anybody may have said it: it must not name a file or a person of this computer's.
        sound = all(type(getattr(hello, f.name)) is type(f.default) for f in fields(cls)[2:])
        if not sound or not (hello.serial == "" or SERIAL.fullmatch(hello.serial)):
            raise VersionError(
                "what answers there introduces itself as no brace does",
                "Try another cable, then: plumbline flash",
            )
        return hello


@dataclass(frozen=True)
class Status:
    """How a brace is."""

    sensors: list[str] = field(default_factory=list)
    state: str = ""
    faults: list[str] = field(default_factory=list)
    battery: int | None = None  # mV
    worn: bool | None = None
    posture: str | int | None = None
    cal: int = 0
    cal_due: str = ""  # why a new calibration is due: "none" yet, "age", "mount"
    utc: int | None = None  # ms since 1970
    log: dict = field(default_factory=dict)  # used, size, unacked: bytes

    @classmethod
    def of(cls, values: dict) -> Status:
        return cls(**{k: v for k, v in values.items() if k in cls.__dataclass_fields__})


class Brace:
    """One brace at the other end of a link.  Methods raise what `Link.request` raises."""

    def __init__(self, link: Link):
        self.link = link
        self._keys: Keys | None = None
        self._strict = False
        self._hello: Hello | None = None
        # The point that the brace of the session keeps, b"" without a session.
        self.point = b""

    @classmethod
    def open(
        cls,
        where: str | Transport,
        *,
        timeout: float = 5.0,
        on_line: Callable[[str], None] | None = None,
        role: str | None = None,
        keys: Keys | None = None,
        strict: bool = True,
    ) -> Brace:
        """Opens a port (or takes a transport), says hello, and opens a session if the brace is
        claimed and we have a key: with the `role` asked for, or the highest that we can.

        strict: refuse what says it is a brace that we have claimed and cannot prove it; False only
        for what a wiped brace needs, which is to be flashed and claimed anew.
        """
        transport = SerialTransport(where) if isinstance(where, str) else where
        brace = cls(Link(transport, timeout=timeout, on_line=on_line))
        brace._keys = keys or Keys()
        try:
            if brace.hello().claim:
                brace.enter(brace._keys, role)
            brace._strict = strict
            if strict:
                brace.meet()
        except BaseException:
            brace.close()
            raise
        brace.link.forget_events()
        return brace

    def enter(self, keys: Keys, role: str | None = None) -> bool:
        """Opens a session with a claimed brace; whether we have a key for that."""
        self._keys = keys
        hello = self.identity
        chosen = keys.choose(hello.serial, hello.claim, role)
        if chosen is None:
            return False

        kept: list[bytes] = []

        def key_of(claimed: bytes, point: bytes) -> bytes | None:
            kept.append(point)
            return keys.role_key(hello.serial, chosen, claimed.hex(), point)

        self.point = b""
        if not open_session(self.link, chosen, key_of):
            return False
        self.point = kept[0]
        # Only this hello is the brace's own; anybody may have said the first one.
        hello = self.hello()
        claims = keys.claims(hello.serial)
        # A computer that got its keys from a backup, or the answer to its claim never, learns of
        # the claim here.
        if not claims or (hello.claim, self.point) in claims:
            if keys.private(hello.claim) and not keys.knows(hello.claim, hello.serial, self.point):
                keys.claimed(hello.claim, hello.serial, self.point)
        return True

    def meet(self) -> None:
        """Raises Refused for what says that it is a brace that we have claimed and does not prove
        to be under that very claim.

        The clinic's public key is all that it takes to play a brace of the clinic's: any point
        makes a secret with it.  Only by the point that a claim was noted with is it that brace.
        """
        hello, keys = self._hello, self._keys
        claims = keys.claims(hello.serial)
        if hello.claim:
            known = bool(claims)
        else:
            # One that never took the claim that was begun is nobody's, as it says.
            known = keys.holds(hello.serial) or bool(keys.handed(hello.serial))
        if not known or (hello.claim, self.point) in claims:
            return
        raise Refused(
            f"what answers there says it is {hello.serial}, but cannot prove to be the brace that "
            "was claimed under this number",
            "If you wiped it: plumbline claim. If another computer claimed it since: plumbline "
            f"keys forget {hello.serial}. Otherwise do not trust that cable",
        )

    def need(self, command: int) -> None:
        """Changes to a role that may give `command`, if ours may not and we have such a key."""
        session, roles = self.link.session, commands.TABLE[command][1]
        if session is None or roles & (ROLES[session.role] | commands.ANYONE):
            return
        hello = self.identity
        for role, bit in ROLES.items():
            if roles & bit and self._keys.choose(hello.serial, hello.claim, role):
                self.enter(self._keys, role)
                return

    def close(self) -> None:
        self.link.close()

    def __enter__(self) -> Brace:
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    # -- identity and state ------------------------------------------------------------------

    @property
    def identity(self) -> Hello:
        """The last hello."""
        return self._hello or self.hello()

    def hello(self, timeout: float | None = None) -> Hello:
        """Asks who is there."""
        values = self.link.ask(commands.HELLO, timeout=timeout, again=_AGAIN)
        self._hello = Hello.of(values)
        self.link.max_request = self._hello.max
        if self._strict:
            self.meet()
        return self._hello

    def ping(self, payload: bytes = b"") -> bytes:
        """The same bytes back."""
        return self.link.request(commands.PING, payload, again=_AGAIN).payload

    def status(self) -> Status:
        """How it is."""
        return Status.of(self.link.ask(commands.STATUS, again=_AGAIN))

    def selftest(self) -> dict:
        """Its checks: name -> map with `ok` and what was measured."""
        self.need(commands.SELFTEST)
        return self.link.ask(commands.SELFTEST, takes=30)

    # -- time and settings -------------------------------------------------------------------

    def time(self) -> dict:
        """`utc` ms since 1970 or None, `up` ms since the start."""
        return self.link.ask(commands.TIME_GET, again=_AGAIN)

    def time_set(self, utc_ms: int | None = None) -> dict:
        """Sets the clock, to this computer's by default."""
        utc = time.time_ns() // 1_000_000 if utc_ms is None else utc_ms
        return self.link.ask(commands.TIME_SET, {"utc": utc}, again=_AGAIN)

    def config(self) -> dict:
        """`id` CRC-32 of the stored copy, `values` map of every setting."""
        return self.link.ask(commands.CONFIG_GET, again=_AGAIN)

    def config_set(self, values: dict) -> dict:
        """Changes settings, all or none; answers as `config`."""
        return self.link.ask(commands.CONFIG_SET, values, takes=15, again=_AGAIN)

    # -- what it does ------------------------------------------------------------------------

    def record_raw(self, seconds: int) -> dict:
        """Logs raw samples for `seconds` from now; 0 stops."""
        return self.link.ask(commands.RECORD_RAW, {"s": seconds}, again=_AGAIN)

    def erase_log(self) -> None:
        """Erases everything that it has recorded, fetched or not."""
        self.need(commands.LOG_ERASE)
        self.link.request(commands.LOG_ERASE, cbor.dumps({"all": True}), takes=180)

    def live(self, on: bool, raw: bool = False) -> dict:
        """Turns the stream of live events on or off; they come through `event`."""
        values = {"on": on, "raw": True} if raw else {"on": on}
        return self.link.ask(commands.LIVE, values, again=_AGAIN)

    def event(self, timeout: float = 0.0) -> Frame | None:
        """The next event of any command, or None when `timeout` passes without."""
        return self.link.event(timeout)

    def calibrate(self, do: str = "start") -> dict:
        """Starts or cancels a calibration; its steps come as events."""
        return self.link.ask(commands.CALIBRATE, {"do": do})

    def calibration(self) -> dict:
        """The stored calibration."""
        return self.link.ask(commands.CALIBRATION_GET, again=_AGAIN)

    # -- plan and exercises ------------------------------------------------------------------

    def plan(self) -> dict:
        """The stored plan: `plan` bytes, `sha256` of them as the brace reads them back from its
        flash, `revision`, `exercises`, and the version of its `library`."""
        return self.link.ask(commands.PLAN_GET, again=_AGAIN)

    def plan_set(self, plan: bytes) -> dict:
        """Stores a plan (plumbline.clinic.plan.Plan.packed; b"" takes it away); answers as
        `plan`.  Raises PlumblineError when what the brace keeps is not what was sent."""
        kept = self.link.ask(commands.PLAN_SET, {"plan": plan}, takes=15, again=_AGAIN)
        if kept.get("sha256") != hashlib.sha256(plan).digest():
            raise PlumblineError(
                "the brace keeps another plan than the one sent",
                "Send it again; if that does not help, run `plumbline doctor`",
            )
        return kept

    def exercise(self, do: str = "state", **what) -> dict:
        """do: "start" (with `row` bytes, or `from` and `count` of the plan's exercises), "skip",
        "stop", "watch" (with `on`; events then tell what happens) or "state"."""
        return self.link.ask(commands.EXERCISE, {"do": do, **what})

    def buzz(self, pattern: int) -> int:
        """Plays a vibration pattern (0..15); how many ms it lasts."""
        if not 0 <= pattern <= 15:
            raise UsageError(f"there is no vibration pattern {pattern}", "Give 0 to 15")
        return self.link.ask(commands.BUZZ, {"pattern": pattern}).get("ms", 0)

    # -- life cycle --------------------------------------------------------------------------

    def bootloader(self) -> None:
        """Makes it enter BOOTSEL; the link is of no more use."""
        self.need(commands.BOOTLOADER)
        self.link.request(commands.BOOTLOADER)

    def reset(self) -> None:
        """Restarts it; the link is of no more use over USB."""
        self.link.request(commands.RESET)

    def provision(
        self, serial: str, hw: int | None = None, release: bytes | None = None
    ) -> Hello:
        """Gives it a serial number and, if told, a hardware revision and the public point of the
        key that signs its updates (b"": none)."""
        if not SERIAL.fullmatch(serial):
            raise UsageError(
                f"{serial!r} is not a serial number", "Use 1 to 16 letters, digits and '-'"
            )
        self.need(commands.PROVISION)
        values: dict = {"serial": serial}
        if hw is not None:
            values["hw"] = hw
        if release is not None:
            values["release"] = release
        self._hello = Hello.of(self.link.ask(commands.PROVISION, values, takes=15))
        return self._hello

    def format_files(self) -> None:
        """Makes the development filesystem anew: every file on it is lost."""
        self.need(commands.FORMAT_FILES)
        self.link.request(commands.FORMAT_FILES, takes=30)

    def update_state(self) -> dict:
        """What bundle runs, and how the last update went (SPEC.md, "Bundles")."""
        return self.link.ask(commands.UPDATE_STATE, again=_AGAIN)

    def unlock(self) -> None:
        """Makes a brace with an image for wearers show its prompt, until the next reset."""
        self.need(commands.UNLOCK)
        self.link.request(commands.UNLOCK)
