"""The same image and the same seed give the same records, bit for bit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What says when, where and how long (docs/hil.md).
OF_THE_RUN = {"run.json", "junit.xml", "report.html"}


def records(folder, seed):
    """What a run of a test on both simulated rigs keeps, by path."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "hil_tests/test_smoke.py",
         "-k", "clock_is_unknown", "--timeout", "0", "--brace", "virtual", "--brace", "unix",
         "--hil-seed", str(seed), "--hil-out", folder, "--hil-run", "now"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    kept = folder / "now"
    return {
        str(path.relative_to(kept)): path.read_bytes()
        for path in kept.rglob("*")
        if path.is_file() and path.name not in OF_THE_RUN
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.req("REC-2")
def test_a_seed_gives_its_records_again(tmp_path):
    first, second = records(tmp_path / "one", 7), records(tmp_path / "two", 7)
    assert json.loads(first["results.json"])["summary"]["failed"] == 0
    assert sum(name.endswith("device.log") for name in first) == 2
    assert first == second
