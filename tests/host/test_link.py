"""The link keeps its promises on a line that damages, loses, doubles and interleaves."""

import os
import pty
import threading

import plumbcore
import pytest
from brace import commands
from hypothesis import given, settings
from hypothesis import strategies as st
from peer import Peer, encode
from plumbline.answers import BraceError
from plumbline.device import Brace, Hello
from plumbline.errors import (
    AtPrompt,
    Exit,
    LinkError,
    LinkLost,
    NoAnswer,
    Refused,
    UsageError,
    VersionError,
)
from plumbline.link import Link
from plumbline.transport import SerialTransport


def test_hello_status_time_config():
    peer = Peer()
    with Brace.open(peer) as brace:
        assert brace.identity.serial == "PB-1"
        assert brace.identity.image == bytes(range(32)).hex()
        assert brace.status().battery == 3900 and brace.status().worn is None
        assert brace.time()["utc"] is None
        assert brace.time_set(1_700_000_000_000)["utc"] == 1_700_000_000_000
        assert brace.config_set({"dwell_s": 45})["values"]["dwell_s"] == 45
        assert brace.ping(b"\x03\x04~}") == b"\x03\x04~}"
        assert brace.buzz(2) == 600
        assert brace.provision("PB-0007", hw=2).serial == "PB-0007"
    assert peer.closed


def test_fields_of_a_newer_firmware_are_ignored_and_missing_ones_have_defaults():
    hello = Hello.of({"name": "plumbline", "colour": "blue"})
    assert hello.serial == "" and hello.max == 256


def test_an_error_frame_becomes_an_exception_with_advice():
    brace = Brace.open(Peer())
    with pytest.raises(BraceError, match="no setting nonsense") as caught:
        brace.config_set({"nonsense": 1})
    assert caught.value.code == commands.E_BAD_REQUEST and caught.value.exit == Exit.REFUSED
    with pytest.raises(BraceError, match="plumbline flash"):
        brace.selftest()


def test_the_library_refuses_before_the_wire_does():
    peer = Peer()
    brace = Brace.open(peer)
    before = len(peer.asked)
    with pytest.raises(UsageError, match="letters, digits"):
        brace.provision("no spaces!")
    with pytest.raises(UsageError, match="0 to 15"):
        brace.buzz(16)
    with pytest.raises(Refused, match="longer than the 1024"):
        brace.ping(bytes(1025))
    assert len(peer.asked) == before


def _spoil_once(data: bytes) -> bytes:
    """Flips one bit such that the bytes still look like a frame."""
    special = {*range(8), 0x0A, 0x0D, 0x7D, 0x7E}
    at = next(i for i in range(4, len(data)) if data[i - 1] != 0x7D
              and not {data[i], data[i] ^ 0x40} & special)
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


@pytest.mark.parametrize("way", ["mangle", "mangle_in"])
def test_damage_is_retried_only_where_twice_does_no_harm(way):
    peer = Peer()
    brace = Brace.open(peer)
    count = 0

    def spoil(data):
        nonlocal count
        # The peer's own report of damage comes through.
        if data[1:3] == b"\x11\x7d" and data[3] ^ 0x20 == plumbcore.ERROR:
            return data
        count += 1
        return _spoil_once(data) if count == 1 else data

    setattr(peer, way, spoil)
    assert brace.status().state == "ok"
    assert peer.now() < brace.link.timeout, "waited out the whole timeout in spite of the damage"
    count = 0
    before = len(peer.asked)
    with pytest.raises(NoAnswer):
        brace.buzz(1)
    assert len(peer.asked) - before == (way == "mangle"), "a command was given twice"


@pytest.mark.parametrize("patience, waited", [(2.0, 15.0), (60.0, 60.0)])
def test_what_takes_long_gets_its_time_and_a_slow_brace_more(patience, waited):
    peer = Peer()
    with Brace.open(peer, timeout=patience) as brace:
        peer.mangle_in = lambda data: b""
        begun = peer.now()
        with pytest.raises(NoAnswer):
            brace.provision("PB-0007")
        # The question whether a prompt waits lets its own second pass.
        assert waited <= peer.now() - begun <= waited + 1


def test_answers_to_earlier_questions_are_not_taken():
    peer = Peer()
    brace = Brace.open(peer)
    link = brace.link
    earlier = link._request
    peer.out += encode(plumbcore.RESPONSE, commands.PING, earlier, b"old")
    assert brace.ping(b"new") == b"new"
    assert link.stale == 1


