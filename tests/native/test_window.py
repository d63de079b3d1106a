"""Windows of blocks (native/include/pl_window.h) against plain numpy, and linear scores."""

from array import array

import numpy as np
import pytest
from plumbcore import BLOCK_FIELDS, WINDOW_FIELDS, Window, scores
from plumbcore._core import lib

MOVE = lib.PL_BLOCK_MOVE
CONTEXT, CORE, HOP = lib.PL_WINDOW_CONTEXT, lib.PL_WINDOW_CORE, lib.PL_WINDOW_HOP


def made_up(n, seed=1):
    """n blocks of plausible movement fields: a wandering attitude and noise of all sizes."""
    rng = np.random.default_rng(seed)
    blocks = np.zeros((n, BLOCK_FIELDS), np.int64)
    move = blocks[:, MOVE:]
    flexion = np.cumsum(rng.normal(0, 0.06, n))
    lateral = 0.3 * np.sin(np.arange(n) / 9)
    up = np.stack([-np.sin(flexion) * np.cos(lateral), np.sin(lateral),
                   np.cos(flexion) * np.cos(lateral)], axis=1)
    move[:, 0:3] = np.rint(up * 16384)
    move[:, 3:7] = rng.normal(0, 2000, (n, 4))
    move[:, 7:11] = rng.normal(0, 300, (n, 4))
    move[:, 11] = rng.integers(0, 3000, n)
    move[:, 12] = -rng.integers(0, 3000, n)
    move[:, 13:37] = np.exp(rng.uniform(2, 16, (n, 24)))
    move[:, 37:45] = rng.normal(0, 1e5, (n, 8))
    return blocks.astype(np.int32)


def vectors(blocks):
    window, out, flat = Window(), np.zeros(WINDOW_FIELDS, np.int16), blocks.reshape(-1)
    found = {}
    for i in range(len(blocks)):
        if window.push(flat, i):
            window.vector(out)
            found[i + 1] = out.copy()
    return found


def log2_q8(x):
    """Linear between powers of two, as the core has it."""
    whole = np.floor(np.log2(x))
    return 256 * whole + np.floor(256 * (x / 2**whole - 1))


def angle(flexion_rad):
    cdeg = np.degrees(flexion_rad) * 100
    return np.clip(np.where(cdeg > 11000, cdeg - 36000, cdeg), -13000, 6000) / 16


def test_vectors_are_due_once_a_second_and_begin_half_a_context_late():
    assert list(vectors(made_up(60))) == [24, 32, 40, 48, 56]


def test_the_past_before_the_first_block_is_like_it():
    blocks = made_up(30)
    padded = np.concatenate([np.repeat(blocks[:1], 40, axis=0), blocks])
    assert np.array_equal(vectors(blocks)[24], vectors(padded)[64])


def expected(context):
    """{field: values} for most of a vector, from (CONTEXT, fields) movement fields."""
    core = context[10:30].astype(float)
    up = core[:, 0:3].mean(axis=0)
    power, rate = core[:, 13].mean() + 16777, core[:, 14].mean() + 256
    flexion = np.arctan2(-context[:, 0], context[:, 2])
    want = {
        lib.PL_WINDOW_VERTICAL_BAND: log2_q8(np.trunc(core[:, 16:28].mean(axis=0)) + 17),
        lib.PL_WINDOW_VERTICAL_BAND + 12: log2_q8(np.trunc(core[:, 28:37].mean(axis=0)) + 3),
        lib.PL_WINDOW_QUADRATURE: core[:, [37, 39, 40, 42]].mean(axis=0) * 1024 / power,
        lib.PL_WINDOW_QUADRATURE + 4: core[:, 43:45].mean(axis=0) * 1024 / np.sqrt(power * rate),
        lib.PL_WINDOW_UP: up[:2] / 8,
        lib.PL_WINDOW_UP + 2: core[:, :2].std(axis=0),
        lib.PL_WINDOW_PEAKS: core[:, 11:13].mean(axis=0) / 8,
        lib.PL_WINDOW_PEAKS + 2: (core[-6:, :2].mean(axis=0) - core[:6, :2].mean(axis=0)) / 8,
        lib.PL_WINDOW_FLEXION: [angle(np.arctan2(-up[0], up[2]))],
        lib.PL_WINDOW_INCLINATION: [
            np.degrees(np.arctan2(np.hypot(up[0], up[1]), up[2])) * 100 / 16],
        lib.PL_WINDOW_LATERAL: [
            np.degrees(np.arctan2(up[1], np.hypot(up[0], up[2]))) * 100 / 16],
        lib.PL_WINDOW_CHANGE_FLEXION: [
            angle(flexion[:8]).mean(), angle(flexion[-8:]).mean(), angle(flexion).min(),
            angle(flexion).max(), angle(flexion[-8:]).mean() - angle(flexion[:8]).mean()],
    }
    for k, n in enumerate((24, 32, 40)):
        part = context[(CONTEXT - n) // 2:(CONTEXT + n) // 2, 7] / 4096 * 9.80665
        part = part - np.linspace(part[:4].mean(), part[-4:].mean(), n)
        place = np.cumsum(np.cumsum(part - part.mean())) / 64
        heights = np.array([place[-1], min(0, place.min()), max(0, place.max())])
        want[lib.PL_WINDOW_HEIGHT + 3 * k] = heights * 500
    return want


def test_a_vector_is_what_numpy_makes_of_the_blocks():
    blocks = made_up(400)
    found = vectors(blocks)
    for end in range(40, 400, HOP):
        got = found[end].astype(float)
        for field, want in expected(blocks[end - CONTEXT:end, MOVE:]).items():
            want = np.asarray(want)
            part = got[field:field + len(want)]
            assert np.all(np.abs(part - want) <= 2 + 0.004 * np.abs(want)), (end, field)


def test_scores_are_those_of_wide_integers():
    rng = np.random.default_rng(3)
    for rows, columns, first, shift in ((1, 1, 0, 0), (5, 37, 0, 12), (6, 26, 42, 9)):
        weights = rng.integers(-32768, 32768, (rows, columns)).astype("<i2")
        offsets = rng.integers(-2**31, 2**31, rows).astype("<i4")
        x = rng.integers(-32768, 32768, WINDOW_FIELDS).astype(np.int16)
        out = array("i", [0] * rows)
        scores(weights.tobytes(), offsets.tobytes(), shift, x, first, out)
        exact = weights.astype(object) @ x[first:first + columns].astype(object)
        want = [max(-2**31, min(2**31 - 1, (int(a) + int(b)) >> shift))
                for a, b in zip(exact, offsets, strict=True)]
        assert list(out) == want


def test_sizes_that_do_not_fit_are_refused():
    out, x = array("i", [0]), array("h", [0] * WINDOW_FIELDS)
    with pytest.raises(ValueError, match="sizes"):
        scores(bytes(2 * (WINDOW_FIELDS + 1)), bytes(4), 0, x, 0, out)
    with pytest.raises(ValueError, match="sizes"):
        scores(bytes(4), bytes(8), 0, x, 0, out)
    with pytest.raises(ValueError, match="sizes"):
        scores(bytes(2), bytes(4), 32, x, 0, out)
    with pytest.raises(ValueError, match="small"):
        Window().vector(array("h", [0] * (WINDOW_FIELDS - 1)))
    with pytest.raises(ValueError, match="small"):
        Window().push(np.zeros(BLOCK_FIELDS, np.int32), 1)
