"""The log in the pieces of bulk frames (SPEC.md, "Bulk transfer"), held against find and read."""

import random
import struct
from array import array

import plumbcore
import pytest
from plumbcore import SUMMARY
from plumbcore.flash import MemoryFlash

HEADER, END = 12, 0xFFFFFFFF


def filled(records=3000, sectors=40):
    log, rng = plumbcore.Log(MemoryFlash(sectors), "PB-BULK"), random.Random(1)
    for i in range(records):
        log.append(1, 1, 10 * i, rng.randbytes(30))
        if i % 7 == 0:
            log.flush()
    return log


def closed_segments(log):
    """{number: bytes}"""
    found, held = log.find(SUMMARY, 0), {}
    while found:
        seq, length, _, is_open = found
        if not is_open:
            data = bytearray(length)
            assert log.read(SUMMARY, seq, 0, data) == length
            held[seq] = bytes(data)
        found = log.find(SUMMARY, seq + 1)
    return held


def pieces(log, seq=0, offset=0, until=END, size=HEADER + 4096):
    """(position, seq, offset, length, data) of every frame before the last; checks that one."""
    place, out = array("I", (SUMMARY, seq, offset, until, 0)), bytearray(size)
    while True:
        n = log.piece(place, out)
        position, seq, offset, length = struct.unpack_from("<IIHH", out)
        if n == HEADER:
            assert (seq, position) == (END, place[4])
            return
        yield position, seq, offset, length, bytes(out[HEADER:n])


@pytest.mark.parametrize("size", [HEADER + 4096, HEADER + 1000, HEADER + 1])
def test_pieces_make_up_the_closed_segments(size):
    log = filled(300 if size < 100 else 3000)
    held = closed_segments(log)
    came, sent = {}, 0
    for position, seq, offset, length, data in pieces(log, size=size):
        assert position == sent and length == len(held[seq])
        assert offset == len(came.get(seq, b"")) and len(data) <= size - HEADER
        came[seq] = came.get(seq, b"") + data
        sent += len(data)
    assert came == held and len(held) >= 1


def test_they_begin_at_any_byte_and_end_before_a_segment():
    log = filled()
    held = closed_segments(log)
    last = max(held)
    got = list(pieces(log, 2, 100, last))
    assert got[0][1:3] == (2, 100)
    assert b"".join(p[4] for p in got) == held[2][100:] + b"".join(
        held[seq] for seq in range(3, last))
    at_the_end = next(pieces(log, 2, len(held[2])))
    assert at_the_end[1:3] == (3, 0)
    assert list(pieces(log, last + 1)) == []


def test_what_was_given_up_meanwhile_is_left_out():
    log, rng = filled(sectors=12), random.Random(2)
    coming = pieces(log, size=HEADER + 1000)
    first = next(coming)[1]
    for i in range(3000, 6000):
        log.append(1, 1, 10 * i, rng.randbytes(30))
    assert first not in closed_segments(log)
    after = next(coming)
    assert after[1] > first and after[2] == 0


def test_misuse_is_refused():
    log = filled(10)
    with pytest.raises(ValueError, match="5 words"):
        log.piece(array("I", (0, 0, 0, END)), bytearray(100))
    with pytest.raises(ValueError, match="12 bytes"):
        log.piece(array("I", (0, 0, 0, END, 0)), bytearray(12))
