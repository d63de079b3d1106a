"""The clinical page's exercises: dose, range, tempo, smoothness, sides, faults, change."""

from __future__ import annotations

from statistics import fmean

from brace.exercise import terms

from plumbline.clinic.change import estimate
from plumbline.clinic.symmetry import symmetry
from plumbline.report import words
from plumbline.report.course import Trained
from plumbline.report.html import Section, escape, paragraph, table
from plumbline.report.sections.trained import drawing

_HEAD = ["Measure", "Value", "Unit", "n", "Interval", "Remark"]


def _estimate(what: str, values: list[float], unit: str, remark: str = "",
              form: str = "{:.1f}") -> list[list[str]]:  # fmt: skip
    if not values:
        return []
    e = estimate(values)
    spread = "–" if e.low is None else f"{form.format(e.low)} to {form.format(e.high)}"
    return [[what, form.format(e.mean), unit, str(e.n), spread, remark or "95 % interval"]]


def _over_days(trained: Trained, what: str, figure, unit: str, remark: str = "",
               form: str = "{:.1f}") -> list[list[str]]:  # fmt: skip
    """A figure of repetitions (None: it has none): the mean of days with the interval of days,
    because repetitions of one day are alike; within a single day that of its repetitions."""
    days = [[v for one in sets for rep in one.repetitions if (v := figure(rep)) is not None]
            for sets in trained.days().values() or [trained.sets]]  # fmt: skip
    days = [values for values in days if values]
    n = sum(map(len, days))
    if len(days) < 2:
        return _estimate(what, days[0] if days else [], unit, remark, form)
    ((_, value, _, _, spread, said),) = _estimate(what, list(map(fmean, days)), unit, remark, form)
    return [[what, value, unit, f"{n} on {len(days)} days", spread, said]]


def _rows(trained: Trained) -> list[list[str]]:
    sets, what = trained.sets, trained.what
    days = trained.days()
    reps = [rep for one in sets for rep in one.repetitions]
    rows = [["Days trained", f"{len(days) or '–'}", "",
             f"{words.count(len(sets), 'set')}, {sum(one.complete for one in sets)} whole", "–",
             ""]]  # fmt: skip
    if what.kind in ("reps", "timer") and reps:
        good = sum(rep.good for rep in reps)
        low, high = words.wilson(good, len(reps))
        rows.append(["Free of faults", f"{100 * good / len(reps):.0f}", "%",
                     f"{good} of {len(reps)}", f"{100 * low:.0f} to {100 * high:.0f}",
                     "95 % interval (Wilson)"])  # fmt: skip
    if what.kind == "reps":
        rows += _rep_rows(trained, reps)
    elif what.kind == "timer":
        rows += _over_days(trained, "Trunk moved along", lambda rep: rep.extent, what.unit)
    rows += _hold_rows(sets)
    errors = [e for one in sets for e in one.errors]
    rows += _estimate("Position found again, absolute error", [abs(e) for e in errors], "°")
    rows += _estimate("Position found again, constant error", errors, "°")
    faults: dict[str, int] = {}
    for one in sets:
        for name, n in one.faults().items():
            faults[name] = faults.get(name, 0) + n
    if faults:
        said = ", ".join(f"{name} {n}" for name, n in sorted(faults.items(), key=lambda f: -f[1]))
        of = words.count(len(reps), "repetition") if reps else words.count(len(sets), "set")
        rows.append(["Faults", str(sum(faults.values())), "", of, "–", said])
    hurt = [rep.number for rep in reps if rep.flags & terms.PAIN]
    if hurt or any(one.flags & terms.PAIN for one in sets):
        rows.append(["Pain was marked in", str(len(hurt)) if reps else "–",
                     "repetitions" if reps else "", f"of {len(reps)}" if reps else "", "–",
                     f"{sum(bool(one.flags & terms.PAIN) for one in sets)} sets"])  # fmt: skip
    doubtful = sum(one.doubtful for one in sets)
    if doubtful:
        rows.append(["Sets whose count is in doubt", str(doubtful), "", f"of {len(sets)}", "–",
                     "flagged by the brace itself"])  # fmt: skip
    return rows + _change(trained)


def _rep_rows(trained: Trained, reps) -> list[list[str]]:
    what = trained.what
    rows = _over_days(trained, "Range", lambda rep: rep.extent, what.unit)
    lengthening = {1: "eccentric : concentric", 2: "concentric : eccentric"}
    rows += _over_days(
        trained, "Way out : way back",
        lambda rep: rep.out_s / rep.back_s if rep.back_s > 0.05 and rep.out_s > 0 else None,
        "", lengthening.get(what.lengthens, ""), "{:.2f}",
    )  # fmt: skip
    rows += _over_days(trained, "Smoothness (SPARC)", lambda rep: rep.sparc, "",
                       "95 % interval; nearer 0 is smoother", "{:.2f}")  # fmt: skip
    days = [(one.extents("left"), one.extents("right")) for one in trained.sets]
    left, right = ([fmean(day[i]) for day in days if day[i]] for i in (0, 1))
    if len(days) < 2:
        left, right = days[0]
    alike = symmetry(left, right)
    if alike:
        spread = "–" if alike.low is None else f"{alike.low:.0f} to {alike.high:.0f}"
        verdict = {True: "sides differ", False: "not resolvable: the interval holds 0",
                   None: "not resolvable"}[alike.different]  # fmt: skip
        rows.append(["Left against right", f"{alike.index:.0f}", "%",
                     words.count(len(reps), "repetition"), spread, verdict])  # fmt: skip
    return rows


def _hold_rows(sets) -> list[list[str]]:
    held = [one.held for one in sets if one.held]
    rows = _estimate("Time in the band", [h.inside_s for h in held], "s")
    rows += _estimate("Left the band", [float(h.breaks) for h in held], "times")
    rows += _estimate("Drift from begin to end", [h.drift for h in held], "°")
    for name, what, unit in (
        ("rms_ap", "Sway forward and back, rms", "mm/s²"),
        ("rms_ml", "Sway to the sides, rms", "mm/s²"),
        ("area", "Sway, 95 % ellipse", "mm²/s⁴"),
        ("jerk", "Sway, jerk", "mm²/s⁵"),
    ):
        rows += _estimate(what, [one.sway[name] for one in sets if one.sway], unit)
    return rows


def _change(trained: Trained) -> list[list[str]]:
    verdict = trained.verdict()
    if verdict is None:
        return []
    days = trained.extents()
    unit = "s" if trained.sets[0].held else trained.what.unit
    return [["Change, last day against first", f"{verdict.difference:+.1f}", unit,
             f"{len(days[0][1])} and {len(days[-1][1])}", "–",
             f"{verdict.word}: {verdict.why}"]]  # fmt: skip


def section(wearing, about) -> Section | None:
    course = about.course
    if course is None or not course.trained:
        return None
    parts = [
        f"<article><h3>{escape(t.what.title)}</h3>{drawing(t)}"
        + table(_HEAD, _rows(t), f"Figures of {t.what.title}") + "</article>"
        for t in course.trained
    ]  # fmt: skip
    note = paragraph(
        "Ranges are regional, not segmental, from one trunk sensor each; of single repetitions "
        "turns are known to 3.5 to 5° only, so only means are given. A change counts when it is "
        "beyond the error: 15° for ranges of the trunk (Laird 2016), else the person's own "
        "scatter from day to day.",
        kind="note",
    )  # fmt: skip
    return Section("clinic", "Exercises", "".join(parts) + note)
