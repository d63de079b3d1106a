"""Leading a screen when the brace does not play along; the whole of it is in hil_tests."""

from types import SimpleNamespace

import pytest
from brace import commands
from brace.exercise import terms
from plumbline.clinic import screen, screening
from plumbline.errors import NoAnswer


class Scripted:
    """A brace that sends these events, None for silence, and keeps what it was asked."""

    def __init__(self, *events):
        self.asked = []
        self._events = list(events)
        self.link = SimpleNamespace(forget_events=lambda: None, decode=lambda event: event.state)

    def exercise(self, do, **values):
        self.asked.append(do)

    def event(self, timeout):
        return self._events.pop(0) if self._events else None


def said(code, on=True, command=commands.EXERCISE, **state):
    return SimpleNamespace(command=command, state={"said": code, "on": on, "ended": "done",
                                                   "done": 0, "good": 0, **state})  # fmt: skip


def test_a_silent_brace_is_stopped_and_no_longer_watched():
    brace = Scripted(said(terms.SAY_BEGIN), None)
    with pytest.raises(NoAnswer):
        list(screening.lead(brace))
    assert brace.asked == ["watch", "start", "stop", "watch"]


def test_the_sets_of_an_item_are_added_up_and_other_events_passed_over():
    brace = Scripted(
        said(terms.SAY_BEGIN), said(0, command=commands.LIVE),
        said(terms.SAY_END, done=3, good=2), said(terms.SAY_BEGIN),
        said(terms.SAY_FINISHED, on=False, done=3, good=3),
    )
    first = next(screening.lead(brace))
    assert (first.name, first.done, first.good, first.ended) == ("squat", 6, 5, "done")


def test_an_item_that_is_stopped_leaves_the_others():
    stopped = said(terms.SAY_STOPPED, on=False, done=1, good=1, ended="skipped")
    brace = Scripted(*[stopped] * len(screen.ITEMS))
    ended = [item.ended for item in screening.lead(brace)]
    assert ended == ["skipped"] * len(screen.ITEMS) and brace.asked[-1] == "watch"
