"""fuzz.py TARGET [libFuzzer options and corpus folders]: fuzzes a target of targets.py, guided by
coverage (atheris); `make fuzz-python`."""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))
with atheris.instrument_imports(include=["brace"]):
    import targets

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, targets.TARGETS[name])
    atheris.Fuzz()
