"""The planted defects fit the code as it is now, and name the test that catches them."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "hil_tests"))

import mutate  # noqa: E402

PATCHES = sorted(mutate.MUTANTS.glob("*.patch"))


@pytest.mark.req("REC-5")
def test_there_are_twenty():
    assert len(PATCHES) >= 20


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_defect_can_be_planted_and_its_test_is_there(patch):
    assert mutate.apply(patch, ROOT, check=True) == "", (
        f"the code around {patch.stem} has changed: make the patch anew (docs/hil.md)"
    )
    file, _, name = mutate.catcher(patch).partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")
    assert all(name.startswith(("device/brace/", "native/src/")) for name in mutate.files(patch))
