"""Documents and tests name each other: every fault and every requirement."""

import re
from pathlib import Path

import pytest
from brace import faults
from plumbline.hil import trace

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "faults.md"


@pytest.mark.req("REC-5")
def test_every_fault_has_a_test_and_every_tested_fault_its_promise():
    found = trace.matrix(DOC, "fault", ROOT, ["hil_tests"])
    assert not found.untested and not found.unknown
    assert len(found.rows) >= 60
    assert all(len(item.cells) == 3 and all(item.cells) for item, _ in found.rows)


@pytest.mark.req("REC-5")
def test_every_requirement_has_a_test_and_every_id_a_requirement(plumbline):
    done = plumbline("hil", "trace", "--root", ROOT, "--json")
    assert done.code == 0, done.err
    found = done.json
    assert found["untested"] == [] and found["unknown"] == {}
    assert len(found["rows"]) >= 50 and all(row["tests"] for row in found["rows"])


def test_the_document_names_every_event_and_no_other():
    text = DOC.read_text("utf-8")
    table = text.split("## Events", 1)[1]
    listed = {name: int(code) for name, code in re.findall(r"\| `(\w+)` \| (\d+) \|", table)}
    assert listed == {name: code for code, name in faults.NAMES.items()}
    named = set()
    for item, _ in trace.matrix(DOC, "fault", ROOT, ["hil_tests"]).rows:
        named |= set(re.findall(r"`([a-z]+_[a-z_]+|task|watchdog)`", item.cells[1]))
    assert named <= set(listed)
    # The driver's "stopped" has no fault that provokes it on the model.
    assert set(listed) - named == {"sensor_stopped"}


def test_a_document_and_tests_that_do_not_fit_are_told(tmp_path):
    document = tmp_path / "doc.md"
    document.write_text("| id | what |\n|---|---|\n| A-1 | one |\n| A-2 | two |\n")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "test_it.py").write_text(
        "import pytest\npytestmark = pytest.mark.req('A-3')\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.req('A-1'))])\n"
        "def test_one(x):\n    pytest.mark.req('A-2')\n"
    )
    found = trace.matrix(document, "req", tmp_path, ["t"])
    assert found.rows[0][1] == ["t/test_it.py::test_one"]
    assert found.untested == ["A-2"] and found.unknown == {"A-3": ["t/test_it.py"]}
    assert not found.complete
    document.write_text("| A-1 | one |\n| A-1 | again |\n")
    with pytest.raises(ValueError, match="A-1 stand there twice"):
        trace.items(document)


def test_an_id_must_be_spelt_out(tmp_path):
    (tmp_path / "test_it.py").write_text("@pytest.mark.req(NAME)\ndef test_one(): pass\n")
    with pytest.raises(ValueError, match="not spelt out"):
        trace.tests("req", tmp_path, ["."])
