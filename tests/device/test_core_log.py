"""Log and parameter copies through the MicroPython bindings: equal to the host's."""

import pytest


def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("logring")
    assert on_micropython == on_cpython
    assert "wiped" in on_cpython and on_cpython.count("\n") > 30


@pytest.mark.req("SENSE-5")
def test_steady_state_allocates_nothing(micropython):
    grown, raw, summary = micropython("logring_alloc").split()
    assert raw == summary == "True"
    assert grown == "0"
