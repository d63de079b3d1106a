"""Many days of wear on the unix port (plumbline.hil.days): what counts as trouble."""

import pytest
from brace import records
from brace.board import flashmap
from plumbcore import Log
from plumbcore.flash import MemoryFlash
from plumbline import segments
from plumbline.hil import days
from plumbline.virtual.unixport import UnixBraceError, find_binary


def judged(blocks, **values):
    """The trouble with a log that has epochs at these blocks."""
    partition = MemoryFlash(flashmap.LOG_LEN // 4096)
    log = Log(partition, "DAYS")
    start = records.pack(records.START, 3, 1, 60, 104000, 104000, 0, 0, 0, 0, 0)
    log.append(records.START, 1, 0, start)
    for block in blocks:
        body = records.pack(records.EPOCH, block, 480, 1, 5, 99, 0, *[0] * 5, 0, 0, 0, 1)
        log.append(records.EPOCH, 1, round(block * 12.5), body)
    log.flush()
    outcome = days.Outcome(**{"seconds": 600, "heap": [89_000, 90_000], **values})
    days._judge(outcome, [], segments.read_partition(bytes(partition.data)).records)
    return outcome


def test_a_sound_run_has_no_trouble():
    outcome = judged(range(480, 4801, 480))
    assert outcome.trouble == [] and outcome.epochs == 10


@pytest.mark.parametrize("values, say", [
    ({"heap": [80_000, 85_000]}, "heap"), ({"drift_s": 0.6}, "clock"), ({"seconds": 900}, "end"),
])  # fmt: skip
def test_leaks_drift_and_an_early_end_are_trouble(values, say):
    (trouble,) = judged(range(480, 4801, 480), **values).trouble
    assert say in trouble


def test_a_missed_epoch_is_trouble():
    blocks = [b for b in range(480, 4801, 480) if b != 1440]
    assert judged(blocks).trouble == ["an epoch is missing before block 1920"]


@pytest.mark.slow
def test_a_quarter_of_an_hour_over_the_wrap():
    try:
        find_binary()
    except UnixBraceError as error:
        pytest.skip(str(error))
    outcome = days.run(0.011, "tour", ticks_ms=2**30 - 300_000, tell=lambda text: None)
    assert outcome.trouble == [] and outcome.wrapped and outcome.epochs >= 14
