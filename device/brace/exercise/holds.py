"""A position held: time within the band, breaks, drift, unrest."""

from array import array

from brace.compat import const
from brace.exercise.whole import root

# The band lies about the mean of the first blocks.
_REFERENCE = const(8)
# So long outside makes a break, and so long ends the hold.
_BREAK = const(4)
_GIVE_UP = const(24)
# Drift is between the means of so many blocks at the beginning and at the end.
_SPAN = const(16)


class Hold:
    """`block` takes the held signal and the angular rate; `outside`, `broke`, `failed` tell what
    is now, the other attributes what has been."""

    def __init__(self):
        self._recent = array("i", bytes(4 * _SPAN))
        self.begin(-1, 1)

    def begin(self, low, high):
        """The band about where the hold begins."""
        self._low, self._high = low, high
        self._reference = self._first = self._since = 0
        self._sum = self._sum_square = self._rate = 0
        self.blocks = self.inside = self.breaks = 0
        self.outside = self.broke = self.failed = False
        self.furthest = 0

    def block(self, x, rate_mdps):
        """One block."""
        n = self.blocks
        self.broke = False
        if n < _REFERENCE:
            self._reference += x
        middle = self._reference // min(n + 1, _REFERENCE)
        away = x - middle
        if n < _SPAN:
            self._first += x
        self._recent[n % _SPAN] = x
        self.blocks = n + 1
        # About the middle, so that squares stay small.
        self._sum += away
        self._sum_square += away * away // 100
        self._rate += rate_mdps // 10
        if abs(away) > abs(self.furthest):
            self.furthest = away
        if self._low <= away <= self._high:
            self.inside += 1
            self._since = 0
            self.outside = self.failed = False
            return
        self._since += 1
        self.outside = self._since >= _BREAK
        self.failed = self._since >= _GIVE_UP
        if self._since == _BREAK:
            self.breaks += 1
            self.broke = True

    @property
    def drift(self):
        """The mean at the end less that at the beginning; 0 before both are apart."""
        if self.blocks < 2 * _SPAN:
            return 0
        return (sum(self._recent) - self._first) // _SPAN

    @property
    def unrest(self):
        """Root mean square of the signal about its mean."""
        n = self.blocks
        if not n:
            return 0
        mean = self._sum // n
        return root(max(0, self._sum_square * 100 // n - mean * mean))

    @property
    def rate(self):
        """Mean of the blocks' root mean square angular rate, mdps."""
        return self._rate * 10 // self.blocks if self.blocks else 0

