"""Signed bundles: what may not run is refused; a cut anywhere leaves the old or the new one."""

import random
from types import SimpleNamespace

import plumbcore
import pytest
from brace import bundle, cbor
from brace.bundle import NONE, BundleError, Slots
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plumbcore.flash import MemoryFlash
from plumbline.errors import Refused, UsageError
from plumbline.trust import release, updates
from plumbline.virtual import nor

DIGEST = bytes(range(32))
CORE = 5
FILES = {"brace/posture.py": b"x = 1\n" * 300, "brace/exercise/engine.mpy": b"M\x06" + bytes(900)}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """(file of the release key, its point, file of another key)"""
    folder = tmp_path_factory.mktemp("keys")
    patch = pytest.MonkeyPatch()
    patch.setenv("PLUMBLINE_HOME", str(folder))
    release.create(folder / "ours.pem")
    release.create(folder / "theirs.pem")
    patch.undo()
    return folder / "ours.pem", release.point_of(folder / "ours.pem"), folder / "theirs.pem"


def build(keys, version="1.2.3", files=None, private=None, **more):
    return updates.build(files or FILES, version, DIGEST.hex(), CORE, private or keys[0], **more)


def check(data, keys):
    manifest = bundle.verify(updates.reader(data), keys[1])
    bundle.check_fits(manifest, DIGEST, CORE)
    return manifest


def test_a_good_bundle_is_taken_whole(keys):
    data = build(keys)
    manifest = check(data, keys)
    assert manifest["version"] == 0x010203 and manifest["end"] == len(data)
    assert [path for path, _, _ in manifest["files"]] == sorted(FILES)


def test_unsigned_or_signed_by_another_is_refused(keys):
    with pytest.raises(BundleError, match="not signed"):
        check(build(keys, private=keys[2]), keys)
    data = bytearray(build(keys))
    length = int.from_bytes(data[6:8], "little")
    data[8 + length : 8 + length + 64] = bytes(64)
    with pytest.raises(BundleError, match="not signed"):
        check(bytes(data), keys)


def test_every_flipped_bit_is_found(keys):
    data = build(keys)
    rng = random.Random(2)
    for at in [*range(0, 8), *rng.sample(range(8, len(data)), 150)]:
        if at == 5:
            continue  # the reserved byte is signed as well; covered by the next line
        changed = bytearray(data)
        changed[at] ^= 1 << rng.randrange(8)
        with pytest.raises(BundleError):
            check(bytes(changed), keys)
    changed = bytearray(data)
    changed[5] ^= 1
    with pytest.raises(BundleError):
        check(bytes(changed), keys)


def test_a_bundle_cut_short_is_refused(keys):
    data = build(keys)
    for length in [*range(0, 400, 7), len(data) - 1]:
        with pytest.raises(BundleError):
            check(data[:length], keys)


def test_wrong_hardware_core_or_image_is_refused(keys):
    with pytest.raises(BundleError, match="other hardware"):
        check(build(keys, board="rp2350"), keys)
    manifest = bundle.verify(updates.reader(build(keys)), keys[1])
    with pytest.raises(BundleError, match="another native core"):
        bundle.check_fits(manifest, DIGEST, CORE + 1)
    with pytest.raises(BundleError, match="another image"):
        bundle.check_fits(manifest, bytes(32), CORE)


@pytest.mark.parametrize("path", [
    "brace/bundle.py", "brace/board/bundles.py", "brace/board/overlay.mpy", "boot.py", "/main.py",
    "brace/../main.py", "brace/x.txt", "brace/" + "x" * 80 + ".py", "brace//x.py", "brace/A.py",
    "brace/exercise/__init__.py",
])
def test_files_that_have_no_place_there_are_refused(keys, path):
    with pytest.raises(UsageError, match="no place"):
        build(keys, files={path: b"x"})


