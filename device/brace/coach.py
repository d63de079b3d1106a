"""Leads the wearer through the plan that the brace keeps, with a host or without one.

A session is the plan's exercises in turn.  Three presses of the button, or a host, begin it; what
happens within an exercise is the engine's (brace.exercise.engine), which the pipeline runs so that
a replay does the same.  Between two exercises there is a pause to get into place.
"""

from plumbcore import crc32

from brace import faults, pipeline, records, tactor
from brace.compat import const
from brace.exercise import planned, terms

_PAUSE_BLOCKS = const(8 * 10)
# After these nobody is there to go on, or the sensors began anew.
_GIVES_UP = (terms.NOT_READY, terms.LOST)


class Coach:
    """`plan`: the checked bytes of the stored plan, b"" without one; `crc` theirs; tell() is
    called when something about the exercise has changed."""

    def __init__(self, app, tell):
        self._app = app
        self._tell = tell
        self.plan = b""
        self.crc = 0
        self._next = self._end = 0
        self._go_at = 0
        self._was_on = False
        raw, damaged = app.store.load_plan()
        try:
            if raw:
                planned.check(raw)
                self._take(raw)
        except planned.PlanError:
            damaged = True
        if damaged:
            app.fault(faults.PLAN_DAMAGED, 0)

    def _take(self, raw):
        self.plan = raw
        self.crc = crc32(raw)

    def keep(self, raw):
        """Stores a plan; b"" takes it away.  Raises PlanError and OSError."""
        if raw:
            planned.check(raw)
        self._app.store.store_plan(raw)
        self.stop()
        self._take(raw)
        self._app.record(
            records.PLAN,
            records.pack(
                records.PLAN,
                self.crc,
                planned.revision(raw) if raw else 0,
                planned.count(raw) if raw else 0,
            ),
        )

    # -- a session -------------------------------------------------------------------------

    @property
    def on(self):
        """Whether a session is under way."""
        return self._next < self._end or self._app.pipeline.exercises.on

    def begin(self, first, count):
        """Begins with a row of the plan, for so many rows.  False if there is nothing to do."""
        if not self.plan or not self._app.pipeline.sensors or count < 1:
            return False
        self._end = min(planned.count(self.plan), first + count)
        self._next = first
        self._go_at = self._app.pipeline.block
        return first < self._end

    def begin_row(self, row):
        """One exercise outside any plan."""
        self._next = self._end = 0
        self._app.pipeline.exercise(row, 0)
        self._was_on = True

    def stop(self):
        """Ends the session."""
        self._next = self._end = 0
        if self._app.pipeline.exercises.on:
            self._say(self._app.pipeline.input(pipeline.STOP, 0))

    def skip(self):
        """Ends a set or a rest; between exercises, the pause."""
        line = self._app.pipeline
        if line.exercises.on:
            self._say(line.input(pipeline.SKIP, 0))
        else:
            self._go_at = line.block

    def _say(self, code):
        if code:
            self._app.tactor.cue(code)
        self._tell(code)

    def update(self, said):
        """After each chunk, with what it made the brace say."""
        line = self._app.pipeline
        on = line.exercises.on
        if self._was_on and not on:
            if line.exercises.ended in _GIVES_UP:
                self._next = self._end = 0
            self._go_at = line.block + _PAUSE_BLOCKS
        self._was_on = on
        if said >= terms.GUIDE:
            self._tell(said)
        if not on and self._next < self._end and line.block >= self._go_at:
            row = planned.row(self.plan, self._next)
            self._next += 1
            line.exercise(row, self.crc)
            self._was_on = True
            self._tell(0)

    # -- the button ------------------------------------------------------------------------

    def press(self, presses):
        """Short presses in a row.  Returns whether they were meant for the exercises."""
        if presses == 3:
            if self.on:
                self.stop()
            elif not self.begin(0, planned.MAX_ITEMS):
                self._app.tactor.play(tactor.TROUBLE)
            else:
                self._app.tactor.play(tactor.ATTENTION)
            return True
        if presses == 1 and self.on:
            self.skip()
            return True
        return False
