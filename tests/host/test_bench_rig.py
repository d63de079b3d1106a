"""The bench: a real port (here a scripted brace's), a hub that is switched, a servo that tilts."""

import os
import time

import numpy as np
import pytest
from plumbline.errors import UsageError
from plumbline.hil import rigs
from plumbline.hil.dut import BraceUnderTest
from plumbline.hil.journal import Journal
from plumbline.hil.parts import RigBroken
from plumbline.hil.rig import Setup
from plumbline.hil.rigs.stage import MaestroStage
from plumbline.hil.rigs.standin import Standin


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A uhubctl on the path that notes what it was asked; the file with it."""
    said = tmp_path / "uhubctl.txt"
    program = tmp_path / "uhubctl"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {said}\n'
        '[ "$2" = 9-9 ] && echo no such hub >&2 && exit 1\nexit 0\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return said


def bench(tmp_path, **options):
    rig = rigs.make("bench", "b", {"brace": "vb1", **options})
    rig.begin(None)
    rig.open(Setup(), Journal(tmp_path / "log"))
    return rig


@pytest.mark.req("REC-4")
def test_a_brace_on_a_bench_is_tested_over_its_port(tmp_path, brace, hub):
    peer = brace("vb1").peer
    peer.config["cue_dwell_s"] = 7
    rig = bench(tmp_path, power={"by": "uhubctl", "hub": "1-2", "port": 3})
    dut = BraceUnderTest(rig.line, 1)
    assert dut.first_hello().name == "plumbline"
    assert peer.config["cue_dwell_s"] == 20, "every test begins with the defaults"
    assert dut.status().battery == 3900
    rig.power.cycle(0.05)
    assert dut.wait_ready().name == "plumbline"
    rig.close()
    asked = hub.read_text().splitlines()
    assert asked == ["-l 1-2 -p 3", "-l 1-2 -p 3 -a off", "-l 1-2 -p 3 -a on"]
    log = (tmp_path / "log" / "device.log").read_text()
    assert "power: off" in log and "hello" in log


def test_a_broken_bench_says_what_is_broken(tmp_path, brace, hub, monkeypatch):
    brace("vb1")
    with pytest.raises(RigBroken, match="no such hub"):
        bench(tmp_path, power={"by": "uhubctl", "hub": "9-9", "port": 1})
    monkeypatch.setattr("plumbline.hil.rigs.bench._COMES_BACK_S", 0.1)
    with pytest.raises(RigBroken, match="0 braces answer to 'vb7'"):
        bench(tmp_path, brace="vb7")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RigBroken, match="uhubctl is not installed"):
        bench(tmp_path, power={"by": "uhubctl", "hub": "1-2", "port": 1})


def test_wrong_options_are_usage_errors():
    for options, said in (
        ({}, "does not say which brace"),
        ({"brace": "a", "oven": 1}, "unknown options oven"),
        ({"brace": "a", "power": {"by": "magic"}}, "'magic' is unknown"),
        ({"brace": "a", "power": {"by": "uhubctl"}}, "hub"),
    ):
        with pytest.raises(UsageError, match=said):
            rigs.make("bench", "b", options)


class Port:
    """Notes the commands that a Maestro would get, as degrees."""

    def __init__(self):
        self.tilts = []

    def write(self, data):
        command, channel, low, high = data
        assert command == 0x84 and channel == 2
        self.tilts.append(((high << 7 | low) / 4 - 1480) / 9)

    def close(self):
        self.tilts.append(None)


def test_the_stage_follows_the_trunk_and_keeps_its_limits():
    port = Port()
    stage = MaestroStage("x", channel=2, centre_us=1480, us_per_deg=9, limit_deg=25,
                         open_port=lambda: port)  # fmt: skip
    stage.check()
    lasts = stage.play("0 stand\n+0.3 slouch 30 over=0.5\n+1 end\n")
    time.sleep(lasts + 0.1)
    stage.close()
    assert abs(port.tilts[0]) < 0.1 and port.tilts[-1] is None and abs(port.tilts[-2]) < 0.1
    angles = port.tilts[1:-2]
    assert len(angles) > 20 and max(angles) == pytest.approx(25, abs=0.2)
    assert abs(angles[0]) < 3


def test_a_stage_that_is_not_there():
    def missing():
        raise FileNotFoundError("no such port")

    with pytest.raises(RigBroken, match="does not open"):
        MaestroStage("/dev/none", open_port=missing).check()


class FakeStandin:
    """What the stand-in's main.py answers, with a ring of 1024 samples that nobody empties."""

    def __init__(self):
        self.ring = {"S": b"", "L": b""}
        self.said = b""

    def write(self, data):
        what, sensor, *rest = data.decode().split()
        if what == "put":
            taken = min(len(rest[0]) // 24, 1024 - len(self.ring[sensor]) // 12)
            self.ring[sensor] += bytes.fromhex(rest[0])[: 12 * taken]
            self.said = b"%d\n" % taken
        elif what == "status":
            self.said = b"%d 7 0 38\n" % (1024 - len(self.ring[sensor]) // 12)
        else:
            self.said = b"error KeyError()\n"

    def readline(self):
        return self.said

    def close(self):
        pass


def test_the_standin_is_fed_with_what_the_part_would_say():
    line = FakeStandin()
    standin = Standin("x", open_port=lambda: line)
    standin.check()
    assert standin.status("L") == {"room": 1024, "given": 7, "starved": 0, "waiting": 38}
    assert standin.play("0 stand\n+2 slouch 30\n+4 end\n") == pytest.approx(6)
    standin.close()
    for sensor in "SL":
        samples = np.frombuffer(line.ring[sensor], "<i2").reshape(-1, 6)
        assert 600 < len(samples) < 660
        assert np.linalg.norm(samples[0, 3:] * 0.488) == pytest.approx(1000, abs=5)
        assert abs(samples[:100, 4].mean()) < 60, "upright, nothing to the side"


def test_a_motion_longer_than_the_ring_waits_for_room():
    line = FakeStandin()
    standin = Standin("x", open_port=lambda: line)
    standin.check()
    standin.play("0 stand\n+60 end\n", loop=True)
    assert len(line.ring["S"]) == len(line.ring["L"]) == 12 * 1024
    with pytest.raises(RigBroken, match="says 'error KeyError"):
        standin.identity("S", 0x69)
    standin.close()