def sign_raw(manifest, keys, data=b""):
    raw = cbor.dumps(manifest) if not isinstance(manifest, bytes) else manifest
    head = bundle.MAGIC + bytes([bundle.FORMAT, 0]) + len(raw).to_bytes(2, "little")
    return head + raw + release.sign_bytes(head + raw, keys[0]) + data


GOOD = {"board": "rp2040", "version": 7, "image": DIGEST, "core": CORE}


@pytest.mark.parametrize("manifest", [
    [], {}, 5, b"\xff", {**GOOD, "files": []}, {**GOOD, "files": 5}, {**GOOD, "version": 0},
    {**GOOD, "version": True, "files": []}, {**GOOD, "version": 1 << 24, "files": []},
    {**GOOD, "files": [["brace/a.py", -1, bytes(32)]]},
    {**GOOD, "files": [["brace/a.py", 1 << 40, bytes(32)]]},
    {**GOOD, "files": [["brace/a.py", True, bytes(32)]]},
    {**GOOD, "files": [["brace/a.py", 1, bytes(31)]]},
    {**GOOD, "files": [["brace/a.py", 1]]}, {**GOOD, "files": ["brace/a.py"]},
    {**GOOD, "files": [["brace/aa.py", 30000, bytes(32)]] * 2},
    {**GOOD, "files": [["brace/aa.py", 1, bytes(32)]] * 49},
])
def test_a_hostile_manifest_is_refused_even_if_it_is_signed(keys, manifest):
    with pytest.raises(BundleError):
        check(sign_raw(manifest, keys, bytes(100)), keys)


def test_a_bundle_longer_than_a_slot_is_refused_even_if_all_of_it_fits_its_hashes(keys):
    half = bytes(bundle.ROOM // 2)
    listed = [[f"brace/{name}.py", len(half), plumbcore.sha256(half)] for name in ("aa", "bb")]
    with pytest.raises(BundleError, match="longer than a slot"):
        check(sign_raw({**GOOD, "files": listed}, keys, 2 * half), keys)


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans())
@example(b"PLBN\x01\x00\xff\xff", False)
@example(b"PLBN", False)
def test_any_bytes_are_refused_and_nothing_else_happens(noise, headed):
    data = bundle.MAGIC + b"\x01\x00" + noise if headed else noise
    with pytest.raises(BundleError):
        bundle.verify(updates.reader(data), _POINT)


@settings(deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=12)
    | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["files", "version", "board", "x"]), inner, max_size=4), max_leaves=12))
def test_any_signed_manifest_is_taken_or_refused(value):
    patch = pytest.MonkeyPatch()
    patch.setattr(plumbcore, "ecdsa_verify", lambda *a: True)
    try:
        raw = cbor.dumps(value)
        head = bundle.MAGIC + b"\x01\x00" + len(raw).to_bytes(2, "little")
        with pytest.raises(BundleError):
            bundle.verify(updates.reader(head + raw + bytes(64)), _POINT)
    finally:
        patch.undo()


_POINT = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")


class CutFlash(MemoryFlash):
    """A block device over the chip of native/nor: power can be cut at any operation."""

    def __init__(self, data, seed=1):
        super().__init__(data)
        self.nor = nor.Nor(self.data, seed)

    def writeblocks(self, block, buf, offset=None):
        self._alive()
        self.nor.program(4096 * block + offset, bytes(buf))
        self._alive()

    def ioctl(self, op, arg):
        if op != 6:
            return super().ioctl(op, arg)
        self._alive()
        self.nor.erase(4096 * arg, 4096)
        self._alive()
        return 0

    def _alive(self):
        if self.nor.dead:
            raise OSError(5)


