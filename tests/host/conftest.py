"""Every test of the host tools gets a home of its own, so that none touches the user's."""

import json
from dataclasses import dataclass

import pytest
from peer import Peer
from served import Served


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The folder that stands for all of Plumbline's own folders."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    return folder


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
