"""The report: figures that add up, words that fit, and a page that needs nothing else."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
import wearer
from brace.posture import FLEXED, UPRIGHT
from browser import CHROMIUM, Browser
from plumbline.report import page, words
from plumbline.report import wearing as model
from plumbline.report.sections.summary import longest
from plumbline.report.wearing import GAP, OFF

ABOUT = page.About(person="P-017", serial="PB-7", firmware="0.1.0", tool="plumbline 0.1.0",
                   made=dt.datetime(2026, 3, 3, 9, 12))  # fmt: skip


def build(records):
    return model.build(records, wearer.clock(records))


def record(t, name, boot=1, **fields):
    return wearer.Record(boot, int(t * 100), name, fields)


def posture(t, code, **how):
    return record(t, "posture", posture=code, before=0, **how)


# -- from records to time --------------------------------------------------------------------


def test_postures_add_up_to_the_time_worn():
    records = wearer.day(1, hours=5)
    wearing = build(records)
    assert wearing.worn_s == pytest.approx(records[-1].t_cs / 100, abs=1)
    assert sum(wearing.seconds(i) for i in range(8)) == pytest.approx(wearing.worn_s)
    changes = [r for r in records if r.name == "posture"]
    upright = sum(
        (b.t_cs - a.t_cs) / 100
        for a, b in zip(changes, changes[1:] + records[-1:], strict=True)
        if a.fields["posture"] == UPRIGHT
    )
    assert wearing.seconds(UPRIGHT) == pytest.approx(upright)


def test_cues_and_their_answers_are_paired():
    records = wearer.day(1)
    cues = build(records).cues()
    assert len(cues) == sum(r.name == "cue" for r in records) > 20
    answers = {r.fields["number"]: r.fields for r in records if r.name == "response"}
    for cue in cues:
        if cue.number in answers:
            assert cue.after_s == answers[cue.number]["after_ds"] / 10
            assert cue.outcome == ("corrected" if answers[cue.number]["outcome"] == 1
                                   else "ignored")
        else:
            assert cue.outcome == "none" and cue.after_s is None


def test_a_gap_a_rest_and_a_new_start():
    wearing = build([
        record(0, "start", sensors=3), posture(1, UPRIGHT), record(100, "gap", length_cs=4000),
        posture(150, FLEXED), record(200, "wear", state=0), record(260, "wear", state=1),
        record(300, "start", sensors=1), posture(310, UPRIGHT), record(320, "fault", code=4),
    ])  # fmt: skip
    shown = [(round(s.start), round(s.end), s.posture) for s in wearing.spans()]
    assert shown == [(0, 1, 0), (1, 60, UPRIGHT), (60, 100, GAP), (100, 150, UPRIGHT),
                     (150, 200, FLEXED), (200, 260, OFF), (260, 300, FLEXED), (300, 310, 0),
                     (310, 320, UPRIGHT)]
    assert wearing.gap_s == 40 and wearing.worn_s == 220 and wearing.sensors == {1, 3}
    assert longest(wearing, FLEXED) == 50


def test_silence_of_hours_is_a_gap():
    wearing = build([record(0, "start"), posture(1, UPRIGHT), posture(8000, FLEXED),
                     record(8010, "fault", code=1)])
    assert wearing.seconds(GAP) == 7999 and wearing.seconds(UPRIGHT) == 0


def test_days_are_cut_at_the_wearers_midnight():
    records = wearer.day(1, hours=20)  # from 09:00 by the wearer's clock
    wearing = build(records)
    assert [d.date for d in wearing.days] == [dt.date(2026, 3, 2), dt.date(2026, 3, 3)]
    first, second = wearing.days
    assert f"{first.clock(first.start):%H:%M}" == "09:00"
    assert f"{second.clock(second.start):%H:%M}" == "00:00" and first.end == second.start
    assert len(first.epochs) == 15 * 60 and len(second.epochs) == 5 * 60
    assert wearing.worn_s == pytest.approx(20 * 3600, abs=1)


def test_boots_of_one_day_are_joined_and_undated_ones_kept_apart():
    later = wearer.START_MS + 4 * 3_600_000
    wearing = build(wearer.day(1, 2) + wearer.day(2, 1, start_ms=later) +
                    wearer.day(3, 1, dated=False))
    assert [(d.date is None, round(d.seconds(OFF) / 3600)) for d in wearing.days] == [
        (True, 0), (False, 2)]
    assert "date not known" in words.day_name(wearing.days[0])


def test_one_time_record_dates_the_whole_boot():
    records = wearer.day(1, 1, dated=False)
    records[-1].utc_ms = wearer.START_MS + 10 * records[-1].t_cs
    assert build(records).days[0].date == dt.date(2026, 3, 2)


def test_a_log_whose_beginning_is_gone_goes_by_its_epochs():
    records = [r for r in wearer.day(1, 2) if r.t_cs > 180000 and r.name == "epoch"]
    wearing = build(records)
    assert wearing.worn_s == pytest.approx(60 * len(records), abs=1)


def test_records_of_a_newer_firmware_do_no_harm():
    wearing = build([record(0, "start"), posture(1, 77), record(2, "telepathy", strength=3),
                     record(30, "response", number=9, outcome=1, after_ds=5)])
    assert wearing.seconds(0) == 30


# -- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds, text", [
    (0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (125, "2 min 05 s"), (599.6, "10 min"),
    (3599, "1 h"), (3900, "1 h 05 min"), (36000, "10 h"),
])  # fmt: skip
def test_durations(seconds, text):
    assert words.duration(seconds) == text


def test_lists_and_counts():
    assert words.listed([]) == "" and words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert [words.count(n, "nudge") for n in (0, 1, 2)] == ["no nudges", "one nudge", "2 nudges"]


def test_the_interval_of_a_proportion_is_wilsons():
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert words.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert words.wilson(0, 0) == (0.0, 1.0)


# -- the page --------------------------------------------------------------------------------

_VOID = {"meta", "link", "br", "img", "input", "hr"}


class Structure(HTMLParser):
    """Fails on tags that do not nest, and keeps ids, headings and labels."""

    def __init__(self):
        super().__init__()
        self.open, self.headings, self.drawings = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in _VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag == "svg" and self.open.count("svg") == 1:
            self.drawings.append(attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


SAMPLES = {
    "day": lambda: wearer.day(1),
    "two minutes": lambda: wearer.day(1, 0.04, epoch_s=10, dated=False, sensors=2),
    "fortnight": wearer.fortnight,
    "nothing": list,
}


@pytest.mark.req("TOOL-4")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_is_whole_and_needs_nothing_else(name):
    html = page.render(build(SAMPLES[name]()), ABOUT)
    structure = Structure()
    structure.feed(html)
    assert structure.open == [] and structure.headings[0] == "h1"
    assert structure.headings.count("h1") == 1 and set(structure.headings) == {"h1", "h2"}
    for drawing in structure.drawings:
        assert drawing.get("aria-label") or drawing.get("aria-hidden") or (
            drawing.get("class") == "keymark")
    assert not re.search(r"<script|https?://|url\(|@import|<link|<img", html)
    assert len(html) < 2_000_000
    assert "nan" not in html and "None" not in html
    assert "training aid" in html and "not for diagnosis" in html


@pytest.mark.req("TOOL-4")
def test_the_page_says_what_the_records_say():
    wearing = build(wearer.day(1))
    html = page.render(wearing, ABOUT)
    cues = wearing.cues()
    assert words.duration(wearing.seconds(UPRIGHT)) in html
    assert f"nudged you {len(cues)} times" in html
    assert "Monday, 2 March 2026" in html and "P-017" in html
    one = page.render(build(wearer.day(1, sensors=2)), ABOUT)
    assert "needs both sensors" in one and "needs both sensors" not in html


def test_names_are_escaped():
    html = page.render(build([]), page.About(person="<b>& Co"))
    assert "<b>& Co" not in html and "&lt;b&gt;&amp; Co" in html


WIDE = """[...document.querySelectorAll('main *')].filter(e => !e.closest('svg')
  && !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).length"""


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium")
def test_nothing_is_wider_than_the_screen_in_a_real_browser(tmp_path):
    with Browser(tmp_path / "profile") as browser:
        for name, records in SAMPLES.items():
            path = tmp_path / f"{name.replace(' ', '')}.html"
            path.write_text(page.render(build(records()), ABOUT))
            for width in (360, 390, 1000):
                browser.size(width)
                browser.open(path.as_uri())
                assert browser.run("document.documentElement.scrollWidth") == width, (name, width)
                assert browser.run(WIDE) == 0, (name, width)
