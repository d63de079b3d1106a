"""Cycles, code and memory of the orientation filter on a Cortex-M0+."""

import struct

import numpy as np

from plumbline.bench import Bench, bare, broad
from plumbline.fusion import quantise
from plumbline.virtual.m0 import M0

TITLE = "the orientation filter on an emulated Cortex-M0+, -O2, 350 samples of a fast trial"

_FAST = "06_undisturbed_fast_rotation_A"
_SAMPLES = 350
# Up to here its own way: the bias is known, the filter converged.
_RUN_IN = 3000
_ENTRIES = ["bench_init", "bench_update", "bench_read", "bench_state_bytes", "bench_coef_bytes",
            "bench_madgwick_init", "bench_madgwick_update", "bench_api", "bench_state_api"]
_FILTER = ("pl_fusion", "pl_fusion_block", "pl_fusion_fifo")


def run(bench: Bench) -> None:
    trial = broad.data_folder() / "broad" / f"{_FAST}.npz"
    if not trial.exists():
        bench.say(f"  skipped: {trial} is not there")
        return
    try:
        image = bare.build("fusion", ["native/src/pl_f[iu]*.c", "native/src/pl_crc.c",
                                      "native/bench/*.c"], _ENTRIES)
    except FileNotFoundError:
        bench.say("  skipped: no arm-none-eabi-gcc (make firmware installs it)")
        return
    recording = broad.third(broad.load(trial))
    ours, madgwick, read = _cycles(image, recording)
    bench.put("m0.cycles_mean", float(np.mean(ours)), "cycles", bar="<= 1200")
    bench.put("m0.cycles_worst", int(max(ours)), "cycles", bar="<= 2400")
    bench.put("m0.cycles_read", read, "cycles", note="reading the attitude")
    bench.put("m0.cycles_rest", float(np.mean(_cycles(image, recording, fast=False)[0])), "cycles",
              note="350 samples at rest")
    bench.put("m0.madgwick_cycles_mean", float(np.mean(madgwick)), "cycles",
              note="single precision, boot ROM")
    bench.put("m0.code_bytes", sum(image.sizes[name] for name in _FILTER) + _root(image), "bytes",
              bar="<= 6144", note="all but saving and restoring")
    bench.put("m0.code_state_bytes", image.sizes["pl_fusion_state"], "bytes",
              note="saving and restoring")
    core = M0(image.data)
    state = core.call(image.symbols["bench_state_bytes"])[0]
    coef = core.call(image.symbols["bench_coef_bytes"])[0]
    bench.put("m0.state_bytes", state, "bytes", bar="<= 400")
    bench.put("m0.coef_bytes", coef, "bytes", note="may be shared by equal sensors")


def _root(image: bare.BareImage) -> int:
    """Of pl_fixed, the filter takes the square root only."""
    after = sorted(at for at in image.symbols.values() if at > image.symbols["fx_sqrt"])
    return after[0] - image.symbols["fx_sqrt"]


def _cycles(image: bare.BareImage, trial: broad.Trial, fast: bool = True) -> tuple:
    """(cycles of each update, of Madgwick's, of one reading of the attitude)."""
    counts = np.hstack(quantise(trial.gyr, trial.acc, 2000, 16))
    speed = np.convolve(np.abs(trial.gyr).sum(axis=1), np.ones(_SAMPLES), "valid")
    first = int(np.argmax(speed[_RUN_IN:])) + _RUN_IN if fast else 200
    core, at = M0(image.data), image.symbols
    rate = round(trial.rate_hz * 1000)
    assert core.call(at["bench_init"], rate, 2_000_000, 16_000_000)[0] == 0
    core.call(at["bench_madgwick_init"], rate, 2000)
    ours, madgwick = [], []
    for sample in counts[max(0, first - _RUN_IN):first + _SAMPLES]:
        core.write(at["bench_sample"], sample.tobytes())
        ours.append(core.call(at["bench_update"])[1])
    for sample in counts[first:first + _SAMPLES // 5]:
        core.write(at["bench_sample"], sample.tobytes())
        madgwick.append(core.call(at["bench_madgwick_update"])[1])
    read = core.call(at["bench_read"])[1]
    quat = struct.unpack("<4i", core.read(at["bench_quat"], 16))
    assert abs(np.linalg.norm(quat) / 2**30 - 1) < 1e-6
    return ours[-_SAMPLES:], madgwick, read
