"""Every input that fuzzing found worth keeping still passes its target, without a fuzzer."""

import subprocess
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[2] / "native/fuzz"

TARGETS = sorted(path.stem for path in FUZZ.glob("fuzz_*.c"))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_corpus(c_program, target):
    inputs = sorted((FUZZ / "corpus" / target.removeprefix("fuzz_")).iterdir())
    assert len(inputs) >= 20
    program = c_program(target, "pl_*.c")
    done = subprocess.run([str(program), *map(str, inputs)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == f"{len(inputs)} inputs\n"
