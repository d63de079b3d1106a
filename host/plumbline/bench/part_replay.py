"""How fast logs are replayed, from segments to decisions."""

import os
import time

import plumbcore
from plumbcore.flash import MemoryFlash

from plumbline import segments
from plumbline.bench import Bench, best_seconds
from plumbline.replay import units, writer

TITLE = "replay of two sensors at 104 Hz, decoding and decisions included, on made-up recordings"

_SECONDS = 1800


def _log(runs: int) -> segments.Reading:
    """A brace's log of so many half hours of somebody sitting, slouching and bending."""
    flash = MemoryFlash(20 + 360 * runs)
    for seed in range(runs):
        flexion = writer.day(_SECONDS, seed)
        s, l = writer.bends(0.5 * flexion, seed=1), writer.bends(flexion, seed=2)  # noqa: E741
        writer.write(plumbcore.Log(flash, "PB-1"), s, l)
    return segments.read_partition(bytes(flash.data))


def run(bench: Bench) -> None:
    cores = os.cpu_count() or 1
    one, *_ = several = units.of_reading(_log(4 * cores))
    seconds = sum(outcome.seconds for outcome in units.work(one))
    best = best_seconds(lambda: units.work(one), rounds=5)[0]
    bench.put("replay.x_realtime", seconds / best, "x", bar=">= 1000", note="on one core")
    began = time.perf_counter()
    total = sum(o.seconds for _, outcomes in units.replay(several) for o in outcomes)
    took = time.perf_counter() - began
    bench.put("replay.x_realtime_all_cores", total / took, "x",
              note=f"{cores} cores, starting the processes included")
    bench.put("replay.identical", float(all(o.identical for o in units.work(one))), "",
              bar=">= 1", note="1: every record came out again")
