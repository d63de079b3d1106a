"""Signed updates on the emulated image: they take effect, prove themselves, and are undone."""

import os
import random
from pathlib import Path

import plumbcore
import pytest
from plumbline import image
from plumbline.device import Brace
from plumbline.errors import PlumblineError
from plumbline.transport import BoardTransport
from plumbline.trust import release, updates

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "build" / "firmware" / "plumbline-rp2040.uf2"
CUTS = int(os.environ.get("PLUMBLINE_CUTS", "25"))
NAME = "brace/commands_selftest.py"
# So long the firmware must run for a bundle to be good (brace.attend).
WELL_S = 310

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def built():
    if not IMAGE.exists():
        pytest.skip(f"{IMAGE} is not built: run `make firmware`")
    return image.load(IMAGE)


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    release.create(tmp_path / "release.pem")
    return tmp_path / "release.pem"


def boot(flash):
    from plumbline.virtual.rig import VirtualBrace

    virtual = VirtualBrace(flash)
    virtual.boot(20)
    virtual.run(3)
    return virtual


def connect(virtual) -> Brace:
    return Brace.open(BoardTransport(virtual.board), timeout=20)


def bundle_of(built, key, version, extra=""):
    source = (ROOT / "device" / NAME).read_text("utf-8") + extra
    return updates.build({NAME: source.encode()}, version, built.digest,
                         plumbcore.core_version(), key)  # fmt: skip


def test_an_update_runs_proves_itself_and_a_broken_one_is_undone(built, key):
    virtual = boot(built.data)
    with connect(virtual) as brace:
        brace.provision("PB-3", release=release.point_of(key))
        assert brace.identity.bundle == 0
        updates.send(brace, bundle_of(built, key, "1.0.0"))
    virtual.run(6)
    with connect(virtual) as brace:
        assert brace.identity.bundle == 0x010000 and brace.identity.serial == "PB-3"
        assert not brace.update_state()["good"]
        assert brace.selftest()
        virtual.run(WELL_S)
        assert brace.update_state()["good"]
        # This one does not even start.
        updates.send(brace, bundle_of(built, key, "1.0.1", "\nraise RuntimeError('broken')\n"))
    virtual.run(60)
    with connect(virtual) as brace:
        state = brace.update_state()
        assert brace.identity.bundle == 0x010000 and state["good"]
        assert state["rolled"] == 0x010001


def test_power_cuts_during_an_update(built, key):
    virtual = boot(built.data)
    with connect(virtual) as brace:
        brace.provision("PB-3", release=release.point_of(key))
        updates.send(brace, bundle_of(built, key, "1.0.0"))
    virtual.run(6)
    with connect(virtual) as brace:
        virtual.run(WELL_S)
        assert brace.update_state()["good"]
    flash = virtual.board.flash.contents()
    second = bundle_of(built, key, "1.0.1")
    operations = 9 + -(-len(second) // 256) + 12
    rng = random.Random(7)
    ran = set()
    for cut in sorted(rng.sample(range(1, operations), min(CUTS, operations - 1))):
        virtual = boot(flash)
        with connect(virtual) as brace:
            virtual.board.flash.cut_in(cut)
            try:
                updates.send(brace, second)
            except PlumblineError:
                pass
        virtual.run(6)
        virtual.power_off()
        virtual.boot(20)
        virtual.run(3)
        with connect(virtual) as brace:
            assert brace.identity.bundle in (0x010000, 0x010001), cut
            assert brace.status().state == "ok" and brace.identity.serial == "PB-3"
            ran.add(brace.identity.bundle)
    assert CUTS < 25 or ran == {0x010000, 0x010001}
