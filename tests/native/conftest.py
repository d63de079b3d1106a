"""Compiles C tests against the core with the sanitizers on, and sums up what they tried."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FUZZ = ROOT / "native/fuzz"
FLAGS = ["-std=c99", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
         "-fsanitize=undefined,address", "-fno-sanitize-recover=all"]

_tried: dict[str, int] = {}


@pytest.fixture(scope="session")
def c_program(tmp_path_factory):
    """c_program(name, *cores) -> the program of tests/native/<name>.c, or of a fuzz target with
    what runs its corpus, compiled with native/src/<core> of each core (a glob)."""
    built: dict[str, Path] = {}

    def build(name: str, *cores: str) -> Path:
        if name not in built:
            out = tmp_path_factory.mktemp(name) / name
            own = [HERE / f"{name}.c"]
            if name.startswith("fuzz_"):
                own = [FUZZ / f"{name}.c", FUZZ / "run_corpus.c"]
            sources = [*own, *(p for core in cores for p in (ROOT / "native/src").glob(core))]
            includes = [ROOT / "native/include", ROOT / "native/src", FUZZ, HERE]
            subprocess.run(["gcc", *FLAGS, *(f"-I{path}" for path in includes),
                            *map(str, sources), "-o", str(out)], check=True)
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
