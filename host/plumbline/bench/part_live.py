"""How far the live view lags behind the wearer."""

import numpy as np
from brace import commands

from plumbline import live
from plumbline.bench import Bench
from plumbline.device import Brace
from plumbline.virtual.body import Body
from plumbline.virtual.unixport import UnixBrace, UnixBraceError, UnixTransport, find_binary

TITLE = "the live stream against a scripted wearer, the firmware on the unix port in virtual time"

_MOTION = "0 stand\n+14 bend 60\n+6 bend 45\n+6 slouch 30\n+6 upright\n+5 bend 70\n+8 end\n"
_SETTLED_S, _END_S = 10.0, 44.0


def run(bench: Bench) -> None:
    try:
        find_binary()
    except UnixBraceError as error:
        bench.say(f"  skipped: {error}")
        return
    body = Body.from_script(_MOTION)
    times, seen = _watch(body)
    known = times > _SETTLED_S
    lags = np.arange(0.0, 1.0, 0.005)
    errors = [_spread(seen[known] - body.angles(times[known] - lag)["trunk"]) for lag in lags]
    best = int(np.argmin(errors))
    bench.put("live.delay_ms", 1000 * float(lags[best]), "ms",
              note="from movement to host, at arrival; drawing comes on top")
    bench.put("live.rms_deg", float(errors[best]), "deg",
              note="trunk flexion, that delay taken out")


def _watch(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Times since the motion began at which the host had a sample, and its trunk flexion."""
    rows = []
    with UnixBrace(typical=True) as brace:
        brace.power_on()
        brace.run(1.0)
        brace.play(body)
        begun = brace.now_s
        with Brace.open(UnixTransport(brace)) as host:
            host.live(True)
            while brace.now_s - begun < _END_S:
                event = host.event(1.0)
                if event is not None and event.command == commands.LIVE:
                    sample = live.Sample.of(event.payload, 0.0)
                    rows.append((brace.now_s - begun, sample.flexion))
    times, seen = np.array(rows).T
    return times, seen


def _spread(difference: np.ndarray) -> float:
    """RMS about the median: what neutral is, the calibration says, which this brace lacks."""
    return float(np.sqrt(np.mean((difference - np.median(difference)) ** 2)))
