"""Reading logs: what was written comes back, and any damage is told for what it is."""

import random

import numpy as np
import plumbcore
import pytest
from brace import records as layouts
from hypothesis import given, settings
from hypothesis import strategies as st
from plumbcore.flash import MemoryFlash
from plumbline import segments
from plumbline.segments import RAW, SUMMARY

SECTORS = 24


def burst(rng, n):
    return rng.integers(-300, 300, (n, 6)).astype("<i2")


class Wear:
    """A log with something in it, and the plain lists of what that is."""

    def __init__(self, seed=1, epochs=120, bursts=60):
        rng = np.random.default_rng(seed)
        self.flash = MemoryFlash(SECTORS)
        self.log = plumbcore.Log(self.flash, "PL-0042")
        self.log.identify(104321, 103210, 0xABCD, 77)
        self.records, self.chunks = [], []
        index = 0
        for i in range(max(epochs, bursts)):
            if i < epochs:
                body = rng.bytes(26)
                self.log.append(layouts.EPOCH, 1, 6000 * i, body)
                self.records.append((6000 * i, body))
            if i < bursts:
                n = 20 + i % 3
                s, l = burst(rng, n), burst(rng, n - i % 2)  # noqa: E741
                self.log.raw(20 * i, index, s, len(s), l, len(l))
                self.chunks.append((index, s, l))
                index += n

    def read(self):
        return segments.read_partition(bytes(self.flash.data))


@pytest.fixture(scope="module")
def wear():
    made = Wear()
    made.log.close()
    return made


def test_what_was_logged_comes_back(wear):
    reading = wear.read()
    assert reading.damage == []
    assert [(r.t_cs, r.body) for r in reading.records] == wear.records
    got = list(segments.chunks(reading))
    assert len(got) == len(wear.chunks)
    for chunk, (index, s, l) in zip(got, wear.chunks, strict=True):  # noqa: E741
        assert chunk.index == index
        assert np.array_equal(chunk.s, s) and np.array_equal(chunk.l, l)
    assert [chunk.follows for chunk in got] == [False] + [True] * (len(got) - 1)
    first = reading.segments[SUMMARY][0]
    assert (first.serial, first.rates_mhz, first.calibration, first.config, first.core) == (
        "PL-0042", (104321, 103210), 0xABCD, 77, plumbcore.core_version())


def test_records_have_names_and_fields(wear):
    record = next(wear.read().records)
    assert record.name == "epoch" and record.fields["block"] == int.from_bytes(
        record.body[:4], "little")
    assert segments.Record(99, 1, 1, 0, b"x").name == "0x63"
    assert segments.Record(99, 1, 1, 0, b"x").fields is None


def test_flushed_records_of_an_unfinished_page_are_read_from_a_dump():
    made = Wear(epochs=3, bursts=0)
    made.log.flush()
    made.log.append(layouts.EPOCH, 1, 10**5, b"not flushed")
    reading = made.read()
    assert [r.t_cs for r in reading.records] == [0, 6000, 12000]


@pytest.mark.slow
@pytest.mark.req("LOG-2")
def test_every_bit_flip_costs_one_commit_or_segment_and_is_told(wear):
    rng = random.Random(3)
    clean = bytes(wear.flash.data)
    whole = wear.records
    first = 4 * 4096
    used = [i for i in range(first, len(clean)) if clean[i] != 0xFF]
    for at in rng.sample(used, 400):
        data = bytearray(clean)
        data[at] ^= 1 << rng.randrange(8)
        reading = segments.read_partition(bytes(data))
        got = [(r.t_cs, r.body) for r in reading.records]
        chunks = list(segments.chunks(reading))
        assert all(record in whole for record in got)
        for chunk in chunks:
            assert any(chunk.index == index and np.array_equal(chunk.s, s)
                       for index, s, _ in wear.chunks) or not chunk.follows
        assert reading.damage, f"the flip at {at} was not told"
        cost = len(whole) - len(got) + len(wear.chunks) - len(chunks)
        assert cost <= 130, f"the flip at {at} cost {cost}"


