"""Gaps: told by the brace with their length, or worked out where it could not know it."""

import plumbcore
import pytest
from brace import records as layouts
from plumbcore.flash import MemoryFlash
from plumbline import segments
from plumbline.gaps import gap_seconds

UTC = 1_772_438_400_000


def gap(log, t_cs, cause, length_cs):
    log.append(layouts.GAP, 1, t_cs, layouts.pack(layouts.GAP, cause, 0, length_cs))


@pytest.mark.parametrize("dated", [True, False])
def test_a_lost_supply_lasted_since_the_record_before(dated):
    flash = MemoryFlash(16)
    log = plumbcore.Log(flash, "PB-1")
    log.anchor(0, UTC)
    log.append(layouts.WEAR, 1, 6000, b"\1\0")
    gap(log, 7000, layouts.GAP_OVERRUN, 230)
    log.flush()
    log = plumbcore.Log(flash, "PB-1")
    gap(log, 100, layouts.GAP_POWER, 0)
    if dated:
        # The host tells the time after the start: that dates what came before, too.
        log.append(layouts.TIME, 1, 300, layouts.pack(layouts.TIME, UTC + 602_000, 0))
    log.close()
    reading = segments.read_partition(bytes(flash.data))
    found = {record.fields["cause"]: length
             for record, length in gap_seconds(reading, segments.Clock(reading)).items()}
    # The record before the cut is that of 60 s; gaps do not count.
    assert found == {layouts.GAP_OVERRUN: 2.3, layouts.GAP_POWER: 540.0 if dated else None}
