"""Every test of the host tools gets a home of its own, so that none touches the user's."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from peer import Peer
from served import Served
from tapped import Line


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The folder that stands for all of Plumbline's own folders."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    return folder


@pytest.fixture
def line(tmp_path):
    """A claimed brace and an attacker on its line."""
    return Line(tmp_path)


@dataclass
class Run:
    """What a run of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def plumbline(capsys, monkeypatch, tmp_path):
    """plumbline("list", "--json") -> Run; in-process, in an empty working folder."""
    from plumbline.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Run:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Run(int(code), captured.out, captured.err)

    return run


@pytest.fixture
def brace(tmp_path):
    """brace(name="vb1", **hello) -> a scripted brace served on a PTY and registered."""
    served = []

    def start(name: str = "vb1", **hello) -> Served:
        served.append(Served(name, tmp_path, Peer(**hello)))
        return served[-1]

    yield start
    for one in served:
        one.close()


ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "build" / "firmware" / "plumbline-rp2040.uf2"


@dataclass
class Virtual:
    """A virtual brace run by `plumbline sim` in a process of its own."""

    name: str
    pty: str

    def cli(self, *arguments: str, cwd: Path = ROOT) -> Run:
        """The real command line in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "plumbline", *map(str, arguments)], cwd=cwd,
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def patient(monkeypatch):
    """An emulated board on a busy computer answers late; nothing here measures how late."""
    monkeypatch.setenv("PLUMBLINE_TIMEOUT", "20")


@pytest.fixture
def virtual(home, patient):
    """virtual("vb1", "--sensors", "S") -> a running virtual brace with the built firmware."""
    if not FIRMWARE.exists():
        pytest.skip(f"{FIRMWARE} is not built: run `make firmware`")
    running = []

    def start(name: str = "vb1", *options: str) -> Virtual:
        one = Virtual(name, "")
        run = one.cli("sim", "--background", "--name", name, "--image", FIRMWARE, "--json",
                      *options)
        assert run.code == 0, run.err
        one.pty = run.json["pty"]
        running.append(run.json["pid"])
        return one

    yield start
    for pid in running:
        os.kill(pid, 15)
