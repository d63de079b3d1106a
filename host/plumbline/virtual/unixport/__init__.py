"""The brace's firmware on MicroPython's unix port: hours of its life in seconds.

    with UnixBrace() as brace:
        brace.play(Body.from_script("hour"))
        brace.power_on()
        brace.run(3600)
        print(brace.bursts(), len(brace.console))
        flash = brace.flash()

The same Python files as in the image run under the unix binary of the same MicroPython with the
same C core; the folder `shims` stands in for `machine`, `rp2`, `time`, `select` and `plumbport`,
over the same sensor, bus and flash models as the emulated brace has.  Time is virtual and passes
only in `run` (and in the transport's `read`): computing takes none, sleeping none of the host's.
What that cannot show is how long Python code takes; the emulated image does.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import brace
from brace import VERSION
from brace.board import pins

from plumbline.image import MAGIC
from plumbline.virtual.body import Body, period
from plumbline.virtual.edges import Burst, Edge, bursts
from plumbline.virtual.parts import ADDRESS, INT1, SHAKE_MG, TRIM_PPM, VBAT_FULL_MV, noise_seed

_HERE = Path(__file__).resolve().parent
_DEVICE = Path(brace.__file__).resolve().parents[1]
# Small, with early collections: MicroPython's allocator slows down in a large heap.
_HEAP = "16m"
# A piece of simulated time that takes longer than _PATIENCE_S of real time is a hang.
_PIECE_S = 60.0
_PATIENCE_S = 60.0


def firmware() -> str:
    """What runs on a brace after its boot scripts."""
    return (_DEVICE / "port" / "modules" / "main.py").read_text("utf-8")


class UnixBraceError(RuntimeError):
    """The unix port is missing, died, or hangs; the message says which and what to do."""


def find_binary() -> Path:
    """The unix port: PLUMBLINE_UNIX, or what `make unix` built.  Raises UnixBraceError."""
    named = os.environ.get("PLUMBLINE_UNIX")
    path = Path(named) if named else _HERE.parents[3] / "build" / "unix" / "micropython"
    if not path.is_file():
        raise UnixBraceError(f"there is no unix port at {path}: run `make unix`")
    return path


def _stamp() -> bytes:
    """What stands in for an image's stamp: its digest is that of the firmware's Python files."""
    digest = hashlib.sha256()
    for path in sorted((_DEVICE / "brace").rglob("*.py")):
        digest.update(path.relative_to(_DEVICE).as_posix().encode() + b"\0" + path.read_bytes())
    version = bytes([*reversed([int(part) for part in VERSION.split(".")]), 0])
    return MAGIC + bytes(4) + version + digest.digest()


class UnixBrace:
    """A brace whose firmware runs on the unix port.

    flash: the chip's contents at first; b"" is a blank chip.
    sensors: which of "S" and "L" are there.  typical: whether they have the errors that the
        datasheet allows, else they are perfect.  seed: of noise, errors and torn pages.
    program: what runs instead of the firmware.
    ticks_ms: what the first `time.ticks_ms()` says; near 2^30 it wraps soon.
    shake_mg: what the running motor adds to the accelerometers, rms.

    console: all that the brace has sent.  state: "off", "running", "prompt" (the program has
    ended, as on a board with a prompt) or "bootsel".
    """

    def __init__(
        self,
        flash: bytes = b"",
        *,
        sensors: str = "SL",
        typical: bool = False,
        seed: int = 1,
        program: str | None = None,
        ticks_ms: int = 0,
        shake_mg: int = SHAKE_MG,
    ):
        self.console = bytearray()
        self.unread = bytearray()
        self.motor_edges: list[Edge] = []
        self.led_edges: list[Edge] = []
        self.state = "off"
        self._now_us = 0
        self._files = 0
        self._fitted = sensors
        self._folder = tempfile.TemporaryDirectory(prefix="plumbline-unix-")
        config = {
            "flash": self._write("flash.bin", flash) if flash else "",
            "seed": seed,
            "stamp": _stamp().hex(),
            "program": firmware() if program is None else program,
            "ticks_ms": ticks_ms,
            "shake_ug": 1000 * shake_mg,
            "sensors": {
                name: {
                    "address": ADDRESS[name],
                    "int1": INT1[name],
                    "trim_ppm": TRIM_PPM[name],
                    "seed": noise_seed(seed, name),
                    "typical": typical,
                }
                for name in sensors
            },
        }
        path = self._write("config.json", json.dumps(config).encode())
        self._errors = open(Path(self._folder.name) / "errors.txt", "w+b")  # noqa: SIM115
        folders = (_HERE / "shims", _HERE.parent, _DEVICE)
        self._process = subprocess.Popen(
            [find_binary(), "-X", f"heapsize={_HEAP}", _HERE / "shims" / "run.py", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "MICROPYPATH": ":".join(map(str, folders))},
        )
        self.set_battery(3900)
        self.set_usb(True)
        self.set_button(False)

    def __enter__(self) -> UnixBrace:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process; twice is harmless."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._folder.cleanup()

    # -- orders ---------------------------------------------------------------------------------

    def _write(self, name: str, data: bytes) -> str:
        path = Path(self._folder.name) / name
        path.write_bytes(data)
        return str(path)

    def _order(self, **order) -> dict:
        """Gives one order and takes in what happened."""
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._died() from error
        line = self._line()
        if not line.startswith(b"{"):
            raise self._died(line)
        answer = json.loads(line)
        if "error" in answer:
            raise UnixBraceError(f"{order} failed:\n{answer['error']}")
        self._now_us = answer["now"]
        self.state = answer["state"]
        for _, data in answer["out"]:
            self.console += bytes.fromhex(data)
            self.unread += bytes.fromhex(data)
        for at, pin, level in answer["edges"]:
            edges = {pins.MOTOR: self.motor_edges, pins.LED: self.led_edges}.get(pin)
            if edges is not None and (not edges or edges[-1].level != bool(level)):
                edges.append(Edge(at * 1000, bool(level)))
        return answer

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], _PATIENCE_S)[0]:
                self._process.kill()
                raise UnixBraceError(
                    f"the firmware computes for {_PATIENCE_S:.0f} s without letting time pass, "
                    f"after {self.now_s:.1f} s of its time: it hangs in a loop"
                )
            piece = os.read(self._process.stdout.fileno(), 1 << 20)
            if not piece:
                raise self._died()
            line += piece
        return line

    def _died(self, said: bytes = b"") -> UnixBraceError:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        said += self._process.stdout.read()
        self._process.wait()
        self._errors.seek(0)
        text = (said + self._errors.read()).decode(errors="replace")[-2000:]
        return UnixBraceError(f"the unix port ended ({self._process.returncode}): {text}")

    def exec(self, code: str) -> None:
        """Does something in the world: `world`, `imu`, `part` (by sensor), `bus` and `nor` are
        at hand, so faults are set by, say, `imu["S"].nack_left = 3` (docs/motion.md)."""
        self._order(exec=code)

    def eval(self, expression: str):
        """Asks something of the world; what JSON can carry."""
        return self._order(eval=expression)["value"]

    # -- time and power -------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """Seconds since the brace was made; goes on while it is off."""
        return self._now_us / 1e6

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Lets simulated time pass, or stops early once `until()` holds (looked at after each
        output and each edge).  Returns whether it held at the end."""
        end = self._now_us + round(seconds * 1e6)
        stop_on = ["out", "edge"] if until else []
        while not (until and until()):
            left = end - self._now_us
            if left <= 0:
                return False
            self._order(run=min(left, round(_PIECE_S * 1e6)), stop_on=stop_on)
        return bool(until)

    def power_on(self) -> None:
        """Applies power: the sensors and the firmware start."""
        self._order(reset="power")

    def power_off(self) -> None:
        """Takes power away, whatever the brace was doing; the flash keeps what it has."""
        self._order(reset="off")

    def reset(self) -> None:
        """Pulls the reset pin; the sensors do not notice."""
        self._order(reset="pin")

    def flash(self) -> bytes:
        """A copy of the whole flash chip."""
        path = Path(self._folder.name) / "flash.bin"
        self.exec(f"with open({str(path)!r}, 'wb') as file: file.write(nor.data)")
        return path.read_bytes()

    # -- around the brace -----------------------------------------------------------------------

    def play(self, body: Body, at_s: float | None = None, loop: bool = False) -> None:
        """Moves the sensors as a body does, from `at_s` on (now, if not given).  A sensor that
        the body lacks goes on as it was: fit the brace with `sensors` of the body.  One that
        the brace lacks is left out."""
        start = self._now_us if at_s is None else round(at_s * 1e6)
        for name in body.sensors:
            if name not in self._fitted:
                continue
            self._files += 1
            path = Path(self._folder.name) / f"{name}{self._files}.stream"
            body.write_stream(path, name, *period(TRIM_PPM[name]))
            self.exec(f"play({name!r}, {str(path)!r}, {start}, {loop})")

    def play_motion(self, motion: str, *, loop: bool = False) -> float:
        """Plays a motion script or a recording; how many seconds it lasts.  Raises ValueError."""
        body = Body.from_motion(motion)
        self.play(body, loop=loop)
        return body.seconds

    @property
    def shake_mg(self) -> int:
        """What the running motor adds to the accelerometers, rms; 0 is a dead motor."""
        return self.eval("world.shake_ug") // 1000

    @shake_mg.setter
    def shake_mg(self, shake_mg: int) -> None:
        self.exec(f"world.shake_ug = {1000 * shake_mg}")

    def shake(self, ug: int) -> None:
        """The sensors are shaken by so much (rms) from now on."""
        self.exec(f"world.shake({ug})")

    def send(self, data: bytes) -> None:
        """Bytes from the host to the brace."""
        self._order(**{"in": data.hex()})

    def set_battery(self, millivolts: int) -> None:
        """The cell's voltage."""
        reading = min(65535, millivolts * 65536 // VBAT_FULL_MV)
        self.exec(f"world.adc[{pins.VBAT}] = {reading}")

    def set_usb(self, plugged: bool) -> None:
        """Plugs the USB cable in or pulls it."""
        self.exec(f"world.connected = {plugged}; world.put({pins.VBUS}, {int(plugged)})")

    def set_button(self, pressed: bool) -> None:
        """Holds the button down or lets it go."""
        self.exec(f"world.put({pins.BUTTON}, {int(not pressed)})")

    def press(self, seconds: float) -> None:
        """Presses the button for a time."""
        self.set_button(True)
        self.run(seconds)
        self.set_button(False)

    def bursts(self, since_ns: int = 0) -> list[Burst]:
        """The motor's vibrations that began at `since_ns` or later."""
        return bursts(self.motor_edges, since_ns)


class UnixTransport:
    """The USB serial line of a UnixBrace (plumbline.transport.Transport), on its own time."""

    def __init__(self, unix_brace: UnixBrace):
        self.description = "the brace on the unix port"
        self._brace = unix_brace

    def read(self, timeout: float) -> bytes:
        unread = self._brace.unread
        if not unread:
            # A rest too short for the clock to show would never pass.
            self._brace.run(max(timeout, 1e-6), until=lambda: bool(unread))
        data = bytes(unread)
        unread.clear()
        return data

    def write(self, data: bytes) -> None:
        self._brace.send(data)

    def now(self) -> float:
        return self._brace.now_s

    def close(self) -> None:
        """Leaves the brace as it is."""
