"""The log: how small raw samples get and at what cost, what fits, and how far the flash wears."""

from __future__ import annotations

from pathlib import Path

from plumbline.bench import Bench, bare, broad, log_codec, log_data, log_wear
from plumbline.virtual.m0 import M0

TITLE = "the log: raw samples of five sets of recordings, two weeks of a made-up wearer"

_ENTRIES = ["bench_raw_begin", "bench_raw_add", "bench_raw_next", "bench_raw_encoder_bytes"]
_CODEC = ("pl_raw_encode", "pl_raw_model", "pl_range_tables")
# Chunks of which cycles are counted, of each set of recordings.
_CHUNKS = 60
_PEERS = ("zlib", "lz4", "flac")


def run(bench: Bench) -> None:
    data = broad.data_folder()
    bits = _ratios(bench, data)
    _cycles(bench, data)
    _fits(bench, data, bits)


def _ratios(bench: Bench, data: Path) -> dict[str, float]:
    """Bits a value by set."""
    sizes = log_codec.measure(data)
    if not any(name in log_data.FOLDERS for name in sizes):
        bench.say(f"  no recordings in {data}: only the model of a part at rest is measured")
    for name, found in sizes.items():
        key = f"log.{name}." if name != log_codec.ALL else "log."
        note = {log_codec.ALL: "all recordings together", **log_data.WHAT}[name]
        bar = f">= {1.1 * found.ratio('zlib'):.3f}" if name == log_codec.ALL else ""
        bench.put(key + "ratio", found.ratio("ours"), "x", bar=bar, note=note)
        for peer in _PEERS:
            bench.put(f"{key}{peer}_ratio", found.ratio(peer), "x")
        bench.put(key + "bits_per_value", found.bits, "bit")
    return {name: found.bits for name, found in sizes.items()}


def _cycles(bench: Bench, data: Path) -> None:
    try:
        image = bare.build("raw", ["native/src/pl_ra*.c", "native/bench/m0_raw.c"], _ENTRIES)
    except FileNotFoundError:
        bench.say("  cycles skipped: no arm-none-eabi-gcc (make firmware installs it)")
        return
    core = M0(image.data)
    counts: list[float] = []
    for name in (*log_data.FOLDERS, log_data.MODEL):
        pair = next(log_data.pairs(data, name), None)
        if pair is not None:
            found = _chunk_cycles(core, image, *pair)
            counts += found
            bench.put(f"log.{name}.cycles_per_value", sum(found) / len(found), "cycles")
    bench.put("log.cycles_per_value", sum(counts) / len(counts), "cycles", bar="< 200",
              note=f"mean of {len(counts)} chunks, block ends included")
    bench.put("log.cycles_per_value_worst", max(counts), "cycles", note="mean of a chunk")
    bench.put("log.code_bytes", sum(image.sizes.get(name, 0) for name in _CODEC), "bytes",
              note="encoder and tables")
    bench.put("log.encoder_bytes", core.call(image.symbols["bench_raw_encoder_bytes"])[0], "bytes")


def _chunk_cycles(core: M0, image: bare.BareImage, s, l) -> list[float]:  # noqa: E741
    """Cycles a value of chunks in the middle of a recording."""
    at, n = image.symbols, log_data.CHUNK
    core.call(at["bench_raw_begin"])
    first = max(0, (len(s) - _CHUNKS * n) // 2)
    found = []
    for begin in range(first, min(len(s) - n, first + _CHUNKS * n) + 1, n):
        core.write(at["bench_raw_s"], s[begin:begin + n].tobytes())
        core.write(at["bench_raw_l"], l[begin:begin + n].tobytes())
        result, cycles = core.call(at["bench_raw_add"], n)
        if result:
            cycles += core.call(at["bench_raw_next"])[1]
            result, more = core.call(at["bench_raw_add"], n)
            cycles += more
        if result:
            raise RuntimeError(f"a chunk was not taken: {result}")
        found.append(cycles / (2 * 6 * n))
    return found


def _fits(bench: Bench, data: Path, bits: dict[str, float]) -> None:
    samples = next(log_data.pairs(data, "broad"), None) or log_data.rest()
    segments = log_wear.two_weeks()
    bench.put("log.two_weeks_kib", segments * 4, "KiB", note="summaries of 14 days of 12 h")
    for name, value in bits.items():
        if name != log_codec.ALL:
            bench.put(f"log.{name}.raw_minutes", log_wear.minutes_beside(segments, value), "min",
                      bar=">= 60" if name in (log_data.MODEL, log_data.HOUR) else "",
                      note="raw samples that fit beside two weeks")
    floor = log_data.rest_entropy()
    bench.put("log.rest_floor_bits", floor, "bit", note="entropy of the part's noise at rest")
    bench.put("log.rest_floor_minutes", log_wear.minutes_beside(segments, floor), "min",
              note="what no lossless codec can surpass")
    written = log_wear.write_typical(log_data.rest())
    bench.put("log.written_raw_minutes", written, "min",
              note="written after two weeks until the log was full, read back equal, at rest")
    for key, (value, unit) in log_wear.five_years(samples).items():
        bar = f"< {log_wear.ENDURANCE}" if key.endswith("_max") else ""
        bench.put(f"log.{key}", value, unit, bar=bar)
