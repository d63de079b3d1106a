"""Attacks on the frames of a session: replay, reordering, reflection, bit flips, invention, lies
about lengths, floods, and what a session leaves running.
"""

import random
import struct

import plumbcore
import pytest
from brace import cbor, commands
from brace import session as brace_session
from brace.wire import Wire
from peer import Peer
from plumbline.device import Brace
from plumbline.errors import LinkLost, PlumblineError, Refused
from plumbline.trust.session import Session
from tapped import NONCE, frame, frames


def fill(log):
    """More than one segment of records."""
    for number in range(400):
        log.append(1, 1, number, random.Random(number).randbytes(30))
    log.close()


def test_the_clinic_gets_through(line):
    with line.open() as brace:
        assert brace.link.session.role == "clinic"
        assert brace.status().battery == 3900
        assert brace.config_set({"dwell_s": 45})["values"]["dwell_s"] == 45
        assert brace.link.forged == 0
    assert line.peer.told == [("opened", "clinic")]


def test_a_repeated_frame_does_nothing(line):
    brace = line.open()
    brace.config_set({"dwell_s": 45})
    repeated = line.sealed()[-1]
    brace.config_set({"dwell_s": 60})
    (answer,) = line.send(repeated)
    assert answer[0] == plumbcore.ERROR and cbor.loads(answer[4])["code"] == commands.E_SESSION
    assert line.peer.config["dwell_s"] == 60
    assert brace.status().battery == 3900, "the session itself goes on"


def test_frames_in_another_order_count_once_and_forwards_only(line):
    brace = line.open()
    held = []
    line.peer.mangle_in = lambda data: held.append(data) or b""
    for dwell in (45, 50):
        with pytest.raises(PlumblineError):
            brace.config_set({"dwell_s": dwell})
    mine = [d for d in held if frames(b"~" + d)]
    line.peer.mangle_in = lambda data: data
    assert line.send(mine[-1])[0][0] == plumbcore.RESPONSE
    assert line.send(mine[0])[0][0] == plumbcore.ERROR
    assert line.peer.config["dwell_s"] == 50


def test_frames_of_an_earlier_session_do_nothing(line):
    first = line.open()
    first.config_set({"dwell_s": 45})
    old = line.sealed()[-1]
    second = line.open()
    second.config_set({"dwell_s": 60})
    assert line.send(old)[0][0] == plumbcore.ERROR
    assert line.peer.config["dwell_s"] == 60
    with pytest.raises(LinkLost, match="session"):
        first.status()


