"""What a hostile host or cable can try against a claimed brace, each attack a test.

The brace is the firmware's own wire, session, claim and log commands (peer.py); the clinic's end
is the real link.  The attacker sees and alters every byte on the line and does not have the key.
"""

import itertools
import struct

import plumbcore
import pytest
from brace import cbor, claim, commands
from brace import session as brace_session
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from peer import Peer
from plumbline.device import Brace
from plumbline.errors import LinkLost, PlumblineError, Refused
from plumbline.link import BraceError, Link
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys
from plumbline.trust.session import Session, open_session

NONCE = bytes(16)


def frames(data: bytes) -> list[tuple[int, int, int, int, bytes]]:
    """(kind, command, flags, request, payload) of all frames in bytes from the line."""
    decoder, found, pos = plumbcore.FrameDecoder(65535), [], 0
    while pos < len(data):
        pos = decoder.feed(data, pos)
        if decoder.status > 0:
            found.append((decoder.kind, decoder.cmd, decoder.flags, decoder.reqid,
                          bytes(decoder.payload)))
    return found


def frame(kind, command, payload=b"", flags=0, request=7, version=None) -> bytes:
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    n = plumbcore.frame_encode(out, kind, command, flags, request, payload)
    return bytes(out[:n])


class Line:
    """A claimed brace with a tap on its line: `to_brace` and `to_host` are what went by."""

    def __init__(self, tmp_path=None, keys=None):
        self.peer = Peer()
        self.keys = keys or Keys(tmp_path / "keys")
        if self.keys.current() is None:
            self.keys.create("clinic")
        claim_brace(Brace.open(self.peer, keys=self.keys), self.keys)
        self.to_brace, self.to_host = [], []
        self.peer.mangle_in = self.tap(self.to_brace)
        self.peer.mangle = self.tap(self.to_host)

    @staticmethod
    def tap(into):
        def mangle(data):
            into.append(bytes(data))
            return data
        return mangle

    def open(self, role=None) -> Brace:
        return Brace.open(self.peer, keys=self.keys, role=role, timeout=1)

    def send(self, data: bytes) -> list:
        """The attacker sends bytes; the frames that come back."""
        self.peer.read(0)
        self.peer.write(data)
        return frames(self.peer.read(0))

    def ask(self, command, values=None, flags=0, payload=None) -> dict:
        """The attacker asks without a session; the answer's map, with `kind`."""
        payload = cbor.dumps(values or {}) if payload is None else payload
        (answer,) = self.send(frame(plumbcore.REQUEST, command, payload, flags))
        return {"kind": answer[0], **cbor.loads(answer[4])}

    def sealed(self) -> list[bytes]:
        """The frames of the session that the host sent, one by one."""
        return [data for data in self.to_brace for f in frames(b"~" + data) if f[2]]


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path)


def test_the_clinic_gets_through(line):
    with line.open() as brace:
        assert brace.link.session.role == "clinic"
        assert brace.status().battery == 3900
        assert brace.config_set({"dwell_s": 45})["values"]["dwell_s"] == 45
        assert brace.link.forged == 0
    assert line.peer.told == [("opened", "clinic")]


@pytest.mark.req("TRUST-1")
def test_nobody_else_is_obeyed_or_told_anything(line):
    before = dict(line.peer.config)
    for command, (name, roles) in commands.TABLE.items():
        if roles & commands.ANYONE:
            continue
        said = line.ask(command, {"dwell_s": 1, "on": True, "do": "start"})
        assert said["kind"] == plumbcore.ERROR and said["code"] == commands.E_SESSION, name
    assert line.peer.config == before and not line.peer.live_on
    with Brace.open(line.peer, keys=Keys(line.keys.folder / "none")) as stranger:
        with pytest.raises(BraceError, match="needs a session"):
            stranger.status()


@pytest.mark.req("TRUST-1")
@pytest.mark.parametrize("role", ["wearer", "clinic", "service", "qa"])
def test_every_command_obeys_the_table_of_roles(line, role):
    brace = line.open(role)
    bit = claim.ROLES[role]
    for command, (name, roles) in commands.TABLE.items():
        if roles & commands.ANYONE:
            continue
        obeyed = []
        line.peer.handlers[command] = obeyed.append
        try:
            brace.link.request(command)
        except BraceError as error:
            assert error.code == commands.E_REFUSED and "may not give" in error.say
        assert bool(obeyed) == bool(roles & bit), name


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


