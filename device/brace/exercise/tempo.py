"""Paces an exercise with ticks of the motor: pause, out, hold, back."""

from brace.compat import const
from brace.exercise.terms import SAY_BACK, SAY_TICK

_PAUSE_BLOCKS = const(8)

# Phases.
PAUSE = const(0)
OUT = const(1)
HOLD = const(2)
BACK = const(3)
OVER = const(4)


def blocks(ds):
    """Tenths of a second in blocks, rounded."""
    return (ds * 8 + 5) // 10


class Tempo:
    """`block` counts one block and gives what to say, or 0; `phase` is what is due now, `cycles`
    how many have ended."""

    def begin(self, out_ds, hold_ds, back_ds, again):
        """Durations in tenths of a second, all 0: no pacing.  again: cycle after cycle; else the
        next one is begun by this."""
        self._out = _PAUSE_BLOCKS + blocks(out_ds)
        self._hold = self._out + blocks(hold_ds)
        self._back = self._hold + blocks(back_ds)
        self._again = again
        self.on = self._back > _PAUSE_BLOCKS
        self._at = 0
        self.phase = PAUSE
        self.cycles = 0

    def block(self):
        """One block passes."""
        if not self.on or self.phase == OVER:
            return 0
        at = self._at
        self._at = at + 1
        if at < _PAUSE_BLOCKS:
            self.phase = PAUSE
        elif at < self._out:
            self.phase = OUT
        elif at < self._hold:
            self.phase = HOLD
        else:
            self.phase = BACK
        if self._at == self._back:
            self.cycles += 1
            self._at = 0
            if not self._again:
                self.phase = OVER
        if at == _PAUSE_BLOCKS and self._out > _PAUSE_BLOCKS:
            return SAY_TICK
        return SAY_BACK if at == self._hold and self._back > self._hold else 0