def test_a_flipped_bit_anywhere_does_nothing(line):
    brace = line.open()
    brace.config_set({"dwell_s": 45})
    (taken,) = frames(b"~" + line.sealed()[-1])
    kind, command, flags, request, payload = taken
    counted = bytearray(payload)
    # Let the counter be fresh: only the tag is wrong now.
    struct.pack_into("<I", counted, len(counted) - 20, 1000)
    forged = [bytes(counted)]
    for bit in range(8 * len(payload)):
        flipped = bytearray(payload)
        flipped[bit // 8] ^= 1 << bit % 8
        forged.append(bytes(flipped))
    before = dict(line.peer.config)
    for wrong in forged:
        (answer,) = line.send(frame(kind, command, wrong, flags, request))
        assert answer[0] == plumbcore.ERROR
    for other in (command ^ 1, commands.RESET):
        assert line.send(frame(kind, other, payload, flags, request))[0][0] == plumbcore.ERROR
    assert line.send(frame(kind, command, payload, flags, request ^ 1))[0][0] == plumbcore.ERROR
    assert line.peer.config == before and brace.status().battery == 3900


def test_the_hosts_own_words_sent_back_are_not_believed(line):
    """Reflection: of frames, and of the handshake's proof."""
    brace = line.open()
    brace.config_set({"dwell_s": 45})
    _, command, flags, request, payload = frames(b"~" + line.sealed()[-1])[0]
    brace.link._answer(0, 0, 0)
    line.peer.out += frame(plumbcore.RESPONSE, command, payload, flags, request)
    assert brace.link.more(command, request) is None and brace.link.forged == 1

    reflecting = Peer()
    proofs = []

    def reflect(value):
        proofs.append(value["proof"])
        return {"proof": value["proof"]}

    reflecting.claim.unpack(line.peer.claim.pack())
    reflecting.handlers[commands.SESSION_PROVE] = reflect
    with pytest.raises(Refused, match="cannot prove"):
        Brace.open(reflecting, keys=line.keys)
    assert len(proofs) == 1


def test_what_the_line_says_by_itself_is_not_believed(line):
    brace = line.open()
    real = line.peer.mangle

    def lie(data):
        out = b""
        for kind, command, _flags, request, _payload in frames(data):
            if kind == plumbcore.RESPONSE and command == commands.STATUS:
                out += frame(kind, command, cbor.dumps({"battery": 1}), 0, request)
                out += frame(kind, command, cbor.dumps({"battery": 1}) + bytes(20), 1, request)
        out += frame(plumbcore.EVENT, commands.LIVE, bytes(20), 0, 0)
        return out + real(data)

    line.peer.mangle = lie
    assert brace.status().battery == 3900
    assert brace.link.forged == 3 and brace.event() is None


def test_what_the_brace_once_said_is_not_believed_again(line):
    brace = line.open()
    brace.live(True)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert brace.event() is not None
    line.peer.out += line.to_host[-1]
    assert brace.event() is None and brace.link.forged == 1
    assert brace.status().battery == 3900


def test_a_brace_without_a_session_sends_no_events(line):
    brace = line.open()
    brace.live(True)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert brace.event() is not None
    brace.link.request(commands.SESSION_CLOSE)
    line.peer.read(0)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert line.peer.read(0) == b""


def test_a_session_that_nobody_uses_sends_nothing_any_more(line):
    """Frames are not encrypted: what a clinic left on would be read by whoever has the cable."""
    brace = line.open()
    brace.live(True)
    line.peer._clock += 3599
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert brace.event() is not None
    line.peer._clock += 2
    line.peer.read(0)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert line.peer.read(0) == b""
    with pytest.raises(LinkLost, match="session"):
        brace.status()


def test_what_one_session_began_to_send_never_goes_to_the_next(line):
    fill(line.peer.log)
    clinic = line.open()
    request, _ = clinic.link.begin(commands.LOG_READ, {"stream": 0, "from": 0, "window": 4096})
    first = clinic.link.more(commands.LOG_READ, request)
    # A role that may not read the log confirms, in its own session, as what it may do.
    wearer = line.open("wearer")
    line.to_host.clear()
    wearer.link._send(plumbcore.BULK, commands.PING, struct.pack("<I", len(first.payload) - 12),
                      request)  # fmt: skip
    line.peer.read(0)
    assert not [f for data in line.to_host for f in frames(data) if f[0] == plumbcore.BULK]
    assert wearer.status().battery == 3900


def test_a_host_that_never_stops_talking_leaves_the_other_tasks_their_turn():
    sent = frame(plumbcore.REQUEST, commands.PING, b"x")
    heard = []

    def read(buffer):
        n = len(buffer) // len(sent) * len(sent)
        buffer[:n] = sent * (n // len(sent))
        heard.append(n)
        assert len(heard) < 1000, "the step does not end"
        return n

    wire = Wire(read, lambda data, n: None)
    assert wire.step(0) == 0, "and it wants to be called again at once"
    assert sum(heard) <= 1024


def test_a_transfer_goes_on_only_in_its_session(line):
    fill(line.peer.log)
    brace = line.open()
    request, _ = brace.link.begin(commands.LOG_READ, {"stream": 0, "from": 0, "window": 4096})
    # The attacker confirms in the host's place, so that more comes.
    first = brace.link.more(commands.LOG_READ, request)
    confirm = struct.pack("<I", len(first.payload) - 12)
    for command in (commands.LOG_READ, commands.PING, commands.HELLO):
        # Not even as one of the commands that are anybody's.
        assert line.send(frame(plumbcore.BULK, command, confirm, 0, request)) == []
    brace.link.confirm(commands.LOG_READ, request, confirm)
    assert brace.link.more(commands.LOG_READ, request) is not None, "there is more"
    line.peer.session.end()
    line.peer.read(0)
    line.peer.write(frame(plumbcore.BULK, commands.LOG_READ, confirm, 0, request))
    assert line.peer.read(0) == b"", "nothing of the log comes outside a session"


def test_the_two_directions_have_keys_of_their_own():
    there, back = brace_session.session_keys(bytes(32), "qa", NONCE, NONCE)
    assert there != back
    sending = Session("qa", bytes(32), NONCE, NONCE)
    payload = sending.seal(16, 2, 3, 4, b"x")
    assert Session("qa", bytes(32), NONCE, NONCE).accept(16, 2, 3, 4, payload) is None


@pytest.mark.parametrize("length", [0, 1, 19, 20, 21, 1024, 1025, 5000, 65535])
def test_lengths_that_lie_do_no_harm(line, length):
    brace = line.open()
    for flags in (1, 2, 0xFF):
        answers = line.send(frame(plumbcore.REQUEST, commands.STATUS, bytes(length), flags))
        assert [a[0] for a in answers] == [plumbcore.ERROR]
        code = cbor.loads(answers[0][4])["code"]
        assert code == (commands.E_TOO_LONG if length > 1024 else commands.E_SESSION)
    # The header's own length says more, or less, than there is.
    whole = bytearray(frame(plumbcore.REQUEST, commands.STATUS, b"", 0)[1:-1])
    for lie in (1, 255):
        body = bytes(whole[:6]) + bytes([lie]) + bytes(whole[7:])
        assert all(a[0] == plumbcore.ERROR for a in line.send(b"~" + body + b"~"))
    assert brace.status().battery == 3900, "the session goes on"
