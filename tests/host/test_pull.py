"""Pulling: whatever happens to line, brace, disk or process, nothing is lost and nothing twice."""

import errno
import os
import random

import pytest
from brace import records as layouts
from hypothesis import given, settings
from hypothesis import strategies as st
from peer import Peer
from plumbcore.flash import MemoryFlash
from plumbline import bulk, segments
from plumbline.device import Brace
from plumbline.errors import Exit, LinkError, LinkLost, Mismatch, Refused, StorageError
from plumbline.pull import Progress, pull
from plumbline.segments import RAW, SUMMARY
from plumbline.store.segments import Store


def wear(peer, minutes=200, raw_chunks=0, seed=1, start_min=0):
    """Minutes of epochs, and chunks of raw samples; the bodies written."""
    rng = random.Random(seed)
    bodies = []
    for i in range(start_min, start_min + minutes):
        body = rng.randbytes(26)
        peer.log.append(layouts.EPOCH, 1, 6000 * i, body)
        bodies.append(body)
    for i in range(raw_chunks):
        samples = rng.randbytes(12 * 20)
        peer.log.raw(6000 * (start_min + minutes) + 20 * i, 20 * i, samples, 20, samples, 20)
    return bodies


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def bodies(store, serial="PB-1"):
    reading = store.latest(serial).read()
    assert reading.damage == []
    return [r.body for r in reading.records if r.type == layouts.EPOCH]


def fetch(peer, store, **how):
    return pull(lambda: Brace.open(peer), store, patience_s=0, **how)


@pytest.mark.req("PULL-1")
def test_everything_comes_once_and_is_acknowledged(store):
    peer = Peer(sectors=48)
    written = wear(peer, raw_chunks=100)
    result = fetch(peer, store)
    assert bodies(store) == written
    assert result.records == len(written) and result.raw_segments > 0 and result.damage == []
    assert result.left_bytes == 0
    assert peer.log.unacked == 0 and peer.log.unacked_raw == 0
    chunks = list(segments.chunks(store.latest("PB-1").read()))
    assert len(chunks) == 100
    again = fetch(peer, store)
    assert (again.segments, again.records) == (0, 0)
    assert "nothing new was there" in again.sentence()
    assert "nothing is left on the brace" in again.sentence()
    written += wear(peer, 50, seed=2, start_min=300)
    assert fetch(peer, store).records == 50
    assert bodies(store) == written


def test_the_sentence_says_what_came_and_when(store):
    peer = Peer()
    peer.log.anchor(0, 1_772_438_400_000)
    wear(peer, 30)
    peer.log.append(layouts.GAP, 1, 6000 * 40, layouts.pack(layouts.GAP, 1, 0, 12300))
    sentence = fetch(peer, store).sentence()
    assert sentence.startswith("PB-1: one segment (") and "31 records" in sentence
    assert "from 2026-03-02" in sentence and "one gap of 123 s" in sentence


def test_the_clock_is_set_unless_told_otherwise(store):
    peer = Peer()
    fetch(peer, store, set_clock=False)
    assert peer.utc is None
    fetch(peer, store)
    assert peer.utc > 1_700_000_000_000


def test_without_acknowledgement_all_stays_on_the_brace(store):
    peer = Peer()
    wear(peer, 300)
    result = fetch(peer, store, acknowledge=False)
    assert peer.log.unacked > 0 and result.left_bytes > 0
    assert "KiB are left on the brace" in result.sentence()


def test_files_are_never_changed_and_hold_what_the_brace_has(store):
    peer = Peer()
    wear(peer, 300)
    fetch(peer, store)
    generation = store.latest("PB-1")
    for stream in (SUMMARY, RAW):
        for number in generation.held(stream):
            found = peer.log.find(stream, number)
            page = bytearray(found[1])
            peer.log.read(stream, number, 0, page)
            assert generation.get(stream, number) == page
            assert os.stat(generation.path(stream, number)).st_mode & 0o777 == 0o400
    with pytest.raises(Mismatch, match="something else"):
        generation.put(SUMMARY, 0, b"other")


