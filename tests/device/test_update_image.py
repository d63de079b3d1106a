"""Updates and claims on the emulated image: they take effect, are undone, outlive power cuts."""

import os
import random
from pathlib import Path

import dumps
import plumbcore
import pytest
from brace import bundle
from brace.board import flashmap
from journal import Journal
from plumbcore.flash import MemoryFlash
from plumbline import image
from plumbline.device import Brace
from plumbline.transport import BoardTransport
from plumbline.trust import release, updates
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys

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


def cuts(journal: Journal, seed: int) -> list[int]:
    """Some of the commands, the last one among them: what came before it is in force by then."""
    some = random.Random(seed).sample(range(1, len(journal)), CUTS - 1)
    return [*sorted(some), len(journal)]


def proved(flash: bytes) -> bytes:
    """The same flash after the bundle that runs has proved itself, which takes five minutes."""
    at, end = flashmap.BUNDLES, flashmap.BUNDLES + flashmap.BUNDLES_LEN
    part = bytearray(flash[at:end])
    assert bundle.Slots(MemoryFlash(part)).prove()
    return flash[:at] + bytes(part) + flash[end:]


def test_power_cuts_during_an_update(built, key):
    """Anywhere from the first erase to the store that a start makes of it: the old or the new
    bundle runs."""
    virtual = boot(built.data)
    with connect(virtual) as brace:
        brace.provision("PB-3", release=release.point_of(key))
        updates.send(brace, bundle_of(built, key, "1.0.0"))
    virtual.run(6)
    virtual = boot(proved(virtual.board.flash.contents()))
    journal = Journal(virtual.board.flash)
    with connect(virtual) as brace:
        assert brace.identity.bundle == 0x010000 and brace.update_state()["good"]
        updates.send(brace, bundle_of(built, key, "1.0.1"))
    virtual.run(6)
    with connect(virtual) as brace:
        assert brace.identity.bundle == 0x010001
    ran = {}
    for cut in cuts(journal, 7):
        virtual = boot(journal.cut(cut))
        with connect(virtual) as brace:
            ran[cut] = brace.identity.bundle
            assert ran[cut] in (0x010000, 0x010001), cut
            assert brace.status().state == "ok" and brace.identity.serial == "PB-3", cut
    assert set(ran.values()) == {0x010000, 0x010001}
    # Once the new one has run it stays.
    assert list(ran.values()) == sorted(ran.values())


def test_power_cuts_during_a_claim(built, tmp_path, monkeypatch):
    """Anywhere from the store of the claim to the last of what was in the clear: nobody's, with
    all it had, or the clinic's, and then nothing in the clear once it has started."""
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    keys = Keys()
    keys.create("clinic")
    virtual = boot(built.data)
    with connect(virtual) as brace:
        brace.provision("PB-3")
        brace.config_set({"cue_gap_s": 1234, "epoch_s": 7})
    virtual.run(15)
    journal = Journal(virtual.board.flash)
    with connect(virtual) as brace:
        claim_brace(brace, keys)
    virtual.run(8)
    claimed = {}
    for cut in cuts(journal, 8):
        virtual = boot(journal.cut(cut))
        with Brace.open(BoardTransport(virtual.board), timeout=20, strict=False) as brace:
            claimed[cut] = bool(brace.identity.claim)
            assert claimed[cut] == (brace.link.session is not None), cut
            assert brace.status().state == "ok" and brace.identity.serial == "PB-3", cut
            assert brace.config()["values"]["cue_gap_s"] == 1234, cut
        if claimed[cut]:
            assert dumps.shows(virtual.board.flash.contents(), {"cue_gap_s": 1234}) == [], cut
    assert list(claimed.values()) == sorted(claimed.values())
    assert set(claimed.values()) == {False, True}
