"""Pipe, windows and scores through the MicroPython bindings: equal to the host's, bit for bit."""


def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("movement")
    assert on_micropython == on_cpython
    assert on_cpython.count("\n") > 40


def test_steady_state_allocates_nothing(micropython):
    assert micropython("movement_alloc") == "0\n"
