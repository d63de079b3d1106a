"""Runs one script both on the MicroPython unix port and on CPython, for comparison."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "scripts"
UNIX = ROOT / "build" / "unix" / "micropython"
# The firmware's package, and the models of the virtual brace that run under both.
PATH = f"{ROOT / 'device'}:{ROOT / 'host' / 'plumbline' / 'virtual'}"


def _run(command: list, path: str) -> str:
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "MICROPYPATH": path, "PYTHONPATH": path})
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def unix():
    """Skips where the unix port is not built."""
    from plumbline.virtual import unixport

    try:
        unixport.find_binary()
    except unixport.UnixBraceError as error:
        pytest.skip(str(error))


@pytest.fixture
def micropython():
    """micropython(name, *args) -> what scripts/<name>.py prints on the unix port."""
    if not UNIX.exists():
        pytest.skip(f"{UNIX} is not built: run `make unix`")

    def run(name: str, *args: str) -> str:
        return _run([str(UNIX), str(SCRIPTS / f"{name}.py"), *args], PATH)

    return run


@pytest.fixture
def both(micropython):
    """both(name, *args) -> (output on MicroPython, output on CPython) of scripts/<name>.py."""

    def run(name: str, *args: str) -> tuple[str, str]:
        on_cpython = _run([sys.executable, str(SCRIPTS / f"{name}.py"), *args], PATH)
        return micropython(name, *args), on_cpython

    return run