def test_flips_in_checkpoints_cost_the_unfinished_page_at_most():
    made = Wear(epochs=70, bursts=0)
    for n in range(40):
        made.log.append(layouts.EPOCH, 1, 10**6 + n, bytes([n]) * 26)
        made.log.flush()
    clean = bytes(made.flash.data)
    records = [r.body for r in segments.read_partition(clean).records]
    rng = random.Random(1)
    used = [i for i in range(4 * 4096) if clean[i] != 0xFF]
    for at in rng.sample(used, 300):
        data = bytearray(clean)
        data[at] ^= 1 << rng.randrange(8)
        got = [r.body for r in segments.read_partition(bytes(data)).records]
        assert got == records[:len(got)] and len(records) - len(got) < 20


def test_numbers_are_not_used_again_after_a_wipe():
    made = Wear(epochs=300, bursts=60)
    made.log.close()
    before = made.log.next, made.log.next_raw
    made.log.wipe()
    assert segments.read_partition(bytes(made.flash.data)).segments == {SUMMARY: [], RAW: []}
    log = plumbcore.Log(made.flash, "PL-0042")
    log.append(layouts.WEAR, 1, 0, b"\1\0")
    log.raw(0, 0, bytes(12), 1, b"", 0)
    log.close()
    reading = segments.read_partition(bytes(made.flash.data))
    assert tuple(reading.segments[stream][0].sequence for stream in (SUMMARY, RAW)) == before


def test_a_damaged_commit_is_named_and_those_around_it_stay(wear):
    data = bytearray(wear.flash.data)
    reading = wear.read()
    at = data.index(reading.segments[SUMMARY][0].data[:72])
    data[at + 3 * 256 + 40] ^= 4
    reading = segments.read_partition(bytes(data))
    assert [str(d) for d in reading.damage] == [
        "summary segment 0: commit 3 is lost, page 3 damaged, and commits 4 to 7 cannot be "
        "unpacked without it"]
    got = [(r.t_cs, r.body) for r in reading.records]
    lost = [i for i, record in enumerate(wear.records) if record not in got]
    assert lost == list(range(lost[0], lost[-1] + 1)) and len(lost) < 50
    assert lost[0] > 0 and lost[-1] < len(wear.records) - 1


def test_a_missing_segment_is_told(wear):
    reading = wear.read()
    kept = [s for s in reading.segments[RAW] if s.sequence != 2]
    again = segments.collect(kept)
    assert [str(d) for d in again.damage] == ["raw segment 2: it is not there"]
    got = list(segments.chunks(again))
    assert any(not chunk.follows for chunk in got[1:])


class TornFlash(MemoryFlash):
    """Loses power in the middle of programming a sector's last page."""

    dead = False

    def readblocks(self, block, buf, offset=0):
        if self.dead:
            raise OSError("power")
        super().readblocks(block, buf, offset)

    def writeblocks(self, block, buf, offset=None):
        if offset == 15 * 256 and block >= 4:
            self.dead = True
            super().writeblocks(block, buf[:100], offset)
            raise OSError("power")
        super().writeblocks(block, buf, offset)


def test_a_page_that_a_cut_moved_to_the_next_segment_is_read():
    """It goes on from the segment before: read with it, told without it."""
    flash = TornFlash(SECTORS)
    log = plumbcore.Log(flash, "PL-0042")
    rng = random.Random(2)
    written, t_cs = [], 0
    with pytest.raises(OSError, match="power"):
        while True:
            t_cs += 100
            body = rng.randbytes(40)
            log.append(layouts.EPOCH, 1, t_cs, body)
            log.flush()
            written.append(body)
    flash.dead = False
    log = plumbcore.Log(flash, "PL-0042")
    assert log.restored > 0
    log.append(layouts.EPOCH, 1, 5, b"after")
    log.close()
    reading = segments.read_partition(flash.data)
    assert [r.body for r in reading.records][:len(written)] == written
    assert "cut while written" in str(reading.damage[0]) and len(reading.damage) == 1
    second = reading.segments[SUMMARY][1]
    alone = segments.read_segment(second.data)
    assert alone.goes_on and [r.body for r in alone.records] == [b"after"]
    assert "without the segment before" in str(alone.damage[0])


def test_other_versions_and_seals_are_said_not_read(wear):
    data = bytearray(wear.read().segments[SUMMARY][0].data)

    def with_byte(offset, value):
        changed = bytearray(data)
        changed[offset] = value
        changed[68:72] = plumbcore.crc32(changed[:68]).to_bytes(4, "little")
        return segments.read_segment(changed)

    newer = with_byte(4, 0x20)
    assert (newer.stream, newer.sequence, newer.records) == (SUMMARY, 0, [])
    assert "2.0" in str(newer.damage[0])
    sealed = with_byte(7, 2)
    assert sealed.serial == "PL-0042" and sealed.records == []
    assert sealed.damage[0].kind == "sealed"


