"""The clinical page's weeks: wear, adherence, quality, pain, each with its number."""

from __future__ import annotations

from plumbline.clinic.change import estimate
from plumbline.clinic.progress import ADHERENT
from plumbline.report import words
from plumbline.report.course import Course, Week, median
from plumbline.report.html import Section, paragraph, table


def _row(week: Week, today) -> list[str]:
    days = len([d for d in week.days if d <= today])
    hours = list(week.worn.values())
    low, high = words.wilson(week.done, week.planned) if week.planned else (0, 0)
    pain = median(week.pain)
    wear, spread = "–", "–"
    if hours:
        e = estimate(hours)
        wear = f"{e.mean:.1f}"
        spread = "–" if e.low is None else f"{max(0.0, e.low):.1f} to {e.high:.1f}"
    done = f"{week.done} done" if week.done else "–"
    if week.planned and week.done <= week.planned:
        share = 100 * week.done / week.planned
        done = f"{share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
    return [
        f"Week\u00a0{week.number}", f"{len(hours)} of {days}", wear, spread,
        f"{week.done} of {week.planned}" if week.planned else "–",
        done,
        f"{words.percent(week.good, week.reps)} of {week.reps}" if week.reps else "–",
        f"{pain:.1f} (n {len(week.pain)})" if pain is not None else "–",
    ]  # fmt: skip


def _sentence(course: Course) -> str:
    over = [w for w in course.weeks if w.days[-1] < course.today]
    done, planned = sum(w.done for w in over), sum(w.planned for w in over)
    if not planned:
        return "No whole week is over yet."
    share = done / planned
    verdict = "at or above" if share >= ADHERENT else "below"
    return (f"{done} of {planned} planned sessions in the weeks that are over ({100 * share:.0f} "
            f"%), {verdict} the {100 * ADHERENT:.0f} % that studies commonly call adherent.")


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or course.plan is None:
        return None
    weeks = [week for week in course.weeks if not week.ahead]
    head = ["Week", "Days worn", "Worn, h a day", "95 % interval", "Sessions", "Done (95 %)",
            "Free of faults", "Pain, median"]  # fmt: skip
    body = paragraph(_sentence(course)) + table(
        head, [_row(week, course.today) for week in weeks], "Wear, adherence and pain by week",
        wide=True,
    )
    note = paragraph(
        "Hours are the mean over days on which the brace was worn; of this log's brace only. A "
        "session counts as done from half of its sets on. Free of faults: of repetitions, or of "
        "seconds held. Pain: averages of a day told in the diary, 0 to 10. Single days and weeks "
        "go up and down; recovery is not linear.", kind="note",
    )  # fmt: skip
    where = "over" if course.over else f"week {course.week} of {course.plan.weeks}"
    return Section("clinic", f"Programme, {where}", body + note)
