"""Sealed logs: only the clinic's private key opens them, and every altered bit is found."""

import random

import plumbcore
import pytest
from plumbcore import RAW, SUMMARY
from plumbcore._core import ffi, lib
from plumbcore.flash import MemoryFlash
from plumbcore.seal import Opener, Seal, open_payload
from plumbline import segments
from plumbline.segments import read_segment
from plumbline.trust.keys import Keys
from plumbline.trust.opening import Opening

SERIAL = "PB-1"


@pytest.fixture
def keys(tmp_path):
    keys = Keys(tmp_path / "keys")
    keys.create("clinic")
    return keys


@pytest.fixture
def point(keys):
    return keys.point(keys.current().id)


@pytest.fixture
def opening(keys):
    return Opening(keys)


def body(number: int) -> bytes:
    return number.to_bytes(4, "little") + b"the wearer bends" + bytes([number % 251] * 40)


def fill(log, first: int, count: int) -> None:
    for number in range(first, first + count):
        log.append(40, 1, number * 100, body(number))


def all_segments(log) -> list[tuple[int, int, bytes]]:
    found = []
    for stream in (SUMMARY, RAW):
        place = log.find(stream, 0)
        while place:
            data = bytearray(place[1])
            log.read(stream, place[0], 0, data)
            found.append((stream, place[0], bytes(data)))
            place = log.find(stream, place[0] + 1)
    return found


def read(log, opening):
    return segments.collect(read_segment(d, opening=opening) for _, _, d in all_segments(log))


def sealed_log(point, sectors=24, data=None):
    flash = MemoryFlash(sectors if data is None else data)
    return flash, plumbcore.Log(flash, SERIAL, Seal(point))


def test_the_clinic_reads_all_of_it(point, opening):
    flash, log = sealed_log(point)
    fill(log, 0, 300)
    rng = random.Random(1)
    for index in range(0, 4000, 20):
        samples = [rng.randrange(-500, 500) for _ in range(6 * 20)]
        chunk = ffi.buffer(ffi.new("int16_t[]", samples))
        log.raw(index, index, chunk, 20, chunk, 0)
    log.close()
    reading = read(log, opening)
    assert reading.damage == []
    assert [r.body for r in reading.records] == [body(n) for n in range(300)]
    assert sum(len(c.s) for c in segments.chunks(reading)) == 4000
    assert len(reading.segments[RAW]) > 1 and len(reading.segments[SUMMARY]) > 1


def test_nothing_of_it_lies_in_the_flash(point):
    flash, log = sealed_log(point)
    fill(log, 0, 200)
    log.flush()
    assert b"wearer" not in flash.data and b"the w" not in flash.data


def test_without_the_key_it_can_be_kept_but_not_read(point, tmp_path):
    flash, log = sealed_log(point)
    fill(log, 0, 50)
    log.close()
    (segment,) = read(log, Opening(Keys(tmp_path / "nobody"))).segments[SUMMARY]
    assert segment.records == [] and segment.serial == SERIAL
    assert [d.kind for d in segment.damage] == ["sealed"]
    assert "not on this computer" in segment.damage[0].text


def test_the_brace_cannot_read_its_own_past(point):
    """What its RAM holds once a segment is closed opens none of the segments before."""
    flash, log = sealed_log(point)
    seal = log._seal
    seen = []
    for turn in range(4):
        fill(log, turn * 100, 20)
        seen.append((seal._keys[SUMMARY], seal._chain))
        log.close()
    fill(log, 900, 1)
    now = (seal._keys[SUMMARY], seal._chain)
    assert len({key for key, _ in [*seen, now]}) == 5
    for number, (_, _, data) in enumerate(all_segments(log)[:4]):
        commit = ffi.new("pl_commit *")
        header = ffi.new("pl_segment_header *")
        lib.pl_segment_read_header(ffi.from_buffer(data), len(data), header)
        assert lib.pl_commit_read(ffi.from_buffer(data), len(data), 256, header, commit) == 0
        whole = data[256 : 256 + 12 + commit.length]
        assert open_payload(seen[number][0], whole)
        for key in (now[0], now[1][:16], now[1][16:], seal._x[:16], seen[number][1][:16]):
            with pytest.raises(ValueError):
                open_payload(key, whole)


def test_a_restart_goes_on_in_a_segment_of_its_own_and_loses_nothing(point, opening):
    flash, log = sealed_log(point)
    for boot in range(5):
        fill(log, boot * 10, 10)
        log.flush()
        log = plumbcore.Log(flash, SERIAL, Seal(point))
        assert log.restored > 0
    log.close()
    reading = read(log, opening)
    assert reading.damage == []
    assert [r.body for r in reading.records] == [body(n) for n in range(50)]
    points = {segment.data[76:108] for segment in reading.segments[SUMMARY]}
    assert len(points) == 5, "each start has a key pair of its own"


