"""The sensor stand-in against the model of the part: the same transactions, the same bytes."""

import ctypes
import subprocess
import sys
import types
from array import array
from pathlib import Path

import numpy as np
import pytest
from plumbcore import Pipe
from plumbline.virtual.i2c_bus import I2CBus
from plumbline.virtual.lsm6dso import LSM6DSO
from plumbline.virtual.source import Still
from plumbline.virtual.transducer import Transducer

SOURCE = Path(__file__).resolve().parents[2] / "device" / "standin" / "standin.c"
PERIOD_US = 64_000_000 * 10_000 // (6667 * 10_000)
FIFO = 512


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    out = tmp_path_factory.mktemp("standin") / "standin.so"
    subprocess.run(
        ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-fsanitize=undefined",
         "-fno-sanitize-recover", "-shared", "-fPIC", "-o", out, SOURCE], check=True,
    )  # fmt: skip
    return ctypes.CDLL(str(out))


class StandIn:
    """A device as i2c_bus.py wants it."""

    def __init__(self, library, fine=0):
        self.lib = library
        self.it = ctypes.create_string_buffer(64 * 1024)
        library.standin_read.restype = ctypes.c_uint8
        library.standin_put.restype = library.standin_room.restype = ctypes.c_uint32
        library.standin_init(self.it, ctypes.c_int8(fine))

    def advance_to(self, t_us):
        pass

    def begin(self, read):
        self.lib.standin_begin(self.it, int(read))
        return True

    def write_byte(self, value):
        self.lib.standin_write(self.it, ctypes.c_uint8(value))
        return True

    def read_byte(self):
        return self.lib.standin_read(self.it)

    def read_into(self, buf):
        for i in range(len(buf)):
            buf[i] = self.read_byte()

    def end(self):
        pass

    def put(self, samples):
        data = np.ascontiguousarray(samples, np.int16)
        return self.lib.standin_put(self.it, data.ctypes.data_as(ctypes.c_void_p), len(data))

    def tick(self, n=1):
        for _ in range(n):
            self.lib.standin_tick(self.it)

    def int1(self):
        return self.lib.standin_int1(self.it)


def bus_of(device):
    bus = I2CBus(lambda: 0)
    bus.attach(0x6A, device)
    return bus


def read(bus, register, n=1):
    bus.write(0x6A, bytes([register]), False)
    buf = bytearray(n)
    bus.read_into(0x6A, buf)
    return bytes(buf)


def write(bus, register, data):
    bus.write(0x6A, bytes([register]) + data)


@pytest.fixture(autouse=True)
def driver_on_the_host(monkeypatch):
    """The firmware's driver can be imported where there is no `plumbport`."""
    monkeypatch.setitem(sys.modules, "plumbport", types.ModuleType("plumbport"))
    yield
    sys.modules.pop("brace.board.imu", None)


def set_up(bus):
    """As device/brace/board/imu.py does."""
    from brace.board import imu

    assert read(bus, 0x0F) == bytes([imu.WHO_AM_I_VALUE])
    write(bus, 0x12, b"\x01")
    write(bus, 0x10, imu._CTRL_SETUP)
    write(bus, 0x0D, imu._INT1_FIFO_TH)
    write(bus, 0x07, imu._FIFO_SETUP)


SAMPLES = np.random.default_rng(4).integers(-32768, 32768, (700, 6)).astype(np.int16)


def fifo(bus, words):
    status = read(bus, 0x3A, 2)
    return status, read(bus, 0x78, 7 * words)


def test_it_says_what_the_part_says(library):
    standin = StandIn(library, fine=3)
    part = LSM6DSO(Transducer(Still()), trim_ppm=4500)
    part.advance_to(20_000)
    ours, real = bus_of(standin), bus_of(part)
    for bus in (ours, real):
        set_up(bus)
    part.advance_to(20_100)
    for register in (0x07, 0x08, 0x09, 0x0A, 0x0D, 0x0F, 0x10, 0x11, 0x12, 0x63):
        assert read(ours, register) == read(real, register), hex(register)
    assert read(ours, 0x20, 2) == b"\0\0"


