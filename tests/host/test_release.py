"""Signed images: unsigned, altered, of another key or for other hardware, they are not flashed."""

import json
from dataclasses import replace

import pytest
from plumbline import image as images
from plumbline.errors import Exit, Mismatch, StorageError
from plumbline.trust import release

DATA = images.stamp(
    bytes(976) + images.MAGIC + bytes(40) + bytes(range(256)) * 8, "1.2.3"
)
IMAGE = images.Image(DATA)


@pytest.fixture
def key(tmp_path):
    release.create(tmp_path / "release.pem")
    return tmp_path / "release.pem"


def test_a_signed_image_is_its_image_and_a_manifest(key):
    signed = release.sign(IMAGE, "wearer", key)
    read = images.from_uf2(images.to_uf2(signed))
    assert read == signed and read.data[: len(DATA)] == DATA
    assert release.verify(read).kind == "wearer" and release.verify(read).version == "1.2.3"
    assert release.verify(images.from_uf2(images.to_uf2(IMAGE))) is None
    # What writes it sees the blocks of the main flash numbered as if there were no others.
    raw = images.to_uf2(signed)
    plain = images.to_uf2(IMAGE)
    assert raw[: len(plain)] == plain
    assert all(raw[at + 8] & 1 for at in range(len(plain), len(raw), 512))


def test_every_altered_byte_is_found(key):
    signed = release.sign(IMAGE, "wearer", key)
    for at in range(0, len(signed.manifest), 3):
        changed = bytearray(signed.manifest)
        changed[at] ^= 1
        with pytest.raises(Mismatch):
            release.verify(replace(signed, manifest=bytes(changed)))
    for at in (0, 500, len(DATA) - 1):
        changed = bytearray(DATA)
        changed[at] ^= 1
        with pytest.raises(Mismatch, match="not the one that was signed"):
            release.verify(replace(signed, data=bytes(changed)))
    with pytest.raises(Mismatch, match="not the one"):
        release.verify(replace(signed, data=DATA + bytes(256)))


def test_another_key_is_not_trusted_until_somebody_says_so(key, tmp_path, monkeypatch):
    signed = release.sign(IMAGE, "wearer", key)
    public = next(release.folder().glob("*.pem")).read_bytes()
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(Mismatch, match="does not trust"):
        release.verify(signed)
    release.trust(public)
    assert release.verify(signed).board == "rp2040"
    with pytest.raises(StorageError):
        release.trust(b"no key")


def test_other_hardware_and_unknown_kinds_are_refused(key, monkeypatch):
    monkeypatch.setattr(release, "BOARD", "rp2350")
    signed = release.sign(IMAGE, "wearer", key)
    monkeypatch.undo()
    with pytest.raises(Mismatch):
        release.verify(signed)


def test_flash_takes_only_what_is_signed_once_a_key_is_trusted(plumbline, brace, tmp_path, key):
    brace("vb1")
    path = tmp_path / "image.uf2"
    path.write_bytes(images.to_uf2(IMAGE))
    run = plumbline("flash", path, "-d", "vb1", "--dry-run")
    assert run.code == Exit.MISMATCH and "no signature" in run.err
    assert plumbline("flash", path, "-d", "vb1", "--dry-run", "--unsigned").code == 0
    assert plumbline("release", "sign", path, "--key", key, "--kind", "wearer").code == 0
    run = plumbline("flash", path, "-d", "vb1", "--dry-run")
    assert run.code == 0 and "signed, a wearer image" in run.err
    raw = bytearray(path.read_bytes())
    raw[40] ^= 1
    path.write_bytes(raw)
    assert plumbline("flash", path, "-d", "vb1", "--dry-run").code == Exit.MISMATCH
    for text in (b"", b"\n", b"{}\n00 00", json.dumps({"format": 1}).encode() + b"\nab cd"):
        with pytest.raises(Mismatch):
            release.verify(replace(IMAGE, manifest=text or b"x"))


def test_the_command_line_makes_and_trusts_keys(plumbline, tmp_path):
    assert plumbline("release", "key", tmp_path / "key.pem").code == 0
    public = next(release.folder().glob("*.pem"))
    assert plumbline("release", "trust", public).code == 0
    assert plumbline("release", "key", tmp_path / "key.pem").code == Exit.STORAGE
