"""The plan in force, what waits for a decision, and what was decided."""

from __future__ import annotations

from plumbline.clinic import conditions, exercises
from plumbline.report import words
from plumbline.report.course import Course
from plumbline.report.html import Section, paragraph, table

_LAST = 8


def _plan_rows(course: Course) -> list[list[str]]:
    rows = []
    for item in course.plan.items:
        what = item.exercise
        dose = (f"{item.sets} × {item.hold_s} s" if what.kind in ("hold", "stance")
                else f"{item.sets} × {item.reps}")  # fmt: skip
        levels = ", ".join(
            f"{axis} {item.level(axis)} of {what.top(axis)}"
            for axis in ("load", "complexity", "balance") if what.top(axis)
        )
        rows.append([what.title, dose, f"{item.per_week} a week" if item.per_week else "paused",
                     levels or "–", item.feedback, f"by {item.locked}" if item.locked else "–"])
    return rows


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or course.plan is None:
        return None
    plan = course.plan
    if plan.stopped:
        state = f"Stopped: {plan.stopped}"
    elif plan.approved:
        state = (f"Revision {plan.revision}, approved by {plan.approval.by} on "
                 f"{words.date(plan.approval.at)}.")  # fmt: skip
    else:
        state = f"Revision {plan.revision}, not approved: it has no effect."
    body = paragraph(state, kind="warn" if plan.stopped else "")
    body += table(["Exercise", "Dose", "How often", "Levels", "Feedback", "Locked"],
                  _plan_rows(course), "The plan", wide=True)  # fmt: skip
    if course.waiting and course.waiting.proposals:
        body += "<h3>Proposed, waiting for a therapist</h3>" + table(
            ["Exercise", "Proposal", "Because"],
            [[exercises.get(p.exercise).title, p.action, p.because]
             for p in course.waiting.proposals],
            "Proposals",
            wide=True,
        )
    decided = [e for e in course.decisions if e.what != "proposed"][-_LAST:]
    if decided:
        body += "<h3>Decisions</h3>" + table(
            ["When", "Who", "What", "Detail"],
            [[f"{words.date(e.at)}, {e.at:%H:%M}", e.by, e.what, _detail(e.detail)]
             for e in decided],
            "Decisions",
            wide=True,
        )
    known = ", ".join(conditions.CONDITIONS)
    note = paragraph(
        f"Conditions that a profile may name ({known}) are cautious defaults for a therapist to "
        "look at. Proposals come from fixed rules and take effect only on a named therapist's "
        "word.", kind="note",
    )  # fmt: skip
    return Section("clinic", "Plan and decisions", body + note)


def _detail(detail: dict) -> str:
    shown = {k: v for k, v in detail.items() if k not in ("digest", "sha256") and v}
    return "; ".join(
        f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in shown.items()
    )
