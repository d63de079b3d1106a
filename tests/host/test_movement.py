"""What the decision modules make of block values whose truth is known (device/brace)."""

import pytest
from brace import activity, mount, records
from brace.bends import Bends
from brace.rhythm import NO_LAG, Rhythm
from brace.sitting import Sitting


def bend(module, peak, blocks=16, rest=8):
    """Goes to `peak` cdeg and back in `blocks` each, then rests."""
    path = [peak * i // blocks for i in range(1, blocks + 1)]
    path += path[-2::-1] + [0] * rest
    last = 0
    for flexion in path:
        module.block(flexion, (flexion - last) * 8)
        last = flexion
    return path


@pytest.mark.req("POST-5")
def test_bends_count_in_the_highest_bin_they_reach():
    found = []
    bends = Bends(lambda *values: found.append(values))
    for peak in (1900, 2500, 5000, 6100, 9500):
        bend(bends, peak)
    assert [values[0] for values in found] == [0, 1, 2, 3]
    assert bends.counts == [1, 1, 1, 1]
    assert [values[3] for values in found] == [2500, 5000, 6100, 9500]
    # 9500 cdeg in 16 blocks of 125 ms.
    assert found[-1][4] == pytest.approx(95 * 100 / 2, rel=0.02)
    assert bends.fast == 0


def test_a_fast_bend_is_told_and_a_shiver_is_no_bend():
    found = []
    bends = Bends(lambda *values: found.append(values))
    bend(bends, 6000, blocks=4)
    assert bends.fast == 1 and found[0][4] > 6000
    for flexion in (0, 2100, 0, 0):
        bends.block(flexion, 0)
    assert len(found) == 1


@pytest.mark.req("POST-5")
def test_the_dose_is_flexion_beyond_twenty_degrees_times_time():
    bends = Bends(lambda *values: None)
    for flexion in [5000] * 80 + [0]:
        bends.block(flexion, 0)
    assert bends.dose == 30 * 10


def test_rhythm_knows_who_moves_when():
    found = []
    rhythm = Rhythm(lambda *values: found.append([list(v) if isinstance(v, list) else v
                                                  for v in values]))

    def pelvis(trunk):
        """None of the first 30 degrees, all of the next 30, half of the rest."""
        return 0 if trunk < 3000 else trunk - 3000 if trunk < 6000 else 3000 + (trunk - 6000) // 2

    down = list(range(0, 9001, 150))
    for trunk in [0] * 8 + down + down[::-1] + [0] * 8:
        rhythm.block(trunk, pelvis(trunk))
    (start, spread, lag, going, coming), = found
    # Neutral follows the wearer a little as the bend begins.
    assert spread == pytest.approx(9000, abs=60)
    assert going == pytest.approx([1000, 0, 500], abs=40)
    assert coming == pytest.approx([500, 0, 1000], abs=40)
    # 3 degrees of lumbar movement come 30 degrees, 20 blocks, before 3 of the pelvis.
    assert lag == pytest.approx(20 * 125, abs=130)


def test_rhythm_tells_no_lag_of_onsets_that_belong_to_no_common_movement():
    found = []
    rhythm = Rhythm(lambda start, spread, lag, down, up: found.append(lag))
    # The pelvis stands tilted for a minute before the bend; then it does not move at all.
    for trunk, pelvis in [(0, 0)] * 8 + [(500, 450)] * 480 + [(6000, 3000), (0, 0)]:
        rhythm.block(trunk, pelvis)
    for trunk in [0] * 80 + [2000, 4000, 6000, 0]:
        rhythm.block(trunk, 0)
    assert found == [NO_LAG, NO_LAG]


def test_rhythm_takes_whatever_comes():
    rhythm = Rhythm(lambda *values: records.pack(
        records.RHYTHM, 0, values[0], values[1], values[2],
        *(max(-32768, min(32767, share)) for share in [*values[3], *values[4]])))
    for trunk in (0, 13990, 0, 18000, 0, -18000, 17000, 100, 0, 4000, 0):
        for pelvis in (0, -18000, 18000):
            rhythm.block(trunk, pelvis)


def test_sitting_bouts_outlast_short_breaks():
    found = []
    sitting = Sitting(lambda *values: found.append(values))
    for doing, seconds in ((activity.SIT, 600), (activity.STAND, 5), (activity.SIT, 300),
                           (activity.WALK, 60), (activity.SIT, 30)):
        for _ in range(seconds):
            sitting.second(doing)
    assert found == [(905, activity.WALK)]
    assert (sitting.longest_s, sitting.breaks, sitting.stand_ups) == (905, 1, 2)
    assert sitting.bout_s == 30 and sitting.seconds[activity.SIT] == 930


def test_confidence_follows_the_margin():
    assert [activity.confidence(m) for m in (0, 32, 96, 10_000)] == [50, 73, 95, 100]


def test_unknown_until_something_is_known():
    doing = activity.Activity()
    assert (doing.live, doing.settled) == (activity.UNKNOWN, activity.UNKNOWN)


@pytest.mark.parametrize("turn", [(1 << 30, 0, 0, 0), (0, 1 << 30, 0, 0), (1 << 29,) * 4,
                                  (759250125, 0, 759250125, 0)])
def test_products_of_turns_and_their_inverses_are_nothing(turn):
    w, x, y, z = turn
    back = mount.product(turn, (w, -x, -y, -z))
    assert back == pytest.approx((1 << 30, 0, 0, 0), abs=4)


def test_square_roots_are_whole_and_exact():
    for n in (0, 1, 2, 3, 4, 15, 16, 17, 10**12 - 1, 10**12, 2**61 + 12345):
        root = mount.isqrt(n)
        assert root * root <= n < (root + 1) ** 2


def test_tables_say_what_they_were_trained_on():
    from brace import tables_activity, tables_lifts

    for module, name in ((tables_activity, "HAPT"), (tables_lifts, "SisFall")):
        assert name in module.ABOUT and "20 people" in module.ABOUT
        assert "leave one person out" in module.ABOUT
    assert len(tables_activity.GROUP) == 2 * 5 * 37
    assert len(tables_activity.CHANGE) == 2 * 6 * 26
    assert len(tables_lifts.STYLE) == 2 * 2 * 3
