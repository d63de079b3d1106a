"""The stand-in's image on an emulated board: by itself at its line, and wired to a brace, the real
image on a second emulated board, whose sensors it is.

The emulator has no I2C target mode; plumbline.virtual.i2c_target is a model of it, so that the
real interrupt handler answers, byte by byte.  A bench has yet to see it on a real bus.
"""

from pathlib import Path

import numpy as np
import pytest
from brace.board import pins
from plumbline import image, segments
from plumbline.hil.dut import BraceUnderTest
from plumbline.hil.journal import Journal
from plumbline.hil.rig import Setup
from plumbline.hil.rigs.emulated import make
from plumbline.hil.rigs.standin import Standin, counts
from plumbline.virtual.board import Board
from plumbline.virtual.body import Body
from plumbline.virtual.i2c_target import I2CTarget
from plumbline.virtual.parts import ADDRESS, INT1
from rp2040py.gpio_pin import GPIOPinState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
BUILD = Path(__file__).resolve().parents[2] / "build"
IMAGE = BUILD / "standin" / "plumbline-standin.uf2"
BRACE_IMAGE = BUILD / "firmware" / "plumbline-rp2040.uf2"
# Its own pins (mod_standin.c).
BLOCK = {"S": 0, "L": 1}
OWN_INT1 = {"S": 6, "L": 7}
# How often its board catches up with the brace's, for its interrupt lines, ns.
PACE_NS = 5e6
# A byte on the bus takes 9 us: what it may make the brace wait.
HOLDS_NS = 9000


class Line:
    """The stand-in's serial port as plumbline.hil.rigs.standin wants it."""

    def __init__(self, board):
        self.board = board
        self.said = bytearray()
        board.on_serial = self.said.extend

    def write(self, data):
        self.said.clear()
        self.board.usb.send(data)

    def readline(self):
        self.board.run(3e9, until=lambda: self.said.endswith(b"\n"))
        return bytes(self.said)

    def close(self):
        pass


@pytest.fixture
def board():
    """The board that runs the stand-in; `targets` are its ends of the bus, by sensor."""
    assert IMAGE.exists(), f"{IMAGE} is not built: run make standin"
    found = Board()
    blocks = IMAGE.read_bytes()
    for at in range(0, len(blocks), 512):
        block = blocks[at : at + 512]
        address, size = (int.from_bytes(block[i : i + 4], "little") for i in (12, 16))
        found.write_image(block[32 : 32 + size], address)
    found.targets = {sensor: I2CTarget(found, number) for sensor, number in BLOCK.items()}
    found.power_on()
    assert found.run(5e9, until=lambda: found.usb.connected)
    found.run(5e8)
    return found


@pytest.fixture
def standin(board):
    """The bench's end of its line."""
    return Standin("x", open_port=lambda: Line(board))


def test_it_answers_and_takes_samples(board, standin):
    standin.check()
    assert standin.status("S")["room"] == 1024
    samples = np.arange(6 * 40, dtype="<i2").reshape(-1, 6)
    assert standin._feed({"L": samples}, {"L": 0}, False) == {"L": 40}
    board.run(2e8)
    status = standin.status("L")
    assert 984 < status["room"] <= 1024
    assert status["given"] == status["waiting"] == 0, "nobody has switched a sensor on"
    standin.identity("S", 0x69)
    line = Line(board)
    for nonsense in (b"nonsense S\n", b"put S 0\n", b"status X\n", b"identity\n"):
        line.write(nonsense)
        assert line.readline().startswith(b"error")


class Wired:
    """The stand-in's board on the bus and the interrupt lines of an emulated brace."""

    def __init__(self, board, brace):
        self._board, self._brace = board, brace
        for sensor, target in board.targets.items():
            brace.bus.attach(ADDRESS[sensor], target)
            self._wire(OWN_INT1[sensor], INT1[sensor])
        self.meet()
        self._alarm = brace.board.mcu.clock.create_alarm(self._catch_up)
        self._alarm.schedule(PACE_NS)

    def meet(self):
        """Both boards' present times are one."""
        for target in self._board.targets.values():
            target.meet(self._brace.board.now_ns // 1000)

    def _wire(self, own, pin):
        there = self._brace.board.mcu.gpio[pin]
        level = self._board.mcu.gpio[own]
        level.add_listener(lambda state, _: there.set_input_value(state == GPIOPinState.HIGH))

    def _catch_up(self):
        self._board.targets["S"].advance_to(self._brace.board.now_ns // 1000)
        self._alarm.schedule(PACE_NS)


@pytest.mark.req("SENSE-1")
def test_a_brace_takes_it_for_its_sensors(board, standin, tmp_path):
    """What goes in at the stand-in's port is what the brace has in its log, sample by sample."""
    assert {pins.IMU_S_INT1, pins.IMU_L_INT1} == set(OWN_INT1.values()), "wired pin to pin"
    standin.check()
    body = Body.from_script("0 stand\n+3 slouch 40 over=0.5\n+3 end\n")
    given = {sensor: counts(body, sensor, seed=1) for sensor in body.sensors}
    given = {sensor: samples[:576] for sensor, samples in given.items()}

    rig = make("virtual", {})
    rig.begin(image.load(BRACE_IMAGE))
    journal = Journal(tmp_path)
    rig.open(Setup(boot=False), journal)
    wired = Wired(board, rig.virtual)
    rig.boot()
    brace = BraceUnderTest(rig.line, 1)
    brace.first_hello()
    rig.clock.run(2)
    status = brace.status()
    assert status.state == "ok" and status.sensors == ["S", "L"] and not status.faults
    brace.record_raw(60)
    # The sensors begin anew with it, and what they give until they have settled is dropped.
    rig.clock.run(0.5)
    # The brace's time stands still meanwhile, the stand-in's does not: it begins at once.
    fed = standin._feed(given, dict.fromkeys(given, 0), False)
    assert fed == {"S": 576, "L": 576}
    wired.meet()
    rig.clock.run(6)
    assert brace.status().posture == "flexed"
    brace.record_raw(0)
    assert not brace.status().faults
    chunks = list(segments.chunks(brace.read_log()))
    for sensor in "SL":
        logged = np.concatenate([getattr(chunk, sensor.lower()) for chunk in chunks])
        wanted = given[sensor].tobytes()
        assert wanted[: 12 * 550] in logged.astype("<i2").tobytes(), sensor
        target = board.targets[sensor]
        held = np.array(target.held_ns)
        print(sensor, len(held), "bytes read, held", np.median(held), held.max(), "ns")
        assert target.dead == 0 and np.percentile(held, 99) < HOLDS_NS
    rig.close()
    journal.close()
