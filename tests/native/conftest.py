"""Compiles C tests against the core with the sanitizers on, and sums up what they tried."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = ["-std=c99", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
         "-fsanitize=undefined,address", "-fno-sanitize-recover=all"]

_tried: dict[str, int] = {}


@pytest.fixture(scope="session")
def c_program(tmp_path_factory):
    """c_program(name, *cores) -> path of tests/native/<name>.c, compiled with
    native/src/<core>.c of each core (a glob)."""
    built: dict[str, Path] = {}

    def build(name: str, *cores: str) -> Path:
        if name not in built:
            out = tmp_path_factory.mktemp(name) / name
            sources = [str(p) for core in cores for p in (ROOT / "native/src").glob(core)]
            subprocess.run(
                ["gcc", *FLAGS, f"-I{ROOT / 'native/include'}", f"-I{ROOT / 'native/src'}",
                 f"-I{HERE}", str(HERE / f"{name}.c"), *sources, "-o", str(out)], check=True)
            built[name] = out
        return built[name]

    return build


@pytest.fixture(scope="session")
def tried():
    """tried(what, n) adds to a count that is printed at the end of the run."""

    def add(what: str, n: int) -> None:
        _tried[what] = _tried.get(what, 0) + n

    return add


def pytest_terminal_summary(terminalreporter):
    for what, n in _tried.items():
        terminalreporter.write_line(f"{what}: {n}")
