"""Inclination error on BROAD and speed in batches, beside published filters."""

import numpy as np

from plumbline.bench import Bench, best_seconds, broad
from plumbline.fusion import STANDARD_GRAVITY, OrientationFilter, quantise

TITLE = "inclination on BROAD (int16, 2000 deg/s, 16 g; 39 trials, those at hand) and batch speed"

_OFFSET_DPS = np.array([9.0, 7.0, -8.0])


def run(bench: Bench) -> None:
    native = broad.trials()
    if not native:
        bench.say(f"  skipped: no recordings in {broad.data_folder() / 'broad'}")
        return
    third = [broad.third(trial) for trial in native]
    bench.put("broad.trials", len(native))
    both = {"native": native, "third": third}
    _ours(bench, both)
    _against_vqf(bench, both)
    _other_peers(bench, both)
    _speed(bench, native[len(native) // 2])


def _filtered(trial: broad.Trial, offset_dps=0.0, **kw) -> np.ndarray:
    gyr, acc = quantise(trial.gyr + np.radians(offset_dps), trial.acc, 2000, 16)
    return OrientationFilter(trial.rate_hz, **kw).run(gyr, acc).quat


def _mean(trials: list, quats: list, **kw) -> float:
    pairs = zip(quats, trials, strict=True)
    return float(np.mean([broad.rmse_deg(quat, trial, **kw) for quat, trial in pairs]))


def _ours(bench: Bench, both: dict) -> None:
    for name, trials in both.items():
        quats = [_filtered(trial) for trial in trials]
        bench.put(f"broad.{name}_deg", _mean(trials, quats), "deg", bar="<= 0.66")
        bench.put(f"broad.{name}_rest_deg", _mean(trials, quats, moving=False), "deg",
                  bar="<= 0.185")
        undelayed = [_filtered(trial, delay_ms=0) for trial in trials]
        bench.put(f"broad.{name}_undelayed_deg", _mean(trials, undelayed), "deg", bar="<= 0.66",
                  note="the sensor's delay left in, as the peers leave it")
        offset = [_filtered(trial, _OFFSET_DPS) for trial in trials]
        bench.put(f"broad.{name}_offset_deg", _mean(trials, offset) - _mean(trials, quats), "deg",
                  bar="<= 0.02", note="more with a gyroscope offset of (9, 7, -8) deg/s")


def _against_vqf(bench: Bench, both: dict) -> None:
    try:
        from vqf import VQF
    except ImportError:
        bench.say("  vqf is not installed: no figures beside it")
        return
    worst = -np.inf
    for name, trials in both.items():
        quats = [VQF(1 / trial.rate_hz).updateBatch(trial.gyr, trial.acc)["quat6D"]
                 for trial in trials]
        bench.put(f"broad.vqf_{name}_deg", _mean(trials, quats), "deg", note="VQF 6D, online")
        bench.put(f"broad.vqf_{name}_rest_deg", _mean(trials, quats, moving=False), "deg")
        worst = max(worst, *(broad.rmse_deg(_filtered(trial), trial) - broad.rmse_deg(quat, trial)
                             for quat, trial in zip(quats, trials, strict=True)))
    bench.put("broad.worst_excess_deg", float(worst), "deg", bar="<= 0.05",
              note="of one trial over VQF's")


def _other_peers(bench: Bench, both: dict) -> None:
    for peer, filtered in (("imufusion", _imufusion), ("madgwick", _madgwick)):
        for name, trials in both.items():
            try:
                quats = [filtered(trial) for trial in trials]
            except ImportError:
                bench.say(f"  {peer} is not installed: no figures beside it")
                break
            bench.put(f"broad.{peer}_{name}_deg", _mean(trials, quats), "deg",
                      note="its defaults")


def _imufusion(trial: broad.Trial) -> np.ndarray:
    import imufusion

    ahrs, quats = imufusion.Ahrs(), np.empty((len(trial.gyr), 4))
    ahrs.set_sample_period(1 / trial.rate_hz)
    gyr, acc = np.degrees(trial.gyr), trial.acc / STANDARD_GRAVITY
    for i in range(len(gyr)):
        ahrs.update_no_magnetometer(gyr[i], acc[i])
        quats[i] = ahrs.get_quaternion()
    return quats


def _madgwick(trial: broad.Trial) -> np.ndarray:
    from ahrs.filters import Madgwick

    quats = Madgwick(gyr=trial.gyr, acc=trial.acc, frequency=trial.rate_hz).Q
    return quats


def _speed(bench: Bench, trial: broad.Trial) -> None:
    gyr, acc = quantise(trial.gyr, trial.acc, 2000, 16)
    ours = OrientationFilter(trial.rate_hz)
    actions = [lambda: ours.run(gyr, acc)]
    try:
        from vqf import VQF
        theirs = VQF(1 / trial.rate_hz)
        actions.append(lambda: theirs.updateBatch(trial.gyr, trial.acc))
    except ImportError:
        pass
    seconds = best_seconds(*actions, rounds=60)
    bench.put("host.samples_per_s", len(gyr) / seconds[0], "/s", note="one thread, from Python")
    if len(seconds) > 1:
        bench.put("host.vqf_samples_per_s", len(gyr) / seconds[1], "/s")
        bench.put("host.vqf_ratio", seconds[1] / seconds[0], "times", bar=">= 5")
