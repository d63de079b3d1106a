"""Chunks to blocks: angles, chunk boundaries, pairing of two clocks, calibration in the pipe."""

from array import array

import numpy as np
import plumbcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = 104172
FIELDS = plumbcore.BLOCK_FIELDS
S, L, LUMBAR = 1, 7, 13
FLEXION, LATERAL, INCLINATION, RATE_MDPS, DYNAMIC = range(5)
G = 2049  # counts of 1 g at 0.488 mg


def tilted(flexion=0.0, lateral=0.0, n=26):
    """n samples at rest, tilted to the right first, then flexed (degrees)."""
    f, r = np.radians([flexion, lateral])
    up = np.array([-np.sin(f) * np.cos(r), np.sin(r), np.cos(f) * np.cos(r)])
    sample = np.concatenate([np.zeros(3), G * up])
    return np.tile(np.round(sample), (n, 1)).astype(np.int16)


def feed(pipe, s, l, chunks=1):  # noqa: E741
    """All blocks of equal chunks of s and l."""
    out = array("i", bytes(4 * FIELDS * 20))
    blocks = []
    for part_s, part_l in zip(np.array_split(s, chunks), np.array_split(l, chunks), strict=True):
        flat_s, flat_l = (np.ascontiguousarray(p).tobytes() for p in (part_s, part_l))
        n = pipe.chunk(array("h", flat_s), len(part_s), array("h", flat_l), len(part_l), out)
        blocks += [list(out[i * FIELDS : (i + 1) * FIELDS]) for i in range(n)]
    return blocks


@pytest.mark.parametrize(
    ("flexion", "lateral"), [(0, 0), (30, 0), (0, 20), (0, -45), (60, 10), (90, 0), (-25, 0)]
)
def test_angles_at_rest(flexion, lateral):
    block = feed(plumbcore.Pipe(RATE, 0), tilted(flexion, lateral), tilted()[:0])[-1]
    assert block[0] == 1
    assert block[S + FLEXION] == pytest.approx(100 * flexion, abs=8)
    assert block[S + LATERAL] == pytest.approx(100 * lateral, abs=8)
    up = np.cos(np.radians(flexion)) * np.cos(np.radians(lateral))
    assert block[S + INCLINATION] == pytest.approx(100 * np.degrees(np.arccos(up)), abs=8)
    assert block[S + RATE_MDPS] == 0 and block[S + DYNAMIC] == 0


def test_rate_and_dynamic_acceleration_are_root_mean_squares():
    s = tilted(n=130)
    s[:, 1] = np.where(np.arange(130) % 2, 100, -100)
    s[:, 5] += np.where(np.arange(130) % 2, 50, -50).astype(np.int16)
    block = feed(plumbcore.Pipe(RATE, 0), s, s[:0])[-1]
    assert block[S + RATE_MDPS] == pytest.approx(100 * 70, rel=0.02)
    assert block[S + DYNAMIC] == pytest.approx(50 * 0.488, abs=1.5)


def test_two_sensors_give_the_lumbar_angle():
    block = feed(plumbcore.Pipe(RATE, RATE), tilted(20), tilted(50))[-1]
    assert block[0] == 3
    assert block[LUMBAR] == pytest.approx(3000, abs=12)
    assert abs(block[LUMBAR + 1]) < 12 and abs(block[LUMBAR + 2]) < 12


def moving(n, seed):
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 40, (n, 6)), axis=0)
    walk[:, 5] += G
    return np.clip(walk, -32768, 32767).astype(np.int16)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12))
def test_blocks_come_by_the_leading_sensor_s_count_and_no_sample_is_dropped(sizes):
    pipe = plumbcore.Pipe(RATE, RATE)
    whole = plumbcore.Orientation(RATE)
    out = array("i", bytes(4 * FIELDS * 8))
    s, l = moving(sum(a for a, _ in sizes), 1), moving(sum(b for _, b in sizes), 2)  # noqa: E741
    at_s = at_l = blocks = 0
    for n_s, n_l in sizes:
        part_s = array("h", s[at_s : at_s + n_s].tobytes())
        part_l = array("h", l[at_l : at_l + n_l].tobytes())
        blocks += pipe.chunk(part_s, n_s, part_l, n_l, out)
        at_s, at_l = at_s + n_s, at_l + n_l
    assert blocks == at_s // plumbcore.BLOCK_SAMPLES
    whole.update_block(l.tobytes(), len(l))
    expected, found = array("i", [0] * 4), array("i", [0] * 4)
    whole.quat(expected)
    pipe.quat(1, found)
    assert list(expected) == list(found)


def test_too_little_room_feeds_nothing():
    pipe, other = plumbcore.Pipe(RATE, 0), plumbcore.Pipe(RATE, 0)
    s = array("h", moving(60, 3).tobytes())
    with pytest.raises(ValueError, match="more blocks"):
        pipe.chunk(s, 60, s, 0, array("i", bytes(4 * FIELDS * 3)))
    outs = []
    for it in (pipe, other):
        out = array("i", bytes(4 * FIELDS * 8))
        it.chunk(s, 60, s, 0, out)
        outs.append(list(out))
    assert outs[0] == outs[1]


def test_bad_rates_and_sensors_are_refused():
    for rates in ((0, 0), (5000, 0), (RATE, 3_000_000)):
        with pytest.raises(ValueError, match="limits"):
            plumbcore.Pipe(*rates)
    pipe = plumbcore.Pipe(RATE, 0)
    with pytest.raises(ValueError, match="0 \\(S\\) or 1 \\(L\\)"):
        pipe.find(2)
    with pytest.raises(ValueError, match="length 1"):
        pipe.align(0, 1 << 29, 0, 0, 0)


def test_calibration_in_the_pipe_finds_an_upside_down_sensor():
    """Standing, then a bend, by a sensor that is turned by 180 degrees about x."""
    from plumbline.virtual.body import Body

    script = "title Upside\nmount L upside-down\n0 stand\n8 bend 60 over=2 hold=1\n15 end"
    samples = Body.from_script(script).samples("L", 1_000_000_000, RATE)
    # A real part is never silent; the filter distrusts one that is.
    noise = np.random.default_rng(1).normal(0, 1, samples.shape)
    counts = np.round(samples / np.array([70.0] * 3 + [488.0] * 3) + noise).astype(np.int16)
    still, bend = counts[: 8 * 104], counts[8 * 104 : 14 * 104]
    pipe = plumbcore.Pipe(0, RATE)
    feed(pipe, still[:0], still[:480], 10)
    pipe.do(plumbcore.STILL)
    feed(pipe, still[:0], still[480:], 10)
    pipe.do(plumbcore.BENDING)
    feed(pipe, still[:0], bend, 40)
    pipe.do(plumbcore.WEARING)
    assert pipe.find(1) == 0
    found = array("i", [0] * 8)
    pipe.alignment(1, found)
    assert found[4] >= 90 and found[5] == pytest.approx(6000, abs=300)
    after = feed(pipe, still[:0], counts[-13:])[-1]
    assert abs(after[L + FLEXION]) < 300 and abs(after[L + LATERAL]) < 300
