"""plumbline hil: hardware in the loop (docs/hil.md)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import click

from plumbline.cli import common
from plumbline.errors import Exit, UsageError

_rigs = click.option(
    "--brace", "braces", multiple=True, metavar="NAME",
    help="virtual, unix, a rig of the hardware map, a port, a serial number, or all; repeatable.",
)  # fmt: skip
_out = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("build/hil"), show_default=True,
    help="Where the records go.",
)  # fmt: skip
_signed = click.option("--signed-by", default="", metavar="NAME", help="Who answers for it.")


@common.group(name="hil")
def command():
    """Test braces: run the suite, a production station, what stands for what."""


def _pytest(arguments: list[str], braces) -> int:
    words = [sys.executable, "-m", "pytest", *arguments]
    for name in braces:
        words += ["--brace", name]
    return subprocess.run(words).returncode


@common.command(command, name="run")
@_rigs
@click.option("-m", "--mark", metavar="EXPR", help="Only tests so marked, e.g. smoke.")
@click.option("-k", "--keyword", metavar="EXPR", help="Only tests whose names fit.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, help="Processes (1).")
@_out
@_signed
@click.argument("tests", nargs=-1, type=click.Path(path_type=Path))
def run(braces, mark, keyword, jobs, out, signed_by, tests):
    """Run HIL tests (the folder hil_tests, if none are named) and keep their records."""
    chosen = tests or (Path("hil_tests"),)
    for path in chosen:
        if not path.exists():
            raise UsageError(f"there are no tests at {path}", "Name a folder or file of tests")
    words = ["-q", *map(str, chosen), "--hil-out", str(out), "--hil-signed-by", signed_by]
    words += ["-m", mark] if mark else []
    words += ["-k", keyword] if keyword else []
    words += ["-n", str(jobs), "--dist", "loadgroup"] if jobs > 1 else []
    return Exit.OK if _pytest(words, braces) == 0 else Exit.HIL


def _show(folder: Path, serial: str, seconds: float) -> str:
    """Prints what came of a brace at the station; the verdict."""
    from plumbline.hil.page import number

    kept = sorted((folder / "serials").glob("*.json"))
    if not kept:
        common.say(f"No brace was tested. Look at {folder / 'report.html'}")
        return "untested"
    found = json.loads(kept[0].read_text("utf-8"))
    rows = [
        [m["name"], f"{number(m['value'])} {m['unit']}", "ok" if m["ok"] else "OUT OF LIMITS"]
        for test in found["tests"]
        for m in test["measures"]
    ]
    common.table(["MEASURED", "VALUE", ""], rows)
    for test in found["tests"]:
        if test["outcome"] == "failed":
            common.say(f"{test['test'].partition('::')[2]}: {test['message'].splitlines()[0]}")
    verdict = found["verdict"].upper()
    common.say(f"{found['serial']}: {verdict} in {seconds:.0f} s. {kept[0].with_suffix('.html')}")
    return found["verdict"]


@common.command(command, name="station")
@_rigs
@click.option("--serial", default="", metavar="S", help="Name for a brace that has none.")
@_out
@click.option("--signed-by", required=True, metavar="NAME", help="Who answers for the braces.")
@common.yes_option
def station(braces, serial, out, signed_by, yes):
    """Take one brace through the production station: name, self-test, noise, motor, log, records.

    Asks what a rig cannot see by itself; with --yes it asks nothing and skips that.
    """
    if not yes:
        click.prompt(
            "Plug the brace in and lay it flat and still. Enter goes on",
            default="", show_default=False, err=True,
        )  # fmt: skip
    name = time.strftime("station-%Y%m%d-%H%M%S")
    words = ["-q", "--pyargs", "plumbline.hil.suite", "--hil-out", str(out), "--hil-run", name,
             "--hil-signed-by", signed_by, "--hil-serial", serial,
             "-p", "no:cacheprovider"]  # fmt: skip
    begun = time.monotonic()
    code = _pytest(words + ([] if yes else ["--hil-ask"]), braces or ("all",))
    verdict = _show(out / name, serial, time.monotonic() - begun)
    return Exit.OK if code == 0 and verdict == "passed" else Exit.HIL


@common.command(command, name="trace")
@click.option("--faults", is_flag=True, help="The faults of docs/faults.md, not requirements.")
@click.option(
    "--root", type=click.Path(path_type=Path, exists=True), default=Path("."),
    help="The checkout (here).",
)  # fmt: skip
@common.json_option
def trace(faults, root, as_json):
    """Print which test stands for which requirement; fail when one has none."""
    from plumbline.hil import trace as tracing

    kind = "fault" if faults else "req"
    document = root / "docs" / ("faults.md" if faults else "requirements.md")
    if not document.is_file():
        raise UsageError(f"there is no {document}", "Run it in plumbline's checkout, or --root")
    found = tracing.matrix(document, kind, root, ["tests", "hil_tests", "host"])
    if as_json:
        rows = [{"id": item.id, "text": item.cells[0], "tests": where}
                for item, where in found.rows]  # fmt: skip
        common.emit_json(
            "hil_trace", {"rows": rows, "untested": found.untested, "unknown": found.unknown}
        )
    else:
        common.table(
            ["ID", "WHAT", "TESTS"],
            [[item.id, item.cells[0][:60], str(len(where)) if where else "NONE"]
             for item, where in found.rows],
        )  # fmt: skip
        for item, where in found.rows if common.verbose() else ():
            for test in where:
                common.say(f"{item.id}: {test}")
    for name in found.untested:
        common.say(f"{name} has no test.")
    for name, where in found.unknown.items():
        common.say(f"{name} is not in {document}, but {where[0]} carries it.")
    return Exit.OK if found.complete else Exit.FAILED