def test_text_is_kept_as_the_console_log_and_events_are_queued():
    lines = []
    peer = Peer()
    peer.out += b"boot: ok\r\nhalf a "
    brace = Brace.open(peer, on_line=lines.append)
    peer.out += b"line\r\n"
    peer.send(plumbcore.EVENT, commands.LIVE, 7, {"n": 1})
    brace.ping()
    assert lines == list(brace.link.console) == ["boot: ok", "half a line"]
    assert brace.event().map() == {"n": 1}
    assert brace.event(2.0) is None


def test_events_from_before_hello_are_dropped():
    peer = Peer()
    peer.send(plumbcore.EVENT, commands.LIVE, 7, {"n": 1})
    assert Brace.open(peer).event() is None


def test_a_prompt_is_recognised_and_can_be_left():
    peer = Peer()
    peer.prompt = True
    link = Link(peer)
    with pytest.raises(AtPrompt, match="plumbline dev start"):
        Brace(link).hello()
    link.restart_from_prompt()
    assert Brace(link).hello().name == "plumbline"


def test_silence_and_a_lost_cable_are_told_apart():
    peer = Peer()
    peer.mangle_in = lambda data: b""
    with pytest.raises(NoAnswer, match="does not answer"):
        Brace.open(peer)
    assert peer.closed
    peer = Peer()
    brace = Brace.open(peer)
    peer.gone = True
    with pytest.raises(LinkLost, match="cable"):
        brace.status()


def test_another_major_version_names_both():
    peer = Peer()
    brace = Brace.open(peer)

    def other(data):
        import zlib

        body = bytearray(8)
        body[0], body[1], body[2] = 0x20, plumbcore.RESPONSE, commands.STATUS
        body[4:6] = brace.link._request.to_bytes(2, "little")
        raw = bytes(body) + zlib.crc32(body).to_bytes(4, "little")
        special = {1, 2, 3, 4, 5, 0x0A, 0x0D, 0x7D, 0x7E}
        return b"~" + b"".join(
            bytes([0x7D, b ^ 0x20]) if b in special else bytes([b]) for b in raw) + b"~"

    peer.mangle = other
    with pytest.raises(VersionError, match=r"2\.0.*1\.1"):
        brace.status()


def test_something_else_on_the_port():
    with pytest.raises(VersionError, match="no Plumbline brace"):
        Brace.open(Peer(name="toaster"))


def test_an_unreadable_answer_is_a_link_error():
    peer = Peer()
    brace = Brace.open(peer)
    peer.wire.raw[commands.STATUS] = lambda payload: b"\xff\xff"
    with pytest.raises(LinkError, match="cannot be read"):
        brace.status()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["ok", "lose", "spoil", "double", "delay", "text"]),
                min_size=1, max_size=20))
def test_whatever_the_line_does_an_answer_is_the_questions_own(faults):
    peer = Peer()
    brace = Brace.open(peer)
    held = []
    script = iter(faults)

    def line(data):
        late = b"".join(held)
        held.clear()
        fault = next(script, "ok")
        if fault == "lose":
            return late
        if fault == "spoil":
            return late + _spoil_once(data)
        if fault == "double":
            return late + data + data
        if fault == "delay":
            held.append(data)
            return b""
        if fault == "text":
            return late + b"a ~ b\r\n" + data
        return late + data

    peer.mangle = line
    for number in range(len(faults)):
        payload = bytes([number])
        try:
            assert brace.ping(payload) == payload
        except NoAnswer:
            pass
    assert brace.ping(b"end") == b"end"


def test_serial_transport_on_a_pty():
    ours, theirs = pty.openpty()
    transport = SerialTransport(os.ttyname(theirs))
    os.close(theirs)
    assert transport.read(0.01) == b""
    os.write(ours, b"hello\n\x03")
    assert transport.read(1.0)[:1] == b"h"
    transport.write(b"\x00\r\n~")
    assert os.read(ours, 10) == b"\x00\r\n~"
    with pytest.raises(LinkError, match="in use"):
        SerialTransport(transport.description)
    threading.Timer(0.05, os.close, [ours]).start()
    with pytest.raises(LinkLost):
        for _ in range(3):
            transport.read(1.0)
    transport.close()
    transport.close()


def test_ports_that_are_not_there():
    with pytest.raises(LinkLost, match="plumbline list"):
        SerialTransport("/dev/no-such-port")
