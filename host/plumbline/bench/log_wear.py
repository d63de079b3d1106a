"""What fits into the log, and how far flash wears: a typical wearer played through the real log.

The wearer (made up; no recording of a brace's records exists): 12 hours a day; an epoch a minute,
each flushed; an hour has twelve changes of posture, twenty movements, four cues with their
responses; raw samples for half an hour a day; fetched every second day.
"""

from __future__ import annotations

import random

import numpy as np
import plumbcore
from brace import records
from plumbcore.flash import SECTOR, MemoryFlash

from plumbline import segments
from plumbline.bench import log_codec, log_data

SECTORS = 344
HOURS, RAW_MINUTES, FETCH_DAYS = 12, 30, 2
ENDURANCE = 100_000  # erases a sector, datasheets of W25Q16 and its like
MOVEMENT = 0x03
# An hour's records besides the epochs.
EVENTS = {records.POSTURE: 12, MOVEMENT: 20, records.CUE: 4, records.RESPONSE: 4}


class Wearer:
    """Makes bodies of records whose numbers wander as a body's do."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.flexion, self.lateral, self.lumbar, self.posture = 800, 0, 300, 0
        self.cues = 0
        self.records = 0

    def _wander(self, value: int, home: int, step: int) -> int:
        return int(value + (home - value) * 0.1 + self.rng.gauss(0, step))

    def epoch(self, block: int) -> bytes:
        rng = self.rng
        if rng.random() < 0.15:
            self.posture = rng.choice((0, 0, 0, 1, 1, 2, 6))
        self.flexion = self._wander(self.flexion, (800, 2500, -300, 0, 0, 0, 900)[self.posture],
                                    150)
        self.lateral = self._wander(self.lateral, 0, 60)
        self.lumbar = self._wander(self.lumbar, 300, 80)
        spread = int(abs(rng.gauss(300, 250)))
        moving = self.posture == 6
        return records.pack(
            records.EPOCH, block, 480, self.posture, int(moving), rng.randrange(60, 101), 0,
            self.flexion, self.flexion - spread, self.flexion + 2 * spread, self.lateral,
            self.lumbar, int(abs(rng.gauss(120 if moving else 12, 8))),
            rng.randrange(80, 110) if moving else 0, int(rng.random() < 0.06), 1)

    def event(self, kind: int, block: int) -> bytes:
        rng = self.rng
        angle = self.flexion + int(rng.gauss(0, 300))
        if kind == records.POSTURE:
            return records.pack(kind, block, rng.randrange(7), self.posture, rng.randrange(2),
                                angle, 2000, angle, self.lateral)
        if kind == records.CUE:
            self.cues += 1
            return records.pack(kind, block, self.cues, 1, 2, 150, angle, 2000)
        if kind == records.RESPONSE:
            return records.pack(kind, block, self.cues, rng.randrange(3), rng.randrange(20, 300))
        return (block.to_bytes(4, "little") + rng.randbytes(4)
                + (angle & 0xFFFF).to_bytes(2, "little") * 2 + bytes(4))


class CountingFlash(MemoryFlash):
    """Counts the erases of each sector."""

    def __init__(self, sectors: int):
        super().__init__(sectors)
        self.erases = [0] * sectors

    def ioctl(self, op, arg):
        if op == 6:
            self.erases[arg] += 1
        return super().ioctl(op, arg)


def wear_hour(log, wearer: Wearer, t_cs: int) -> None:
    """One hour's records, in order of time."""
    due = [(6000 * (minute + 1), records.EPOCH) for minute in range(60)]
    due += [(wearer.rng.randrange(360_000), kind) for kind, n in EVENTS.items() for _ in range(n)]
    for after, kind in sorted(due):
        block = (t_cs + after) * 8 // 100
        body = wearer.epoch(block) if kind == records.EPOCH else wearer.event(kind, block)
        log.append(kind, 1, t_cs + after, body)
        wearer.records += 1
        if kind == records.EPOCH:
            log.flush()


def wear_day(log, wearer: Wearer, day: int) -> None:
    start = 8_640_000 * day + 360_000 * 8
    log.append(records.WEAR, 1, start, b"\1\0")
    for hour in range(HOURS):
        wear_hour(log, wearer, start + 360_000 * hour)
    log.append(records.WEAR, 1, start + 360_000 * HOURS, b"\0\0")
    wearer.records += 2


