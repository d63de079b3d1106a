"""Runs exercises: takes position, counts or times, guides by vibration, records what came of it.

Pure: blocks and raw chunks come in, records and codes of what to vibrate come out.  An exercise is
a row of a plan (brace.exercise.planned); what it means stands in the library.  Each set goes
through the same steps: the wearer takes the starting position and is still, a pattern begins the
set, what is watched depends on the kind (doers.py), a pattern ends it, a rest follows.
"""

from brace import records
from brace.compat import const
from brace.exercise import library, planned
from brace.exercise.counting import Counting
from brace.exercise.finding import Finding
from brace.exercise.holding import Holding, Pacing, Standing
from brace.exercise.results import Results
from brace.exercise.signals import Signals
from brace.exercise.terms import (
    ANY,
    DONE,
    EACH,
    HOLD,
    LEFT,
    LIMIT,
    LOST,
    NOT_READY,
    REPOSITION,
    REPS,
    RIGHT,
    SAY_AGAIN,
    SAY_BEGIN,
    SAY_END,
    SAY_FINISHED,
    SAY_STOPPED,
    SIDE_NONE,
    SKIPPED,
    STANCE,
    SUMMARY,
    TIMER,
)

# States.
OFF = const(0)
PREPARE = const(1)
SETTLE = const(2)
RUN = const(3)
REST = const(4)

STATES = ("off", "prepare", "settle", "run", "rest")

_STILL_BLOCKS = const(12)
_PATIENCE_BLOCKS = const(8 * 120)
# After the pattern that begins a set the sensors have to come to rest.
_SETTLE_BLOCKS = const(8)
_GOOD_SHARE_PCT = const(80)


