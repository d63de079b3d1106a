"""What an epoch of the log says: the commonest posture and activity, and the numbers behind."""

from brace import records
from brace.activity import LIE, TO, UNKNOWN
from brace.compat import const
from brace.posture import NAMES

_BLOCKS_PER_S = const(8)
_LIMIT = const(32767)


def _commonest(counts):
    best = 0
    for i in range(len(counts)):
        if counts[i] > counts[best]:
            best = i
    return best


def _short(value):
    """Held within an int16."""
    return max(-_LIMIT, min(_LIMIT, value))


class Epoch:
    """Gathers blocks and emits one record for every `epoch_s` seconds of them."""

    def __init__(self, config, emit):
        # A change of settings begins a new run, with a new Epoch.
        self._full = config["epoch_s"] * _BLOCKS_PER_S
        self._emit = emit
        self._counts = [0] * len(NAMES)
        self._doing = [0] * (LIE + 1)
        self._steps = 0
        self._clear()

    def _clear(self):
        for i in range(len(self._counts)):
            self._counts[i] = 0
        for i in range(len(self._doing)):
            self._doing[i] = 0
        self._blocks = 0
        self._flexion = self._lateral = self._lumbar = self._dynamic = 0
        self._low = _LIMIT
        self._high = -_LIMIT
        self._worn = 0
        self.cues = 0

    def block(self, block, posture, angles, lumbar, movement):
        """One block: its number, the posture, the trunk's angles, the lumbar flexion, and what
        the wearer does (movement.Movement)."""
        flexion = angles[0]
        self._counts[posture] += 1
        self._doing[TO[movement.activity.live] if movement.worn else UNKNOWN] += 1
        self._worn += movement.worn
        self._blocks += 1
        self._flexion += flexion
        self._lateral += angles[1]
        self._lumbar += lumbar
        self._dynamic += angles[4]
        if flexion < self._low:
            self._low = flexion
        if flexion > self._high:
            self._high = flexion
        if self._blocks >= self._full:
            self._finish(block, movement.steps)

    def _finish(self, block, steps):
        counts, n = self._counts, self._blocks
        posture = _commonest(counts)
        steps, self._steps = steps - self._steps, steps
        self._emit(
            records.EPOCH,
            records.pack(
                records.EPOCH,
                block,
                n,
                posture,
                _commonest(self._doing),
                counts[posture] * 100 // n,
                0,
                _short(self._flexion // n),
                _short(self._low),
                _short(self._high),
                _short(self._lateral // n),
                _short(self._lumbar // n),
                min(self._dynamic // n, 65535),
                steps,
                min(self.cues, 255),
                2 * self._worn >= n,
            ),
        )
        self._clear()
