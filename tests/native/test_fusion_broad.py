"""The integer filter on real motion: against its double-precision reference, and its promises."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest
from plumbline.bench import broad
from plumbline.fusion import STANDARD_GRAVITY, OrientationFilter, quantise

HERE = Path(__file__).resolve().parent
TRIALS = broad.trials()
needs_data = pytest.mark.skipif(
    not TRIALS, reason=f"no recordings in {broad.data_folder() / 'broad'}")
pytestmark = [pytest.mark.data, needs_data]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """reference(rate_hz, gyr rad/s, acc m/s^2) -> (N, 4)."""
    library = tmp_path_factory.mktemp("reference") / "reference.so"
    subprocess.run(["gcc", "-std=c99", "-O2", "-shared", "-fPIC", "-Wall", "-Werror",
                    str(HERE / "fusion_reference.c"), "-o", str(library), "-lm"], check=True)
    run = ctypes.CDLL(str(library)).reference_run

    def reference_run(rate_hz, gyr, acc):
        gyr, acc = np.ascontiguousarray(gyr), np.ascontiguousarray(acc / STANDARD_GRAVITY)
        quat = np.empty((len(gyr), 4))
        run(ctypes.c_double(rate_hz), ctypes.c_double(0.0025), len(gyr),
            *(ctypes.c_void_p(array.ctypes.data) for array in (gyr, acc, quat)))
        return quat

    return reference_run


both_rates = pytest.mark.parametrize("trial", [
    pytest.param(trial, id=f"{trial.name}-{trial.rate_hz:.0f}")
    for native in TRIALS for trial in (native, broad.third(native))
])


@both_rates
def test_integers_follow_the_reference(trial, reference):
    """Inclination within 0.02 degrees RMS after 20 s."""
    gyr, acc = quantise(trial.gyr, trial.acc, 2000, 16)
    ours = OrientationFilter(trial.rate_hz).run(gyr, acc).quat
    after = round(20 * trial.rate_hz)
    apart = broad.inclination_deg(ours, reference(trial.rate_hz, trial.gyr, trial.acc))[after:]
    assert np.sqrt(np.mean(apart**2)) < 0.02


@pytest.mark.req("SENSE-3")
@both_rates
def test_inclination_stays_near_the_optics(trial):
    """Far looser than what `make bench` shows: a guard, not a figure."""
    gyr, acc = quantise(trial.gyr, trial.acc, 2000, 16)
    result = OrientationFilter(trial.rate_hz).run(gyr, acc)
    assert broad.rmse_deg(result.quat, trial) < 1.2
    assert np.abs(result.bias_dps).max() < 1.5
    assert result.converged.mean() > 0.85
    np.testing.assert_allclose(np.linalg.norm(result.quat, axis=1), 1, atol=1e-12)
