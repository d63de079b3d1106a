"""The task that plays vibration patterns, burst by burst, without waiting."""

import plumbport

from brace.exercise.terms import GUIDE
from brace.haptics import PROMPT

# Strength of a cue -> bursts and pauses in ms, a burst first; 0 stands for the settable length.
CUES = ((), (0,), (0, 200, 0), (0, 200, 0, 200, 0))
# Patterns for guidance (docs/wearer.md explains them to the wearer).
CONFIRM = (80,)
ATTENTION = (80, 120, 80)
TROUBLE = (400, 200, 400)
PATTERNS = (CONFIRM, ATTENTION, TROUBLE) + CUES[1:]
# What an exercise says, by its code (brace.exercise.terms) less the first one: out, back, begin,
# end of a set, all done, out of the band, stopped, that set again with more care.
_LED = (
    (60,),
    (40, 80, 40),
    (80, 120, 80, 120, 250),
    (300,),
    (300, 150, 300),
    (30, 50, 30, 50, 30),
    TROUBLE,
    (300, 150, 40, 80, 40),
)


class Tactor:
    """`play` begins a pattern, replacing the one under way.

    on_burst(ms, short): a burst of `ms` begins, `short` less than was asked for because the hard
    cap has cut it.  While `quiet` no cue is given.
    """

    name = "tactor"

    def __init__(self, config, wake, on_burst):
        self._config = config
        self._wake = wake
        self._on_burst = on_burst
        self.quiet = False
        self._pattern = ()
        self._index = 0
        self.short = 0

    def play(self, pattern):
        """Begins a pattern; () stops.  Returns how long it lasts, in ms."""
        self._pattern = pattern
        self._index = 0
        self._wake(self)
        own = self._config["cue_ms"]
        return sum([ms or own for ms in pattern])

    def cue(self, strength):
        """Plays the cue of a strength from 1 to 3, the prompt, or what an exercise says."""
        if self.quiet:
            return
        if strength == PROMPT:
            self.play(TROUBLE)
        else:
            self.play(CUES[strength] if strength < GUIDE else _LED[strength - GUIDE])

    def recover(self):
        """Stops."""
        self._pattern = ()
        plumbport.motor(0, 0)

    def step(self, now):
        """Plays the next burst or waits out the next pause."""
        if self._index >= len(self._pattern):
            return 1000
        ms = self._pattern[self._index] or self._config["cue_ms"]
        if self._index & 1 == 0:
            level = self._config["cue_level"]
            lasts = plumbport.motor(level, ms) if level else 0
            if lasts < ms and level:
                # The hard cap has cut it short; the pattern goes on in silence.
                self.short += 1
            if level:
                self._on_burst(lasts, ms - lasts)
        self._index += 1
        return ms