# -- a bad line ------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rate=st.floats(0.0, 0.15))
def test_a_bad_line_costs_time_only(tmp_path_factory, seed, rate):
    rng = random.Random(seed)
    peer = Peer()
    written = wear(peer, 500)

    def line(data):
        if rng.random() < rate:
            fault = rng.randrange(4)
            if fault == 0:
                return b""
            if fault == 1:
                at = rng.randrange(len(data))
                return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
            if fault == 2:
                return data + data
            return data[: rng.randrange(len(data))]
        return data

    peer.mangle = peer.mangle_in = line
    store = Store(tmp_path_factory.mktemp("store"))
    for _ in range(50):
        try:
            fetch(peer, store)
            break
        except LinkError:
            peer.log.unacked  # noqa: B018 - the log is sound whatever was cut
    peer.mangle = peer.mangle_in = lambda data: data
    fetch(peer, store)
    assert bodies(store) == written and peer.log.unacked == 0


@pytest.mark.req("PULL-2")
def test_a_cable_pulled_at_every_frame(tmp_path):
    """Cut after each frame in turn; then a whole pull: nothing missing, nothing twice, and what
    had been acknowledged was on disk by then."""
    frames = cut_at = 0
    while True:
        peer = Peer()
        written = wear(peer, 300)
        store = Store(tmp_path / f"store{cut_at}")
        frames = 0

        def line(data, peer=peer, at=cut_at):
            nonlocal frames
            frames += 1
            if frames > at:
                peer.gone = True
            return data

        peer.mangle = line
        try:
            fetch(peer, store)
            break
        except LinkLost:
            pass
        held = store.latest("PB-1").held(SUMMARY)
        assert peer.log.acked <= len(held)
        peer.gone = False
        peer.mangle = lambda data: data
        fetch(peer, store)
        assert bodies(store) == written
        cut_at += 1
    assert cut_at > 10


@pytest.mark.req("PULL-2")
def test_a_pull_goes_on_after_the_brace_came_back(store):
    peer = Peer(sectors=96)
    written = wear(peer, 6000)
    opened = []
    frames = 0

    def connect():
        nonlocal frames
        peer.gone, frames = False, 0
        opened.append(1)
        return Brace.open(peer)

    def line(data):
        nonlocal frames
        frames += 1
        peer.gone = len(opened) < 3 and frames > 20
        return data

    peer.mangle = line
    said = []
    result = pull(connect, store, Progress(say=said.append), patience_s=0)
    assert len(opened) == 3 and "connection lost, waiting for the brace" in said
    assert bodies(store) == written and result.records == len(written)


def test_a_brace_that_brings_nothing_more_is_given_up(store):
    peer = Peer()
    wear(peer, 300)
    peer.wire.handlers.pop(0x31)
    with pytest.raises(Refused):
        fetch(peer, store)
    peer = Peer()
    wear(peer, 300)
    peer.mangle = lambda data: b"" if data[1:4] == b"\x11\x7d\x25" else data
    with pytest.raises(LinkError):
        fetch(peer, store)


@pytest.mark.req("PULL-3")
def test_another_brace_in_its_place_is_refused(store):
    first, second = Peer(), Peer(serial="PB-2")
    wear(first, 300)
    peers = [first, second]

    def line(data):
        if store.latest("PB-1").held(SUMMARY):
            first.gone = True
        return data

    first.mangle = line
    with pytest.raises(Refused, match="PB-2 came back in the place of PB-1"):
        pull(lambda: Brace.open(peers.pop(0)), store, patience_s=0)


# -- the brace's log -------------------------------------------------------------------------


def test_a_new_life_of_the_log_is_kept_apart(store):
    peer = Peer()
    first = wear(peer, 300)
    fetch(peer, store)
    for seed, minutes in ((5, 100), (6, 900)):
        peer = Peer(sectors=64)
        second = wear(peer, minutes, seed=seed)
        fetch(peer, store)
        assert bodies(store) == second
    assert [g.number for g in store.generations("PB-1")] == [1, 2, 3]
    kept = store.generations("PB-1")[0].read()
    assert [r.body for r in kept.records] == first


