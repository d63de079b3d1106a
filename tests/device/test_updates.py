"""Signed updates, the real firmware on the unix port: in force, proved, undone, cut anywhere."""

from pathlib import Path

import plumbcore
import pytest
from brace import commands
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.errors import PlumblineError
from plumbline.trust import release, updates
from plumbline.virtual import nor, unixport
from plumbline.virtual.unixport import UnixBrace, UnixTransport

pytestmark = pytest.mark.usefixtures("unix")

DEVICE = Path(__file__).resolve().parents[2] / "device"
NAME = "brace/commands_selftest.py"
# What _boot.py does for a bundle; here the other modules are files as well.
PROGRAM = f"""
from brace.board import bundles, health, overlay
health.begin()
_names = bundles.start(health.plain())
if _names:
    overlay.install(_names, bundles.ROOT, {str(DEVICE)!r} + "/")
""" + unixport.firmware()
# The firmware has run well after five minutes.
WELL_S = 310


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    release.create(tmp_path / "release.pem")
    return tmp_path / "release.pem"


def connect(brace, timeout=5.0) -> Brace:
    return Brace.open(UnixTransport(brace), timeout=timeout)


def bundle_of(found, key, version, extra=""):
    """The selftest's module, which says so, and more."""
    source = (DEVICE / NAME).read_text("utf-8") + extra
    return updates.build({NAME: source.encode()}, version, found.identity.image,
                         plumbcore.core_version(), key)  # fmt: skip


def start(flash=b"", seed=1):
    # Parts with errors: without any they look frozen, and are left out.
    brace = UnixBrace(flash, program=PROGRAM, seed=seed, typical=True)
    brace.power_on()
    brace.run(4)
    return brace


def make_updated(key) -> bytes:
    """The flash of a brace whose first update has proved itself."""
    with start() as brace:
        with connect(brace) as found:
            found.provision("PB-3", release=release.point_of(key))
            assert found.identity.bundle == 0
            updates.send(found, bundle_of(found, key, "1.0.0"))
        brace.run(5)
        with connect(brace) as found:
            assert found.identity.bundle == 0x010000 and found.identity.serial == "PB-3"
            assert not found.update_state()["good"]
            assert found.selftest()
        brace.run(WELL_S)
        with connect(brace) as found:
            assert found.update_state()["good"]
        return brace.flash()


def test_a_broken_update_is_undone(key):
    with start(make_updated(key)) as brace:
        with connect(brace) as found:
            assert found.identity.bundle == 0x010000
            with pytest.raises(BraceError, match="older"):
                updates.send(found, bundle_of(found, key, "0.9.0"))
            broken = bundle_of(found, key, "1.0.1", "\nraise RuntimeError('broken')\n")
            updates.send(found, broken)
        brace.run(60)
        with connect(brace) as found:
            state = found.update_state()
            assert found.identity.bundle == 0x010000 and state["good"]
            assert state["rolled"] == 0x010001


def test_a_bundle_altered_in_the_flash_does_not_run(key):
    flash = bytearray(make_updated(key))
    # The last file's last byte before the slot's end; either slot.
    for slot in (0x088000, 0x092000):
        at = flash.find(b"PLBN", slot, slot + 4)
        if at == slot:
            flash[slot + 3000] &= 0x0F
            flash[slot + 3001] ^= 0x10
    with start(bytes(flash)) as brace, connect(brace) as found:
        assert found.identity.bundle == 0 and "damaged" in found.update_state()["refused"]
        assert found.status().state == "ok"


def test_nothing_is_taken_without_a_release_key(key):
    with start() as brace, connect(brace) as found:
        with pytest.raises(BraceError, match="no release key"):
            found.link.ask(commands.UPDATE_BEGIN)


# By chance in each cut, and one after the other in the long run.
TEARS = [nor.ANY, *(pytest.param(tear, marks=[pytest.mark.long, pytest.mark.timeout(1200)])
                    for tear in range(nor.ANY))]


@pytest.mark.slow
@pytest.mark.parametrize("tear", TEARS)
def test_power_cuts_during_an_update(key, tear):
    """The old or the new one runs, never neither: at every flash operation of an update."""
    flash = make_updated(key)
    with start(flash) as brace:
        before = brace.eval("nor.operations")
        with connect(brace) as found:
            second = bundle_of(found, key, "1.0.1")
            updates.send(found, second)
        brace.run(5)
        operations = brace.eval("nor.operations") - before
    assert operations > 25
    ran = set()
    for cut in range(1, operations + 1):
        with start(flash, seed=cut) as brace:
            with connect(brace, 2.0) as found:
                brace.exec(f"nor.tear = {tear}; nor.cut_in({cut})")
                try:
                    updates.send(found, second)
                except PlumblineError:
                    pass
            brace.run(5)
            brace.exec("nor.power_on()")
            brace.power_on()
            brace.run(5)
            with connect(brace) as found:
                assert found.identity.bundle in (0x010000, 0x010001), cut
                assert found.status().state == "ok" and found.identity.serial == "PB-3"
                ran.add(found.identity.bundle)
    assert ran == {0x010000, 0x010001}
