"""Plants each defect of hil_tests/mutants in a copy of the checkout and sees that its test fails.

    python hil_tests/mutate.py [NAME ...]

A patch says which test catches it ("Caught by: …").  The firmware of the copy runs on the unix
port; a defect in C builds that anew.  Exit code 1 when a defect is not caught, or when a test
fails without one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MUTANTS = ROOT / "hil_tests" / "mutants"
_CATCHER = re.compile(r"^Caught by: (\S+)$", re.M)


def catcher(patch: Path) -> str:
    """The test that catches a defect."""
    return _CATCHER.search(patch.read_text("utf-8"))[1]


def files(patch: Path) -> list[str]:
    """What a patch changes."""
    return re.findall(r"^\+\+\+ b/(\S+)$", patch.read_text("utf-8"), re.M)


def apply(patch: Path, root: Path, check: bool = False) -> str:
    """Applies a patch, wherever its lines have moved to; what git complains of, or ""."""
    words = ["git", "apply", "-C1", *(["--check"] if check else []), str(patch)]
    # Not as part of whatever repository is around it.
    done = subprocess.run(
        words, cwd=root, capture_output=True, text=True,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)},
    )  # fmt: skip
    return done.stderr if done.returncode else ""


def copy(to: Path) -> None:
    """The tracked files, and the unix port as it is built."""
    listed = subprocess.run(
        ["git", "ls-files", "device", "native", "Makefile", "*.mk", "pyproject.toml", "setup.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for name in listed:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)


def build(root: Path) -> Path:
    """The unix port of a copy whose C was changed."""
    for name in ("unix", "stamps"):
        shutil.copytree(ROOT / "build" / name, root / "build" / name)
    subprocess.run(["make", "-s", "-C", root, "build/unix/micropython"], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return root / "build" / "unix" / "micropython"


def run(tests: list[str], env: dict) -> int:
    """Runs HIL tests on the unix port; pytest's exit code."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
             "-p", "no:xdist", "--brace", "unix", "--hil-out", str(ROOT / "build" / "mutants"),
             "--hil-run", "now", *tests]  # fmt: skip
    return subprocess.run(words, cwd=ROOT, env={**os.environ, **env},
                          stdout=subprocess.DEVNULL).returncode  # fmt: skip


def survives(patch: Path) -> str:
    """Why a defect is not caught, or ""."""
    with tempfile.TemporaryDirectory(prefix="plumbline-mutant-") as folder:
        root = Path(folder)
        copy(root)
        said = apply(patch, root)
        if said:
            return f"it does not apply: {said}"
        env = {"PYTHONPATH": str(root / "device")}
        if any(name.startswith("native/") for name in files(patch)):
            env["PLUMBLINE_UNIX"] = str(build(root))
        code = run([catcher(patch)], env)
    return "" if code == 1 else f"{catcher(patch)} ended with {code}"


def main() -> int:
    wanted = set(sys.argv[1:])
    patches = [p for p in sorted(MUTANTS.glob("*.patch")) if not wanted or p.stem in wanted]
    tests = sorted({catcher(patch) for patch in patches})
    if run(tests, {}) != 0:
        print("a test fails without any defect: run make hil first", file=sys.stderr)
        return 1
    failed = 0
    for patch in patches:
        why = survives(patch)
        failed += bool(why)
        print(f"{'ALIVE ' if why else 'caught'} {patch.stem} {why}", flush=True)
    print(f"{len(patches) - failed} of {len(patches)} planted defects caught")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
