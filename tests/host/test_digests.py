"""What a claimed brace tells of its segments, and remembers (native/include/pl_digest.h)."""

import hashlib
import random
import struct
from types import SimpleNamespace

import plumbcore
import pytest
from brace import recorder
from plumbcore import RAW, SUMMARY
from plumbcore.flash import MemoryFlash
from plumbline import bulk
from plumbline.trust.keys import Keys
from tapped import Line

END, ROOM, AT_ONCE = 0xFFFFFFFF, 2816, 8


@pytest.fixture
def seal(tmp_path):
    keys = Keys(tmp_path)
    return plumbcore.Seal(keys.point(keys.create("clinic").id))


class CountingFlash(MemoryFlash):
    """Counts what is read of whole segments, as only digests do."""

    read = 0

    def readblocks(self, block, buf, offset=0):
        self.read += len(buf) > 256
        super().readblocks(block, buf, offset)


def wear(log, records, seed=1, start=0):
    rng = random.Random(seed)
    for i in range(start, start + records):
        log.append(1, 1, 10 * i, rng.randbytes(30))


def told(log, stream=SUMMARY, start=0, until=END, again=False, room=ROOM):
    out = bytearray(room)
    n = log.digests(stream, start, until, again, out)
    return [(a, b, bytes(c)) for a, b, c in struct.iter_unpack("<IH16s", out[:n])]


def closed(log, stream=SUMMARY):
    """The same, worked out here."""
    found, entries = log.find(stream, 0), []
    while found:
        if not found[3]:
            data = bytearray(found[1])
            log.read(stream, found[0], 0, data)
            entries.append((found[0], found[1], hashlib.sha256(data).digest()[:16]))
        found = log.find(stream, found[0] + 1)
    return entries


def test_they_are_of_all_closed_segments_and_of_no_open_one(seal):
    for how in (None, seal):
        log = plumbcore.Log(MemoryFlash(40), "PL-1", how)
        wear(log, 700)
        record(log, 40)
        expected, raw = closed(log), closed(log, RAW)
        assert 3 <= len(expected) <= AT_ONCE and log.find(SUMMARY, expected[-1][0] + 1)[3]
        assert told(log) == expected and told(log, again=True) == expected
        assert raw and told(log, RAW) == raw
        assert told(log, start=1, until=3) == expected[1:3]
        assert told(log, start=99) == [] and told(log, room=22 * 2 + 21) == expected[:2]
        log.close()
        assert len(told(log)) == len(expected) + 1


def test_so_many_are_computed_at_once_and_the_rest_remembered(seal):
    flash = CountingFlash(60)
    log = plumbcore.Log(flash, "PL-1", seal)
    wear(log, 2600)
    expected = closed(log)
    assert len(expected) > 2 * AT_ONCE
    flash.read = 0
    assert told(log) == expected[:AT_ONCE] and flash.read == AT_ONCE
    assert told(log) == expected[: 2 * AT_ONCE] and flash.read == 2 * AT_ONCE
    assert len(told(log, again=True)) == AT_ONCE and flash.read == 3 * AT_ONCE
    while told(log) != expected:
        pass
    flash.read = 0
    assert told(log) == expected and not log.digest_ahead(True) and flash.read == 0


def test_a_sector_that_is_used_again_has_the_digest_of_what_is_in_it_now(seal):
    log = plumbcore.Log(MemoryFlash(12), "PL-1", seal)
    seen = set()
    for turn in range(12):
        wear(log, 200, turn, 200 * turn)
        while log.digest_ahead(True):
            pass
        assert told(log) == closed(log)
        seen |= {n for n, _, _ in told(log)}
    assert len(seen) > 20, "all sectors were used again"
    log.wipe()
    assert told(log) == [] and not log.digest_ahead(True)


def test_ahead_come_those_that_somebody_will_ask_for(seal):
    log = plumbcore.Log(MemoryFlash(60), "PL-1", seal)
    wear(log, 1500)
    count = len(closed(log))
    log.acknowledge(SUMMARY, 3)
    assert sum(iter(lambda: log.digest_ahead(True), False)) == count - 3
    clear = plumbcore.Log(MemoryFlash(60), "PL-1")
    wear(clear, 1500)
    assert not clear.digest_ahead(True), "in the clear nobody asks"


def record(log, chunks=400):
    """Raw samples of some segments."""
    samples = random.Random(2).randbytes(12 * 20)
    for i in range(chunks):
        log.raw(9000 + i, 20 * i, samples, 20, samples, 20)


def test_ahead_come_those_of_raw_samples_where_they_are_wanted(seal):
    log = plumbcore.Log(MemoryFlash(80), "PL-1", seal)
    wear(log, 500)
    record(log)
    assert sum(iter(lambda: log.digest_ahead(False), False)) == len(closed(log)) > 0
    assert sum(iter(lambda: log.digest_ahead(True), False)) == len(closed(log, RAW)) > 9


def test_a_flash_that_fails_is_told(seal):
    flash = MemoryFlash(60)
    log = plumbcore.Log(flash, "PL-1", seal)
    wear(log, 500)

    def fail(block, buf, offset=0):
        raise OSError(5)

    flash.readblocks = fail
    with pytest.raises(OSError):
        told(log)
    with pytest.raises(OSError):
        log.digest_ahead(True)


def test_a_segment_that_decayed_since_is_fetched_as_it_is(tmp_path):
    """What was remembered no longer holds; the host has the brace look again."""
    line = Line(tmp_path)
    peer = line.peer
    wear(peer.log, 700)
    peer.log.close()
    with line.open() as brace:
        before = dict(bulk.read(brace.link, SUMMARY, 0))
        # This one remembers nothing, so its answer is spoilt instead.
        real = peer.log.digests

        def remembered(stream, start, until, again, out):
            n = real(stream, start, until, again, out)
            if not again and start <= 2 < until:
                out[22 * (2 - start) + 6] ^= 1
            return n

        peer.log.digests = remembered
        assert dict(bulk.read(brace.link, SUMMARY, 0)) == before


def test_the_logs_task_computes_them_and_flushes_no_more_often(seal):
    now = begin = 200_000
    made = recorder.Recorder(SimpleNamespace(now=lambda: now), "PL-1", lambda *what: None, False)
    made._seal, made.log = seal, plumbcore.Log(MemoryFlash(60), "PL-1", seal)
    wear(made.log, 1500)
    flushes = []
    flush = made.flush
    made.flush = lambda: (flushes.append(now), flush())
    expected = closed(made.log)
    for _ in expected:
        made.append(1, bytes(4))
        wait = made.step(now)
        assert wait == 50
        now += wait
    assert flushes == [begin]
    assert made.step(now) == begin + 60_000 - now and len(told(made.log)) == len(expected)
    made.cable = True
    assert made.step(now) == 5000
    while now < begin + 60_000:
        made.append(1, bytes(4))
        now += made.step(now)
    made.step(now)
    assert flushes == [begin, begin + 60_000]
    # Something precious: at once.
    made.append(recorder._AT_ONCE[0], bytes(4))
    made.step(now + 10)
    assert len(flushes) == 3


def test_the_logs_task_leaves_those_of_raw_samples_to_the_cable(seal):
    made = recorder.Recorder(SimpleNamespace(now=lambda: 0), "PL-1", lambda *what: None, False)
    made._seal, made.log = seal, plumbcore.Log(MemoryFlash(80), "PL-1", seal)
    record(made.log)
    assert made.step(0) == 60_000
    made.cable = True
    for _ in closed(made.log, RAW):
        assert made.step(0) == 10
    assert made.step(0) == 5000
