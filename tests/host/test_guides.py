"""The guides in docs: every console block runs, as it stands there, on a scripted brace with a
library; what takes the real firmware is in docs/sessions (test_sessions.py).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from brace import commands
from brace.config import SETTINGS
from plumbline import image
from plumbline.replay import writer
from plumbline.store.segments import Store
from test_flash import make_image
from test_replay import record
from test_sessions import matches, steps
from test_store import fill

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted(
    path for path in (ROOT / "docs").glob("*.md") if "```console" in path.read_text("utf-8")
)


@pytest.fixture
def workplace(tmp_path, home, brace):
    """A brace on a cable, a checkout with a built image, a library with three days of it and one
    recording that can be replayed; the environment to run commands in."""
    served = brace("brace", serial="PB-0007")
    flexion = writer.day(60)
    writer.write(served.peer.log, writer.bends(0.5 * flexion), writer.bends(flexion))
    served.peer.config = {name: default for name, default, _, _ in SETTINGS}
    tested = {"sensor_s": {"ok": True, "gravity_mg": 1001}}
    served.peer.handlers[commands.SELFTEST] = lambda v: tested
    built = tmp_path / "build" / "firmware"
    built.mkdir(parents=True)
    (built / "plumbline-rp2040.uf2").write_bytes(image.to_uf2(make_image()))
    store = Store(home / "data" / "store")
    return served, store, {**os.environ, "COLUMNS": "100",
                           "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.slow
@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.stem)
def test_a_guide(path, workplace, tmp_path):
    served, store, environment = workplace
    if path.stem == "clinic":
        fill(store, "PB-0007", days=3, hours=1.0)
    elif path.stem == "qa":
        record(store, "PB-0007", seconds=60)
    for command, expected in steps(path.read_text("utf-8")):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=60)  # fmt: skip
        assert matches(expected, done.stdout), f"$ {command}\n{done.stdout}\nnot\n{expected}"


def test_there_are_guides_for_those_who_need_them():
    assert {"bench-engineer", "clinic", "qa"} <= {path.stem for path in GUIDES}


def test_the_wearers_page_says_what_the_firmware_does():
    """Its numbers are the firmware's defaults, its buzzes and presses the firmware's."""
    page = (ROOT / "docs" / "wearer.md").read_text("utf-8")
    defaults = {name: default for name, default, _, _ in SETTINGS}
    assert defaults["snooze_min"] == 30 and "quiet for 30 minutes" in page
    night = (defaults["quiet_from_min"], defaults["quiet_to_min"])
    assert night == (22 * 60, 7 * 60) and "from 10 p.m. to 7 a.m." in page
    assert defaults["cue_ms"] == 250 and "one buzz of a quarter of a second" in page
    source = (ROOT / "device" / "brace" / "attend.py").read_text("utf-8")
    held = {"_CALIBRATE_MS": "hold 3 seconds", "_RESTART_MS": "hold 10 seconds"}
    for name, words in held.items():
        (ms,) = re.findall(rf"^{name} = const\((\d[\d_]*)\)", source, re.M)
        assert f"hold {int(ms) // 1000} seconds" == words and words in page
    lights = {"_FINE": (1, 20), "_ONE_SENSOR": (2, 20), "_LOW": (2, 200), "_TROUBLE": (3, 400)}
    for name, (blinks, lit) in lights.items():
        (pattern,) = re.findall(rf"^{name} = \(([\d, ]+)\)", source, re.M)
        times = [int(ms) for ms in pattern.split(",")]
        assert len(times) == 2 * blinks and set(times[::2]) == {lit}, name
    tactor = (ROOT / "device" / "brace" / "tactor.py").read_text("utf-8")
    for pattern in ("CONFIRM = (80,)", "ATTENTION = (80, 120, 80)", "TROUBLE = (400, 200, 400)",
                    "CUES = ((), (0,), (0, 200, 0), (0, 200, 0, 200, 0))"):  # fmt: skip
        assert pattern in tactor, "what the wearer feels has changed: docs/wearer.md"