def test_a_brace_that_has_not_the_secret_is_found_out(line):
    impostor = Peer()
    impostor.claim.make(line.keys.point(line.keys.current().id))
    impostor.claim.secret = bytes(32)
    with pytest.raises(BraceError, match="not the key"):
        Brace.open(impostor, keys=line.keys)


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


def test_a_brace_without_a_session_sends_no_events(line):
    brace = line.open()
    brace.live(True)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert brace.event() is not None
    brace.link.request(commands.SESSION_CLOSE)
    line.peer.read(0)
    line.peer.wire.event(commands.LIVE, bytes(20))
    assert line.peer.read(0) == b""


def test_a_transfer_goes_on_only_in_its_session(line):
    for number in range(400):
        line.peer.log.append(1, 1, number, bytes(30))
    line.peer.log.close()
    brace = line.open()
    request, _ = brace.link.begin(commands.LOG_READ, {"stream": 0, "from": 0, "window": 4096})
    # The attacker confirms in the host's place, so that more comes.
    confirm = struct.pack("<I", 4096)
    assert brace.link.more(commands.LOG_READ, request) is not None
    assert line.send(frame(plumbcore.BULK, commands.LOG_READ, confirm, 0, request)) == []
    line.peer.session.end()
    line.peer.read(0)
    line.peer.write(frame(plumbcore.BULK, commands.LOG_READ, confirm, 0, request))
    assert line.peer.read(0) == b"", "nothing of the log comes outside a session"


@pytest.mark.parametrize("values", [
    {}, {"role": "clinic"}, {"nonce": NONCE}, {"role": "root", "nonce": NONCE},
    {"role": 5, "nonce": NONCE}, {"role": "clinic", "nonce": NONCE[:15]},
    {"role": "clinic", "nonce": NONCE + b"1"}, {"role": "clinic", "nonce": "0" * 16},
])
def test_a_handshake_that_begins_wrong_is_refused(line, values):
    said = line.ask(commands.SESSION_OPEN, values)
    assert said["kind"] == plumbcore.ERROR and said["code"] == commands.E_BAD_REQUEST


def test_a_handshake_cut_short_leads_nowhere(line):
    assert line.ask(commands.SESSION_PROVE, {"proof": bytes(32)})["code"] == commands.E_REFUSED
    answer = line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
    payload = cbor.dumps({"proof": bytes(32)})
    for n in range(1, len(payload)):
        said = line.ask(commands.SESSION_PROVE, payload=payload[:n])
        assert said["code"] == commands.E_BAD_REQUEST
    assert not line.peer.session.active and len(answer["nonce"]) == 16
    # A challenge is good for one answer, right or wrong.
    for wrong in ({}, {"proof": b""}):
        line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
        line.ask(commands.SESSION_PROVE, wrong)
        line.peer._clock += 1000
        assert line.ask(commands.SESSION_PROVE, wrong)["say"] == "session_open comes first"


def test_challenges_are_never_the_same(line):
    seen = {line.ask(commands.SESSION_OPEN, {"role": "qa", "nonce": NONCE})["nonce"]
            for _ in range(200)}
    assert len(seen) == 200


def test_an_answer_to_one_challenge_is_none_to_another(line):
    line.open()
    proofs = [f for data in line.to_brace for f in frames(b"~" + data)
              if f[1] == commands.SESSION_PROVE]
    line.peer.session.end()
    line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
    said = line.ask(commands.SESSION_PROVE, payload=proofs[0][4])
    assert said["code"] == commands.E_REFUSED and not line.peer.session.active


