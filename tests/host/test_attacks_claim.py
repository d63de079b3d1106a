"""Attacks on claims, and by what plays a brace that was claimed."""

import pytest
from brace import claim, commands
from peer import Peer
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.errors import NoAnswer, Refused, VersionError
from plumbline.link import Link
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys
from plumbline.trust.session import open_session
from tapped import Line


def test_a_brace_that_has_not_the_secret_is_found_out(line):
    impostor = Peer()
    impostor.claim.make(line.keys.point(line.keys.current().id))
    impostor.claim.secret = bytes(32)
    with pytest.raises(BraceError, match="not the key"):
        Brace.open(impostor, keys=line.keys)


def test_one_brace_s_key_is_none_for_another(line):
    other = Line(keys=line.keys, serial="PB-2")
    assert other.peer.claim.secret != line.peer.claim.secret
    # The line swaps the braces: the host works out the key of the one whose point it gets.
    real = line.peer.session.open
    other.peer.handlers[commands.SESSION_OPEN] = real
    with pytest.raises(BraceError, match="session_open comes first"):
        other.open()


def played(line, **hello) -> Peer:
    """A brace that the attacker made from the clinic's public key alone: the point is his."""
    impostor = Peer(**hello)
    impostor.claim.make(line.keys.point(line.keys.current().id))
    return impostor


def test_the_clinics_public_key_is_not_enough_to_play_its_brace(line):
    with pytest.raises(Refused, match="cannot prove to be the brace"):
        Brace.open(played(line), keys=line.keys)
    # Nor does it help to be another brace at first.
    impostor = played(line, serial="PB-9")
    said = iter(["PB-9", "PB-1"])
    hello = impostor.handlers[commands.HELLO]
    impostor.handlers[commands.HELLO] = lambda v: {**hello(v), "serial": next(said)}
    with pytest.raises(Refused, match="says it is PB-1"):
        Brace.open(impostor, keys=line.keys)
    later = Brace.open(played(line, serial="PB-9"), keys=line.keys)
    later.link.transport.hello["serial"] = "PB-1"
    with pytest.raises(Refused, match="says it is PB-1"):
        later.hello()
    assert line.open().status().battery == 3900


def test_a_claim_that_the_line_strips_off_is_missed(line, tmp_path):
    """Else what pretends to be unclaimed would be believed without any proof."""
    with pytest.raises(Refused, match="cannot prove to be the brace"):
        Brace.open(Peer(), keys=line.keys)
    stranger = Keys(tmp_path / "mallory")
    foreign = Peer()
    foreign.claim.make(stranger.point(stranger.create("mallory").id))
    with pytest.raises(Refused, match="cannot prove to be the brace"):
        Brace.open(foreign, keys=line.keys)
    handed = Keys(tmp_path / "handed")
    handed.take_role("PB-1", "wearer", claim.role_key(line.peer.claim.secret, "wearer"))
    with pytest.raises(Refused, match="cannot prove to be the brace"):
        Brace.open(Peer(), keys=handed)


def test_a_brace_is_not_taken_for_claimed_because_it_says_so(line, tmp_path):
    """The line says that the current key claimed it, and nothing stands behind that."""
    with pytest.raises(Refused, match="cannot prove to be the brace"):
        claim_brace(Brace.open(played(line), keys=line.keys, strict=False), line.keys)
    liar = Peer(serial="PB-7")
    hello, key = liar.handlers[commands.HELLO], line.keys.current()
    liar.handlers[commands.HELLO] = lambda v: {**hello(v), "claim": bytes.fromhex(key.id)}
    liar.handlers[commands.SESSION_OPEN] = lambda v: {}
    with pytest.raises(Refused, match="was claimed by the key"):
        claim_brace(Brace.open(liar, keys=line.keys, strict=False), line.keys)


def test_a_wiped_brace_is_claimed_anew_and_a_moved_one_forgotten(line):
    wiped = Peer()
    claim_brace(Brace.open(wiped, keys=line.keys, strict=False), line.keys)
    assert Brace.open(wiped, keys=line.keys).status().battery == 3900
    with pytest.raises(Refused, match="cannot prove"):
        line.open()
    assert line.keys.forget("PB-1") and not line.keys.forget("PB-1")
    assert line.open().status().battery == 3900
    assert len(line.keys.current().points["PB-1"]) == 2, "kept to verify what was pulled"


def test_a_claim_whose_answer_is_lost_is_still_ours(line):
    line.keys.rotate("clinic 2")
    brace = line.open()
    line.peer.mangle = lambda data: b"" if line.peer.asked[-1] == commands.CLAIM_CONFIRM else data
    with pytest.raises(NoAnswer):
        claim_brace(brace, line.keys)
    line.peer.mangle = lambda data: data
    key = line.keys.current()
    assert line.peer.claim.id.hex() == key.id and line.keys.current().braces == []
    assert line.open().status().battery == 3900
    assert line.keys.current().braces == ["PB-1"] and line.keys.current().begun == {}


def test_a_claim_that_never_took_leaves_the_brace_nobodys(tmp_path):
    keys = Keys(tmp_path / "keys")
    keys.create("clinic")
    peer = Peer()
    brace = Brace.open(peer, keys=keys)
    peer.mangle_in = lambda data: b"" if keys.claims("PB-1") else data
    with pytest.raises(NoAnswer):
        claim_brace(brace, keys)
    peer.mangle_in = lambda data: data
    assert peer.claim.clinic is None and not keys.holds("PB-1")
    again = Brace.open(peer, keys=keys)
    assert again.status().battery == 3900
    claim_brace(again, keys)
    assert keys.holds("PB-1") and Brace.open(peer, keys=keys).link.session.role == "clinic"


def test_braces_that_the_line_swaps_are_told_apart(line):
    """Both are the clinic's: the first hello, which anybody may have said, names the other one."""
    other = Line(keys=line.keys, serial="PB-2")
    before = line.keys.claims("PB-1"), line.keys.claims("PB-2")
    said = iter(["PB-1"])
    hello = other.peer.handlers[commands.HELLO]
    other.peer.handlers[commands.HELLO] = lambda v: {
        **hello(v), "serial": next(said, "PB-2")}  # fmt: skip
    assert other.open().identity.serial == "PB-2"
    assert (line.keys.claims("PB-1"), line.keys.claims("PB-2")) == before


@pytest.mark.parametrize("wrong", [
    {"serial": "../../x"}, {"serial": 5}, {"serial": None}, {"serial": "PB-1\n"}, {"fw": 1},
    {"max": "1024"}, {"claim": 7}, {"claim": []}, {"kind": b"wearer"}, {"hw": True},
    {"image": "x" * 5, "boot": []},
])
def test_a_hello_that_lies_about_its_kind_is_refused(wrong, tmp_path):
    peer = Peer()
    hello = peer.handlers[commands.HELLO]
    peer.handlers[commands.HELLO] = lambda v: {**hello(v), **wrong}
    with pytest.raises(VersionError, match="as no brace does"):
        Brace.open(peer, keys=Keys(tmp_path / "keys"))


def test_what_comes_over_the_line_never_steers_a_terminal(tmp_path):
    peer = Peer(fw="0.1.0\x1b[2J")
    peer.status["faults"] = ["\x9b31m", "\r\u202e"]
    peer.out += b"\x1b]0;mine\x07\r\n"
    brace = Brace.open(peer, keys=Keys(tmp_path / "keys"))
    shown = [brace.identity.fw, *brace.status().faults, *brace.link.console]
    assert len(shown) == 4 and all(text.isprintable() for text in shown)


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
