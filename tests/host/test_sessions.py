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


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("path", [
    pytest.param(path, marks=pytest.mark.long if path.stem in LONG else (), id=path.stem)
    for path in SESSIONS
])  # fmt: skip
def test_a_session(path, home, patient, tmp_path):
    if not FIRMWARE.exists():
        pytest.skip(f"{FIRMWARE} is not built: run `make firmware`")
    work = tmp_path / "work"
    (work / "device").mkdir(parents=True)
    # A checkout as it stands after `make firmware`.
    (work / "device" / "brace").symlink_to(ROOT / "device" / "brace")
    (work / "build").symlink_to(ROOT / "build")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                   "COLUMNS": "100"}  # fmt: skip
    try:
        for command, expected in steps(path.read_text(encoding="utf-8")):
            done = subprocess.run(
                ["bash", "-c", command], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=2400 if path.stem in LONG else 300)  # fmt: skip
            assert matches(expected, done.stdout), f"$ {command}\n{done.stdout}\nnot\n{expected}"
    finally:
        for entry in registry.running():
            os.kill(entry.pid, 15)


def test_there_is_a_session_for_each_of_the_three_and_the_screen():
    assert [p.stem for p in SESSIONS] == ["clinic", "engineer", "production", "screen"]