def test_guessing_is_slowed_down_more_and_more(line):
    waits = []
    for _ in range(14):
        line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
        assert line.ask(commands.SESSION_PROVE, {"proof": bytes(32)})["code"] == 3
        began = line.peer.now()
        while line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE}).get(
            "code"
        ) == commands.E_LOCKED:
            line.peer._clock += 0.5
        waits.append(line.peer.now() - began)
    assert waits[:5] == [1, 2, 4, 8, 16] and waits[-1] == 900
    # The right key is locked out as well while the time runs, and ends it all afterwards.
    line.ask(commands.SESSION_PROVE, {"proof": bytes(32)})
    with pytest.raises(BraceError, match="locked after 15 failures") as caught:
        line.open()
    assert caught.value.code == commands.E_LOCKED
    line.peer._clock += 900
    line.open()
    line.open()
    assert [what for what, _ in line.peer.told] == ["refused"] * 15 + ["opened"] * 2


def test_the_key_of_one_role_is_none_for_another(line):
    secret = line.peer.claim.secret
    for held, wanted in itertools.permutations(claim.ROLES, 2):
        key = claim.role_key(secret, held)
        line.peer._clock += 1000
        with pytest.raises(BraceError, match="not the key"):
            open_session(Link(line.peer, timeout=1), wanted, lambda _id, _point, key=key: key)


def test_a_handed_on_key_gives_its_role_and_no_more(line, tmp_path):
    handed = Keys(tmp_path / "other")
    handed.take_role("PB-1", "wearer", claim.role_key(line.peer.claim.secret, "wearer"))
    with Brace.open(line.peer, keys=handed) as brace:
        assert brace.link.session.role == "wearer" and brace.status().battery == 3900
        with pytest.raises(BraceError, match="wearer may not give log_read"):
            brace.link.begin(commands.LOG_READ, {"stream": 0})
    assert Keys(tmp_path / "other").choose("PB-2", line.keys.current().id) is None


def test_the_clinic_changes_its_role_where_the_table_asks_for_it(line):
    line.peer.handlers[commands.SELFTEST] = lambda v: {"imu": {"ok": True}}
    with line.open() as brace:
        assert brace.selftest() == {"imu": {"ok": True}}
        assert brace.link.session.role == "service" and brace.link.forged == 0
    assert line.peer.told == [("opened", "clinic"), ("opened", "service")]


def test_one_brace_s_key_is_none_for_another(line):
    other = Line(keys=line.keys)
    assert other.peer.claim.secret != line.peer.claim.secret
    # The line swaps the braces: the host works out the key of the one whose point it gets.
    real = line.peer.session.open
    other.peer.handlers[commands.SESSION_OPEN] = real
    with pytest.raises(BraceError, match="session_open comes first"):
        other.open()


def test_the_two_directions_have_keys_of_their_own():
    there, back = brace_session.session_keys(bytes(32), "qa", NONCE, NONCE)
    assert there != back
    sending = Session("qa", bytes(32), NONCE, NONCE)
    payload = sending.seal(16, 2, 3, 4, b"x")
    assert Session("qa", bytes(32), NONCE, NONCE).accept(16, 2, 3, 4, payload) is None


@pytest.mark.parametrize("length", [0, 1, 19, 20, 21, 1024, 1025, 5000, 65535])
def test_lengths_that_lie_do_no_harm(line, length):
    line.open()
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
    assert line.open().status().battery == 3900


def test_a_claim_needs_the_clinic_once_there_is_one(line, tmp_path):
    mallory = Keys(tmp_path / "mallory")
    key = mallory.create("mallory")
    said = line.ask(commands.CLAIM, {"clinic": mallory.point(key.id)})
    assert said["code"] == commands.E_SESSION
    with pytest.raises(Refused, match="was claimed by the key"):
        claim_brace(Brace.open(line.peer, keys=mallory), mallory)
    for role in ("wearer", "service", "qa"):
        with pytest.raises(BraceError, match=f"{role} may not give claim"):
            line.open(role).link.ask(commands.CLAIM, {"clinic": mallory.point(key.id)})


@pytest.mark.parametrize("point", [b"", bytes(65), b"\x04" + bytes(64), b"\x04" + b"\xff" * 64,
                                   b"\x02" + bytes(64)],
                         ids=["nothing", "zeros", "origin", "off the curve", "compressed"])