def put(slots, data, version):
    """What update_begin, update_write and update_commit do."""
    slot = slots.free()
    slots.erase(slot)
    slots.write(slot, 0, data.ljust(-(-len(data) // 256) * 256, b"\xff"))
    return slot


def runs(flash, keys):
    """Version that a start would run, 0 for the image's own modules."""
    slots = Slots(flash)
    slot = slots.start()
    if slot == NONE:
        return 0
    return bundle.verify(slots.reader(slot), keys[1])["version"]


def test_power_cut_at_every_flash_operation_of_an_update(keys):
    """The old or the new one runs, never neither; and the next try goes through."""
    first, second = build(keys, "1.0.0"), build(keys, "1.0.1")
    flash = CutFlash(bytearray(b"\xff" * (2 * bundle.SLOT)))
    slots = Slots(flash)
    slots.switch(put(slots, first, 1), 0x010000)
    slots.start()
    slots.prove()
    before = bytes(flash.data)

    def update(on):
        slots = Slots(on)
        slot = put(slots, second, 2)
        assert bundle.verify(slots.reader(slot), keys[1])
        slots.switch(slot, 0x010001)
        Slots(on).start()
        Slots(on).prove()

    whole = CutFlash(bytearray(before))
    update(whole)
    operations = whole.nor.operations
    assert operations > 20 and runs(whole, keys) == 0x010001
    seen = set()
    for cut in range(1, operations + 1):
        for tear in range(nor.ANY):
            on = CutFlash(bytearray(before), cut)
            on.nor.tear = tear
            on.nor.cut_in(cut)
            with pytest.raises(OSError):
                update(on)
            on.nor.power_on()
            ran = runs(on, keys)
            assert ran in (0x010000, 0x010001), (cut, tear)
            seen.add(ran)
            Slots(on).prove()
            update(on)
            assert runs(on, keys) == 0x010001
    assert seen == {0x010000, 0x010001}


def test_a_bundle_that_does_not_come_up_is_rolled_back(keys):
    flash = MemoryFlash(2 * bundle.SLOT // 4096)
    slots = Slots(flash)
    slots.switch(put(slots, build(keys, "1.0.0"), 1), 0x010000)
    assert slots.start() == 1 and slots.prove() and not slots.prove()
    slots.switch(put(slots, build(keys, "2.0.0"), 2), 0x020000)
    with pytest.raises(BundleError, match="not proved"):
        slots.free()
    for _ in range(bundle.TRIES):
        assert runs(flash, keys) == 0x020000
    assert runs(flash, keys) == 0x010000 and slots.state()["rolled"] == 0x020000
    assert slots.state()["version"] == 0x010000 and slots.state()["good"]
    # The very first bundle goes back to the image alone.
    flash = MemoryFlash(2 * bundle.SLOT // 4096)
    slots = Slots(flash)
    slots.switch(put(slots, build(keys, "1.0.0"), 1), 0x010000)
    for _ in range(bundle.TRIES):
        slots.start()
    assert slots.start() == NONE


def test_a_brace_that_keeps_failing_goes_back_or_leaves_it_out(keys):
    flash = MemoryFlash(2 * bundle.SLOT // 4096)
    slots = Slots(flash)
    slots.switch(put(slots, build(keys, "1.0.0"), 1), 0x010000)
    assert slots.start() == 1
    assert slots.start(plain=True) == NONE and slots.state()["rolled"] == 0x010000
    slots.switch(put(slots, build(keys, "1.0.1"), 1), 0x010001)
    slots.start()
    slots.prove()
    assert slots.start(plain=True) == NONE and slots.start() == 1


@pytest.fixture
def updating(keys, monkeypatch):
    """(handlers of the update commands, app, slots) without a board."""
    import importlib
    import sys

    flash = MemoryFlash(2 * bundle.SLOT // 4096)
    fake = SimpleNamespace(version=0, refused="", slots=lambda: Slots(flash))

    def board_check(found, slot, point):
        manifest = bundle.verify(found.reader(slot), point)
        bundle.check_fits(manifest, DIGEST, CORE)
        return manifest

    fake.check = board_check
    monkeypatch.setitem(sys.modules, "brace.board.bundles", fake)
    import brace.board

    monkeypatch.setattr(brace.board, "bundles", fake, raising=False)
    sys.modules.pop("brace.commands_update", None)
    commands_update = importlib.import_module("brace.commands_update")
    app = SimpleNamespace(
        wire=SimpleNamespace(raw={}, handlers={}), identity={"release": keys[1]}, notes=[],
        session=SimpleNamespace(role=8), restarted=0,
    )  # fmt: skip
    app.audit = SimpleNamespace(note=lambda *what: app.notes.append(what))

    def restart():
        app.restarted += 1

    app.restart = restart
    commands_update.UpdateCommands(app)
    yield app, Slots(flash)
    sys.modules.pop("brace.commands_update", None)


def do(app, data, **commit):
    from brace import commands as cmd

    app.wire.handlers[cmd.UPDATE_BEGIN]({})
    padded = data.ljust(-(-len(data) // 256) * 256, b"\xff")
    for at in range(0, len(padded), 512):
        piece = padded[at : at + 512]
        app.wire.raw[cmd.UPDATE_WRITE](at.to_bytes(4, "little") + piece)
    return app.wire.handlers[cmd.UPDATE_COMMIT](commit)


def test_the_commands_take_what_is_newer_and_signed_and_nothing_else(keys, updating):
    from brace import commands as cmd

    app, slots = updating
    assert do(app, build(keys, "1.5.0")) == {"version": 0x010500}
    assert app.restarted == 1 and app.notes == [(8, 8, 0x010500)]
    slots.start()
    with pytest.raises(cmd.CommandError, match="proved"):
        do(app, build(keys, "1.6.0"))
    slots.prove()
    for wrong, why in (
        (build(keys, "1.4.0"), "older"), (build(keys, "1.6.0", private=keys[2]), "not signed"),
        (build(keys, "1.6.0", board="rp2350"), "hardware"), (b"PLBN", "no bundle"),
        (build(keys, "0.0.1"), "older"),
    ):  # fmt: skip
        with pytest.raises(cmd.CommandError, match=why) as caught:
            do(app, wrong)
        assert caught.value.code == cmd.E_REFUSED
        assert slots.state()["version"] == 0x010500 and app.restarted == 1
    assert do(app, build(keys, "1.4.0"), downgrade=True) == {"version": 0x010400}


def test_commands_out_of_order_or_out_of_the_slot_do_nothing(keys, updating):
    from brace import commands as cmd

    app, slots = updating
    with pytest.raises(cmd.CommandError, match="comes first"):
        app.wire.handlers[cmd.UPDATE_COMMIT]({})
    with pytest.raises(cmd.CommandError, match="comes first"):
        app.wire.raw[cmd.UPDATE_WRITE](bytes(260))
    app.wire.handlers[cmd.UPDATE_BEGIN]({})
    for payload in (bytes(4), bytes(5), b"\1\0\0\0" + bytes(256), b"\0\x90\0\0" + bytes(256),
                    b"\0\x8f\0\0" + bytes(512), b"\xff" * 4 + bytes(256)):
        with pytest.raises(cmd.CommandError):
            app.wire.raw[cmd.UPDATE_WRITE](payload)
    app.identity["release"] = b""
    with pytest.raises(cmd.CommandError, match="no release key"):
        app.wire.handlers[cmd.UPDATE_BEGIN]({})


def test_the_host_refuses_what_no_trusted_key_signed(keys, tmp_path, monkeypatch):
    data = build(keys)
    with pytest.raises(Refused, match="no trusted"):
        updates.describe(data)
    release.create(tmp_path / "else.pem")
    with pytest.raises(Refused, match="not signed"):
        updates.describe(data)
    (tmp_path / "b").write_bytes(data)
    assert updates.load(tmp_path / "b") == data
    assert updates.version_text(updates.version_number("1.2.3")) == "1.2.3"
    for text in ("1", "1.2", "a.b.c", "1.2.256"):
        with pytest.raises(UsageError):
            updates.version_number(text)
