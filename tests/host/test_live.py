"""Live view and calibration, as a person meets them."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from browser import CHROMIUM, Browser
from peer import Peer
from plumbline import calibration, live
from plumbline.cli.canvas import Canvas
from plumbline.cli.live_view import View
from plumbline.device import Brace
from plumbline.errors import Exit, NoAnswer, Refused
from plumbline.live import Sample


def sample(flexion=0.0, cues=0, sensors="SL", motor=False, posture="upright"):
    lumbar = (1.0, 2.0, 3.0) if sensors == "SL" else (None, None, None)
    return Sample(0.0, 1, posture, 0, sensors, True, motor, cues, flexion, 0.0, *lumbar, 3900)


# -- the stream ------------------------------------------------------------------------------


def test_samples_are_decoded_and_the_stream_is_turned_off_at_the_end():
    peer = Peer()
    brace = Brace.open(peer)
    samples = live.stream(brace)
    peer.handlers[0x40]({"on": True})
    for flags in (7, 1, 15):
        peer.show(2, -1234, 9, flags)
    first, second, third = (next(samples) for _ in range(3))
    assert (first.posture, first.flexion, first.lateral) == ("flexed", -12.34, -1.5)
    assert (first.sensors, first.lumbar_flexion, first.cues) == ("SL", -6.17, 9)
    assert (second.sensors, second.lumbar_flexion, second.converged) == ("S", None, False)
    assert third.motor and third.battery_mv == 3900
    samples.close()
    assert peer.live_on is False


def test_silence_is_told():
    with pytest.raises(NoAnswer, match="press its button"):
        next(live.stream(Brace.open(Peer())))


def test_a_newer_firmwares_longer_event_is_read():
    body = bytes(20) + b"more"
    assert Sample.of(body, 0.0).posture == "unknown"
    assert Sample.of(bytes([0, 0, 0, 0, 99]) + bytes(15), 0.0).posture == "unknown"


# -- the view --------------------------------------------------------------------------------


def test_the_view_fits_eighty_columns_and_says_what_is():
    view = View("Plumbline  vb1  PB-1")
    for i in range(400):
        view.add(sample(flexion=100 * (i % 7) - 300, cues=i, motor=True, posture="flexed"))
    view.delay_s = 0.21
    lines = view.lines()
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80 and len(lines) <= 24
    assert "BENT FORWARD" in text and "nudging" in text and "battery 3.90 V" in text
    assert "nudges 399" in text, "the count runs over 256"
    assert "about 0.2 s after" in text
    view.add(sample(sensors="S"))
    assert "needs both sensors" in "\n".join(view.lines())


def test_dots_land_where_they_belong():
    canvas = Canvas(2, 1)
    canvas.line(0, 0, 3, 3)
    assert canvas.rows() == ["\u2811\u2884"]
    canvas.dot(99, -5)
    assert canvas.rows() == ["\u2811\u2884"]


def test_live_into_a_pipe(plumbline, brace):
    brace("vb1")
    run = plumbline("live", "--seconds", "0.3", "--jsonl")
    rows = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == 0 and len(rows) >= 3
    assert rows[0]["plumbline"] == 1 and rows[0]["kind"] == "live"
    assert rows[0]["posture"] == "flexed" and rows[0]["flexion"] == 31.0
    run = plumbline("live", "--seconds", "0.3")
    assert run.out.startswith("flexed     +31.00° forward") and "\x1b" not in run.out


def test_live_in_a_terminal_leaves_it_as_it_was(brace):
    brace("vb1")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "plumbline", "live", "--seconds", "0.5"], stdout=theirs,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"})  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    assert process.wait() == 0
    text = shown.decode()
    assert "BENT FORWARD" in text
    assert text.startswith("\x1b[?1049h\x1b[?25l") and text.endswith("\x1b[?25h\x1b[?1049l")


# -- the page --------------------------------------------------------------------------------


@pytest.fixture
def page(brace):
    """The URL of a live page served from a scripted brace by the real command."""
    brace("vb1")
    process = subprocess.Popen(
        [sys.executable, "-m", "plumbline", "live", "--web", "--port", "0"],
        stdout=subprocess.PIPE, text=True,
        # Heeds Ctrl-C also where the tests run in the background of a shell, which ignores it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # fmt: skip
    yield process.stdout.readline().strip()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


def test_the_page_is_served_on_this_computer_only(page):
    html = urllib.request.urlopen(page).read().decode()
    assert "<script" in html and not re.search(r"https?://|@import", html)
    about = json.load(urllib.request.urlopen(page + "about"))
    assert about["serial"] == "PB-1" and 0 < about["delay"] < 1
    stream = urllib.request.urlopen(page + "events")
    line = stream.readline()
    assert json.loads(line.removeprefix(b"data: "))["posture"] == "flexed"
    stream.close()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(page + "etc/passwd")
    assert caught.value.code == 404
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(page, headers={"Host": "evil.example"}))
    assert caught.value.code == 403


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium")
def test_the_page_moves_in_a_real_browser(page, tmp_path):
    with Browser(tmp_path / "profile") as browser:
        for width in (390, 1000):
            browser.size(width)
            browser.open(page)
            browser.wait("document.getElementById('posture').textContent == 'bent forward'")
            text = browser.run("document.body.innerText")
            assert "+31.0° forward" in text and "battery 3.90 V" in text
            browser.wait("document.getElementById('name').textContent == 'Plumbline · PB-1'")
            count = "document.getElementById('trace').getAttribute('points').split(' ').length"
            before = browser.wait(count)
            assert browser.wait(f"{count} > {before}")
            assert browser.run("document.querySelectorAll('.body').length") == 4
            assert browser.run("document.documentElement.scrollWidth") == width


def test_a_taken_port_is_told(plumbline, brace):
    brace("vb1")
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = plumbline("live", "--web", "--port", taken.getsockname()[1])
    assert run.code == Exit.USAGE and "--port" in run.err


# -- calibration -----------------------------------------------------------------------------


def test_a_calibration_leads_through_its_steps():
    steps, acted = [], []
    made = calibration.calibrate(Brace.open(Peer()), steps.append, acted.append)
    assert steps == ["ready", "standing", "bend", "done"] and acted == steps
    assert (made.quality, made.sensors, made.bend_deg) == (91, ("S", "L"), 61.5)


def test_several_braces_are_calibrated_at_once_and_it_is_noted(plumbline, brace, home):
    for number in range(3):
        brace(f"vb{number}", serial=f"PB-{number}")
    sick = brace("vb9").peer
    sick.steps, sick.reason = ["standing", "failed"], "moved"
    run = plumbline("calibrate", "--all", "--json")
    assert run.code == Exit.PARTIAL and "1 of 4 braces failed" in run.err
    rows = {row["name"]: row for row in run.json["braces"]}
    assert rows["vb1"]["quality"] == 91 and rows["vb1"]["error"] is None
    assert "leaning on nothing" in rows["vb9"]["error"]
    assert "vb1: calibrated, quality 91 of 100" in run.err
    record = json.loads((home / "data" / "records" / "PB-1.jsonl").read_text())
    assert record["done"] == "calibrated" and record["alignment"]["S"] == [1 << 30, 0, 0, 0]
    table = plumbline("calibrate", "-d", "vb0", "-d", "vb1").out.splitlines()
    assert table[1].split() == ["vb0", "calibrated", "91", "61.5"]


@pytest.mark.parametrize("reason", list(calibration.WHY))
def test_a_failed_calibration_says_what_to_do(reason):
    peer = Peer()
    peer.steps, peer.reason = ["standing", "failed"], reason
    with pytest.raises(Refused, match=re.escape(calibration.WHY[reason][0])):
        calibration.calibrate(Brace.open(peer))


def test_the_words_cover_what_the_firmware_says():
    from brace import calibrate as firmware

    assert set(calibration.WHY) == set(firmware.REASONS) - {""}
    assert set(calibration.SAY) == set(firmware.STEPS) - {"idle", "failed"}


def test_a_brace_that_falls_silent_in_a_calibration():
    peer = Peer()
    peer.steps = ["standing"]
    with pytest.raises(NoAnswer, match="fell silent"):
        calibration.calibrate(Brace.open(peer))
    assert calibration.result(Brace.open(Peer())) is None
