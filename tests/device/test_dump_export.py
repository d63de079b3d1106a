"""A brace's own log through every export: firmware on the unix port, flash dump, `plumbline`."""

import json
from pathlib import Path

import pytest
from plumbline.cli import main
from plumbline.device import Brace
from plumbline.export import FORMATS
from plumbline.virtual import unixport
from plumbline.virtual.body import Body
from plumbline.virtual.unixport import UnixBrace, UnixBraceError, UnixTransport


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """The flash of a brace that was worn for a while, with raw samples of a part of it."""
    try:
        unixport.find_binary()
    except UnixBraceError as error:
        pytest.skip(str(error))
    path = tmp_path_factory.mktemp("flash") / "flash.bin"
    with UnixBrace(typical=True) as unix_brace:
        unix_brace.power_on()
        unix_brace.play(Body.from_script("wearer sway=0.2\n0 stand\n6 bend 50\n30 end\n"))
        unix_brace.run(2)
        with Brace.open(UnixTransport(unix_brace)) as brace:
            brace.provision("PL-0042")
            brace.time_set(1_772_470_800_000)
            brace.config_set({"epoch_s": 5})
            brace.record_raw(15)
            unix_brace.run(25)
            from plumbline import bulk, segments

            for stream in (segments.SUMMARY, segments.RAW):
                bulk.listing(brace.link, stream, close=True)
        path.write_bytes(unix_brace.flash())
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_a_flash_dump_is_exported(dump, tmp_path, monkeypatch, capsys, form):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "home"))
    out = tmp_path / f"out.{form}"
    assert main(["export", form, str(dump), "-o", str(out), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files and all(Path(name).stat().st_size > 0 for name in files)
