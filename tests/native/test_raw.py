"""The raw codec: lossless for anything, decoded alike by a second decoder written from SPEC.md."""

import os
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
import raw_reference
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plumbcore.raw import BLOCK_MIN, PIECE, RawEncoder, RawError, decode
from scipy.signal import resample_poly

DATA = Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
CAPACITY = 3997  # what a raw segment has room for


def encode(pieces, capacity=CAPACITY):
    """Blocks of (s, l, more); asserts that no piece is ever too large for a fresh block."""
    encoder, blocks = RawEncoder(capacity), []
    for s, l, more in pieces:  # noqa: E741
        if not encoder.add(s, l, more):
            blocks.append(encoder.end())
            assert encoder.add(s, l, more), "a piece does not fit a fresh block"
    if pieces:
        blocks.append(encoder.end())
    assert all(len(block) <= capacity for block in blocks)
    return blocks


def samples(values):
    return np.asarray(values, "<i2").reshape(-1, 6)


def roundtrip(pieces, capacity=CAPACITY):
    blocks = encode(pieces, capacity)
    got = [piece for block in blocks for piece in decode(block)]
    assert len(got) == len(pieces)
    for (s, l, more), (got_s, got_l, got_more) in zip(pieces, got, strict=True):  # noqa: E741
        assert (got_s, got_l, got_more) == (s.tobytes(), l.tobytes(), more)
    return blocks


def smooth(rng, n, noise):
    t = np.arange(n)[:, None] / 104
    wave = 3000 * np.sin(2 * np.pi * t * rng.uniform(0.1, 3, 6) + rng.uniform(0, 6, 6))
    return np.round(wave + rng.normal(0, noise, (n, 6))).astype("<i2")


KINDS = {
    "smooth": lambda rng, n: smooth(rng, n, 2),
    "still": lambda rng, n: np.round(rng.normal(0, 0.4, (n, 6))).astype("<i2"),
    "noise": lambda rng, n: rng.integers(-32768, 32768, (n, 6)).astype("<i2"),
    "extremes": lambda rng, n: rng.choice([-32768, 32767], (n, 6)).astype("<i2"),
    "bursts": lambda rng, n: (rng.integers(-32768, 32768, (n, 6))
                              * (rng.random((n, 1)) < 0.05)).astype("<i2"),
    "constant": lambda rng, n: np.full((n, 6), rng.integers(-9, 9), "<i2"),
    "coarse": lambda rng, n: (smooth(rng, n, 20) // 16 * 16).astype("<i2"),
}


def pieces_of(kind, seed, n):
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        n_s, n_l = rng.integers(0, PIECE // 2 + 1, 2)
        made.append((KINDS[kind](rng, n_s), KINDS[kind](rng, n_l), bool(rng.random() < 0.1)))
    return made


@pytest.mark.req("LOG-5")
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_any_samples_come_back(kind, seed, n):
    roundtrip(pieces_of(kind, seed, n))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-32768, 32767), max_size=6 * 30), st.integers(1, 9))
@example([-32768] * 12, 1)
@example([32767, -32768] * 60, 5)
def test_any_values_come_back(values, chunk):
    s = samples(values[:len(values) // 6 * 6])
    roundtrip([(s[i:i + chunk], s[i:i + chunk][::-1].copy(), False)
               for i in range(0, len(s), chunk)])


def test_the_worst_piece_fits_the_smallest_block():
    """Sudden jumps out of stillness cost the most bits a value."""
    rng = np.random.default_rng(1)
    for period in (1, 2, 5, 9, 17, 33, 64):
        worst = np.zeros((PIECE, 6), "<i2")
        worst[::period] = rng.choice([-32768, 32767, 16384], worst[::period].shape)
        roundtrip([(worst, worst[:0], False)] * 20, BLOCK_MIN)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_second_decoder_agrees(kind):
    """Warm and cold blocks of every kind; it shares nothing with the C but the tables."""
    pieces = pieces_of(kind, 5, 12)
    blocks = encode(pieces)
    want = [piece for block in blocks for piece in raw_reference.decode(block)]
    assert [(s.tolist(), l.tolist(), more) for s, l, more in pieces] == want  # noqa: E741


def test_low_bits_that_are_never_used_cost_nothing():
    rng = np.random.default_rng(2)
    fine = [(smooth(rng, 20, 9), smooth(rng, 20, 9), False) for _ in range(40)]
    coarse = [(s << 3, l << 3, more) for s, l, more in fine]  # noqa: E741
    assert list(map(len, roundtrip(fine))) == list(map(len, roundtrip(coarse)))


def test_a_block_stands_alone():
    pieces = pieces_of("smooth", 3, 60)
    blocks = roundtrip(pieces)
    assert len(blocks) > 3
    alone = list(decode(blocks[2]))
    starts = len([p for block in blocks[:2] for p in decode(block)])
    assert alone[0][0] == pieces[starts][0].tobytes()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3))
def test_hostile_blocks_end(noise, carried):
    try:
        for s, l, _ in decode(b"\x02\x00" + bytes([carried]) + noise):  # noqa: E741
            assert len(s) + len(l) <= 12 * PIECE
    except RawError:
        pass


def test_cut_and_flipped_blocks_end():
    rng = random.Random(6)
    block = encode(pieces_of("smooth", 4, 10))[0]
    for _ in range(300):
        damaged = bytearray(block[:rng.randrange(len(block))])
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        try:
            list(decode(damaged))
        except RawError:
            continue


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="3072"):
        RawEncoder(3000)
    with pytest.raises(ValueError, match="128"):
        RawEncoder(CAPACITY).add(bytes(12 * 100), bytes(12 * 29))
    with pytest.raises(RawError, match="version"):
        list(decode(b"\x01\0\0"))
    assert RawEncoder(CAPACITY).end() == b""


@pytest.mark.data
def test_real_motion_takes_a_tenth_less_than_zlib_at_its_best():
    """BROAD, training share, every trial's first 30 s at 104 Hz, ±16 g, ±2000 dps: both sensors
    are the same recording, half a minute apart."""
    trials = sorted((DATA / "broad").glob("*.npz"))
    if not trials:
        pytest.skip(f"no recordings in {DATA}: set PLUMBLINE_DATA")
    ours = theirs = 0
    for trial in trials[::4]:
        recording = np.load(trial)
        raw = np.hstack([np.degrees(recording["gyr"]) / 0.070,
                         recording["acc"] / 9.80665 / 0.488e-3])
        both = np.round(resample_poly(raw[:int(285.7 * 60)], 91, 250)).astype("<i2")
        s, l = both[:3000], both[3000:6000]  # noqa: E741
        pieces = [(s[i:i + 21], l[i:i + 21], False) for i in range(0, 3000, 21)]
        for block in roundtrip(pieces):
            content = b"".join(p[0] + p[1] for p in decode(block))
            ours += len(block)
            theirs += len(zlib.compress(content, 9))
    assert ours < 0.9 * theirs