@pytest.mark.req("LOG-6")
def test_a_newer_minor_version_with_a_longer_header_is_read(wear):
    """The rule for old readers: what they know is where it was, new header fields are skipped."""
    old = wear.read().segments[SUMMARY][0]
    longer = bytearray(old.data[:68]) + b"new!" * 4
    longer[4], longer[5] = 0x11, 88
    crc = plumbcore.crc32(longer)
    body = layouts.pack(layouts.FAULT, 3, 9, 1)
    record = bytes([layouts.FAULT, 1 << 5 | len(body), 7, 0, 0]) + body
    commit = len(record).to_bytes(2, "little") + bytes(2) + bytes([1, 0, 0, 0, 50, 0, 0, 0])
    commit += record
    commit += plumbcore.crc32(commit, crc).to_bytes(4, "little")
    read = segments.read_segment(bytes(longer) + crc.to_bytes(4, "little") + commit)
    assert read.damage == [] and read.serial == "PL-0042"
    assert [(r.name, r.t_cs, r.fields) for r in read.records] == [
        ("fault", 57, {"code": 3, "value": 9, "count": 1})]


def test_a_commit_that_is_packed_in_an_unknown_way_is_told(wear):
    old = wear.read().segments[SUMMARY][0]
    data = bytearray(old.data)
    length = int.from_bytes(data[72:74], "little")
    data[75] |= 8
    crc = plumbcore.crc32(data[72:84 + length], int.from_bytes(data[68:72], "little"))
    data[84 + length:88 + length] = crc.to_bytes(4, "little")
    read = segments.read_segment(data)
    assert "in a way that this version" in str(read.damage[0])


@pytest.mark.req("LOG-6")
def test_records_of_older_and_newer_layouts_are_read():
    """Fields at the end may be missing (older writer) or more (newer writer)."""
    full = layouts.pack(layouts.FAULT, 3, 9, 1)
    newer = segments.Record(layouts.FAULT, 2, 1, 0, full + b"more")
    older = segments.Record(layouts.FAULT, 0, 1, 0, full[:1])
    assert newer.fields == {"code": 3, "value": 9, "count": 1}
    assert older.fields == {"code": 3}


def test_later_knowledge_of_the_time_dates_what_came_before():
    flash = MemoryFlash(12)
    log = plumbcore.Log(flash)
    log.append(layouts.WEAR, 1, 100, b"\1\0")
    log.append(layouts.TIME, 1, 500, layouts.pack(layouts.TIME, 1763690000000, 0))
    log.close()
    log = plumbcore.Log(flash)
    log.append(layouts.WEAR, 1, 100, b"\1\0")
    log.close()
    reading = segments.read_partition(flash.data)
    clock = segments.Clock(reading)
    dated = [clock.utc_ms(r.boot, r.t_cs) for r in reading.records]
    assert dated == [1763689996000, 1763690000000, None]


def test_an_anchor_in_the_header_is_the_time_of_its_first_record():
    flash = MemoryFlash(12)
    log = plumbcore.Log(flash)
    log.anchor(1000, 1763690000000)
    log.append(layouts.WEAR, 1, 1600, b"\1\0")
    log.close()
    reading = segments.read_partition(flash.data)
    assert reading.segments[SUMMARY][0].utc_ms == 1763690006000


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.integers(0, 3))
def test_hostile_bytes_become_damage_not_exceptions(noise, kind):
    if kind:
        noise = b"PLSG\x10\x48" + noise
        if kind > 1 and len(noise) > 72:
            noise = (noise[:6] + bytes([kind - 2, 0]) + noise[8:68]
                     + plumbcore.crc32(noise[:6] + bytes([kind - 2, 0]) + noise[8:68]).to_bytes(
                         4, "little") + noise[72:])
    read = segments.read_segment(noise)
    if isinstance(read, segments.Segment):
        list(segments.chunks(segments.collect([read])))
    else:
        assert read.text


def test_sizes_that_are_no_partition_are_refused():
    with pytest.raises(ValueError, match="multiple"):
        segments.read_partition(bytes(5000))
    with pytest.raises(ValueError, match="sectors"):
        segments.read_partition(bytes(4096))
