"""Attacks on the log's bytes, whose frames have no tags: flipped, swapped, injected, withheld,
replayed.  Whatever comes, only what the brace has is stored, and nothing else is acknowledged.
"""

import random
import struct

import plumbcore
import pytest
from brace import commands
from hypothesis import given, settings
from hypothesis import strategies as st
from plumbline import bulk
from plumbline.device import Brace
from plumbline.errors import LinkError
from plumbline.pull import pull
from plumbline.segments import SUMMARY
from plumbline.store.segments import Store
from tapped import Line, frame, frames

HEAD = struct.Struct("<IIHH")


def fill(log, records=900, seed=0):
    """Some segments of records."""
    rng = random.Random(seed)
    for number in range(records):
        log.append(1, 1, number, rng.randbytes(30))
    log.close()


def held(log) -> dict[int, bytes]:
    """What the brace has."""
    found, segments = log.find(SUMMARY, 0), {}
    while found:
        data = bytearray(found[1])
        log.read(SUMMARY, found[0], 0, data)
        segments[found[0]] = bytes(data)
        found = log.find(SUMMARY, found[0] + 1)
    return segments


@pytest.fixture
def full(tmp_path):
    """A claimed brace with some segments, and a tap on its line."""
    line = Line(tmp_path)
    fill(line.peer.log)
    assert len(held(line.peer.log)) >= 6
    return line


def on_data(line, change):
    """Has change(position, number, offset, length, body) -> list of such replace data frames."""
    tap = line.peer.mangle

    def mangle(data):
        out = b""
        for kind, command, flags, request, payload in frames(tap(data)):
            if kind == plumbcore.BULK and not flags and len(payload) > HEAD.size:
                for *head, body in change(*HEAD.unpack_from(payload), payload[HEAD.size :]):
                    out += frame(kind, command, HEAD.pack(*head) + body, 0, request)
            else:
                out += frame(kind, command, payload, flags, request)
        return out

    line.peer.mangle = mangle


def flip(body: bytes, bit: int = 0) -> bytes:
    return bytes([body[0] ^ 1 << bit]) + body[1:]


def read(line, **how) -> dict[int, bytes]:
    with line.open() as brace:
        return dict(bulk.read(brace.link, SUMMARY, how.pop("start", 0), **how))


def fetch(line, store):
    return pull(lambda: Brace.open(line.peer, keys=line.keys, timeout=1), store, patience_s=0)


def stored(store) -> dict[int, bytes]:
    life = store.latest("PB-1")
    return {n: life.get(SUMMARY, n) for n in life.held(SUMMARY)}


