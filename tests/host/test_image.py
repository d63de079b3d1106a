"""Images and UF2 files: what is written is read back, and what is damaged is refused by name."""

import pytest
from plumbline import image
from plumbline.errors import StorageError

BINARY = bytes(range(256)) * 5 + image.MAGIC + bytes(40) + b"tail"


def test_stamp_and_uf2_round_trip():
    data = image.stamp(BINARY, "1.2.3")
    before = image.Image(data)
    before.verify()
    after = image.from_uf2(image.to_uf2(before))
    assert after.base == image.FLASH_BASE
    assert after.data[: len(data)] == data and not after.data[len(data) :].strip(b"\0")
    after.verify()
    assert after.digest == before.digest and len(before.digest) == 64


def test_each_flipped_bit_shows():
    data = bytearray(image.stamp(BINARY, "1.2.3"))
    for at in (0, 700, len(BINARY) - 1, BINARY.index(image.MAGIC) + 20):
        broken = bytearray(data)
        broken[at] ^= 4
        with pytest.raises(image.ImageError, match="damaged"):
            image.Image(bytes(broken)).verify()


def test_an_image_without_a_stamp():
    assert image.Image(b"x" * 1000).digest is None
    with pytest.raises(image.ImageError, match="not a Plumbline image"):
        image.Image(b"x" * 1000).verify()
    with pytest.raises(image.ImageError):
        image.stamp(BINARY + BINARY, "1.2.3")


@pytest.mark.parametrize(
    ("change", "say"),
    [
        (lambda raw: raw[:-1], "multiple of 512"),
        (lambda raw: raw[:-512], "cut or mixed up"),
        (lambda raw: b"XXXX" + raw[4:], "wrong magic"),
        (lambda raw: raw[512:1024] + raw[:512] + raw[1024:], "cut or mixed up"),
        (lambda raw: raw[:28] + bytes(4) + raw[32:], "chip family"),
        (lambda raw: raw[: 512 + 12] + b"\0\0\0\x20" + raw[512 + 16 :], "hole"),
        (lambda raw: b"", "multiple of 512"),
    ],
)
def test_damaged_files_are_named(change, say):
    with pytest.raises(image.ImageError, match=say):
        image.from_uf2(change(image.to_uf2(image.Image(BINARY))))


def test_a_missing_file(tmp_path):
    with pytest.raises(StorageError, match="make firmware"):
        image.load(tmp_path / "none.uf2")
