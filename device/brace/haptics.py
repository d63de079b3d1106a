"""When to nudge, and what became of it: the governor of the vibration motor.

A cue is given when a posture has stayed outside the wearer's band for the dwell time; not during
an intentional bend (further than `bend_cdeg`), movement, quiet hours or a snooze, not sooner after
the last one than the gap, and not above the day's budget.  Cues fade as weeks go by: the dwell
grows and the budget shrinks by `fade_pct` a week, because feedback that never ends is leaned on.
A cue that is not answered is followed by a stronger one; after the third the governor lets go
until the wearer has moved out of the posture by themselves.

Counts in blocks (125 ms), so that a replay of the same blocks gives the same cues.
"""

from brace.compat import const
from brace.posture import EXTENDED, FLEXED, LEFT, RIGHT, SLOUCHED

# Outcomes of a cue.
CORRECTED = const(1)
IGNORED = const(2)
SNOOZED = const(3)

# Not a cue: the brace itself needs a hand (it sits wrong, or wants a new calibration).
PROMPT = const(4)

OUTCOMES = ("none", "corrected", "ignored", "snoozed")

BLOCKS_PER_S = const(8)
_ANSWER_BLOCKS = const(120)
_STRONGEST = const(3)
_DAY_BLOCKS = const(24 * 3600 * BLOCKS_PER_S)
_CUED = (FLEXED, EXTENDED, LEFT, RIGHT, SLOUCHED)


class Governor:
    """`block` says when to vibrate.  on_cue(number, posture, strength, dwell_ds, value, threshold)
    and on_response(number, outcome, after_ds) are called as things happen."""

    def __init__(self, config, on_cue, on_response):
        self._config = config
        self._on_cue = on_cue
        self._on_response = on_response
        self._posture = 0
        self._blocks = 0
        self._outside = 0
        self._since_cue = _DAY_BLOCKS
        self._waiting = 0
        self._strength = 0
        self._snooze = 0
        self._given = 0
        self._day = 0
        self.number = 0
        self.paused = False

    def snooze(self):
        """The wearer wants quiet for a while.  Returns for how many minutes."""
        minutes = self._config["snooze_min"]
        self._snooze = minutes * 60 * BLOCKS_PER_S
        if self._waiting:
            self._answer(SNOOZED)
        return minutes

    def _answer(self, outcome):
        after = _ANSWER_BLOCKS - self._waiting
        self._waiting = 0
        if outcome != IGNORED:
            self._strength = 0
        self._on_response(self.number, outcome, after * 10 // BLOCKS_PER_S)

    def hushed(self, minute):
        """Whether nothing at all is to be felt: switched off, paused, snoozed, quiet hours."""
        config = self._config
        return not config["cue_on"] or self.paused or self._snooze > 0 or self._quiet(minute)

    def _quiet(self, minute):
        if minute < 0:
            return False
        start, end = self._config["quiet_from_min"], self._config["quiet_to_min"]
        if start <= end:
            return start <= minute < end
        return minute >= start or minute < end

    def _allowed(self, minute, week):
        config = self._config
        if self._waiting or self.hushed(minute):
            return False
        if self._since_cue < config["cue_gap_s"] * BLOCKS_PER_S or self._strength >= _STRONGEST:
            return False
        faded = 100 + config["fade_pct"] * week
        return self._given < config["cue_daily"] * 100 // faded

    def _pass_time(self):
        self._since_cue += 1
        if self._snooze:
            self._snooze -= 1
        self._day += 1
        if self._day >= _DAY_BLOCKS:
            self._day = 0
            self._given = 0
        if self._waiting:
            self._waiting -= 1
            if not self._waiting:
                self._answer(IGNORED)

    def block(self, posture, value, threshold, minute, week, moves=False, held=0):
        """One block: the posture, the angle beyond the band and its threshold in cdeg, the minute
        of the day (-1 unknown), the week of the programme, whether the wearer moves just now (the
        posture may be about to change, so a cue that is due waits), and for how many blocks a
        posture that is new had been so before it was told.  Returns the strength of the cue to
        give now, 0 for none."""
        self._pass_time()
        outside = posture in _CUED and value < self._config["bend_cdeg"]
        if not outside or posture != self._posture:
            if self._waiting and posture not in _CUED:
                self._answer(CORRECTED)
            if not outside:
                self._strength = 0
            self._outside = held
        self._posture = posture
        if not outside:
            return 0
        self._outside += 1
        faded = 100 + self._config["fade_pct"] * week
        dwell = self._config["cue_dwell_s"] * BLOCKS_PER_S * faded // 100
        if self._outside < dwell or moves or not self._allowed(minute, week):
            return 0
        self._strength += 1
        self._given += 1
        self.number = (self.number + 1) & 0xFFFF
        self._since_cue = 0
        self._waiting = _ANSWER_BLOCKS
        self._on_cue(
            self.number,
            posture,
            self._strength,
            self._outside * 10 // BLOCKS_PER_S,
            value,
            threshold,
        )
        return self._strength
