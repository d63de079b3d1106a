"""The records as pages: `report.html` of a run, `serials/<serial>.html` of a brace.

A brace's page is what goes with it: who it is, what was measured with its limits, pass or fail,
and who signed.  Self-contained, printable, no scripts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem }
caption { text-align: left; font-weight: 600; font-size: 1.15rem }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; overflow-wrap: anywhere }
.number { text-align: right; white-space: nowrap } td.number { padding-right: 1.2rem }
th { white-space: nowrap } th.number { padding-right: 1.2rem } .passed { color: #14602a }
.failed { color: #a01010; font-weight: 600 } .skipped { color: #555 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem } dt { color: #555 }
dd { margin: 0; overflow-wrap: anywhere } .verdict { font-size: 1.25rem }
@media print { body { margin: 0; max-width: none } }
"""


# Heads of columns of numbers.
_NUMBERS = ("value", "s")
_NUMBER = ' class="number"'


def number(value: float) -> str:
    """A measured value as people read it: four digits that count, no exponent, and from five
    digits on a narrow space between thousands."""
    if not math.isfinite(value) or abs(value) < 1000:
        return f"{value:.4g}"
    return f"{value:,.0f}".replace(",", "\u202f" if abs(value) >= 9999.5 else "")


def _page(title: str, *parts: str) -> bytes:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f'</title>\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style></head><body><main>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    ).encode()


def _facts(facts: list[tuple[str, object]]) -> str:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts if value
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """`rows` hold HTML; heads over numbers stand to the right, as those do."""
    if not rows:
        return ""
    head = "".join(
        f'<th scope="col"{_NUMBER if name in _NUMBERS else ""}>{escape(name)}</th>'
        for name in heads
    )
    body = "".join(f"<tr>{''.join(row)}</tr>\n" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>\n{body}</table>"


def _cell(text: object, kind: str = "") -> str:
    return f"<td{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{escape(str(text))}</td>"


def _limits(measure: dict) -> str:
    low, high = measure["low"], measure["high"]
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    if low is not None:
        return f"at least {number(low)}"
    return f"at most {number(high)}" if high is not None else ""


def _measures(tests: list[dict]) -> list[list[str]]:
    return [
        [
            _cell(measure["name"]),
            _cell(f"{number(measure['value'])} {measure['unit']}", "number"),
            _cell(_limits(measure)),
            _cell("ok" if measure["ok"] else "out of limits",
                  "passed" if measure["ok"] else "failed"),
            _cell(test["test"].partition("::")[2]),
        ]
        for test in tests
        for measure in test.get("measures", ())
    ]  # fmt: skip


def verdict(tests: list[dict]) -> str:
    """ "passed", "failed", or "nothing tested"."""
    outcomes = {test["outcome"] for test in tests}
    return "failed" if "failed" in outcomes else "passed" if "passed" in outcomes else "untested"


def _counts(tests: list[dict]) -> str:
    names = ("passed", "failed", "skipped")
    counts = [(name, sum(test["outcome"] == name for test in tests)) for name in names]
    return ", ".join(f"{count} {name}" for name, count in counts if count)


def _verdict(tests: list[dict]) -> str:
    found = verdict(tests)
    return f'<p class="verdict {found}">{found.capitalize()}: {escape(_counts(tests))}</p>'


def _failures(tests: list[dict]) -> str:
    rows = [
        [_cell(text) for text in
         (test["test"], test["message"].partition("\n")[0], test.get("log", ""))]
        for test in tests
        if test["outcome"] == "failed"
    ]  # fmt: skip
    return _table("What failed", ["test", "why", "device log"], rows)


def _outcome(test: dict) -> str:
    """How a test ended; of one that was skipped, why."""
    if test["outcome"] != "skipped":
        return test["outcome"]
    return f"skipped: {test['message'].removeprefix('Skipped: ')}"


def _all(tests: list[dict], seconds: dict) -> str:
    rows = [
        [
            _cell(test["test"].rpartition("/")[2]),
            _cell(_outcome(test), test["outcome"]),
            _cell(", ".join(test.get("requirements", []) + test.get("faults", []))),
            _cell(f"{seconds[test['test']]:.1f}" if test["test"] in seconds else "", "number"),
        ]
        for test in tests
    ]
    return _table("Tests", ["test", "outcome", "stands for", "s"], rows)


def of_run(results: dict, run: dict) -> bytes:
    """The page of a run, from what is in results.json and run.json."""
    tests = results["tests"]
    rigs = [[_cell(rig["name"]), _cell(rig["kind"]), _cell(", ".join(rig["capabilities"]))]
            for rig in run["rigs"]]  # fmt: skip
    return _page(
        f"HIL run {run['run']}",
        _verdict(tests),
        _facts([
            ("ended", run["ended"]), ("seed", results["seed"]), ("by", run["by"]),
            ("signed off by", run["signed_off_by"] or "nobody"), ("host", run["host"]),
            ("system", run["system"]), ("python", run["python"]),
        ]),
        _table("Rigs", ["name", "kind", "can"], rigs),
        _failures(tests),
        _table("Measured", ["what", "value", "limits", "", "test"], _measures(tests)),
        _all(tests, run["seconds"]),
    )  # fmt: skip


def by_serial(tests: list[dict]) -> dict[str, list[dict]]:
    """The tests of each brace that has a serial number."""
    found: dict[str, list[dict]] = defaultdict(list)
    for test in tests:
        if test.get("brace") and test["brace"]["serial"]:
            found[test["brace"]["serial"]].append(test)
    return dict(found)


def of_serial(serial: str, tests: list[dict], run: dict) -> bytes:
    """The page of one brace in a run."""
    brace = tests[-1]["brace"]
    names = [("serial", "serial number"), ("hw", "hardware revision"), ("fw", "firmware"),
             ("image", "image, SHA-256"), ("kind", "kind of image"), ("core", "native core"),
             ("calibration", "calibration"), ("settings", "settings, CRC-32")]  # fmt: skip
    return _page(
        f"Brace {serial}",
        _verdict(tests),
        _facts([(text, brace.get(name) or "none") for name, text in names]),
        _facts([("tested", run["ended"]), ("run", run["run"]), ("by", run["by"]),
                ("signed off by", run["signed_off_by"] or "nobody")]),
        _failures(tests),
        _table("Measured", ["what", "value", "limits", "", "test"], _measures(tests)),
        _all(tests, run["seconds"]),
    )  # fmt: skip
