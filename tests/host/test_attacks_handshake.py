"""Attacks on the handshake of a session: truncated, repeated, guessed."""

import plumbcore
import pytest
from brace import cbor, commands
from plumbline.answers import BraceError
from tapped import NONCE, frames


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
