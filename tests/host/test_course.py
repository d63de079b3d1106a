"""The programme in the report: weeks, exercises, screens, function apart from pain, decisions."""

import datetime as dt
import re
import time

import course_case
import logs
import pytest
import trained
import wearer
from brace.exercise import terms
from browser import CHROMIUM, Browser
from plumbline.clinic import decide, training
from plumbline.clinic.people import Person
from plumbline.report import charts, course, page
from plumbline.report.figures import Frame, ribbon
from plumbline.report.sections.summary import _nudged
from plumbline.report.wearing import build
from test_report import WIDE, Structure

SUNDAY = course_case.START + dt.timedelta(days=41)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return course_case.report(tmp_path_factory.mktemp("people"))


@pytest.fixture
def told(tmp_path):
    who = course_case.person(tmp_path)
    done = training.read(trained.programme(), trained.clock)
    return course.Course.of(who, done, build(course_case.worn(), wearer.clock([])), SUNDAY)


def test_the_page_has_every_part_and_stays_small(html):
    structure = Structure()
    structure.feed(html)
    assert structure.open == [] and structure.headings.count("h1") == 1
    for title in ("Your programme", "Your exercises", "What you can do, and how it feels",
                  "Programme, week 6 of 12", "Function, and pain", "Exercises", "Movement screen",
                  "Sitting", "Bends and lift-like movements", "Plan and decisions"):
        assert f"<h2>{title}</h2>" in html, title
    assert all(d.get("aria-label") or d.get("aria-hidden") or d.get("class") == "keymark"
               for d in structure.drawings)  # fmt: skip
    assert not re.search(r"\bnan\b|None", html) and len(html) < 2_000_000
    assert not re.search(r"<script|https?://|url\(|@import|<link|<img", html)


def test_no_claims_that_the_sensors_cannot_make(html):
    """The honesty rules: no percentages of the articles, no loads, muscles, discs, diagnosis."""
    plain = re.sub(r"<[^>]+>", " ", html)
    for wrong in ("68 %", "2.3 ×", "activation of", "disc pressure", "shear", "you will recover"):
        assert wrong not in plain
    assert "not for diagnosis" in plain and "cannot be felt" in plain
    assert "regional, not segmental" in plain and "predicts nothing" in plain


def test_weeks_add_up(told):
    assert len(told.weeks) == 12 and told.week == 6
    assert [w.ahead for w in told.weeks] == [False] * 6 + [True] * 6
    sessions = {(one.day, one.name) for t in told.trained for one in t.sets}
    assert sum(w.done for w in told.weeks) == len(sessions)
    assert all(w.planned == 12 for w in told.weeks[:6])
    assert told.weeks[0].reps > 0 and told.weeks[0].pain


def test_changes_are_judged_by_their_error(told):
    verdicts = {t.name: t.verdict() for t in told.trained}
    # Trunk ranges by the published error, the others by the person's own scatter.
    assert verdicts["lateral-bend"].word == "not beyond error"
    assert "15.0" in verdicts["lateral-bend"].why
    assert verdicts["squat"].word == "changed" and verdicts["squat"].difference > 5
    assert verdicts["plank"].word == "not resolvable"
    assert told.outcome("psfs").word == "changed" and told.outcome("psfs").important
    assert told.outcome("rmdq").word == "not beyond error"


def test_checkpoints_take_the_nearest_entry(told):
    assert told.near("odi", 0).score == 38 and told.near("odi", 6).score == 24
    assert told.near("odi", 1) is None and told.near("odi", 12) is None


def test_marked_pain_stands_beside_what_it_interrupted(tmp_path):
    """One tap in a bend, one in the third repetition of a set."""
    squat = trained.session(1, "squat")
    for record in squat:
        if record.name == "set" or record.name == "repetition" and record.fields["number"] == 3:
            record.fields = {**record.fields, "flags": record.fields["flags"] | terms.PAIN}
    end = max(record.t_cs for record in squat)
    tap = {"score": 0, "posture": 1, "flexion_cdeg": 3100, "lateral_cdeg": 0}
    rows = [
        *wearer.day(1, 2, start_ms=trained.START_MS),
        wearer.Record(1, end - 500, "pain", tap, trained.START_MS + 10 * (end - 500)),
        wearer.Record(1, 600_000, "bend", {"bin": 1, "peak_cdeg": 5200, "blocks": 32,
                                           "fastest_cdps": 6000, "dose_deg_s": 90}),
        wearer.Record(1, 600_300, "pain", tap),
    ]  # fmt: skip
    rows.sort(key=lambda r: r.t_cs)
    wearing = build(rows, wearer.clock(rows))
    who = course_case.person(tmp_path)
    done = training.read(squat, trained.clock)
    told = course.Course.of(who, done, wearing, course_case.START)
    html = page.render(wearing, page.About("P7", course=told))
    assert "Pain was marked twice." in html
    assert "Squat, repetition 3" in html and "bend to 52°" in html
    assert "not what caused the pain" in html


