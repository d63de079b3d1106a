"""The HIL plugin on a rig made of nothing: selection, skips, records, and rigs that break."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from plumbline.errors import NoDevice, UsageError
from plumbline.hil import hardware, page
from plumbline.hil.journal import Journal
from plumbline.hil.line import Line
from plumbline.hil.measures import Measures
from plumbline.hil.records import junit

# A rig whose brace is the scripted peer of the host's tests.
FAKE = """
import sys
sys.path.insert(0, {tests!r})
from peer import Peer
from plumbline.hil.line import Line
from plumbline.hil.parts import RigBroken
from plumbline.hil.rig import Rig


class FakeRig(Rig):
    kind = "bench"

    def open(self, setup, journal):
        if self.name == "broken":
            raise RigBroken("its hub is dead", "Replace it")
        peer = Peer(serial=self.name)
        self.line = Line(journal, peer.now, lambda seconds: None)
        self.line.connect(peer)


def make(name, options):
    return FakeRig(name, frozenset())


sys.modules["plumbline.hil.rigs.bench"] = sys.modules[__name__]
"""
MAP = """
[rig.one]
capabilities = ["sees_motor"]
brace = "PB-1"
[rig.two]
brace = "PB-2"
[rig.broken]
"""
TESTS = """
import pytest

@pytest.mark.req("R1")
def test_battery(brace, measure):
    measure("battery", brace.status().battery, "mV", low=3000, high=4300)

def test_fails(brace, measure):
    measure("battery", brace.status().battery, "mV", high=3000)

def test_motor(brace, motor):
    assert brace.alive()

@pytest.mark.setup(sensors="L")
def test_special(brace):
    pass
