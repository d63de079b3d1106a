"""Development files on the filesystem replace frozen ones, one by one."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]



def test_changed_modules_come_from_the_overlay_and_the_rest_from_the_image(micropython, tmp_path):
    brace = tmp_path / "brace"
    (brace / "board").mkdir(parents=True)
    (brace / "newpart").mkdir()
    (tmp_path / "brace.image").write_text("ab12")
    # A changed module whose own import is of one that has not changed, and new ones.
    (brace / "haptics.py").write_text("from brace.posture import NAMES\nOUTCOMES = NAMES[:2]\n")
    (brace / "board" / "extra.py").write_text("from brace.haptics import OUTCOMES as VALUE\n")
    (brace / "newpart" / "__init__.py").write_text("")
    (brace / "newpart" / "thing.py").write_text("VALUE = 7\n")
    out = micropython("overlay", str(tmp_path), str(ROOT / "device")).splitlines()
    changed = "('unknown', 'upright')"
    assert out == [
        "['brace.board.extra', 'brace.haptics', 'brace.newpart', 'brace.newpart.thing']",
        "[]", f"True {changed} {changed} 7", "epoch_s False", "upright",
    ]  # fmt: skip
