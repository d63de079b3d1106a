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
    what runs its corpus, compiled with the flash chip's model and native/src/<core> of each core
    (a glob)."""
    folder = tmp_path_factory.mktemp("native")
    includes = [f"-I{path}" for path in (ROOT / "native/include", ROOT / "native/src",
                                         ROOT / "native/nor", FUZZ, HERE)]
    made: dict[Path, Path] = {}

    def make(source: Path, out: Path, *how: str) -> Path:
        if source not in made:
            subprocess.run(["gcc", *FLAGS, *includes, *how, str(source), "-o", str(out)],
                           check=True)
            made[source] = out
        return made[source]

    def build(name: str, *cores: str) -> Path:
        own = HERE / f"{name}.c"
        objects = [ROOT / "native/nor/nor.c"]
        if name.startswith("fuzz_"):
            own = FUZZ / f"{name}.c"
            objects.append(FUZZ / "run_corpus.c")
        objects += [path for core in cores for path in sorted((ROOT / "native/src").glob(core))]
        objects = [str(make(path, folder / f"{path.stem}.o", "-c")) for path in objects]
        return make(own, folder / name, *objects)

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
