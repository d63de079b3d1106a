"""The wire's C through the MicroPython bindings: equal to the host's, without allocation."""


def test_both_bindings_say_the_same(both):
    on_micropython, on_cpython = both("frames")
    assert on_micropython == on_cpython
    assert on_cpython.count("\n") > 100


def test_steady_state_allocates_nothing(micropython):
    assert micropython("frames_alloc") == "0\n"
