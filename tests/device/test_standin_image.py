"""The stand-in's image on the emulated board, as far as that goes: it has no I2C target mode, so
what is said on the bus is tested in tests/native/test_standin.py."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
IMAGE = Path(__file__).resolve().parents[2] / "build" / "standin" / "plumbline-standin.uf2"


@pytest.fixture(scope="module")
def line():
    """ask(text) -> the stand-in's answer."""
    if not IMAGE.exists():
        pytest.skip(f"{IMAGE} is not built: run `make standin`")
    from plumbline.virtual.board import Board

    said = bytearray()
    board = Board(on_serial=said.extend)
    blocks = IMAGE.read_bytes()
    for at in range(0, len(blocks), 512):
        block = blocks[at : at + 512]
        address, size = (int.from_bytes(block[i : i + 4], "little") for i in (12, 16))
        offset = address - 0x10000000
        board.mcu.flash[offset : offset + size] = block[32 : 32 + size]
    board.power_on()
    assert board.run(5e9, until=lambda: board.usb.connected)
    board.run(1e9)
    said.clear()

    def ask(text):
        said.clear()
        board.usb.send(text.encode() + b"\n")
        # MicroPython's console says again what it hears; the answer is the last line.
        board.run(3e9, until=lambda: said.count(b"\n") >= 1 and said.endswith(b"\n"))
        board.run(2e8)
        return said.decode().strip().splitlines()[-1]

    return ask


def test_it_answers_and_takes_samples(line):
    assert line("status S").split()[0] == "1024"
    samples = bytes(range(12)) * 40
    assert line(f"put L {samples.hex()}") == "40"
    room, given, starved, waiting = map(int, line("status L").split())
    assert 984 <= room <= 1024 and given == 0 and waiting == 0
    assert line("nonsense S").startswith("error")
    assert line("identity S 105") == "ok"
