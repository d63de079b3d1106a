"""Power fails in the middle of any flash command: what was flushed is there after the next start,
at most what was not yet is gone, and the log says that there was a gap.

How many cuts: PLUMBLINE_CUTS (25); `make soak` tries 200.
"""

import os
import random

import pytest
from brace import records
from brace.board import flashmap
from kept import Kept
from plumbline import bulk
from plumbline.device import Brace
from plumbline.errors import LinkError
from plumbline.pull import pull
from plumbline.segments import RAW, SUMMARY, chunks
from plumbline.store.segments import Store

CUTS = int(os.environ.get("PLUMBLINE_CUTS", "25"))
SERIAL = "PB-CUT"
EPOCH_MS = 1_760_000_000_000
# Commands come until power fails; so many flash operations happen well before they run out.
STEPS, OPERATIONS = 60, 35
_SETTLE_S = 0.03
# Old contents where segments go: there is room, but none that is blank.
JUNK = b"\x5a" * 16

pytestmark = [
    pytest.mark.needs("edits_flash", "cuts_power", "emulated_core"),
    pytest.mark.setup(boot=False),
]


class Wearing:
    """Drives the brace and keeps what it has promised."""

    def __init__(self, brace, clock, chance):
        self.brace, self.clock, self.chance = brace, clock, chance
        self.sent: list[int] = []  # times told, each a record of its own
        self.safe = 0  # how many of them had been flushed for certain
        self.dwells = [brace.config()["values"]["cue_dwell_s"]]
        self.samples = 0.0  # seconds of raw samples that are safe

    def _time(self):
        self.sent.append(EPOCH_MS + 1000 * len(self.sent))
        self.brace.time_set(self.sent[-1])

    def _config(self):
        self.dwells.append(10 + len(self.dwells))
        self.brace.config_set({"cue_dwell_s": self.dwells[-1]})

    def _raw(self):
        self.brace.record_raw(60)
        # The sensors begin anew, and what they give at first is dropped.
        self.clock.run(0.8)
        self.brace.record_raw(0)
        self.clock.run(_SETTLE_S)
        self.brace.ping()
        self.samples += 0.25

    def _fetch(self):
        for stream in (SUMMARY, RAW):
            listed = bulk.listing(self.brace.link, stream, close=True)
            bulk.acknowledge(self.brace.link, stream, listed.next // 2)

    def step(self):
        action = self.chance.choices((self._time, self._config, self._raw, self._fetch),
                                     (6, 1, 1, 1))[0]  # fmt: skip
        action()
        self.clock.run(_SETTLE_S)
        self.brace.ping()
        self.safe = len(self.sent)


def until_the_cut(wearing) -> bool:
    """Wears the brace until it falls silent; whether it did."""
    for _ in range(STEPS):
        try:
            wearing.step()
        except LinkError:
            return True
    return False


def unexplained(damage):
    """What a cut write does not explain.  A raw segment is one commit of many pages: where it was
    cut, nothing behind it tells a cut from damage, and the reader says so."""
    return [d for d in damage
            if d.kind != "cut" and not (d.stream == RAW and "cut while written" in d.text)]


def fetch(rig, store):
    return pull(lambda: Brace.open(Kept(rig.line)), store, set_clock=False, patience_s=0)


@pytest.mark.parametrize("number", range(CUTS))
def test_what_was_flushed_survives_a_cut_in_any_flash_command(
    rig, brace, clock, power, flash, tmp_path, pytestconfig, measure, number
):
    chance = random.Random(f"{pytestconfig.option.hil_seed}/cut/{number}")
    if number % 2:
        for sector in range(4, 40):
            flash.write(flashmap.LOG + sector * flashmap.SECTOR, JUNK)
    rig.boot()
    brace.wait_ready()
    brace.provision(SERIAL)
    wearing = Wearing(brace, clock, chance)
    operation = chance.randrange(1, OPERATIONS)
    flash.cut_in(operation)
    assert until_the_cut(wearing), "power never failed"
    measure("cut_operation", operation, "")

    # The next start; in every third test power fails in that as well.
    power.off()
    clock.run(0.5)
    if number % 3 == 0:
        flash.cut_in(1 + number // 3 % 3)
        power.on()
        clock.run(2.0)
        power.off()
    power.on()
    before = brace.wait_ready()
    assert before.serial == SERIAL
    clock.run(0.5)
    assert brace.config()["values"]["cue_dwell_s"] in wearing.dwells[-2:]

    store = Store(tmp_path / "store")
    result = fetch(rig, store)
    reading = store.latest(SERIAL).read()
    assert unexplained(reading.damage) == []
    assert result.damage == [str(d) for d in reading.damage if d.kind != "cut"]
    told = [r.fields["utc_ms"] for r in reading.records if r.type == records.TIME]
    assert told == wearing.sent[: len(told)], "a record is missing in the middle, or made up"
    assert len(told) >= wearing.safe, "a flushed record is gone"
    assert len(wearing.sent) - len(told) <= 1, "more than what was not flushed is gone"
    causes = [r.fields["cause"] for r in reading.records
              if r.type == records.GAP and r.boot == before.boot]  # fmt: skip
    assert records.GAP_POWER in causes, "the gap is not in the log"
    seconds = sum(len(c.s) for c in chunks(reading)) / 104
    assert seconds >= wearing.samples, "safe raw samples are gone"
    assert result.gaps >= 1 and result.left_bytes == 0
    again = fetch(rig, store)
    assert again.raw_segments == 0 and again.records <= 1, "what is stored came once more"
