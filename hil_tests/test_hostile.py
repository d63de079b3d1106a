"""Whatever comes over the cable, the brace answers the next good request, and goes on sensing."""

import random

import pytest
from brace import commands
from hostile import CTRL_C, frame, mangled, noise, request

# The smoke suite takes the first part of each.
PARTS = [pytest.param(0, marks=pytest.mark.smoke), 1]

# What a REPL acts on: the brace must never send one, nor must a host's frames hold one.
FORBIDDEN = {0x03, 0x04, 0x05}


@pytest.fixture
def tap(brace):
    """Every byte that the brace sends."""
    brace.line.tap = bytearray()
    return brace.line.tap


def flood(brace, data: bytes, piece: int = 512) -> None:
    """Sends bytes in pieces, letting the brace keep up."""
    for at in range(0, len(data), piece):
        brace.line.write(data[at : at + piece])
        brace.line.run(0.05)
    # Ends whatever frame the last byte may have left open.
    brace.line.write(b"~~")
    brace.line.run(0.2)


def check(brace, tap, clock) -> None:
    """It answers, it has not restarted, it senses, and it has sent nothing that a REPL acts on."""
    before = brace.identity
    hello = brace.wait_ready()
    assert hello.boot == before.boot and hello.up >= before.up
    assert brace.status().sensors == ["S", "L"] and "task" not in brace.status().faults
    assert not FORBIDDEN & set(tap), "a byte that a REPL acts on was sent"


@pytest.mark.req("WIRE-3")
@pytest.mark.fault("HOST-9")
@pytest.mark.parametrize("part", PARTS)
def test_random_bytes(brace, tap, clock, pytestconfig, part):
    chance = random.Random(f"{pytestconfig.option.hil_seed}/noise/{part}")
    flood(brace, noise(chance, 3000))
    check(brace, tap, clock)


@pytest.mark.req("WIRE-5")
@pytest.mark.fault("HOST-10")
@pytest.mark.parametrize("part", PARTS)
def test_sound_frames_with_absurd_contents(brace, tap, clock, pytestconfig, part):
    chance = random.Random(f"{pytestconfig.option.hil_seed}/absurd/{part}")
    for _ in range(60):
        brace.line.write(request(chance))
        brace.line.run(0.03)
    check(brace, tap, clock)


@pytest.mark.req("WIRE-3")
@pytest.mark.fault("HOST-11")
@pytest.mark.parametrize("part", PARTS)
def test_mangled_frames(brace, tap, clock, pytestconfig, part):
    chance = random.Random(f"{pytestconfig.option.hil_seed}/mangled/{part}")
    for _ in range(80):
        brace.line.write(mangled(chance))
        brace.line.run(0.02)
    brace.line.write(b"~~")
    check(brace, tap, clock)


@pytest.mark.smoke
@pytest.mark.fault("HOST-12")
def test_a_frame_that_never_ends(brace, tap, clock):
    flood(brace, b"~" + b"A" * 6000)
    check(brace, tap, clock)


@pytest.mark.smoke
@pytest.mark.fault("HOST-12")
def test_delimiters_only(brace, tap, clock):
    flood(brace, b"~" * 4000)
    check(brace, tap, clock)


@pytest.mark.smoke
@pytest.mark.fault("HOST-13")
def test_a_payload_longer_than_the_brace_takes(brace, tap, clock):
    flood(brace, frame(1, commands.PING, 7, bytes(brace.identity.max + 1)))
    errors = [line for line in brace.line.tap.split(b"~") if line]
    assert errors, "it must answer"
    check(brace, tap, clock)


@pytest.mark.smoke
@pytest.mark.req("WIRE-2")
def test_no_frame_holds_a_byte_that_a_repl_acts_on(brace, tap, clock):
    """Every byte value in a payload, at every place where it might slip through."""
    for first in range(0, 256, 16):
        payload = bytes((first + i) % 256 for i in range(64)) + bytes(range(8))
        assert brace.ping(payload) == payload
        assert not FORBIDDEN & set(frame(1, commands.PING, first, payload))
    check(brace, tap, clock)


@pytest.mark.smoke
@pytest.mark.fault("HOST-14")
@pytest.mark.needs("has_prompt")
def test_a_stray_ctrl_c_stops_a_development_image_and_a_host_starts_it_again(brace, clock):
    brace.line.write(bytes([CTRL_C]))
    clock.run(0.5)
    assert brace.link.at_prompt()
    brace.link.restart_from_prompt()
    assert brace.wait_ready().up < 10_000