"""


@pytest.fixture
def suite(tmp_path):
    """suite(*arguments) -> (exit code, output, run folder) of pytest on TESTS."""
    from pathlib import Path

    here = Path(__file__).resolve().parent
    (tmp_path / "conftest.py").write_text(FAKE.format(tests=str(here)))
    (tmp_path / "plumbline-hil.toml").write_text(MAP)
    (tmp_path / "test_it.py").write_text(TESTS)

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider",
             "--hil-run", "now", *arguments],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr, tmp_path / "build" / "hil" / "now"

    return run


@pytest.mark.slow
@pytest.mark.req("REC-1")
def test_a_run_keeps_records_and_counts_its_skips(suite):
    code, said, folder = suite("--brace", "one", "--brace", "PB-2",
                               "--hil-signed-by", "Q. A. <qa>")  # fmt: skip
    assert code == 1
    assert "rig two lacks sees_motor" in said
    assert "skipped 1: rig two lacks sees_motor" in said
    assert "skipped 1: rig one cannot begin with another sensors" in said
    log = folder / "test_it" / "test_fails[one]" / "device.log"
    assert str(log.parent) in said, "the failure must name the device log"
    assert "status" in log.read_text()
    results = json.loads((folder / "results.json").read_text())
    assert results["summary"] == {"passed": 3, "failed": 2, "skipped": 3}
    by_name = {test["test"]: test for test in results["tests"]}
    battery = by_name["test_it.py::test_battery[one]"]
    assert battery["requirements"] == ["R1"] and battery["brace"]["serial"] == "one"
    assert battery["measures"][0]["value"] == 3900 and battery["measures"][0]["ok"]
    assert "out of limits: battery 3900 mV (at most 3000)" in by_name[
        "test_it.py::test_fails[two]"]["message"]  # fmt: skip
    run = json.loads((folder / "run.json").read_text())
    assert [rig["name"] for rig in run["rigs"]] == ["one", "two"]
    suite_xml = ElementTree.parse(folder / "junit.xml").getroot()[0]
    assert suite_xml.get("failures") == "2" and suite_xml.get("tests") == "8"
    text = (folder / "report.html").read_text()
    assert "Failed: 3 passed, 2 failed, 3 skipped" in text and "at most 3000" in text
    assert "skipped: rig two lacks sees_motor" in text
    brace = json.loads((folder / "serials" / "one.json").read_text())
    assert brace["verdict"] == "failed" and brace["signed_off_by"] == "Q. A. <qa>"
    text = (folder / "serials" / "one.html").read_text()
    assert "Brace one" in text and "3000 to 4300" in text and "Q. A. &lt;qa&gt;" in text


@pytest.mark.req("REC-2")
@pytest.mark.slow
def test_the_same_run_twice_keeps_the_same_records(suite, tmp_path):
    def records(folder):
        return {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name not in ("run.json", "junit.xml", "report.html")
            and path.parent.name != "serials"
        }

    first = records(suite("--brace", "one")[2])
    assert len(first) > 6 and records(suite("--brace", "one")[2]) == first


@pytest.mark.req("REC-4")
@pytest.mark.slow
def test_a_broken_rig_fails_fast_with_its_first_cause(suite):
    code, said, folder = suite("--brace", "broken", "-k", "battery or fails")
    assert code == 1
    assert "rig broken broke earlier: its hub is dead. Replace it." in said
    assert "rig broken broke: its hub is dead" in said


@pytest.mark.slow
def test_a_rig_that_does_not_exist_is_a_usage_error(suite):
    code, said, _ = suite("--brace", "three")
    assert code == 2 and "no rig and no brace is called 'three'" in said
    assert "virtual, unix, all, one, two, broken" in said


@pytest.mark.slow
def test_without_hil_tests_the_plugin_does_nothing(suite, tmp_path):
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    code, said, folder = suite()
    assert code == 0 and not (tmp_path / "build").exists() and "hardware" not in said


def test_the_hardware_map_is_checked(tmp_path):
    path = tmp_path / "map.toml"
    for text, complaint in (
        ("[rig.a]\nkind = 'oven'", "unknown kind 'oven'"),
        ("[rig.a]\ncapabilities = ['flies']", "unknown capabilities flies"),
        ("[rig", "is no TOML"),
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match=complaint):
            hardware.load(path)


def test_all_means_benches_and_plugged_in_braces(tmp_path, brace):
    path = tmp_path / "map.toml"
    path.write_text("[rig.v]\nkind = 'virtual'\n[rig.a]\nbrace = 'vb1'\n")
    brace("vb1")
    brace("vb2")
    found = {entry.name: entry for entry in hardware.resolve(["all"], path)}
    assert set(found) == {"a", "vb2"} and found["vb2"].kind == "bench"
    assert hardware.resolve(["vb1"], path) == [found["a"]]
    assert hardware.resolve([], None) == [hardware.VIRTUAL]


def test_all_of_nothing_is_an_error(tmp_path):
    with pytest.raises(NoDevice, match="no brace was found"):
        hardware.resolve(["all"], None)


def test_a_measure_that_is_not_a_number_is_out_of_limits():
    measures = Measures()
    measures("free", 5, "s")
    with pytest.raises(AssertionError, match="noise nan mg"):
        measures("noise", float("nan"), "mg", high=1)
    assert [m["ok"] for m in measures.as_list()] == [True, False]


def test_the_device_log_is_readable(tmp_path):
    from peer import Peer, encode

    journal = Journal(tmp_path)
    peer = Peer()
    line = Line(journal, peer.now, lambda seconds: None)
    line.connect(peer)
    line.write(encode(1, 0x60, 9, b"\xa1gpattern\x02"))
    peer.out += b"a console line\r\n\x1b[0m\xff odd\n" + encode(4, 0x40, 0, b"\x00\x01")
    line.run(1.5)
    journal.note("the end")
    journal.close()
    lines = [text[12:] for text in journal.path.read_text().splitlines()]
    assert lines == [
        ">  buzz #9 {'pattern': 2}",
        "<  buzz #9 {'ms': 600}",
        "|  a console line",
        "|  \\x1b[0m\\xff odd",
        "<  event live #0 0001",
        "*  the end",
    ]
    assert line.read(0.1), "what came while time passed is kept"


def test_numbers_are_readable():
    for value, said in (
        (0, "0"), (0.0021, "0.0021"), (35.1915, "35.19"), (999.96, "1000"), (3900, "3900"),
        (104328, "104\u202f328"), (1.383e7, "13\u202f830\u202f000"), (float("nan"), "nan"),
    ):  # fmt: skip
        assert page.number(value) == said


def test_junit_survives_what_xml_cannot_hold():
    result = {"test": "t.py::x", "outcome": "failed", "message": "E \x00\x1b \ud800 ä"}
    root = ElementTree.fromstring(junit([result], {}))
    assert "? ä" in root[0][0].find("failure").text
