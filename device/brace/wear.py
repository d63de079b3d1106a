"""Whether the brace is on a body at all.

A body never keeps as still as a table: breathing alone turns the trunk by some tenths of a degree
a second.  In bins of 30 s the largest and smallest mean angular rate of the blocks are kept for
each axis; while all three differ by less than STILL_CDPS nothing breathes.  Two minutes of such
bins and the brace is off; a minute of others and it is on again.  In a hand or a bag it moves as
well: that it is on somebody is presumed.

Of 20 people lying, sitting and standing still (HAPT) the quietest ten seconds ranged over 73
cdeg/s on one axis; a part on a table shows its noise only, 13 at most in hours of the model in
normal mode.
"""

from brace.compat import const
from brace.fields import RATE

OFF = const(0)
ON = const(1)

# Causes of a change.
STILL = const(1)
MOVED = const(2)

# Range of a bin's block means, cdeg/s.
STILL_CDPS = const(30)
_BIN_BLOCKS = const(240)
_OFF_BINS = const(4)
_ON_BINS = const(2)
_FAR = const(1 << 30)


class Wear:
    """`block` for each block; `state` is OFF or ON.  on_change(state, cause, blocks): it has
    changed, so many blocks ago."""

    def __init__(self, on_change):
        self._on_change = on_change
        self._low = [0, 0, 0]
        self._high = [0, 0, 0]
        self.restart()

    def restart(self):
        """Presumes that the brace is worn."""
        self.state = ON
        self._bins = 0
        self._clear()

    def _clear(self):
        self._n = 0
        for k in range(3):
            self._low[k] = _FAR
            self._high[k] = -_FAR

    def block(self, blocks, at):
        """One block's movement fields, blocks[at:]."""
        self._n += 1
        # Half a second apart is often enough for breathing.
        if self._n & 3:
            return
        low, high = self._low, self._high
        for k in range(3):
            rate = blocks[at + RATE + k]
            if rate < low[k]:
                low[k] = rate
            if rate > high[k]:
                high[k] = rate
        if self._n < _BIN_BLOCKS:
            return
        still = True
        for k in range(3):
            if high[k] - low[k] >= STILL_CDPS:
                still = False
        self._clear()
        # Bins in a row that speak against the present state.
        self._bins = self._bins + 1 if still == (self.state == ON) else 0
        needed = _OFF_BINS if self.state == ON else _ON_BINS
        if self._bins >= needed:
            self._bins = 0
            self.state = OFF if still else ON
            self._on_change(self.state, STILL if still else MOVED, needed * _BIN_BLOCKS)
