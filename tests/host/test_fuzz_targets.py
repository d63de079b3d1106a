"""The fuzz targets of the firmware's Python hold for all that fuzzing once found worth keeping."""

import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))
import targets  # noqa: E402

CORPORA = FUZZ / "corpus"


@pytest.mark.parametrize("name", sorted(targets.TARGETS))
def test_the_corpus_breaks_no_promise(name):
    files = sorted((CORPORA / name).iterdir())
    assert len(files) > 20
    for file in files:
        targets.TARGETS[name](file.read_bytes())


def test_the_targets_reach_what_they_are_for(monkeypatch):
    """A target that gets no further than the first check finds nothing."""
    targets.signed_bundle(targets.example_bundle())
    monkeypatch.setattr(targets.bundle, "FROZEN", ("brace/posture.py",))
    monkeypatch.setattr(targets.bundle, "_sound_path", lambda path: True)
    with pytest.raises(AssertionError):
        targets.signed_bundle(targets.example_bundle())
    # The first role of the alphabet, clinic, sets the clock; the last, wearer, may not configure.
    order = bytes([1, 0x11, 0])
    targets.handshake(b"\0" + order)
    monkeypatch.setattr(targets.brace_session.Session, "allow", lambda *a: None)
    with pytest.raises(AssertionError):
        targets.handshake(b"\3" + bytes([1, 0x21, 0]))
    with pytest.raises(AssertionError):
        targets.handshake(b"\xff" + order)
