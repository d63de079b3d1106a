"""The sensor model gives the same bytes wherever it runs: emulator's host or unix port."""


def test_both_pythons_give_the_same_samples(both):
    on_micropython, on_cpython = both("imu_model")
    assert on_micropython == on_cpython
    assert on_cpython.count("\n") == 60
