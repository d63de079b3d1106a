"""Leading a wearer through the movement screen: its items one after the other, and their outcome.

    for outcome in lead(brace, tell=print):
        outcome.title, outcome.good, outcome.done

The brace measures and logs; scores come from the log (plumbline.clinic.screen), after a pull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from brace import commands
from brace.exercise import terms

from plumbline.clinic import exercises, screen
from plumbline.device import Brace
from plumbline.errors import NoAnswer

# The longest silence: an item says when it begins, each of its sets when it ends.  A virtual
# brace's time may pass much more slowly than ours.
SILENCE_S = 300.0
VIRTUAL_SILENCE_S = 3000.0
_SET_OVER = (terms.SAY_END, terms.SAY_AGAIN, terms.SAY_FINISHED, terms.SAY_STOPPED)


@dataclass(frozen=True)
class Outcome:
    """How an item went, by what the brace says at once.  done, good: repetitions or holds of
    all its sets; ended: how the last one did, one of brace.exercise.terms.END_NAMES."""

    name: str
    done: int
    good: int
    ended: str

    @property
    def title(self) -> str:
        return exercises.get(self.name).title


def lead(
    brace: Brace,
    tell: Callable[[str], None] = lambda text: None,
    act: Callable[[str], None] = lambda name: None,
    silence_s: float = SILENCE_S,
) -> Iterator[Outcome]:
    """Runs each item of the screen on the brace; yields its outcome when it is over.

    tell(text): called with what the wearer is to do.  act(name): makes a virtual wearer do it.
    Raises NoAnswer when the brace falls silent, after having stopped the exercise.
    """
    brace.link.forget_events()
    brace.exercise("watch", on=True)
    try:
        for number, (name, row) in enumerate(screen.rows(), 1):
            what = exercises.get(name)
            sides = " The left side first, then the right." if what.sides == terms.EACH else ""
            tell(f"{number} of {len(screen.ITEMS)}: {what.title}. {what.how}{sides}")
            brace.exercise("start", row=row)
            act(name)
            yield _outcome(name, brace, silence_s)
    finally:
        brace.exercise("watch", on=False)


def _outcome(name: str, brace: Brace, silence_s: float) -> Outcome:
    """Follows an item until it is over."""
    done = good = 0
    try:
        while True:
            event = brace.event(silence_s)
            if event is None:
                raise NoAnswer("the brace fell silent during the screen",
                               "Wake it and begin the screen again")
            if event.command != commands.EXERCISE:
                continue
            state = brace.link.decode(event)
            if state["said"] in _SET_OVER:
                done += state["done"]
                good += state["good"]
            if not state["on"]:
                return Outcome(name, done, good, state["ended"])
    except (KeyboardInterrupt, NoAnswer):
        brace.exercise("stop")
        raise