class Engine:
    """emit(kind, body) takes records.  `state` is one of STATES; `exercise` the library's entry
    under way, `set_number` (from 0) of `sets`; `ended` how the last one came to its end."""

    def __init__(self, emit):
        self._emit = emit
        self.signals = Signals()
        self.results = Results(emit)
        self._doers = {}
        self._rates = (0, 0)
        self._alignment = (None, None)
        self.state = OFF
        self.exercise = None
        self.row = None
        self.ended = DONE
        self.sets = self.set_number = 0
        self.blocks = 0
        self._lead = 0

    def pipeline_began(self, sensors, rates, alignment):
        """The pipeline begins anew with these sensors (bits 1 S, 2 L), rates (S, L; mHz) and
        alignments (each four Q30 or None): an exercise under way is lost."""
        if self.state:
            self._leave(0, LOST)
        self._rates = rates
        self._alignment = alignment
        self.blocks = self._lead = 0
        if sensors:
            self.signals.begin(sensors, rates[0] or rates[1])

    @property
    def on(self):
        """Whether an exercise is under way."""
        return self.state != OFF

    # -- beginning and ending ----------------------------------------------------------------

    def start(self, row):
        """Begins an exercise; one under way is given up first."""
        if self.state:
            self._leave(self.blocks, SKIPPED)
        self.row = row
        self.exercise = library.by_id(row[planned.EXERCISE])
        each = self.exercise[library.SIDES] == EACH
        side = row[planned.SIDE]
        self._sides = (LEFT, RIGHT)[side - 1 : side] if side else (LEFT, RIGHT)
        self.sets = row[planned.SETS] * (len(self._sides) if each else 1)
        self._each = each
        self.set_number = 0
        self._prepare()

    def skip(self):
        """The wearer or the host ends this set; a rest is ended as well.  Returns what to say."""
        if self.state == REST:
            self._prepare()
            return 0
        return self._finish(SKIPPED) if self.state in (RUN, SETTLE) else self._give_up(SKIPPED)

    def stop(self):
        """Ends the exercise.  Returns what to say."""
        return self._give_up(SKIPPED)

    def tap(self):
        """The wearer marks pain."""
        if self.state == RUN:
            self._doer.pain()

    def _prepare(self):
        self.state = PREPARE
        self.signals.getting_ready = True
        self._waited = self._still = 0

    def _side(self):
        return self._sides[self.set_number % len(self._sides)] if self._each else SIDE_NONE

    def _leave(self, block, why):
        """Records what there is of a set that ends early, and is off."""
        if self.state in (RUN, SETTLE):
            self._doer.finish(block, why)
        self.state = OFF
        self.ended = why

    def _give_up(self, why):
        if not self.state:
            return 0
        if self.state == PREPARE:
            self.results.begin(self.exercise[library.ID], self.set_number, self._side())
            self.results.finish(self.blocks, why, 0)
        self._leave(self.blocks, why)
        return SAY_STOPPED

    # -- steps -------------------------------------------------------------------------------

    def feed(self, s, n_s, l, n_l):  # noqa: E741
        """The raw samples of a chunk, before its blocks."""
        self._lead += n_s if self._rates[0] else n_l
        if self.state == RUN:
            self._doer.feed(s, n_s, l, n_l)

    def block(self, blocks, at):
        """One block, at its place in what the pipe wrote.  Returns what to say, or 0."""
        self.blocks += 1
        if not self.state:
            return 0
        self.signals.block(blocks, at)
        if self.state == RUN:
            return self._run()
        if self.state == PREPARE:
            return self._ready()
        self._waited += 1
        if self.state == SETTLE and self._waited > _SETTLE_BLOCKS:
            self.state = RUN
            self.signals.getting_ready = False
            self.signals.zero()
            self._doer.begin()
        elif self.state == REST and self._waited > self.row[planned.REST_S] * 8:
            self._prepare()
        return 0

    def _ready(self):
        signals, start = self.signals, self.exercise[library.START]
        self._waited += 1
        if self._waited > _PATIENCE_BLOCKS:
            return self._give_up(NOT_READY)
        here = start == ANY or signals.position == start
        if not (here and signals.still and signals.converged):
            self._still = 0
            return 0
        self._still += 1
        if self._still < _STILL_BLOCKS:
            return 0
        self.state = SETTLE
        self._waited = 0
        self._doer = self._take_doer()
        self.results.begin(self.exercise[library.ID], self.set_number, self._side())
        self._doer.prepare(self.exercise, self.row, self._side())
        return SAY_BEGIN

    def _take_doer(self):
        kind = self.exercise[library.KIND]
        if kind not in self._doers:
            self._doers[kind] = _DOERS[kind](self)
        return self._doers[kind]

    def _run(self):
        say = self._doer.block()
        if self._doer.ended:
            return self._finish(self._doer.ended)
        return say

    def _finish(self, why):
        self._doer.finish(self.blocks, why)
        self.ended = why
        if why == LIMIT:
            self.state = OFF
            return SAY_STOPPED
        self.set_number += 1
        if self.set_number >= self.sets:
            self.state = OFF
            return SAY_FINISHED
        self.state = REST
        self._waited = 0
        results = self.results
        well = results.good * 100 >= results.done * _GOOD_SHARE_PCT
        if self.row[planned.FEEDBACK] == SUMMARY and not well:
            return SAY_AGAIN
        return SAY_END

    # -- for the doers -----------------------------------------------------------------------

    def rate(self, sensor):
        """The sampling rate of a sensor, mHz; 0: not there."""
        return self._rates[sensor]

    def alignment(self, sensor):
        """Its attitude sensor <- segment; unturned when not calibrated."""
        return self._alignment[sensor] or (1 << 30, 0, 0, 0)

    def samples_since(self, blocks_ago_q8, sensor):
        """How many samples of a sensor came since an instant, in 1/256 blocks before the end of
        the present one."""
        lead = self._rates[0] or self._rates[1]
        # Of the chunk some samples may lie behind this block.
        behind = self._lead - 13 * self.blocks
        return (behind + (13 * blocks_ago_q8 >> 8)) * (self._rates[sensor] // 1000) // (
            lead // 1000)  # fmt: skip

    def emit(self, kind, *values):
        """Writes a record."""
        self._emit(kind, records.pack(kind, *values))


_DOERS = {REPS: Counting, HOLD: Holding, TIMER: Pacing, STANCE: Standing, REPOSITION: Finding}
