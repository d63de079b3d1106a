"""Every test of the host tools gets a home of its own, so that none touches the user's."""

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The folder that stands for all of Plumbline's own folders."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    return folder