def test_the_clinic_gets_all_of_it_and_data_have_no_tags(full):
    assert read(full) == held(full.peer.log)
    came = [f for data in full.to_host for f in frames(data) if f[0] == plumbcore.BULK]
    assert len(came) >= 6 and all(flags == 0 for _, _, flags, _, _ in came)
    # Nobody remembers digests here, and only eight are made at once.
    assert full.peer.asked.count(commands.LOG_DIGESTS) == -(-len(held(full.peer.log)) // 8)


def test_it_begins_and_goes_on_anywhere(full):
    """Half of each frame is lost, so that each segment comes in pieces."""
    lost = random.Random(1)
    on_data(full, lambda *f: [] if lost.random() < 0.3 else [f])
    there = held(full.peer.log)
    assert read(full, start=2, until=5) == {n: there[n] for n in (2, 3, 4)}


@pytest.mark.req("PULL-1")
def test_a_flipped_byte_is_never_stored_and_the_next_pull_goes_on(full, tmp_path):
    store, there = Store(tmp_path / "store"), held(full.peer.log)
    real = full.peer.mangle
    on_data(full, lambda p, n, o, size, body: [(p, n, o, size, flip(body) if n == 3 else body)])
    with pytest.raises(LinkError, match="segment 3 is not what .* sent"):
        fetch(full, store)
    assert stored(store) == {n: there[n] for n in range(3)}
    assert full.peer.log.acked <= 3
    full.peer.mangle = real
    fetch(full, store)
    assert stored(store) == held(full.peer.log)
    assert full.peer.log.unacked == 0


def test_one_flipped_byte_costs_time_only(full):
    left = [True]

    def once(p, n, o, size, body):
        spoil = n == 2 and left and left.pop()
        return [(p, n, o, size, flip(body) if spoil else body)]

    on_data(full, once)
    assert read(full) == held(full.peer.log) and not left


def test_swapped_segments_are_not_believed(full):
    """Each under the other's number, whatever their lengths."""
    there = held(full.peer.log)
    other = {1: there[2], 2: there[1]}
    on_data(full, lambda p, n, o, size, body: [(p, n, o, size, other.get(n, body)[: len(body)])])
    got = {}
    with full.open() as brace, pytest.raises(LinkError, match="segment 1 is not"):
        got.update(bulk.read(brace.link, SUMMARY, 0, 1))
        got.update(bulk.read(brace.link, SUMMARY, 1))
    assert got == {0: there[0]}


@pytest.mark.parametrize("number", [0, 3, 99])
def test_injected_frames_are_not_believed(full, number):
    """In the place of the real ones, and of segments that there are not."""
    there = held(full.peer.log)
    forged = bytes(4096)

    def inject(p, n, o, size, body):
        return [(p, number, 0, 4096, forged), (p, n, o, size, body)]

    on_data(full, inject)
    got = {}
    try:
        with full.open() as brace:
            for n, data in bulk.read(brace.link, SUMMARY, 0):
                got[n] = data
    except LinkError:
        pass
    assert got.items() <= there.items()


def test_an_injected_byte_is_thrown_away_with_its_segment(full):
    """It is taken as a resumed transfer's first byte, until the digest says what it is."""
    left = [True]

    def inject(p, n, o, size, body):
        if n == 1 and left and left.pop():
            return [(p, n, o, size, b"\xa5"), (p, n, o, size, body)]
        return [(p, n, o, size, body)]

    on_data(full, inject)
    assert read(full) == held(full.peer.log) and not left


def test_a_withheld_segment_is_missed(full):
    """With all that follows moved up, so that no position is missing."""
    gone = {"n": 0}

    def withhold(p, n, o, size, body):
        if p == 0:
            gone["n"] = 0
        if n == 2:
            gone["n"] += len(body)
            return []
        return [(p - gone["n"] if n > 2 else p, n, o, size, body)]

    on_data(full, withhold)
    got = {}
    with full.open() as brace, pytest.raises(LinkError, match="in the middle of segment 2"):
        got.update(bulk.read(brace.link, SUMMARY, 0, 2))
        got.update(bulk.read(brace.link, SUMMARY, 2))
    assert got == {n: held(full.peer.log)[n] for n in (0, 1)}


def test_an_end_that_comes_too_early_is_none(full):
    on_data(full, lambda p, n, o, size, body: [
        (p, n, o, size, body), (p + len(body), bulk.END, 0, 0, b"")])  # fmt: skip
    assert read(full) == held(full.peer.log)


def test_digests_of_another_session_are_not_believed(full):
    """Replayed in the place of this one's, with data to match them."""
    with full.open() as brace:
        list(bulk.read(brace.link, SUMMARY, 0))
    old = next(f for data in full.to_host for f in frames(data)
              if f[:2] == (plumbcore.RESPONSE, commands.LOG_DIGESTS))  # fmt: skip
    tap = full.peer.mangle

    def replay(data):
        out = b""
        for kind, command, flags, request, payload in frames(tap(data)):
            if (kind, command) == (plumbcore.RESPONSE, commands.LOG_DIGESTS):
                payload = old[4]
            out += frame(kind, command, payload, flags, request)
        return out

    full.peer.mangle = replay
    with full.open() as brace:
        with pytest.raises(LinkError):
            next(bulk.read(brace.link, SUMMARY, 0))
        assert brace.link.forged > 0


def test_digests_without_a_tag_are_not_believed(full):
    tap = full.peer.mangle

    def strip(data):
        out = b""
        for kind, command, flags, request, payload in frames(tap(data)):
            if command == commands.LOG_DIGESTS:
                payload, flags = payload[:-20], 0
            out += frame(kind, command, payload, flags, request)
        return out

    full.peer.mangle = strip
    with full.open() as brace, pytest.raises(LinkError):
        next(bulk.read(brace.link, SUMMARY, 0))


def test_data_without_tags_answer_nothing_else(full):
    """A plain frame counts for the transfer that asked for plain ones, and for nothing else."""
    with full.open() as brace:
        link = brace.link
        request, _ = link.begin(commands.LOG_READ, {"stream": 0, "tags": False}, plain=True)
        link._pump(0)
        for command, number in ((commands.LOG_READ, request + 1), (commands.PING, request)):
            full.peer.out += frame(plumbcore.BULK, command, bytes(20), 0, number)
        before = link.forged
        link._pump(0)
        assert link.forged == before + 2
        # Without that word its frames have tags, and others are nobody's.
        request, _ = link.begin(commands.LOG_READ, {"stream": 0})
        forged = frame(plumbcore.BULK, commands.LOG_READ, bytes(20), 0, request)
        full.peer.out += forged
        link._pump(0)
        first = link.more(commands.LOG_READ, request)
        assert first.payload[HEAD.size :] == held(full.peer.log)[0]
        assert link.forged == before + 3


def test_outside_a_session_nothing_of_the_log_comes(full):
    for values in ({"stream": 0}, {"stream": 0, "tags": False}):
        assert full.ask(commands.LOG_READ, values)["code"] == commands.E_SESSION
    assert full.ask(commands.LOG_DIGESTS, {"stream": 0})["code"] == commands.E_SESSION
    with full.open() as brace:
        values = {"stream": 0, "tags": False, "window": 4096}
        request, _ = brace.link.begin(commands.LOG_READ, values, plain=True)
        assert brace.link.more(commands.LOG_READ, request) is not None
        full.peer.session.end()
        full.peer.read(0)
        confirm = struct.pack("<I", 4096)
        full.peer.write(frame(plumbcore.BULK, commands.LOG_READ, confirm, 0, request))
        assert full.peer.read(0) == b""


def test_with_an_older_brace_every_frame_has_a_tag(full):
    del full.peer.handlers[commands.LOG_DIGESTS]
    assert read(full) == held(full.peer.log)
    came = [f for data in full.to_host for f in frames(data) if f[0] == plumbcore.BULK]
    assert len(came) >= 6 and all(flags == 1 for _, _, flags, _, _ in came)
    # And so it cannot be talked into believing frames without.
    full.peer.mangle = lambda data: b"".join(
        frame(k, c, p, 0 if k == plumbcore.BULK else f, r) for k, c, f, r, p in frames(data))
    with full.open() as brace, pytest.raises(LinkError):
        next(bulk.read(brace.link, SUMMARY, 0))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rate=st.floats(0.0, 0.5))
