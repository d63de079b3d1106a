"""The wearer's programme: the calendar of weeks, where they stand, what comes."""

from __future__ import annotations

from plumbline.report import charts, words
from plumbline.report.course import Course
from plumbline.report.html import Section, paragraph


def _sentences(course: Course) -> list[str]:
    plan, week = course.plan, course.week
    if week < 1:
        return [f"Your programme of {words.count(plan.weeks, 'week')} begins on "
                f"{plan.start:%A}, {plan.start.day} {plan.start:%B}."]
    if course.over:
        said = [f"Your {plan.weeks} weeks are over."]
    else:
        said = [f"You are in week {week} of {plan.weeks}."]
    begun = [w for w in course.weeks if not w.ahead]
    # The week under way is not counted against anybody.
    over = [w for w in begun if w.days[-1] < course.today] or begun
    done, planned = sum(w.done for w in over), sum(w.planned for w in over)
    if planned:
        did = "You did" if course.over else "So far you have done"
        said.append(f"{did} {done} of {planned} planned exercise sessions "
                    f"({words.percent(done, planned)}).")  # fmt: skip
    lapse = course.lapse()
    if lapse and not course.over:
        said.append(f"The last one was {words.count(lapse, 'day')} ago. A short one today is "
                    "better than a long one some day.")  # fmt: skip
    rise = course.flare()
    if rise:
        said.append("Pain has been higher this week than in the weeks before. Setbacks are "
                    "expected now and then; the plan holds until it calms down.")  # fmt: skip
    return said


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or course.plan is None:
        return None
    if course.plan.stopped or course.red_flags:
        stop = paragraph(f"Your exercises are stopped: {course.plan.stopped or 'see a doctor'}",
                         kind="warn")  # fmt: skip
        return Section("wearer", "Your programme", stop)
    weeks = course.weeks
    key = (
        '<ul class="legend"><li><svg class="keymark"><circle class="worn" cx="7" cy="7" r="5"/>'
        "</svg>brace worn, the larger the longer</li>"
        '<li><svg class="keymark"><circle class="trained" cx="7" cy="7" r="5.5"/></svg>'
        "exercises done</li>"
        '<li><svg class="keymark"><rect class="planned" x="2" y="1" width="9" height="11" rx="2"/>'
        '<rect class="achieved" x="2" y="6" width="9" height="6" rx="2"/></svg>'
        "share of the planned sessions</li></ul>"
    )
    body = paragraph(*_sentences(course), kind="lead") + charts.calendar(weeks, course.today) + key
    return Section("wearer", "Your programme", body)
