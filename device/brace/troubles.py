"""Notes faults in the log without filling it: what keeps coming back is counted, and told now and
then.

The first of a kind is told at once.  Should it come again, the next is told after ten seconds,
then twenty, up to an hour; a kind that has stayed away for as long as its present pause begins
anew.  What cannot be told because the log is not there waits.
"""

from brace.compat import const

_PAUSE_MS = const(10_000)
_PAUSE_MAX_MS = const(3_600_000)
_COUNT_MAX = const(65535)


class _Trouble:
    """One kind of fault: how often it came since it was last told, and when that was."""

    def __init__(self):
        self.count = 0
        self.value = 0
        self.told_at = None
        self.seen_at = 0
        self.pause = _PAUSE_MS


class Troubles:
    """now(): ms.  tell(code, value, count) -> whether it could be told."""

    def __init__(self, now, tell):
        self._now = now
        self._tell = tell
        self._kinds = {}

    def note(self, code, value, kind=0):
        """A fault has happened; `kind` tells those apart that have one code (two sensors)."""
        now = self._now()
        key = code << 8 | kind & 0xFF
        trouble = self._kinds.get(key)
        if trouble is None:
            trouble = self._kinds[key] = _Trouble()
        elif now - trouble.seen_at > 2 * trouble.pause:
            trouble.pause = _PAUSE_MS
            trouble.told_at = None
        trouble.seen_at = now
        trouble.value = value
        trouble.count = min(trouble.count + 1, _COUNT_MAX)
        self._try(code, trouble, now)

    def _try(self, code, trouble, now):
        if trouble.told_at is not None:
            if now - trouble.told_at < trouble.pause:
                return
            trouble.pause = min(2 * trouble.pause, _PAUSE_MAX_MS)
        if self._tell(code, trouble.value, trouble.count):
            trouble.count = 0
            trouble.told_at = now

    def update(self):
        """To be called now and then: tells what has waited long enough."""
        now = self._now()
        for key, trouble in self._kinds.items():
            if trouble.count:
                self._try(key >> 8, trouble, now)
