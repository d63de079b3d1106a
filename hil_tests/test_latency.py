"""From the sample at which a condition becomes true to the edge at the motor's pin."""

import numpy as np
import pytest
from brace import fields
from plumbline.virtual.body import Body

DWELL_S = 3
PERIOD_S = 9.3
A_PLAY = 8
FLEXED_DEG = 20.0


def events(count):
    """A motion script with so many slouches, and when the trunk passes the threshold in it."""
    lines, at = ["0 stand"], 3.0
    for _ in range(count):
        lines += [f"{at:.3f} slouch 32", f"{at + 6.2:.3f} upright"]
        at += PERIOD_S
    lines.append(f"{at + 2:.3f} end")
    text = "\n".join(lines) + "\n"
    body = Body.from_script(text)
    times = np.arange(0, body.seconds, 0.002)
    flexion = body.angles(times)["trunk"]
    over = flexion >= FLEXED_DEG
    return text, times[1:][over[1:] & ~over[:-1]]


@pytest.mark.needs("moves_sensors")
def test_a_cue_comes_within_a_quarter_of_a_second_of_its_dwell(brace, body, clock, motor, rig,
                                                               measure, pytestconfig):
    # 200 events; of what takes its time, unless one waits for it, as many as show no other figure.
    quick = "fast_time" in rig.capabilities or pytestconfig.option.hil_patient
    plays = 25 if quick else 3
    brace.config_set({
        "cue_dwell_s": DWELL_S, "cue_gap_s": 1, "cue_daily": 1000, "cue_ms": 40,
        "quiet_from_min": 0, "quiet_to_min": 0,
    })  # fmt: skip
    text, crossings = events(A_PLAY)
    assert len(crossings) == A_PLAY
    late = []
    for _ in range(plays):
        began = clock.now()
        seconds = body.play(text)
        clock.run(seconds)
        edges = np.array([pulse.start for pulse in motor.pulses(began)]) - began
        for crossing in crossings:
            after = edges[edges > crossing]
            assert len(after), f"no cue after {crossing:.2f} s"
            late.append(after[0] - crossing - DWELL_S)
    late_ms = 1000 * np.array(late)
    measure("cue_latency_p50", float(np.percentile(late_ms, 50)), "ms")
    measure("cue_latency_p99", float(np.percentile(late_ms, 99)), "ms", high=250)
    measure("cue_latency_least", float(late_ms.min()), "ms", low=-1000 / fields.BLOCKS_PER_S - 1)
