"""What fits into the log, and how far flash wears: a typical wearer played through the real log.

The wearer: 12 hours a day; an epoch a minute, each flushed; twelve changes of posture, twenty
movements, four cues with their responses an hour; takes it off twice a day; raw samples for half an
hour a day; fetched every second day.
"""

from __future__ import annotations

import random
from pathlib import Path

import plumbcore
from brace import records
from plumbcore.flash import SECTOR, MemoryFlash
from plumbline.bench import log_codec, log_data

SECTORS = 344
HOURS, RAW_MINUTES, FETCH_DAYS = 12, 30, 2
ENDURANCE = 100_000  # erases a sector, datasheets of W25Q16 and its like
# An hour's records besides the epochs: type, how many, bytes of body.
EVENTS = ((records.POSTURE, 12, 15), (0x03, 20, 16), (records.CUE, 4, 14),
          (records.RESPONSE, 4, 9))
EPOCH_BYTES = 26


class CountingFlash(MemoryFlash):
    """Counts the erases of each sector."""

    def __init__(self, sectors: int):
        super().__init__(sectors)
        self.erases = [0] * sectors

    def ioctl(self, op, arg):
        if op == 6:
            self.erases[arg] += 1
        return super().ioctl(op, arg)


def wear_hour(log, rng: random.Random, t_cs: int) -> None:
    """One hour's records, in order of time."""
    due = [(6000 * (minute + 1), records.EPOCH, EPOCH_BYTES) for minute in range(60)]
    for kind, count, size in EVENTS:
        due += [(rng.randrange(360_000), kind, size) for _ in range(count)]
    for after, kind, size in sorted(due):
        log.append(kind, 1, t_cs + after, rng.randbytes(size))
        if kind == records.EPOCH:
            log.flush()


def wear_day(log, rng: random.Random, day: int) -> None:
    for hour in range(HOURS):
        wear_hour(log, rng, 8_640_000 * day + 360_000 * (hour + 8))
    for at in (8, 20):
        log.append(records.WEAR, 1, 8_640_000 * day + 360_000 * at + 360_000 * HOURS, b"\0\0")


def two_weeks() -> int:
    """Summary segments that 14 days take, nothing being fetched."""
    log = plumbcore.Log(MemoryFlash(SECTORS), "PL-WEAR")
    rng = random.Random(1)
    for day in range(14):
        wear_day(log, rng, day)
    log.close()
    return log.total - log.free


def minutes_beside(summary_segments: int, bits_per_value: float) -> float:
    """Minutes of raw samples of both sensors that fit beside so many summary segments."""
    segments = SECTORS - 4 - 1 - summary_segments
    values_per_second = 2 * 6 * log_data.RATE
    return segments * log_codec.BLOCK * 8 / bits_per_value / values_per_second / 60


def _raw_day(log, samples, index: int, t_cs: int) -> int:
    s, l = samples  # noqa: E741
    for _ in range(int(RAW_MINUTES * 60 * log_data.RATE / log_data.CHUNK)):
        at = index % (len(s) - log_data.CHUNK)
        chunk = s[at:at + log_data.CHUNK].copy(), l[at:at + log_data.CHUNK].copy()
        log.raw(t_cs, index, chunk[0], log_data.CHUNK, chunk[1], log_data.CHUNK)
        index += log_data.CHUNK
    log.raw_flush()
    return index


def five_years(samples, days: int = 14) -> dict[str, float]:
    """Erases of sectors in five years, from `days` played through."""
    flash = CountingFlash(SECTORS)
    log = plumbcore.Log(flash, "PL-WEAR")
    rng = random.Random(2)
    index = 0
    for day in range(days):
        wear_day(log, rng, day)
        index = _raw_day(log, samples, index, 8_640_000 * day + 360_000 * 21)
        if day % FETCH_DAYS == FETCH_DAYS - 1:
            log.close()
            log.acknowledge(plumbcore.SUMMARY, log.next)
            log.acknowledge(plumbcore.RAW, log.next_raw)
    years = 5 * 365.25 / days
    data = flash.erases[4:]
    return {
        "log.erases_5y_checkpoint_sector": round(max(flash.erases[:4]) * years),
        "log.erases_5y_data_sector_max": round(max(data) * years),
        "log.erases_5y_data_sector_mean": round(sum(data) / len(data) * years),
        "log.erases_endurance": ENDURANCE,
        "log.bytes_written_a_day": round(sum(flash.erases) * SECTOR / days),
    }


def measure(data: Path, bits: dict[str, float] | None = None) -> dict[str, float]:
    """`bits`: bits a value by folder, from log_codec.measure."""
    samples = next(log_data.pairs(data, "broad"), None) or log_data.rest()
    results = five_years(samples)
    segments = two_weeks()
    results["log.two_weeks_kib"] = segments * SECTOR // 1024
    for folder, value in (bits or {}).items():
        minutes = minutes_beside(segments, value)
        results[f"log.raw_minutes_beside_two_weeks.{folder}"] = round(minutes, 1)
    return results
