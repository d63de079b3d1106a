"""Sway and smoothness through the MicroPython bindings: equal to the host's, bit for bit."""


def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("balance")
    assert on_micropython == on_cpython
    assert on_cpython.count("\n") > 70


def test_steady_state_allocates_nothing(micropython):
    assert micropython("balance_alloc") == "0\n"
