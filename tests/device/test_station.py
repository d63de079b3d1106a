"""The production station from the command line, on the unix port."""

import json
import subprocess
import sys

import pytest
from plumbline.virtual.unixport import UnixBraceError, find_binary


@pytest.mark.slow
@pytest.mark.req("REC-3")
def test_a_brace_goes_through_the_station(tmp_path):
    try:
        find_binary()
    except UnixBraceError as error:
        pytest.skip(str(error))
    done = subprocess.run(
        [sys.executable, "-m", "plumbline", "hil", "station", "--brace", "unix", "--yes",
         "--serial", "PB-0042", "--signed-by", "A. Turing", "--out", tmp_path],
        capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PB-0042: PASSED" in done.stderr and "gyr_noise_S" in done.stdout
    (kept,) = tmp_path.glob("station-*/serials/PB-0042.json")
    record = json.loads(kept.read_text())
    assert record["verdict"] == "passed" and record["signed_off_by"] == "A. Turing"
    measured = {m["name"] for test in record["tests"] for m in test["measures"]}
    assert {"answer", "battery", "offset_L", "acc_noise_S", "flash_faults"} <= measured
    assert record["tests"][0]["brace"]["calibration"] == 0
    page = kept.with_suffix(".html").read_text()
    assert "A. Turing" in page and "gyr_noise_L" in page and "1 to 44" in page
