"""The sessions in docs/sessions, run on virtual braces as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIRMWARE
from plumbline import registry

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = sorted((ROOT / "docs" / "sessions").glob("*.md"))
# Five minutes of exercises take the emulated board as long and longer.
LONG = ("screen",)


def steps(text):
    """(command, expected output) of each console block."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, expected = part.partition("\n")
            yield command, expected


def matches(expected: str, got: str) -> bool:
    """Whether the output is as expected; `...` stands for anything, blanks may be more or less."""

    def even(text: str) -> str:
        return "\n".join(re.sub(r"[ \t]+", " ", line).rstrip() for line in text.splitlines())

    pattern = re.escape(even(expected).strip()).replace(re.escape("..."), "(?:.|\n)*?")
    return re.fullmatch(pattern, even(got).strip()) is not None


def test_the_comparison_can_fail():
    assert matches("a ...\nb\n", "a 1\nb") and matches("...\nb", "x\ny\nb")
    assert not matches("a ...\nb\n", "a 1\nc") and not matches("", "x")
    assert matches("", "")


@pytest.fixture
def bench(tmp_path, home, patient):
    """bench(command, timeout) -> what it came to, in a checkout as it stands after
    `make firmware`."""
    if not FIRMWARE.exists():
        pytest.skip(f"{FIRMWARE} is not built: run `make firmware`")
    work = tmp_path / "work"
    (work / "device").mkdir(parents=True)
    (work / "device" / "brace").symlink_to(ROOT / "device" / "brace")
    (work / "build").symlink_to(ROOT / "build")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                   "COLUMNS": "100"}  # fmt: skip

    # A minute of an emulated board's time is a minute of a whole core.
    def run(command, timeout=1200):
        return subprocess.run(
            ["bash", "-c", command], cwd=work, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)

    yield run
    for entry in registry.running():
        os.kill(entry.pid, 15)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("path", [
    pytest.param(path, marks=pytest.mark.long if path.stem in LONG else (), id=path.stem)
    for path in SESSIONS
])  # fmt: skip
def test_a_session(path, bench):
    for command, expected in steps(path.read_text(encoding="utf-8")):
        done = bench(command, 2400 if path.stem in LONG else 1200)
        assert matches(expected, done.stdout), f"$ {command}\n{done.stdout}\nnot\n{expected}"


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_braces_life_as_the_readme_has_it(bench):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    life = text.split("## A brace's life\n", 1)[1].split("\n## ", 1)[0]
    commands = re.findall(r"(?m)^    (plumbline .*)$", life)
    assert len(commands) > 8
    for command in commands:
        # What goes on until Ctrl-C.
        done = bench(command.replace("plumbline live", "plumbline live --seconds 5"))
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"


def test_there_is_a_session_for_each_of_the_three_and_the_screen():
    assert [p.stem for p in SESSIONS] == ["clinic", "engineer", "production", "screen"]