def test_damage_on_the_brace_is_kept_told_and_acknowledged(store):
    peer = Peer()
    wear(peer, 300)
    peer.log.close()
    at = bytes(peer.flash.data).index(b"PLSG", 4 * 4096)
    peer.flash.data[at + 300] ^= 1
    result = fetch(peer, store)
    assert len(result.damage) == 1 and "one damage" in result.sentence()
    assert peer.log.unacked == 0
    assert [d.kind for d in store.latest("PB-1").read().damage] == ["commit"]


def test_segments_of_a_newer_format_are_stored_and_acknowledged(store):
    import zlib

    peer = Peer()
    wear(peer, 300)
    peer.log.close()
    at = bytes(peer.flash.data).index(b"PLSG", 4 * 4096)
    head = peer.flash.data[at : at + 72]
    head[4] = 0x20
    head[68:72] = zlib.crc32(head[:68]).to_bytes(4, "little")
    peer.flash.data[at : at + 72] = head
    result = fetch(peer, store)
    assert any("format 2.0" in text for text in result.damage) and result.left_bytes == 0


def test_a_brace_without_a_serial_number_is_refused(store):
    with pytest.raises(Refused, match="plumbline flash --serial"):
        fetch(Peer(serial=""), store)


def test_overwritten_segments_are_told(store):
    peer = Peer(sectors=12)
    wear(peer, 3000)
    result = fetch(peer, store)
    assert result.lost > 10 and "ever overwritten before it could be pulled" in result.sentence()


# -- the disk --------------------------------------------------------------------------------


@pytest.mark.req("PULL-3")
def test_a_full_disk_stops_the_pull_and_loses_nothing(store, monkeypatch):
    peer = Peer(sectors=64)
    written = wear(peer, 1500)
    sync, count = os.fsync, 0

    def full(handle):
        nonlocal count
        count += 1
        if count > 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="Free some space") as caught:
        fetch(peer, store)
    assert caught.value.exit == Exit.STORAGE
    assert peer.log.acked <= len(store.latest("PB-1").held(SUMMARY))
    assert not list(store.folder.rglob("*.part"))
    monkeypatch.setattr(os, "fsync", sync)
    fetch(peer, store)
    assert bodies(store) == written


@pytest.mark.req("PULL-1")
def test_nothing_is_acknowledged_before_it_is_on_disk(store, monkeypatch):
    peer = Peer(sectors=96)
    wear(peer, 6000)
    acknowledge = bulk.acknowledge
    calls = []

    def watched(link, stream, below):
        generation = store.latest("PB-1")
        assert set(range(below)) <= set(generation.held(stream))
        calls.append(below)
        return acknowledge(link, stream, below)

    monkeypatch.setattr(bulk, "acknowledge", watched)
    fetch(peer, store)
    assert len(calls) >= 2


def test_leftovers_of_a_killed_pull_are_swept(store):
    peer = Peer()
    wear(peer, 100)
    folder = store.latest("PB-1").folder
    folder.mkdir(parents=True)
    (folder / ".s00000000.seg.xyz.part").write_bytes(b"half")
    fetch(peer, store)
    assert not list(folder.glob(".*"))


def test_an_unreadable_store_is_a_storage_error(tmp_path):
    (tmp_path / "store").write_text("a file, not a folder")
    peer = Peer()
    wear(peer, 10)
    with pytest.raises(StorageError):
        fetch(peer, Store(tmp_path / "store"))
    assert peer.log.acked == 0


def test_a_dump_of_the_flash_and_the_pulled_log_say_the_same(store):
    peer = Peer()
    wear(peer, 300)
    fetch(peer, store)
    dumped = segments.read_partition(bytes(peer.flash.data))
    pulled = store.latest("PB-1").read()
    assert list(dumped.records) == list(pulled.records)
    assert isinstance(peer.flash, MemoryFlash)
