"""The host's batches against single updates of the core: equal states, equal results."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plumbcore import ORI_CONVERGED, ORI_RESTING, STATE_SIZE, Orientation
from plumbcore._core import ffi, lib
from plumbline.fusion import OrientationFilter
from two_segments import read


def noise(kind, n, seed):
    """(n, 6) int16: what no sensor gives, and what it gives at its worst."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(-32768, 32768, (n, 6))
    if kind == "rough":
        counts >>= rng.integers(0, 12, (n, 1))
    elif kind == "quiet":
        counts = counts >> 11
        counts[:, 5] += 2048
    elif kind == "clipped":
        counts = np.where(rng.random((n, 6)) < 0.2, np.sign(counts) * 40000, counts >> 6)
    elif kind == "still":
        counts = np.tile([3, -7, 11, 100, -200, 2040], (n, 1))
    elif kind == "late":
        counts = counts >> 9
        counts[: n // 2] = 0
    return np.clip(counts, -32768, 32767).astype(np.int16)


KINDS = ["wild", "rough", "quiet", "clipped", "still", "late"]


def run_with(upto, filter_, counts):
    """What OrientationFilter.run gives if the batch may use these instructions, and no others."""
    n = len(counts)
    gyr, acc = (np.ascontiguousarray(part) for part in (counts[:, :3], counts[:, 3:]))
    out = [np.empty((n, 4)), np.empty((n, 3)), np.empty(n, np.uint8), np.empty(n, np.uint8)]
    names = ["double[]", "double[]", "uint8_t[]", "uint8_t[]"]
    lib.fusion_batch(filter_._state, filter_._coef, ffi.from_buffer("int16_t[]", gyr),
                     ffi.from_buffer("int16_t[]", acc), n,
                     *map(ffi.from_buffer, names, out), upto)
    return out


@settings(max_examples=60, deadline=None)
@given(rate=st.floats(40, 2000), delay_ms=st.floats(0, 4), gyr_range=st.floats(100, 2000),
       pieces=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 120)), min_size=1,
                       max_size=6), seed=st.integers(0, 2**32 - 1))
def test_all_instructions_give_the_same_bits(rate, delay_ms, gyr_range, pieces, seed):
    ways = [lib.FUSION_PORTABLE, lib.FUSION_SSSE3, lib.FUSION_AVX2]
    filters = [OrientationFilter(rate, gyr_range, delay_ms=delay_ms) for _ in ways]
    for kind, n in pieces:
        counts = noise(kind, n, seed)
        plain, *others = [run_with(*by, counts) for by in zip(ways, filters, strict=True)]
        for other in others:
            for a, b in zip(plain, other, strict=True):
                assert a.tobytes() == b.tobytes()
        assert len({filter_.state for filter_ in filters}) == 1


@pytest.mark.parametrize("rate", [50, 104, 285.714, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_batches_equal_single_updates(kind, rate):
    counts = noise(kind, 600, seed=round(rate))
    batch = OrientationFilter(rate)
    parts = [batch.run(part[:, :3], part[:, 3:]) for part in np.array_split(counts, [299, 300])]
    quat, bias, resting, converged = (np.concatenate(p) for p in zip(*parts, strict=True))

    single = Orientation(round(rate * 1000), 2000000, 16000000)
    for i, sample in enumerate(counts.tolist()):
        single.update(*sample)
        assert resting[i] == bool(single.flags() & ORI_RESTING)
        assert converged[i] == bool(single.flags() & ORI_CONVERGED)
        if i % 5:
            continue
        np.testing.assert_allclose(quat[i], np.array(read(single.quat, 4)) / 2**30, atol=1e-4)
        np.testing.assert_allclose(bias[i], np.array(read(single.bias, 3)) / 1e6, atol=1e-6)
    state = bytearray(STATE_SIZE)
    single.state(state)
    assert batch.state == bytes(state)
