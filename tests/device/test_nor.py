"""The flash chip of the virtual braces (native/nor): what NOR allows, what a cut tears."""

import pytest
from plumbline.virtual import nor
from plumbline.virtual.nor import PAGE, SECTOR, Nor


@pytest.fixture
def chip():
    return Nor(bytearray(b"\xff" * 2 * SECTOR), seed=4)


def test_both_bindings_do_the_same(both):
    on_micropython, on_cpython = both("nor_commands")
    assert on_micropython == on_cpython and on_cpython.count("cut") > 50


def test_it_takes_its_time_wears_and_sticks(chip):
    chip.stick(10, 0x81)
    assert chip.program(0, bytes(16)) == 400 and chip.erase(0, SECTOR) == 45000
    assert chip.data[:12] == b"\xff" * 10 + b"\x7e\xff" and chip.erases == {0: 1}
    chip.slowest()
    assert chip.program(5, b"\x0f") == 3000 and chip.program(5, b"\xf1") == 3000
    assert chip.data[5] == 0x01 and chip.erase(SECTOR, SECTOR) == 400000
    chip.stick(10, 0x02)
    chip.erase(0, SECTOR)
    assert chip.data[:PAGE] == b"\xff" * 10 + b"\x7c" + b"\xff" * (PAGE - 11)
    with pytest.raises(ValueError, match="another byte"):
        chip.stick(11, 1)


def test_without_power_nothing_is_done(chip):
    cut = []
    chip.on_cut = lambda: cut.append(chip.operations)
    chip.program(0, bytes(PAGE))
    chip.cut_in(2)
    chip.program(PAGE, bytes(PAGE))
    assert not chip.dead
    chip.erase(SECTOR, SECTOR)
    assert cut == [3] and chip.dead
    before = bytes(chip.data)
    assert chip.erase(0, SECTOR) == 0 == chip.program(2 * PAGE, b"\0")
    assert chip.data == before and chip.operations == 3 and cut == [3]
    chip.power_on()
    chip.erase(0, SECTOR)
    assert chip.data[:SECTOR] == b"\xff" * SECTOR


def torn(tear, seed, erase):
    """What is left of a page 0x55 that was to be erased, or of a blank one to become 0x55."""
    chip = Nor(bytearray(b"\xff" * SECTOR), seed)
    if erase:
        for page in range(0, SECTOR, PAGE):
            chip.program(page, b"\x55" * PAGE)
    chip.tear = tear
    chip.cut_in(1)
    if erase:
        chip.erase(0, SECTOR)
        return bytes(chip.data)
    chip.program(0, b"\x55" * PAGE)
    assert chip.data[PAGE:] == b"\xff" * (SECTOR - PAGE)
    return bytes(chip.data[:PAGE])


@pytest.mark.parametrize("erase", [False, True])
def test_each_way_to_be_torn(erase):
    old, new = (b"\x55", b"\xff") if erase else (b"\xff", b"\x55")
    size = SECTOR if erase else PAGE
    seeds = range(20)
    assert {torn(nor.NOTHING, seed, erase) for seed in seeds} == {old * size}
    assert {torn(nor.COMPLETE, seed, erase) for seed in seeds} == {new * size}
    kinds = {nor.PREFIX: set(), nor.UNSTABLE: set(), nor.RANDOM: set()}
    for tear, left in kinds.items():
        for seed in seeds:
            data = torn(tear, seed, erase)
            left.add(data)
            rest = data.lstrip(new)
            if tear == nor.PREFIX:
                assert rest == old * len(rest)
            elif tear == nor.UNSTABLE:
                assert all(byte & 0x55 == 0x55 for byte in rest), "a bit is neither old nor new"
        assert len(left) > 10
    assert any(byte & 0x55 != 0x55 for data in kinds[nor.RANDOM] for byte in data)
    assert {torn(nor.ANY, seed, erase) for seed in seeds} & {old * size, new * size}
