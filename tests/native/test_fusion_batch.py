"""The host's batches against single updates of the core: equal states, equal results."""

import numpy as np
import pytest
from plumbcore import ORI_CONVERGED, ORI_RESTING, STATE_SIZE, Orientation
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


@pytest.mark.parametrize("rate", [50, 104, 285.714, 1000])
@pytest.mark.parametrize("kind", ["wild", "rough", "quiet", "clipped", "still", "late"])
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
