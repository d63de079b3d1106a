"""Arithmetic on whole numbers that several parts of the exercises need."""


def root(x):
    """floor(sqrt(x)), x >= 0, by Newton from above."""
    if x < 1:
        return 0
    guess = 1
    while guess * guess <= x:
        guess <<= 1
    while True:
        better = (guess + x // guess) >> 1
        if better >= guess:
            return guess
        guess = better


class Mean:
    """Mean and spread of numbers as they come."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Forgets all."""
        self.n = self._sum = self._square = 0

    def add(self, x):
        """One more."""
        self.n += 1
        self._sum += x
        self._square += x * x

    @property
    def mean(self):
        """Rounded down; 0 without numbers."""
        return self._sum // self.n if self.n else 0

    @property
    def deviation(self):
        """The standard deviation (n - 1); 0 with fewer than two."""
        if self.n < 2:
            return 0
        return root(max(0, (self._square - self._sum * self._sum // self.n) // (self.n - 1)))
