"""plumbline.fusion: units, errors, resuming."""

import threading

import numpy as np
import pytest
from plumbline.fusion import STANDARD_GRAVITY, OrientationFilter, quantise
from scipy.spatial.transform import Rotation


def motion(n, seed=0, rate=100.0):
    """A made-up turning and shaken sensor: (gyr rad/s, acc m/s^2), (n, 3) each."""
    t = (np.arange(n + 1)[:, None] - 0.5) / rate
    attitude = Rotation.from_euler("zyx", np.sin(t * [0.7, 1.3, 0.4]) * [1.5, 0.8, 0.5])
    rng = np.random.default_rng(seed)
    gyr = (attitude[:-1].inv() * attitude[1:]).as_rotvec() * rate + rng.normal(0, 0.002, (n, 3))
    push = np.sin(t[:-1] * [5.0, 6.0, 7.0]) + [0.0, 0.0, STANDARD_GRAVITY]
    acc = attitude[1:].inv().apply(push) + rng.normal(0, 0.02, (n, 3))
    return gyr, acc


def test_quantise_has_range_over_32768_per_count():
    gyr, acc = quantise(np.array([[np.pi, -np.pi, 0.0]]), np.array([[9.80665, 0.0, 1e3]]),
                        2000, 16)
    assert gyr.dtype == acc.dtype == np.int16
    assert gyr.tolist() == [[round(180 / 2000 * 32768), -round(180 / 2000 * 32768), 0]]
    assert acc.tolist() == [[2048, 0, 32767]]


@pytest.mark.parametrize("args, error, words", [
    ((np.zeros((4, 2)), np.zeros((4, 3)), 2000, 16), ValueError, r"\(4, 2\): expected \(N, 3\)"),
    ((np.zeros((4, 3)), np.zeros((5, 3)), 2000, 16), ValueError, "expected equal"),
    ((np.zeros((4, 3), int), np.zeros((4, 3)), 2000, 16), TypeError, "expected floating point"),
    ((np.full((4, 3), np.nan), np.zeros((4, 3)), 2000, 16), ValueError, "NaN"),
    ((np.zeros((4, 3)), np.zeros((4, 3)), 0, 16), ValueError, "gyr_range_dps is 0: expected"),
    ((np.zeros((4, 3)), np.zeros((4, 3)), 2000, "x"), TypeError, "acc_range_g"),
])
def test_quantise_names_what_it_expects(args, error, words):
    with pytest.raises(error, match=words):
        quantise(*args)


@pytest.mark.parametrize("args, error, words", [
    ((0,), ValueError, "rate_hz is 0: expected 10 to 2000 Hz"),
    (("fast",), TypeError, "rate_hz"),
    ((20,), ValueError, "expected at least 37 Hz"),
    ((100, 1e5), ValueError, "gyr_range_dps"),
    ((100, 2000, 0), ValueError, "acc_range_g"),
])
def test_filter_names_what_it_expects(args, error, words):
    with pytest.raises(error, match=words):
        OrientationFilter(*args)


def test_run_names_what_it_expects():
    filter_ = OrientationFilter(100)
    good = np.zeros((5, 3), np.int16)
    with pytest.raises(TypeError, match="float64: expected int16"):
        filter_.run(good.astype(float), good)
    with pytest.raises(ValueError, match=r"\(5, 2\): expected \(N, 3\)"):
        filter_.run(good, good[:, :2])
    with pytest.raises(ValueError, match="expected equal"):
        filter_.run(good, good[:4])


def test_run_returns_documented_arrays():
    gyr, acc = quantise(*motion(400), 2000, 16)
    quat, bias, resting, converged = OrientationFilter(100).run(gyr, acc)
    assert quat.shape == (400, 4) and quat.dtype == np.float64
    assert bias.shape == (400, 3) and bias.dtype == np.float64
    assert resting.shape == converged.shape == (400,)
    assert resting.dtype == converged.dtype == bool
    np.testing.assert_allclose(np.linalg.norm(quat, axis=1), 1, atol=1e-12)
    assert not converged[:150].any() and converged[300:].all()


@pytest.mark.parametrize("cut", [1, 7, 1000, 1003])
def test_a_log_can_be_resumed_anywhere(cut):
    gyr, acc = quantise(*motion(2000), 2000, 16)
    whole = OrientationFilter(100).run(gyr, acc)
    first, second = OrientationFilter(100), OrientationFilter(100)
    first.run(gyr[:cut], acc[:cut])
    second.state = first.state
    for ours, theirs in zip(second.run(gyr[cut:], acc[cut:]), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs[cut:])


def test_state_of_another_filter_is_refused():
    state = OrientationFilter(100).state
    other = OrientationFilter(50)
    for bad in (state, other.state[:-1], other.state[:9] + b"\x55" + other.state[10:]):
        with pytest.raises(ValueError, match="expected"):
            other.state = bad


def test_strided_and_readonly_counts_are_taken():
    gyr, acc = quantise(*motion(300), 2000, 16)
    both = np.hstack([gyr, acc])
    both.flags.writeable = False
    np.testing.assert_array_equal(OrientationFilter(100).run(both[:, :3], both[:, 3:]).quat,
                                  OrientationFilter(100).run(gyr, acc).quat)


def test_runs_release_the_gil():
    """Another Python thread gets on while one long run is under way."""
    n = 400_000
    gyr, acc = quantise(*motion(n), 2000, 16)
    done = threading.Event()
    seen_running = []

    def work():
        OrientationFilter(100).run(gyr, acc)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    steps = 0
    while not done.is_set():
        steps += 1
        seen_running.append(steps)
    thread.join()
    assert len(seen_running) > 1000
