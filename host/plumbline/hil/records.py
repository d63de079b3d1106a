"""The records of a run: `results.json`, `run.json`, JUnit's `junit.xml`, and pages (page.py).

`results.json` holds what the same image and seed give again, bit for bit; what differs from run to
run (when, where, how long) is in `run.json`.  `serials/` has both for each brace with a name.
"""

from __future__ import annotations

import getpass
import json
import platform
import re
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from plumbline.files import write_atomic
from plumbline.hil import page

# Version of the keys in results.json and run.json (docs/hil.md).
VERSION = 1


def results(folder: Path) -> list[dict]:
    """What became of each test, by test."""
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("*/*/result.json")]
    return sorted(found, key=lambda result: result["test"])


def summary(found: list[dict]) -> dict[str, int]:
    """How many tests ended how."""
    counts = Counter(result["outcome"] for result in found)
    return {name: counts[name] for name in ("passed", "failed", "skipped")}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def write(run) -> None:
    """Writes the records of a run that is over."""
    found = results(run.folder) + [
        {"test": test, "outcome": "skipped", "message": reason}
        for test, reason in sorted(run.skipped.items())
    ]
    rigs = [json.loads(path.read_text()) for path in sorted(run.folder.glob("rigs/*.json"))]
    outcome = {
        "version": VERSION,
        "seed": run.config.option.hil_seed,
        "summary": summary(found),
        "tests": found,
    }
    about = {
        "version": VERSION,
        "run": run.name,
        "ended": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "host": platform.node(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "by": _user(),
        "signed_off_by": run.config.option.hil_signed_by,
        "rigs": rigs,
        "seconds": {test: round(s, 3) for test, s in sorted(run.seconds.items())},
    }
    _json(run.folder / "results.json", outcome)
    _json(run.folder / "run.json", about)
    write_atomic(run.folder / "junit.xml", junit(found, run.seconds), durable=False)
    write_atomic(run.folder / "report.html", page.of_run(outcome, about), durable=False)
    for serial, tests in page.by_serial(found).items():
        folder = run.folder / "serials"
        _json(
            folder / f"{serial}.json",
            {
                "version": VERSION,
                "serial": serial,
                "verdict": page.verdict(tests),
                "signed_off_by": about["signed_off_by"],
                "ended": about["ended"],
                "tests": tests,
            },
        )
        write_atomic(
            folder / f"{serial}.html", page.of_serial(serial, tests, about), durable=False
        )


def _json(path: Path, value: dict) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_atomic(path, text.encode(), durable=False)


def junit(found: list[dict], seconds: dict[str, float]) -> bytes:
    """JUnit XML as CI servers read it."""
    counts = summary(found)
    suite = ElementTree.Element(
        "testsuite",
        name="plumbline.hil",
        tests=str(len(found)),
        failures=str(counts["failed"]),
        skipped=str(counts["skipped"]),
        errors="0",
        time=f"{sum(seconds.get(result['test'], 0.0) for result in found):.3f}",
    )
    for result in found:
        module, _, name = result["test"].partition("::")
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=module.removesuffix(".py").replace("/", "."),
            name=name,
            time=f"{seconds.get(result['test'], 0.0):.3f}",
        )
        properties = ElementTree.SubElement(case, "properties")
        for key, value in _properties(result):
            ElementTree.SubElement(properties, "property", name=key, value=value)
        if result["outcome"] == "failed":
            failure = ElementTree.SubElement(
                case, "failure", message=_plain(result["message"].partition("\n")[0])
            )
            failure.text = _plain(result["message"])
        elif result["outcome"] == "skipped":
            ElementTree.SubElement(case, "skipped", message=_plain(result["message"]))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _properties(result: dict):
    for key in ("rig", "log"):
        if key in result:
            yield key, result[key]
    for requirement in result.get("requirements", ()):
        yield "requirement", requirement
    for measure in result.get("measures", ()):
        yield f"measure.{measure['name']}", f"{measure['value']:g} {measure['unit']}"


def _plain(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return re.sub("[^\t\n -\ud7ff\ue000-\U0010ffff]", "?", text)
