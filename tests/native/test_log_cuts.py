"""Power cuts at every flash operation of scripted runs and of every recovery (log_cuts.c)."""

import subprocess

import pytest

CORES = ("pl_log*.c", "pl_segment.c", "pl_flash.c", "pl_crc.c", "pl_ra*.c", "pl_pack.c",
         "pl_version.c")
# Modes add up: acknowledgements are rare, so that segments are given up; the log is sealed;
# segments are left to become full.
FILL, SEAL, FULL = 1, 2, 4
# seed, steps, sectors, mode
FAST = [(1, 300, 12, 0), (2, 400, 8, FILL), (3, 300, 9, SEAL), (4, 400, 8, SEAL + FILL)]
SLOW = [(3, 400, 9, 0), *((seed, 1200, 8 + seed % 9, seed % 8) for seed in range(8, 16))]


def run(c_program, tried, *args: int) -> dict[str, int]:
    program = c_program("log_cuts", *CORES)
    done = subprocess.run([str(program), *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.split()
    counts = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    tried("power cuts during logging", counts["cuts"])
    tried("power cuts during recovery", counts["recovery_cuts"])
    return counts


@pytest.mark.slow
@pytest.mark.req("LOG-1")
@pytest.mark.parametrize("args", FAST)
def test_every_flushed_record_survives_every_cut(c_program, tried, args):
    counts = run(c_program, tried, *args)
    assert counts["cuts"] > 500 and counts["recovery_cuts"] > 500
    assert counts["records_checked"] > 50_000
    if args[3] & FILL:
        assert counts["lost_summary"] > 0 and counts["raw_refused"] > 0, "never was full"


@pytest.mark.slow
def test_what_is_flushed_when_a_sealed_segment_is_full_survives_too(c_program, tried):
    counts = run(c_program, tried, 5, 300, 9, FULL + SEAL)
    assert counts["moved"] > 0, "never went on in another segment"


@pytest.mark.slow
@pytest.mark.parametrize("args", SLOW)
def test_long_runs(c_program, tried, args):
    counts = run(c_program, tried, *args)
    assert counts["cuts"] + counts["recovery_cuts"] > 3000