def test_a_point_that_is_none_claims_nothing(point):
    peer = Peer()
    link = Link(peer, timeout=1)
    with pytest.raises(BraceError) as caught:
        link.ask(commands.CLAIM, {"clinic": point})
    assert caught.value.code == commands.E_BAD_REQUEST
    with pytest.raises(BraceError, match="claim comes first"):
        link.ask(commands.CLAIM_CONFIRM, {"proof": bytes(32)})


def test_a_claim_is_nothing_until_the_host_has_shown_its_share(tmp_path):
    keys = Keys(tmp_path / "keys")
    key = keys.create("clinic")
    peer = Peer()
    link = Link(peer, timeout=1)
    for wrong in ({}, {"proof": bytes(32)}, {"proof": "text"}):
        link.ask(commands.CLAIM, {"clinic": keys.point(key.id)})
        with pytest.raises(BraceError):
            link.ask(commands.CLAIM_CONFIRM, wrong)
    assert peer.claim.clinic is None and Brace.open(peer, keys=keys).status().battery == 3900


def test_after_a_rotation_the_old_key_opens_no_session(line):
    old = line.keys.current()
    old_secret = line.peer.claim.secret
    new = line.keys.rotate("clinic 2")
    assert claim_brace(line.open(), line.keys).id == new.id
    with line.open() as brace:
        assert brace.identity.claim == new.id
    stale = claim.role_key(old_secret, "clinic")
    with pytest.raises(BraceError, match="not the key"):
        open_session(Link(line.peer, timeout=1), "clinic", lambda _id, _point: stale)
    assert line.keys.find(old.id).state == "retired" and line.keys.find(old.id).braces == []


class SessionMachine(RuleBasedStateMachine):
    """A clinic, and an attacker who owns the line, in any order of moves: whatever the attacker
    does, the settings are those that the clinic set, and nothing false is believed."""

    @initialize()
    def start(self):
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.line = Line(Path(self.folder.name))
        self.brace = None
        self.expected = self.line.peer.config["dwell_s"]

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule()
    def opens(self):
        self.line.peer._clock += 1000  # any lock-out passes
        self.brace = self.line.open()

    @rule(value=st.integers(1, 600))
    def sets(self, value):
        if self.brace is None:
            return
        try:
            said = self.brace.config_set({"dwell_s": value})
        except LinkLost:
            self.brace = None
            return
        self.expected = value
        assert said["values"]["dwell_s"] == value

    @rule(pick=st.integers(0, 10**6))
    def replays(self, pick):
        if self.line.to_brace:
            self.line.send(b"~" + self.line.to_brace[pick % len(self.line.to_brace)])

    @rule(pick=st.integers(0, 10**6), bit=st.integers(0, 10**6))
    def forges(self, pick, bit):
        taken = [f for d in self.line.to_brace for f in frames(b"~" + d) if f[4]]
        if taken:
            kind, command, flags, request, payload = taken[pick % len(taken)]
            changed = bytearray(payload)
            changed[bit // 8 % len(changed)] ^= 1 << bit % 8
            self.line.send(frame(kind, command, bytes(changed), flags, request))

    @rule(value=st.integers(1, 600), flags=st.sampled_from([0, 1]))
    def demands(self, value, flags):
        payload = cbor.dumps({"dwell_s": value}) + bytes(20 * flags)
        answers = self.line.send(
            frame(plumbcore.REQUEST, commands.CONFIG_SET, payload, flags))
        assert all(a[0] == plumbcore.ERROR for a in answers)

    @rule(pick=st.integers(0, 10**6))
    def tells_the_host(self, pick):
        if self.brace and self.line.to_host:
            before = self.brace.link.forged
            self.line.peer.out += self.line.to_host[pick % len(self.line.to_host)]
            self.brace.link._answer(0, 0, 0)
            assert self.brace.event() is None and self.brace.link.forged >= before

    @rule()
    def guesses(self):
        self.line.peer._clock += 1000
        self.line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
        said = self.line.ask(commands.SESSION_PROVE, {"proof": bytes(32)})
        assert said["kind"] == plumbcore.ERROR

    @rule()
    def waits(self):
        self.line.peer._clock += 5000  # past the session's end

    @invariant()
    def only_the_clinic_is_obeyed(self):
        if hasattr(self, "line"):
            assert self.line.peer.config["dwell_s"] == self.expected


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
