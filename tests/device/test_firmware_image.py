"""The image that `make firmware` builds: what is in it, and that it can be built again."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from brace import VERSION
from brace.board import flashmap, pins
from plumbline import image

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "device" / "port" / "boards" / "PLUMBLINE_RP2040"
FIRMWARE = ROOT / "build" / "firmware" / "plumbline-rp2040.uf2"


@pytest.fixture
def built():
    if not FIRMWARE.exists():
        pytest.skip(f"{FIRMWARE} is not built: run `make firmware`")
    return image.load(FIRMWARE)


def test_pins_are_those_of_the_board_file():
    with (BOARD / "pins.csv").open() as file:
        named = {name: int(gpio.removeprefix("GPIO")) for name, gpio in csv.reader(file)}
    assert named == {name: value for name, value in vars(pins).items() if name.isupper()}


def test_versions_agree():
    text = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text


def test_the_flash_map_has_no_overlaps_and_ends_with_the_chip():
    parts = [
        (flashmap.FILES, flashmap.FILES_LEN),
        (flashmap.BUNDLES, flashmap.BUNDLES_LEN),
        (flashmap.PARAMS, flashmap.PARAMS_LEN),
        (flashmap.IDENTITY, flashmap.IDENTITY_LEN),
        (flashmap.LOG, flashmap.LOG_LEN),
    ]
    at = flashmap.STORAGE
    for offset, length in parts:
        assert offset == at and length % flashmap.SECTOR == 0
        at += length
    assert at == flashmap.SIZE
    header = (BOARD / "mpconfigboard.h").read_text()
    assert f"({(flashmap.SIZE - flashmap.STORAGE) // 1024} * 1024)" in header


@pytest.mark.req("BOOT-2")
def test_the_image_is_sound_and_fits(built):
    built.verify()
    assert built.base == image.FLASH_BASE
    assert len(built.data) <= flashmap.STORAGE
    assert built.version == VERSION


def test_no_path_of_this_machine_is_in_it(built):
    cache = os.environ.get("PLUMBLINE_CACHE", str(Path.home() / ".cache" / "plumbline"))
    for path in (str(ROOT), cache):
        assert path.encode() not in built.data


@pytest.mark.req("BOOT-3")
@pytest.mark.long
@pytest.mark.timeout(600)
def test_building_again_elsewhere_gives_the_same_image(built, tmp_path):
    cache = os.environ.get("PLUMBLINE_CACHE", str(Path.home() / ".cache" / "plumbline"))
    trees = sorted(Path(cache).glob("micropython-*/.ready"))
    tree = os.environ.get("MICROPYTHON_DIR") or (trees and str(trees[-1].parent))
    if not tree:
        pytest.skip("no MicroPython tree: run `make firmware`")
    for part in ("native", "device", "pyproject.toml"):
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    # The very variables that device.mk passes.
    make = (ROOT / "device" / "device.mk").read_text()
    (line,) = [line for line in make.splitlines() if line.startswith("REPRODUCIBLE :=")]
    environment = line.split(":=")[1].strip()
    subprocess.run(
        ["device/port/build_rp2.sh", tree, "out", sys.executable, environment, FIRMWARE.stem],
        cwd=tmp_path,
        check=True,
        timeout=550,
    )
    again = image.load(tmp_path / "out" / FIRMWARE.name)
    assert again.data == built.data
