"""The bare Cortex-M0+ that cycles are counted on."""

import struct

import pytest
from plumbline.virtual.m0 import M0, RAM

# adds r0, r0, r1; bx lr
ADD = struct.pack("<2H", 0x1840, 0x4770)
# b .
FOREVER = struct.pack("<H", 0xE7FE)


def test_calls_return_result_and_cycles():
    core = M0(ADD)
    assert core.call(RAM | 1, 40, 2) == (42, 3)
    assert core.call(RAM, -1, 1) == (0, 3)


def test_memory_is_read_and_written():
    core = M0(b"abcd")
    core.write(RAM + 1, b"XY")
    assert core.read(RAM, 4) == b"aXYd"


@pytest.mark.parametrize("image, words", [
    (FOREVER, "no return after 1000 cycles"),
    (struct.pack("<H", 0xBE00), "breakpoint"),
    # ldr r0, [pc]; bx r0; 0x40000000
    (struct.pack("<2HI", 0x4800, 0x4700, 0x40000000), "astray to 0x40000000"),
])
def test_runaways_are_stopped(image, words):
    with pytest.raises(RuntimeError, match=words):
        M0(image).call(RAM, limit=1000)


def test_images_must_fit():
    with pytest.raises(ValueError, match="fit"):
        M0(bytes(250_000))
