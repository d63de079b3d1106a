"""Parameter copies A and B: cuts, damage, versions, limits."""

import subprocess

import plumbcore
import pytest
from plumbcore.flash import SECTOR, MemoryFlash

CORES = ("pl_params.c", "pl_flash.c", "pl_crc.c")


@pytest.mark.req("LOG-4")
def test_every_cut_leaves_the_old_copy_or_the_new_one(c_program, tried):
    done = subprocess.run([str(c_program("params_cuts", *CORES))], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    word, cuts = done.stdout.split()
    assert word == "cuts" and int(cuts) > 5000
    tried("power cuts while storing parameters", int(cuts))


@pytest.fixture
def flash():
    return MemoryFlash(3)


def params(flash):
    return plumbcore.Params(flash, SECTOR, 2 * SECTOR)


def load(flash):
    out = bytearray(5000)
    length = params(flash).load(out)
    return None if length is None else bytes(out[:length])


def test_blank_then_stored_then_stored_again(flash):
    assert load(flash) is None
    for value in (b"one", b"two", b"", bytes(4076)):
        params(flash).store(value)
        assert load(flash) == value
    assert flash.data[:SECTOR] == b"\xff" * SECTOR, "wrote outside its sectors"


def test_damage_falls_back_to_the_copy_before_and_is_counted(flash):
    params(flash).store(b"old")
    params(flash).store(b"new")
    for bit in range(8 * 23):
        copy = MemoryFlash(bytearray(flash.data))
        copy.data[2 * SECTOR + bit // 8] ^= 1 << bit % 8
        one = params(copy)
        out = bytearray(10)
        assert bytes(out[:one.load(out)]) == b"old"
        assert one.damaged == 1
    copy.data[SECTOR] ^= 1
    assert load(copy) is None


def test_a_copy_of_a_newer_format_is_not_passed_over(flash):
    params(flash).store(b"old")
    params(flash).store(b"new")
    at = 2 * SECTOR
    flash.data[at + 4] = 0x20
    crc = plumbcore.crc32(flash.data[at + 20:at + 23], plumbcore.crc32(flash.data[at:at + 16]))
    flash.data[at + 16:at + 20] = crc.to_bytes(4, "little")
    with pytest.raises(RuntimeError, match="newer firmware"):
        load(flash)
    # A newer minor version is read.
    flash.data[at + 4] = 0x11
    crc = plumbcore.crc32(flash.data[at + 20:at + 23], plumbcore.crc32(flash.data[at:at + 16]))
    flash.data[at + 16:at + 20] = crc.to_bytes(4, "little")
    assert load(flash) == b"new"


def test_misuse_is_refused(flash):
    for a, b in ((0, 0), (1, SECTOR), (0, 3 * SECTOR), (-SECTOR, 0)):
        with pytest.raises(ValueError, match="two sectors"):
            plumbcore.Params(flash, a, b)
    with pytest.raises(ValueError, match="does not fit"):
        params(flash).store(bytes(4077))
    params(flash).store(b"12345")
    with pytest.raises(ValueError, match="does not fit"):
        params(flash).load(bytearray(4))