def two_weeks() -> int:
    """Summary segments that 14 days take, nothing being fetched."""
    log = plumbcore.Log(MemoryFlash(SECTORS), "PL-WEAR")
    wearer = Wearer(1)
    for day in range(14):
        wear_day(log, wearer, day)
    log.close()
    return log.total - log.free


def minutes_beside(summary_segments: int, bits_per_value: float) -> float:
    """Minutes of raw samples of both sensors that fit beside so many summary segments."""
    room = SECTORS - 4 - 1 - summary_segments
    values_per_second = 2 * 6 * log_data.RATE
    return room * log_codec.BLOCK * 8 / bits_per_value / values_per_second / 60


def write_typical(samples) -> float:
    """Writes two weeks of summaries and then raw samples until one more segment would displace
    them; reads everything back.  Minutes of raw samples that were there."""
    flash = MemoryFlash(SECTORS)
    log = plumbcore.Log(flash, "PL-WEAR")
    wearer = Wearer(1)
    for day in range(14):
        wear_day(log, wearer, day)
    index, t_cs = 0, 8_640_000 * 14
    while log.free > 1:
        # A second at a time: a minute takes several segments.
        index = _raw(log, samples, index, t_cs + index * 100 // int(log_data.RATE), 1)
    log.close()
    reading = segments.read_partition(bytes(flash.data))
    count = sum(1 for _ in reading.records)
    if reading.damage or log.lost or log.lost_raw or count != wearer.records:
        raise AssertionError("the log does not hold what was written")
    at = 0
    for chunk in segments.chunks(reading):
        s, l = (part[at % _last(samples):][:log_data.CHUNK] for part in samples)  # noqa: E741
        if not (np.array_equal(chunk.s, s) and np.array_equal(chunk.l, l)):
            raise AssertionError("raw samples are not what was written")
        at += log_data.CHUNK
    if at != index:
        raise AssertionError("raw samples are missing")
    return index / log_data.RATE / 60


def _last(samples) -> int:
    """Where the recording begins anew: a whole number of chunks."""
    return len(samples[0]) // log_data.CHUNK * log_data.CHUNK


def _raw(log, samples, index: int, t_cs: int, seconds: int = 60) -> int:
    """Raw samples, the recording over and over."""
    n = log_data.CHUNK
    for _ in range(int(seconds * log_data.RATE / n)):
        at = index % _last(samples)
        s, l = (part[at:at + n].copy() for part in samples)  # noqa: E741
        log.raw(t_cs, index, s, n, l, n)
        index += n
    return index


def _raw_day(log, samples, index: int, t_cs: int) -> int:
    for _ in range(RAW_MINUTES):
        index = _raw(log, samples, index, t_cs)
    log.raw_flush()
    return index


def worn(days: int, seal: plumbcore.Seal | None = None) -> tuple[bytearray, int]:
    """The log's flash after so many days, nothing fetched, and the bytes of segments in it."""
    flash = MemoryFlash(SECTORS)
    log = plumbcore.Log(flash, "PB-BENCH", seal)
    wearer = Wearer(1)
    for day in range(days):
        wear_day(log, wearer, day)
    log.close()
    length, found = 0, log.find(plumbcore.SUMMARY, 0)
    while found:
        length += found[1]
        found = log.find(plumbcore.SUMMARY, found[0] + 1)
    return flash.data, length


def five_years(samples, days: int = 14) -> dict[str, tuple[int, str]]:
    """Erases of sectors in five years, with their unit, from `days` played through."""
    flash = CountingFlash(SECTORS)
    log = plumbcore.Log(flash, "PL-WEAR")
    wearer = Wearer(2)
    index = 0
    for day in range(days):
        wear_day(log, wearer, day)
        index = _raw_day(log, samples, index, 8_640_000 * day + 360_000 * 21)
        if day % FETCH_DAYS == FETCH_DAYS - 1:
            log.close()
            log.acknowledge(plumbcore.SUMMARY, log.next)
            log.acknowledge(plumbcore.RAW, log.next_raw)
    years = 5 * 365.25 / days
    data = flash.erases[4:]
    return {
        "erases_5y_checkpoint_sector_max": (round(max(flash.erases[:4]) * years), "erases"),
        "erases_5y_data_sector_max": (round(max(data) * years), "erases"),
        "erases_5y_data_sector_mean": (round(sum(data) / len(data) * years), "erases"),
        "erases_endurance": (ENDURANCE, "erases"),
        "bytes_erased_a_day": (round(sum(flash.erases) * SECTOR / days), "bytes"),
    }
