"""python -m plumbline.hil.days: many days of wear on the unix port, in virtual time.

The firmware runs without a pause over the wrap of its millisecond ticks (12.4 days of 2^30 ms);
a person's scripted hour is repeated, and each day's log is fetched.  Told at the end, and a reason
to fail: the heap in use on the first day and at the end (a leak), the brace's own clock against
the time that passed (drift), and the epochs that came against the blocks that make them (a missed
one).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from brace import commands, records

from plumbline import bulk, segments
from plumbline.device import Brace
from plumbline.virtual.body import Body
from plumbline.virtual.unixport import UnixBrace, UnixTransport

DAY_S = 86_400
EPOCH_S = 60
# A collected heap may differ by what happens to be under way.
_LEAK_BYTES = 4096
_DRIFT_S = 0.5
_LOOKS_A_DAY = 96
# The unix port's heap grows as it is asked to: what is in use tells, not what is free.  What the
# models keep of samples is none of the firmware's.
_USED = ("([one.forget() for one in part.values()], __import__('gc').collect(), "
         "__import__('gc').mem_alloc())[2]")


@dataclass
class Outcome:
    """seconds: simulated; heap: most bytes in use after a collection, by day; drift_s: of the
    brace's clock at the end; epochs: fetched without a hole; trouble: what was wrong."""

    seconds: float = 0.0
    heap: list[int] = field(default_factory=list)
    drift_s: float = 0.0
    epochs: int = 0
    wrapped: bool = False
    trouble: list[str] = field(default_factory=list)


def run(days: float, motion: str = "hour", ticks_ms: int = 0, tell=print) -> Outcome:
    """Wears a brace on the unix port for so many days.  ticks_ms: where its ticks begin."""
    found = Outcome()
    with UnixBrace(typical=True, ticks_ms=ticks_ms) as unix:
        unix.power_on()
        unix.run(1)
        unix.play(Body.from_script(motion), loop=True)
        with Brace.open(UnixTransport(unix)) as brace:
            brace.config_set({"epoch_s": EPOCH_S})
            begun, up = unix.now_s, _up(brace)
            fetched: list[bytes] = []
            while unix.now_s - begun < days * DAY_S:
                unix.run(min(DAY_S / _LOOKS_A_DAY, begun + days * DAY_S - unix.now_s))
                day = int((unix.now_s - begun - 1e-6) // DAY_S)
                used = unix.eval(_USED)
                if day == len(found.heap):
                    _fetch(brace, fetched)
                    found.heap.append(used)
                    tell(f"day {day + 1}: {used} bytes of heap in use")
                found.heap[day] = max(found.heap[day], used)
            found.seconds = unix.now_s - begun
            found.drift_s = (_up(brace) - up) / 1000 - found.seconds
            status = brace.status()
            _fetch(brace, fetched)
        found.wrapped = ticks_ms + 1000 * found.seconds > 2**30
    reading = segments.collect(map(segments.read_segment, fetched))
    found.trouble += map(str, reading.damage)
    _judge(found, status.faults, reading.records)
    return found


def _fetch(brace: Brace, fetched: list[bytes]) -> None:
    """Takes what has come since, and lets the brace forget it."""
    listed = bulk.listing(brace.link, segments.SUMMARY, close=True)
    start = listed.acked
    fetched += [data for _, data in bulk.read(brace.link, segments.SUMMARY, start)]
    bulk.acknowledge(brace.link, segments.SUMMARY, listed.next)


def _up(brace: Brace) -> int:
    """Milliseconds since the start, by the brace's clock."""
    return brace.link.ask(commands.TIME_GET)["up"]


def _judge(found: Outcome, faults: list[str], logged: Iterable[segments.Record]) -> None:
    if found.heap[-1] > found.heap[0] + _LEAK_BYTES:
        found.trouble.append(f"the heap grew from {found.heap[0]} to {found.heap[-1]} bytes")
    if abs(found.drift_s) > _DRIFT_S:
        found.trouble.append(f"the clock is {found.drift_s:+.2f} s off")
    if set(faults) - {"clock_unset"}:
        found.trouble.append(f"faults: {', '.join(faults)}")
    last = None
    for record in logged:
        if record.type == records.START:
            last = None
        elif record.type == records.EPOCH:
            block = record.fields["block"]
            if last is not None and block - last != EPOCH_S * 8:
                found.trouble.append(f"an epoch is missing before block {block}")
            last = block
            found.epochs += 1
    if last is None or last * 0.125 < 0.99 * found.seconds - 2 * EPOCH_S:
        found.trouble.append(f"epochs end at block {last}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.hil.days", description=__doc__)
    add = parser.add_argument
    add("--days", type=float, default=30.0, help="of simulated time (30)")
    add("--motion", default="hour", help="motion script that is repeated (hour)")
    add("--ticks", type=int, default=0, metavar="MS", help="where the ticks begin (0)")
    chosen = parser.parse_args()
    began = time.monotonic()
    found = run(chosen.days, chosen.motion, chosen.ticks)
    print(
        f"{found.seconds / DAY_S:.2f} days in {time.monotonic() - began:.0f} s, ticks "
        f"{'wrapped' if found.wrapped else 'did not wrap'}: heap in use {found.heap[0]} -> "
        f"{found.heap[-1]}, clock {found.drift_s * 1000:+.0f} ms, {found.epochs} epochs came"
    )
    for trouble in found.trouble:
        print(f"FAILED: {trouble}")
    return 1 if found.trouble else 0


if __name__ == "__main__":
    sys.exit(main())
