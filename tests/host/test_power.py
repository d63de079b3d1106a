"""The power model: its arithmetic, and that the brace's budget holds."""

import pytest
from plumbline.power import BUS_FRACTION, SOURCES, budget


def test_a_sleeping_brace_without_sensors():
    found = budget(0.0, 0.0, sensors=0)
    sleep, led = SOURCES["sleep"][0], SOURCES["led"][0] * 0.02 / 5
    assert found.total == pytest.approx(sleep + led)
    assert found.hours == pytest.approx(180 / (sleep + led))


def test_each_consumer_adds_its_part():
    base = budget(0.02, 2.0)
    assert budget(0.05, 2.0).total - base.total == pytest.approx(0.03 * (30.0 - 1.5))
    assert budget(0.02, 38.0).total - base.total == pytest.approx(0.8)
    # A sensor less, and a share of the bus in which the core sleeps instead.
    saved = 0.4 + BUS_FRACTION * (13.0 - 1.5)
    assert base.total - budget(0.02, 2.0, sensors=1).total == pytest.approx(saved)


@pytest.mark.req("POWER-1")
def test_two_days_on_the_cell_at_the_highest_awake_time_allowed():
    # 60 cues of half a second in a day of 12 h.
    assert budget(0.03, 2.5).hours >= 48


@pytest.mark.parametrize("bad", [(-0.1, 0), (1.1, 0), (0.1, -1), (0.99, 0)])
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match="fraction"):
        budget(*bad)


def test_every_figure_names_its_source():
    assert all(len(source) > 20 for _, source in SOURCES.values())