def test_a_lapse_and_a_stop_are_said(tmp_path):
    who = course_case.person(tmp_path)
    done = [one for one in training.read(trained.programme(3), trained.clock)]
    later = course_case.START + dt.timedelta(days=30)
    empty = build([])
    lapsed = course.Course.of(who, done, empty, later)
    assert lapsed.lapse() > 7
    html = page.render(empty, page.About("P7", course=lapsed))
    assert "The last one was" in html
    decide.answer_red_flags(who, ["fever"], dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc),
                            "wearer")  # fmt: skip
    stopped = course.Course.of(Person(who.folder), done, empty, later)
    html = page.render(empty, page.About("P7", course=stopped))
    assert "Your exercises are stopped" in html and "Dr. Ito" in html


def test_one_nudge_is_said_plainly():
    assert _nudged(1, 0, []) == "The brace nudged you once, and you stayed as you were."
    assert "once, and you straightened up within 4" in _nudged(1, 1, [4.0])
    assert "after none of them." in _nudged(5, 0, [])
    assert "after each of them" in _nudged(2, 2, [3.0, 4.0])


@pytest.mark.parametrize("peak", [20, 70, 120, 170])
def test_labels_of_the_lean_never_touch(peak):
    records = wearer.day(1, 2)
    for record in records:
        if record.name == "epoch":
            record.fields["flexion_max_cdeg"] = 100 * peak
    (day,) = build(records, wearer.clock(records)).days
    places = sorted(float(y) for y in re.findall(r'y="(\d+)%" dy', ribbon(Frame.of(day))))
    # 104 px high, labels of some 14 px.
    assert len(places) >= 2
    assert all(b - a >= 14 for a, b in zip(places, places[1:], strict=False))


def test_ticks_are_round_and_few():
    for low, high in ((0, 10), (0, 43.2), (17, 31), (0, 0.004), (-5, 2400)):
        ticks = charts._ticks(low, high)
        assert 2 <= len(ticks) <= 6 and low <= ticks[0] and ticks[-1] <= high


def fortnight() -> bytes:
    """A brace's flash after two weeks of wear and training."""
    worn = course_case.worn(2, epoch_s=60)
    for record in trained.programme(2):
        # The evening of the same day's boot.
        worn.append(wearer.Record(record.boot, record.t_cs + 5_000_000, record.name,
                                  record.fields))  # fmt: skip
    return logs.partition(sorted(worn, key=lambda r: (r.boot, r.t_cs)))


@pytest.mark.slow
def test_a_fortnights_flash_becomes_a_report(plumbline, tmp_path):
    """The whole way, from a dump.  Processor time, which a busy machine does not lengthen."""
    store = tmp_path / "store"
    course_case.person(store / "people", 2)
    dump = tmp_path / "log.bin"
    dump.write_bytes(fortnight())
    out = tmp_path / "report.html"
    begun = time.process_time()
    run = plumbline("report", dump, "--store", store, "--person", "P7", "-o", out, "--json")
    assert time.process_time() - begun < 10
    assert run.code == 0, run.err
    assert run.json["days"] >= 10 and run.json["person"] == "P7"
    html = out.read_text()
    assert len(html) < 2_000_000 and "Your programme" in html
    assert "<h3>Squat</h3>" in html and "Bends beyond 45°" in html


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium")
def test_the_programme_fits_phone_desk_and_paper(tmp_path, html):
    from plumbline.report.pdf import to_pdf

    path = tmp_path / "report.html"
    path.write_text(html)
    with Browser(tmp_path / "profile") as browser:
        for width in (360, 390, 1000):
            browser.size(width)
            browser.open(path.as_uri())
            assert browser.run("document.documentElement.scrollWidth") == width
            assert browser.run(WIDE) == 0
    to_pdf(path, tmp_path / "report.pdf")
    raw = (tmp_path / "report.pdf").read_bytes()
    assert raw.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", raw)) >= 4
