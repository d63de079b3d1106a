"""Log and parameter copies through the MicroPython bindings: equal to the host's."""

import pytest


def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("logring")
    assert on_micropython == on_cpython
    assert "wiped" in on_cpython and on_cpython.count("\n") > 30


@pytest.mark.req("SENSE-5")
def test_steady_state_allocates_nothing(micropython):
    grown, raw, summary, digests, more = micropython("logring_alloc").split()
    assert raw == summary == more == "True"
    assert grown == digests == "0"


def test_what_the_brace_seals_the_clinic_opens(micropython, tmp_path):
    from plumbline import segments
    from plumbline.trust.keys import Keys
    from plumbline.trust.opening import Opening

    keys = Keys(tmp_path)
    point = keys.point(keys.create("clinic").id)
    flash = bytes.fromhex("".join(micropython("sealring", point.hex()).split()))
    assert len(flash) == 24 * 4096 and b"wearer" not in flash
    sectors = [flash[at:at + 4096] for at in range(4 * 4096, len(flash), 4096)]
    read = [segments.read_segment(sector, opening=Opening(keys)) for sector in sectors]
    reading = segments.collect(s for s in read if isinstance(s, segments.Segment))
    assert reading.damage == []
    assert [r.body for r in reading.records] == [b"wearer %04d" % n for n in range(180)]
    assert sum(len(c.s) for c in segments.chunks(reading)) == 3600
    points = {s.data[76:108] for s in reading.segments[0]}
    assert len(points) == 3
