"""The orientation filter gives the same bits on the host, under MicroPython's unix port, and as
compiled for the brace's Cortex-M0+, at -O2 and -Os: 20 s and more of five recorded trials.

The running firmware image is held against the other two in hil_tests/test_same_everywhere.py.
"""

import shutil
import struct

import numpy as np
import plumbcore
import pytest
from plumbline.bench import bare, broad
from plumbline.fusion import OrientationFilter, quantise
from plumbline.virtual.m0 import M0

SECONDS = 21
TRIALS = broad.trials()[::3]
pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.skipif(
    len(TRIALS) < 5, reason=f"no five trials in {broad.data_folder() / 'broad'}")]
trials = pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)


def counts(trial):
    """(N, 6) int16 at a third of the native rate, near the brace's own; from 10 s before the
    trial moves, so that rest and motion are in it."""
    third = broad.third(trial)
    both = np.hstack(quantise(third.gyr, third.acc, 2000, 16))
    start = max(0, int(np.argmax(third.moving)) - round(10 * third.rate_hz))
    return third.rate_hz, both[start : start + round(SECONDS * third.rate_hz)]


def on_the_host(rate_hz, samples):
    """The filter's state (bytes) and attitude (4 int32) after all samples, updated in a batch."""
    filter_ = OrientationFilter(rate_hz)
    filter_.run(samples[:, :3], samples[:, 3:])
    ori = plumbcore.Orientation(round(rate_hz * 1000), 2000000, 16000000)
    ori.restore(filter_.state)
    quat = np.empty(4, np.int32)
    ori.quat(quat)
    return filter_.state, quat.tolist()


@pytest.fixture(scope="module", params=["-O2", "-Os"])
def image(request):
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("no arm-none-eabi-gcc: make firmware installs it")
    return bare.build(f"everywhere{request.param}",
                      ["native/src/pl_f[iu]*.c", "native/src/pl_crc.c", "native/bench/*.c"],
                      ["bench_init", "bench_update", "bench_read", "bench_state_bytes"],
                      optimise=request.param)


@trials
def test_the_compiled_filter_is_the_hosts(image, trial):
    rate_hz, samples = counts(trial)
    assert len(samples) >= 20 * rate_hz and np.ptp(samples[:, :3]) > 1000
    core, at = M0(image.data), image.symbols
    assert core.call(at["bench_init"], round(rate_hz * 1000), 2_000_000, 16_000_000)[0] == 0
    for sample in samples:
        core.write(at["bench_sample"], sample.tobytes())
        core.call(at["bench_update"])
    core.call(at["bench_read"])
    size = core.call(at["bench_state_bytes"])[0]
    state, quat = on_the_host(rate_hz, samples)
    assert core.read(at["bench_state"], size) == state[-size:]
    assert list(struct.unpack("<4i", core.read(at["bench_quat"], 16))) == quat


@trials
def test_the_unix_port_is_the_host(both, trial, tmp_path):
    """Attitude, bias, rate and force after every 25 samples, and the state's CRC."""
    rate_hz, samples = counts(trial)
    file = tmp_path / "samples.bin"
    file.write_bytes(samples.tobytes())
    on_micropython, on_cpython = both("fusion", str(file), str(round(rate_hz * 1000)))
    assert on_micropython == on_cpython
    state, _ = on_the_host(rate_hz, samples)
    assert f"{len(state)} {plumbcore.crc32(state)}\n" in on_cpython
