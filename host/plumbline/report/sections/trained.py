"""The wearer's exercises: what each is for, how much was done, how well, in plain words."""

from __future__ import annotations

from brace.exercise.terms import FLAG_NAMES

from plumbline.report import charts, words
from plumbline.report.course import Trained
from plumbline.report.html import Section, escape, paragraph

_MEANING = dict(FLAG_NAMES)
# Days that "lately" means.
_LATELY = 3


def drawing(trained: Trained) -> str:
    """All repetitions over the days; "" where there is nothing to draw."""
    what = trained.what
    if what.kind != "reps":
        return ""
    days = [
        (day, [(rep.extent, rep.good) for one in sets for rep in one.repetitions])
        for day, sets in trained.days().items()
    ]
    days = [(day, reps) for day, reps in days if reps]
    if len(days) < 2:
        return ""
    return charts.repetitions(days, what.title, what.unit, what.band)


def _lately(trained: Trained) -> list[str]:
    days = list(trained.days().values()) or [list(trained.sets)]
    recent = [one for sets in days[-_LATELY:] for one in sets]
    if recent[0].held:
        inside = sum(one.held.inside_s for one in recent)
        asked = sum(one.seconds for one in recent)
        said = [f"For {words.duration(inside)} of the last {words.duration(asked)} you held it as "
                "meant."]  # fmt: skip
    elif recent[0].errors:
        errors = [abs(e) for one in recent for e in one.errors]
        said = [f"You found the position again to within {sum(errors) / len(errors):.1f}°."]
    else:
        done, good = sum(one.done for one in recent), sum(one.good for one in recent)
        said = [f"{good} of your last {done} were just as meant."] if done else []
    faults: dict[str, int] = {}
    for one in recent:
        for name, n in one.faults().items():
            if name != "pain":
                faults[name] = faults.get(name, 0) + n
    if faults:
        worst = max(faults, key=faults.get)
        said.append(f"What to look at: {_MEANING[worst]} ({words.times(faults[worst])}).")
    return said


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or not course.trained:
        return None
    cards = []
    for trained in course.trained:
        what = trained.what
        cards.append(
            f"<article><h3>{escape(what.title)}</h3>"
            + paragraph(what.purpose, kind="note")
            + drawing(trained)
            + paragraph(*_lately(trained))
            + "</article>"
        )
    key = (
        '<ul class="legend"><li><svg class="keymark"><circle class="rep good" cx="7" cy="7" '
        'r="3"/></svg>as meant</li><li><svg class="keymark"><circle class="rep faulty" cx="7" '
        'cy="7" r="3"/></svg>with something to look at</li><li><svg class="keymark"><rect '
        'class="target" x="1" y="2" width="12" height="10"/></svg>where it should reach</li></ul>'
    )
    body = key + f'<div class="grid">{"".join(cards)}</div>'
    return Section("wearer", "Your exercises", body)
