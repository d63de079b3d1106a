"""The audit: every entry altered, forged, left out, repeated or moved is found."""

import random
import struct

import plumbcore
import pytest
from brace import audit, records
from brace.audit import Audit
from brace.claim import Claim
from plumbline.segments import Record
from plumbline.trust.audit import verify


class Shelf:
    """Where the firmware's audit keeps its state, and what it records."""

    def __init__(self):
        self.state = None
        self.log: list[Record] = []
        self.boot = 0

    def load_audit(self):
        return self.state

    def store_audit(self, state):
        self.state = bytes(state)

    def store_claim(self, claim):
        self.stored = claim.pack()

    def record(self, kind, body):
        self.log.append(Record(kind, 1, self.boot, 0, bytes(body)))


def make_claim(private=7):
    claim = Claim()
    clinic, _ = plumbcore.ecdh(_base(), private.to_bytes(32, "big"))
    claim.make(clinic)
    claim.first = claim.audit
    return claim


def _base():
    return bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")


def start(shelf, claim):
    shelf.boot += 1
    chain = Audit(shelf, claim, shelf.record, lambda: 1_700_000_000_000)
    chain.begin(shelf.boot)
    return chain


@pytest.fixture
def made():
    """(log of three boots, the claim)."""
    shelf, claim = Shelf(), make_claim()
    for boot in range(3):
        chain = start(shelf, claim)
        chain.note(audit.OPENED, 4)
        chain.note(audit.CONFIG, 4, boot)
        chain.note(audit.TIME, 4)
    return shelf, claim


def texts(log, claim):
    return [f.text for f in verify(log, [claim.first]).findings if f.forged]


def test_an_honest_audit_is_sound(made):
    shelf, claim = made
    checked = verify(shelf.log, [claim.first])
    assert checked.findings == [] and not checked.forged
    assert [e.kind for e in checked.entries[:4]] == ["claim", "session", "config", "time"]
    assert [e.number for e in checked.entries] == list(range(12))
    assert all(e.sound for e in checked.entries) and checked.entries[2].role == "clinic"


def test_a_brace_that_is_not_claimed_notes_nothing():
    shelf = Shelf()
    start(shelf, Claim()).note(audit.CONFIG)
    assert shelf.log == [] and shelf.state is None


@pytest.mark.slow
def test_every_bit_counts(made):
    shelf, claim = made
    rng = random.Random(1)
    for _ in range(200):
        log = list(shelf.log)
        at = rng.randrange(len(log))
        body = bytearray(log[at].body)
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        log[at] = Record(records.AUDIT, 1, log[at].boot, 0, bytes(body))
        assert texts(log, claim)


def test_what_is_left_out_repeated_moved_or_made_up_is_found(made):
    shelf, claim = made
    log = shelf.log
    assert "entry 5 is not there" in texts(log[:5] + log[6:], claim)
    assert "entries 5 to 7 are not there" in texts(log[:5] + log[8:], claim)
    assert texts(log[:6] + [log[3]] + log[6:], claim)
    assert texts(log[:5] + [log[6], log[5]] + log[7:], claim)
    elsewhere = Record(records.AUDIT, 1, 9, 0, log[-1].body)
    assert "stands in boot 9" in texts([*log[:-1], elsewhere], claim)[0]
    forged = Record(records.AUDIT, 1, 3, 0, struct.pack(audit.HEAD, 12, 3, 5, 4, 0, 0) + bytes(16))
    assert "forged" in texts([*log, forged], claim)[0]
    assert texts([*log, Record(records.AUDIT, 1, 3, 0, b"short")], claim)
    far = Record(records.AUDIT, 1, 3, 0,
                 struct.pack(audit.HEAD, 0xFFFFFFF0, 3, 5, 4, 0, 0) + bytes(16))
    assert texts([*log, far], claim)


def test_who_takes_the_brace_cannot_alter_what_it_noted_before(made):
    """What lies in its flash is the claim, which has lost the first key, and the next key."""
    shelf, claim = made
    assert claim.first not in shelf.stored and claim.audit == b""
    key = shelf.state[12:]
    head = shelf.log[4].body[: audit.HEAD_SIZE]
    reach = {audit.tag(key, head), audit.tag(claim.secret, head), audit.tag(claim.locker, head)}
    for _ in range(50):
        key = audit.next_key(key)
        reach.add(audit.tag(key, head))
    assert shelf.log[4].body[audit.HEAD_SIZE :] not in reach


def test_a_power_cut_is_told_from_tampering(made):
    shelf, claim = made
    chain = start(shelf, claim)
    chain.note(audit.CONFIG, 4)
    shelf.log.pop()  # its key was replaced, the record did not reach the flash
    start(shelf, claim)
    checked = verify(shelf.log, [claim.first])
    assert not checked.forged and "the power went" in checked.findings[0].text


def test_an_erased_log_says_so(made):
    shelf, claim = made
    before = len(shelf.log)
    chain = start(shelf, claim)
    chain.note(audit.ERASE, 4)
    checked = verify(shelf.log[:4] + shelf.log[before + 1 :], [claim.first])
    assert not checked.forged and "erased" in checked.findings[0].text


def test_a_claim_anew_begins_a_chain_of_its_own(made):
    shelf, claim = made
    second = make_claim(9)
    start(shelf, second).note(audit.TIME)
    checked = verify(shelf.log, [second.first, claim.first])
    assert checked.findings == [] and checked.entries[12].kind == "claim"
    assert checked.entries[12].number == 0
    assert verify(shelf.log, [second.first]).forged, "the first claim's entries are not known"
    cut = verify(shelf.log[:12] + shelf.log[13:], [second.first, claim.first])
    assert cut.forged, "the second claim's first entry is missing"


def test_without_the_secret_it_is_shown_and_not_believed(made):
    shelf, _ = made
    checked = verify(shelf.log, [])
    assert [e.sound for e in checked.entries] == [None] * 12 and not checked.forged
    assert "no claim" in checked.findings[0].text
