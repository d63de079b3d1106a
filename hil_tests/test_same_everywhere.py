"""The same minute of motion on the running image, on the unix port and in the host's replay: the
same attitudes, postures and events, bit for bit.

The running image also logs its raw samples, chunk by chunk as they came over the bus; those go
through the same decision modules under MicroPython's unix port and under CPython.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from brace import records
from plumbline.replay import logged

ROOT = Path(__file__).resolve().parents[1]
UNIX = ROOT / "build" / "unix" / "micropython"
SECONDS = 60
# Slouches long enough for cues that are answered and cues that are not, bends, a walk.
MOTION = """
title A minute of everything
0    stand
+3   slouch 30
+14  upright
+2   lean left 25
+4   bend 60
+4   walk 110
+7   stand
+3   sit
+4   slouch 35
+16  end
"""
# Keeps the attitudes of both sensors after each chunk of the run under way.
WATCH = """
from array import array
from brace.app import App
quats = bytearray()
quat = array('i', [0] * 4)
plain = App.chunk
def chunk(self, s, n_s, l, n_l):
    cue = plain(self, s, n_s, l, n_l)
    if self.pipeline.chunks == 1:
        quats[:] = b''
    for sensor in (0, 1):
        self.pipeline.pipe.quat(sensor, quat)
        quats.extend(quat)
    return cue
App.chunk = chunk
from brace import main
main.run()
"""


def rerun(interpreter: Path | str, run: logged.Run, folder: Path):
    """(records as [(kind, body)], attitudes as bytes) of a run under an interpreter."""
    file = folder / "run.json"
    file.write_text(
        json.dumps(
            {
                "settings": run.settings.hex(),
                "alignment": run.alignment.hex(),
                "start": run.start,
                "inputs": run.inputs,
                "chunks": [[c.s.tobytes().hex(), c.l.tobytes().hex()] for c in run.chunks],
            }
        )
    )
    script = Path(__file__).parent / "scripts" / "rerun.py"
    done = subprocess.run(
        [interpreter, script, file], capture_output=True, text=True,
        env={**os.environ, "MICROPYPATH": str(ROOT / "device")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    decided = [(int(line[1]), bytes.fromhex(line[2])) for line in lines if line[0] == "R"]
    attitudes = b"".join(bytes.fromhex(line[1]) for line in lines if line[0] == "Q")
    return decided, attitudes


def events(found: list[tuple[int, bytes]]) -> list[tuple[str, dict]]:
    return [(records.LAYOUTS[kind][0], records.unpack(kind, body)) for kind, body in found]


@pytest.mark.req("REPLAY-1", "SENSE-4")
@pytest.mark.needs("moves_sensors", "has_prompt")
def test_image_unix_port_and_host_agree_bit_for_bit(brace, body, prompt, clock, tmp_path, measure):
    prompt.enter()
    prompt.start(WATCH)
    brace.wait_ready()
    brace.config_set({"cue_dwell_s": 3, "cue_gap_s": 5, "epoch_s": 10})
    brace.record_raw(2 * SECONDS)
    body.play(MOTION)
    clock.run(SECONDS)
    brace.record_raw(0)
    reading = brace.read_log()
    prompt.enter()
    seen = bytes.fromhex(prompt.run("print(quats.hex())", timeout=30))

    assert not reading.damage
    run = logged.runs(reading)[-1]
    outcome = logged.replay(run)
    assert outcome.identical, str(outcome.difference)
    measure("replayed", outcome.seconds, "s", low=SECONDS - 1)
    kinds = {kind for kind, _ in run.decided}
    assert {records.EPOCH, records.POSTURE, records.CUE, records.RESPONSE} <= kinds
    measure("records", outcome.compared, "records", low=15)

    assert len(seen) >= 32 * len(run.chunks) > 0
    for interpreter in (UNIX, sys.executable):
        decided, attitudes = rerun(interpreter, run, tmp_path)
        decided = [item for item in decided if item[0] in kinds]
        assert events(decided) == events(run.decided[: len(decided)])
        assert len(decided) == outcome.compared
        assert attitudes == seen[: len(attitudes)], "an attitude differs"
        assert len(attitudes) == 32 * len(run.chunks)
    measure("attitudes", 2 * len(run.chunks), "quaternions", low=500)


@pytest.mark.req("REPLAY-1")
@pytest.mark.needs("moves_sensors")
def test_what_the_brace_decided_comes_out_of_a_replay_again(brace, body, clock, measure):
    """On whatever rig: the whole firmware, its own log, the host's replay."""
    brace.config_set({"cue_dwell_s": 3, "cue_gap_s": 5, "epoch_s": 5})
    brace.record_raw(60)
    body.play("0 stand\n+3 slouch 30\n+9 upright\n+3 lean right 25\n+6 end\n")
    clock.run(22)
    brace.record_raw(0)
    run = logged.runs(brace.read_log())[-1]
    outcome = logged.replay(run)
    assert outcome.identical, str(outcome.difference)
    measure("records", outcome.compared, "records", low=6)