def test_listing_resuming_and_acknowledging_need_no_key(point):
    flash, log = sealed_log(point)
    fill(log, 0, 300)
    log.close()
    stranger = plumbcore.Log(flash, SERIAL)
    assert [s[1] for s in all_segments(stranger)] == [s[1] for s in all_segments(log)]
    stranger.acknowledge(SUMMARY, 2)
    assert plumbcore.Log(flash, SERIAL).acked == 2


def recrc(segment: bytearray) -> bytearray:
    """Makes all CRCs of a segment right again, as an attacker would."""
    body = segment[5] - 4
    seed = plumbcore.crc32(bytes(segment[:body]))
    old = int.from_bytes(segment[body : body + 4], "little")
    segment[body : body + 4] = seed.to_bytes(4, "little")
    del old
    for at in range(256, len(segment), 256):
        length = int.from_bytes(segment[at : at + 2], "little")
        end = at + 12 + length
        if length < 0xFFFF and end + 4 <= len(segment):
            crc = lib.pl_crc32(seed, ffi.from_buffer(segment) + at, end - at)
            segment[end : end + 4] = crc.to_bytes(4, "little")
    return segment


def test_a_bit_flipped_with_its_crc_put_right_is_found(point, opening):
    flash, log = sealed_log(point)
    fill(log, 0, 20)
    log.close()
    ((_, _, data),) = all_segments(log)
    assert read_segment(bytes(recrc(bytearray(data))), opening=opening).damage == []
    whole = [r.body for r in read_segment(data, opening=opening).records]
    rng = random.Random(3)
    # Of the header what the reader believes of it, of the commit all but its number.
    places = [*range(8, 112), *range(256, 258), *range(259, 268), *range(268, 460)]
    for at in rng.sample(places, 120):
        changed = bytearray(data)
        changed[at] ^= 1 << rng.randrange(8)
        got = read_segment(bytes(recrc(changed)), opening=opening)
        bodies = [] if isinstance(got, segments.Damage) else [r.body for r in got.records]
        assert got.damage if not isinstance(got, segments.Damage) else True
        assert all(b in whole for b in bodies) and len(bodies) < len(whole), at


def test_segments_and_commits_in_each_others_place_are_found(point, opening):
    flash, log = sealed_log(point)
    fill(log, 0, 60)
    log.close()
    fill(log, 60, 60)
    log.close()
    first, second = (bytearray(d) for _, _, d in all_segments(log))
    # The second's commits under the first's header: another key.
    mixed = recrc(first[:256] + second[256:])
    got = read_segment(bytes(mixed), opening=opening)
    assert got.records == [] and {d.kind for d in got.damage} == {"forged"}
    # A segment given another's number.
    renumbered = bytearray(first)
    renumbered[8:12] = second[8:12]
    got = read_segment(bytes(recrc(renumbered)), opening=opening)
    assert got.records == [] and "forged" in {d.kind for d in got.damage}
    # Two commits of one segment changed for each other, and their numbers with them.
    swapped = bytearray(first)
    swapped[256:512], swapped[512:768] = first[512:768], first[256:512]
    swapped[258], swapped[514] = 0, 1
    got = read_segment(bytes(recrc(swapped)), opening=opening)
    assert "forged" in {d.kind for d in got.damage}


def test_hostile_headers_do_not_make_the_reader_work_for_ever(keys, point, opening):
    flash, log = sealed_log(point)
    fill(log, 0, 5)
    log.close()
    ((_, _, data),) = all_segments(log)
    far = bytearray(data)
    far[108:112] = (0xFFFFFFF0).to_bytes(4, "little")
    assert [d.kind for d in read_segment(bytes(recrc(far)), opening=opening).damage] == ["sealed"]
    off_curve = bytearray(data)
    off_curve[76:108] = bytes([255] * 32)
    got = read_segment(bytes(recrc(off_curve)), opening=opening)
    assert got.records == [] and got.damage


def test_the_same_keys_from_both_ends():
    """Opener finds the key that Seal made, by the clinic's private key alone."""
    private = 5 .to_bytes(32, "big")
    clinic, _ = plumbcore.ecdh(plumbcore.ecdh(bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"), private)[0], private)
    seal, opener = Seal(clinic), Opener(clinic, lambda p: plumbcore.ecdh(p, private)[1])
    for stream in (0, 1, 0, 0):
        header = bytearray(random.Random(stream).randbytes(116))
        header[64:68] = bytes(4)
        seal.begin(stream, header)
        assert opener.key(bytes(header)) == seal._keys[stream]


def test_every_bit_of_a_key_id_counts(point, opening):
    flash, log = sealed_log(point)
    fill(log, 0, 5)
    log.close()
    ((_, _, data),) = all_segments(log)
    other = bytearray(data)
    other[68] ^= 1
    assert [d.kind for d in read_segment(bytes(recrc(other)), opening=opening).damage] == [
        "sealed"]
