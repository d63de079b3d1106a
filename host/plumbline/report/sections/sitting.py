"""Sitting: how long without a break, how often on one's feet."""

from __future__ import annotations

from brace import activity

from plumbline.report import words
from plumbline.report.html import Section, paragraph, table
from plumbline.report.sections import rates

_LONG_S = 40 * 60


def section(wearing, about) -> Section | None:
    bouts = [m.fields["seconds"] for m in wearing.marks("sitting")]
    changes = wearing.marks("activity")
    if not bouts and not changes:
        return None
    hours = wearing.worn_s / 3600
    rows = []
    if bouts:
        middle, low, high = words.interval(bouts)
        long = sum(b > _LONG_S for b in bouts)
        least, most = words.wilson(long, len(bouts))
        rows += [
            ["Sitting bout, length", f"{middle / 60:.0f}", "min", words.count(len(bouts), "bout"),
             f"{low / 60:.0f} to {high / 60:.0f}", "median, quartiles"],
            ["Longest sitting bout", f"{max(bouts) / 60:.0f}", "min",
             words.count(len(bouts), "bout"), "–", ""],
            ["Sitting bouts beyond 40 min", f"{100 * long / len(bouts):.0f}", "%",
             f"{long} of {len(bouts)}", f"{100 * least:.0f} to {100 * most:.0f}",
             "95 % interval (Wilson)"],
            ["Time in finished sitting bouts", f"{sum(bouts) / 3600:.1f}", "h",
             f"{hours:.1f} h worn", "–", ""],
            ["Breaks in sitting", f"{len(bouts) / max(sum(bouts) / 3600, 1e-9):.1f}",
             "per h seated", words.count(len(bouts), "break"), "–", ""],
        ]
    lying = (activity.SIT, activity.LIE)

    def stood(marks) -> int:
        return sum(
            m.fields["before"] in lying and m.fields["activity"] not in (*lying, activity.UNKNOWN)
            for m in marks
        )

    if changes and hours:
        rows.append(rates.row("Standing up, from sitting or lying", wearing,
                              lambda day: stood(day.kinds("activity")),
                              words.count(stood(changes), "time")))  # fmt: skip
    head = ["Measure", "Value", "Unit", "n", "Interval", "Remark"]
    note = paragraph(
        "Sitting is told from the trunk's movement alone, and now and then taken for standing; "
        "plumbline evaluate says how often on public recordings. Bouts that the recording cut "
        "off are left out.",
        kind="note",
    )  # fmt: skip
    return Section("clinic", "Sitting", table(head, rows, "Sitting and standing up") + note)