def test_the_fifos_words_are_the_parts(library):
    """Tags with counter and parity; what was put comes out, in order, whatever is read at once."""
    standin = StandIn(library)
    bus = bus_of(standin)
    set_up(bus)
    part = LSM6DSO(Transducer(Still()), trim_ppm=0)
    part.advance_to(20_000)
    real = bus_of(part)
    set_up(real)
    part.advance_to(20_100 + 40 * PERIOD_US)
    tags = read(real, 0x78, 7 * 40)[::7]
    assert standin.put(SAMPLES[:40]) == 40
    standin.tick(20)
    status, words = fifo(bus, 40)
    assert status[0] == 40 and status[1] == 0x80
    # Where the part's counter stands depends on when it was switched on: same cycle, same parity.
    ours = words[::7]
    start = next(i for i in range(0, 8, 2) if tags[i : i + 2] == ours[:2])
    assert ours[:24] == tags[start : start + 24]
    got = [np.frombuffer(words[7 * i + 1 : 7 * i + 7], "<i2") for i in range(40)]
    both = np.hstack([got[0::2], got[1::2]])
    assert (both == SAMPLES[:20]).all()
    standin.tick(20)
    pieces = b"".join(fifo(bus, n)[1] for n in (1, 3, 5, 31))
    assert np.frombuffer(pieces[1:7], "<i2").tolist() == SAMPLES[20, :3].tolist()
    assert fifo(bus, 1)[1] == bytes(7), "an empty FIFO gives tag 0"


def test_it_overruns_as_a_part_does(library):
    standin = StandIn(library)
    bus = bus_of(standin)
    set_up(bus)
    standin.put(SAMPLES)
    standin.tick(300)
    status, words = fifo(bus, FIFO)
    assert status[0] | (status[1] & 3) << 8 == FIFO and status[1] & 0x60 == 0x60
    assert np.frombuffer(words[1:7], "<i2").tolist() == SAMPLES[300 - FIFO // 2, :3].tolist()
    assert read(bus, 0x3B)[0] & 0x48 == 0, "told once"


def test_a_reset_forgets_and_a_slow_host_repeats_the_last_sample(library):
    standin = StandIn(library)
    bus = bus_of(standin)
    set_up(bus)
    standin.put(SAMPLES[:2])
    standin.tick(4)
    words = fifo(bus, 8)[1]
    gyr = [np.frombuffer(words[14 * i + 1 : 14 * i + 7], "<i2").astype(int) for i in range(4)]
    assert (gyr[1] == SAMPLES[1, :3]).all() and abs(gyr[3] - gyr[1]).max() == 1
    assert (gyr[2] != gyr[3]).any(), "without noise it would be a frozen sensor"
    assert standin.int1() == 0
    standin.tick(16)
    assert standin.int1() == 1
    write(bus, 0x12, b"\x01")
    assert read(bus, 0x10) == b"\0" and standin.int1() == 0
    standin.tick(5)
    assert read(bus, 0x3A) == b"\0"


def test_the_ring_takes_no_more_than_it_holds(library):
    standin = StandIn(library)
    assert standin.lib.standin_room(standin.it) == 1024
    assert standin.put(SAMPLES) == 700 and standin.put(SAMPLES) == 324
    assert standin.put(SAMPLES) == 0


def test_the_firmwares_own_driver_reads_it(library):
    """The driver of the brace on the stand-in: the samples put in are the samples got out."""
    from brace.board import imu

    standin = StandIn(library)
    bus = bus_of(standin)

    def i2c_read(address, register, buf, n):
        buf[:n] = read(bus, register, n)

    imu.plumbport.i2c_read = i2c_read

    class I2C:
        def writeto_mem(self, address, register, data):
            write(bus, register, bytes(data))

    driver = imu.Imu(I2C(), 0x6A)
    driver.start(False)
    assert driver.rate_mhz == 104172 and driver.configured()
    standin.put(SAMPLES[:19])
    standin.tick(19)
    assert driver.pending() == 38
    words = bytearray(imu.FIFO_WORDS * imu.WORD)
    out = array("h", bytes(12 * 255))
    n = Pipe(driver.rate_mhz, 0).unpack(0, words, driver.read(words, 38), out)
    assert n == 19 and (np.array(out[: 6 * n]).reshape(-1, 6) == SAMPLES[:19]).all()
    assert driver.overruns == 0
