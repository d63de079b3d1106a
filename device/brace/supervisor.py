"""Runs the tasks in turn, sleeps in between, and feeds the watchdog only while all are well.

A task is an object with `name`, `step(now) -> ms until it wants to run again`, and `recover()`.
A step that raises is a fault: it is reported, the task recovers and goes on a little later; one
that keeps failing is given up, unless it is vital, when the brace restarts by no longer feeding
the watchdog.  A step that never returns is ended by the watchdog itself.
"""

from brace.compat import const

_RETRY_MS = const(500)
_GIVE_UP_AFTER = const(8)
# A task that asks for nothing is still looked at so often.
_IDLE_MS = const(1000)


class Entry:
    """The supervisor's notes about one task."""

    def __init__(self, task, vital, number):
        self.task = task
        self.vital = vital
        self.number = number
        self.due = 0
        self.failures = 0
        self.given_up = False


class Supervisor:
    """now(): ms; sleep(ms); feed(); report(name, error): called for each fault; running(number):
    told which task runs, for who finds the brace hung, 0 when none does.  A task that has been
    given up stays the last that was told of."""

    def __init__(self, now, sleep, feed, report, running=lambda number: None):
        self._now = now
        self._sleep = sleep
        self._feed = feed
        self._report = report
        self._running = running
        self.entries = []
        # The first vital entry that has been given up.
        self._lost = None

    def add(self, task, vital=True, number=0):
        """Adds a task; it runs in the next turn."""
        self.entries.append(Entry(task, vital, number))

    def wake(self, task):
        """Makes a task run in the next turn."""
        for entry in self.entries:
            if entry.task is task:
                entry.due = 0

    def _step(self, entry, now):
        self._running(entry.number)
        try:
            delay = entry.task.step(now)
            entry.failures = 0
        except Exception as error:
            entry.failures += 1
            self._report(entry.task.name, error)
            delay = _RETRY_MS * entry.failures
            if entry.failures >= _GIVE_UP_AFTER:
                entry.given_up = True
                if entry.vital and self._lost is None:
                    self._lost = entry
                return
            try:
                entry.task.recover()
            except Exception as second:
                self._report(entry.task.name, second)
        entry.due = now + delay

    def given_up(self):
        """The entry of a vital task that is no longer run, or None."""
        return self._lost

    def healthy(self):
        """Whether every vital task is still being run."""
        return self.given_up() is None

    def turn(self):
        """Runs what is due, feeds the watchdog if all is well, and sleeps until the next."""
        now = self._now()
        soonest = now + _IDLE_MS
        for entry in self.entries:
            if entry.given_up:
                continue
            if entry.due <= now:
                self._step(entry, now)
            if entry.due < soonest:
                soonest = entry.due
        lost = self.given_up()
        if lost is None:
            self._feed()
        self._running(lost.number if lost else 0)
        self._sleep(soonest - self._now())
