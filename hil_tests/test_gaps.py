"""What was not recorded is told, and who has to do something about a full log is told as well."""

import pytest
from brace import records
from chip import fill_log
from plumbline import bulk, segments


def gaps(brace, cause):
    return [fields for fields in brace.logged(records.GAP) if fields["cause"] == cause]


def test_a_sensor_that_was_away_leaves_a_gap_of_that_length(brace, flash_bus, clock):
    clock.run(2)
    flash_bus.detach("L")
    clock.run(4)
    flash_bus.attach("L")
    clock.run(24)
    lost = [0, 0]
    for gap in gaps(brace, records.GAP_SENSOR):
        lost[gap["sensor"]] += gap["length_cs"]
    # The other one begins anew with it, twice, and what it says until it has settled is dropped.
    assert 350 < lost[1] < 1500 and 0 < lost[0] < 100


@pytest.mark.needs("fast_time", "sees_led", "edits_flash")
def test_the_light_asks_the_wearer_to_have_a_full_log_fetched(power, flash, brace, led, clock):
    def flashes():
        begun = clock.now()
        clock.run(20)
        return len([pulse for pulse in led.pulses(begun) if pulse.ms < 100])

    power.off()
    fill_log(flash)
    power.on()
    brace.wait_ready()
    clock.run(40)
    assert flashes() >= 12, "four in five seconds"
    bulk.acknowledge(brace.link, segments.SUMMARY, 1 << 30)
    clock.run(40)
    assert flashes() <= 5, "one in five seconds"