def test_whatever_happens_to_data_frames_nothing_false_comes(tmp_path_factory, seed, rate):
    line = Line(tmp_path_factory.mktemp("line"))
    fill(line.peer.log, 500)
    rng = random.Random(seed)
    seen = []

    def change(p, n, o, size, body):
        seen.append((p, n, o, size, body))
        if rng.random() >= rate:
            return [(p, n, o, size, body)]
        at = rng.randrange(len(body))
        return rng.choice([
            [],
            [(p, n, o, size, body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :])],
            [(p, n, o, size, body[:at])],
            [(p, n, o, size, body), rng.choice(seen)],
            [(p, rng.randrange(8), o, size, body)],
            [(p, n, rng.randrange(size), size, body)],
            [(p, n, o, rng.randrange(65536), body)],
            [(rng.randrange(99999), n, o, size, body)],
            [(p, bulk.END, 0, 0, b"")],
            [rng.choice(seen), (p, n, o, size, body)],
        ])  # fmt: skip

    on_data(line, change)
    there, got = held(line.peer.log), {}
    with line.open() as brace:
        try:
            for number, data in bulk.read(brace.link, SUMMARY, 0):
                assert number not in got
                got[number] = data
        except LinkError:
            assert got.items() <= there.items()
        else:
            assert got == there
