"""The instructions run in C do what rp2040py's do, cycle for cycle."""

import random
from pathlib import Path

import pytest

pytest.importorskip("rp2040py")

from plumbline import image  # noqa: E402
from plumbline.virtual.board import Board  # noqa: E402
from plumbline.virtual.rig import VirtualBrace  # noqa: E402
from plumbline.virtual.thumb import Runner  # noqa: E402
from rp2040py.execute_batch import execute_batch  # noqa: E402
from rp2040py.simulator import Simulator  # noqa: E402

FIRMWARE = Path(__file__).resolve().parents[2] / "build/firmware/plumbline-rp2040.uf2"
RAM, CODE, DATA = 0x20000000, 0x20000100, 0x20001000
SIO, DIVIDER = 0xD0000000, 0xD0000060
N, Z, C, V = 1 << 31, 1 << 30, 1 << 29, 1 << 28
_EDGES = (0, 1, 2, 31, 32, 33, 255, 256, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF)


class Both:
    """One core of rp2040py, and one whose plain instructions run in C."""

    def __init__(self):
        self.simulators = [Simulator(), Simulator()]
        for simulator in self.simulators:
            simulator.rp2040.on_break = lambda code: None
        self.runner = Runner(self.simulators[1])
        self.plain = self.runner._thumb

    def set(self, registers, apsr, code, data):
        for simulator in self.simulators:
            mcu, core = simulator.rp2040, simulator.rp2040.core
            for i, value in enumerate(registers):
                core.registers[i] = value
            core.apsr = apsr
            core.cycles = 0
            mcu.sram[CODE - RAM : CODE - RAM + len(code)] = code
            mcu.sram[DATA - RAM : DATA - RAM + len(data)] = data

    def step(self):
        """One instruction on each; whether the quick one took it."""
        slow, quick = (simulator.rp2040.core for simulator in self.simulators)
        slow.execute_instruction()
        self.plain.apsr = quick.apsr
        quick.cycles += self.runner.lib.thumb_run(self.plain, 1) + self.plain.dividing
        quick.apsr = self.plain.apsr
        if self.plain.left:
            quick.execute_instruction()
        return not self.plain.left

    def state(self, which):
        mcu = self.simulators[which].rp2040
        core = mcu.core
        divider = [mcu.sio.read_uint32(DIVIDER - SIO + at) for at in range(0, 0x1C, 4)]
        divider[4] = int(divider[4]) & 0xFFFFFFFF
        return ([core.registers[i] for i in range(16)], core.cycles, bytes(mcu.sram[:0x3000]),
                [value & 0xFFFFFFFF for value in divider])

    def apsr(self, which):
        return self.simulators[which].rp2040.core.apsr


def _register_shift(opcode):
    return opcode >> 6 in (0x102, 0x103, 0x104, 0x107)


def _manual(opcode, before, apsr):
    """Flags by the architecture's manual where rp2040py departs from it: the carry of a shift by
    0 or by more than 32 in a register, and the overflow of an addition whose carry reaches the
    sign.  None where it does not."""
    d, m = before[opcode & 7], before[opcode >> 3 & 7]
    carry = bool(apsr & C)
    if _register_shift(opcode):
        by, wide = m & 255, 1 << 32
        kind = opcode >> 6 & 15
        if kind == 2:
            shifted = d << by
            carry = bool(shifted & wide) if by else carry
        elif kind == 7:
            shifted = (d >> by % 32 | d << (32 - by % 32)) % wide
            carry = bool(shifted & N) if by else carry
        else:
            signed = d - wide if kind == 4 and d & N else d
            shifted = signed >> by
            carry = bool(signed >> (by - 1) & 1) if by else carry
        result = shifted % wide
        return result & N | (0 if result else Z) | (C if carry else 0) | apsr & V
    if opcode >> 6 in (0x105, 0x106):
        other = m if opcode >> 6 == 0x105 else m ^ 0xFFFFFFFF
        total = d + other + carry
        result = total % (1 << 32)
        overflow = (d ^ result) & (other ^ result) & N
        return (result & N | (0 if result else Z) | (C if total >> 32 else 0)
                | (V if overflow else 0))
    return None


@pytest.fixture(scope="module")
def both():
    return Both()


def _opcodes(rng):
    """Every instruction's encoding is among the first, then random ones."""
    for high in range(0x00, 0x100):
        for low in (0x00, 0x08, 0x40, 0x7F, 0x80, 0xC8, 0xFF):
            yield high << 8 | low
    for _ in range(20_000):
        yield rng.randrange(0x10000)


def test_each_instruction_does_what_rp2040py_does(both):
    rng = random.Random(1)
    taken, shared = set(), 0
    for opcode in _opcodes(rng):
        if opcode >> 11 == 0x1E or opcode >> 8 == 0xBE or opcode >> 12 == 0xF:
            second = rng.choice((0xF800, 0xD000)) | rng.randrange(0x800)
        else:
            second = rng.randrange(0x10000)
        low = [rng.choice((rng.choice(_EDGES), rng.randrange(1 << 32), DATA + rng.randrange(64)))
               for _ in range(13)]
        if opcode >> 12 in range(5, 10) or opcode >> 13 == 6:  # loads and stores: near the data
            low = [DATA + 4 * rng.randrange(32) if rng.random() < 0.7 else rng.randrange(8)
                   for _ in range(13)]
        registers = [*low, DATA + 4 * rng.randrange(64), CODE + 0x41, CODE]
        code = opcode.to_bytes(2, "little") + second.to_bytes(2, "little")
        apsr = rng.randrange(16) << 28
        both.set(registers, apsr, code, rng.randbytes(0x400))
        if both.step():
            taken.add(opcode >> 8)
            shared += 1
        said = f"opcode {opcode:#06x} {second:#06x}, registers {[hex(r) for r in registers]}"
        assert both.state(0) == both.state(1), said
        by_manual = _manual(opcode, registers, apsr)
        if by_manual is None:
            assert both.apsr(0) == both.apsr(1), said
        else:
            assert both.apsr(1) == by_manual, said
        for simulator in both.simulators:
            simulator.rp2040.core.waiting = False
            simulator.rp2040.core.pm = False
            simulator.rp2040.core.interrupts_updated = False
            simulator.rp2040.core.pending_svcall = False
            simulator.rp2040.core.event_registered = False
    # Everything but BKPT, SVC, UDF, hints, CPS, the wide ones that are not BL, and what is
    # undefined is run in C.
    assert len(taken) > 225 and shared > 12_000


class Library:
    """Runs the board as rp2040py itself does."""

    def __init__(self, simulator):
        self._simulator = simulator

    def run(self):
        execute_batch(self._simulator, 1)


@pytest.mark.slow
def test_the_image_boots_and_works_the_same_both_ways():
    if not FIRMWARE.exists():
        pytest.skip(f"{FIRMWARE} is not built: run `make firmware`")
    firmware = image.load(FIRMWARE)
    braces = []
    for library in (False, True):
        brace = VirtualBrace()
        brace.board.write_image(firmware.data, firmware.base)
        if library:
            brace.board._runner = Library(brace.board._simulator)
        brace.power_on()
        brace.play_motion("tour")
        braces.append(brace)
    for _ in range(4):
        for brace in braces:
            brace.run(0.75)
        quick, slow = (brace.board for brace in braces)
        assert quick.now_ns == slow.now_ns
        assert quick.awake_cycles == slow.awake_cycles
        assert list(quick.mcu.core.registers) == list(slow.mcu.core.registers)
        assert bytes(quick.mcu.sram) == bytes(slow.mcu.sram)
        assert bytes(quick.mcu.flash[: 1 << 21]) == bytes(slow.mcu.flash[: 1 << 21])
    assert braces[0].board.awake_cycles > 20_000_000


def test_a_board_that_never_sleeps_still_gives_the_host_its_turn():
    board = Board(b"")
    board.mcu.flash[:2] = b"\xfe\xe7"  # a branch to itself
    board.power_on()
    board.mcu.core.pc = 0x10000000
    board.run(1e6)
    assert board.now_ns >= 1e6
    assert board.awake_cycles == pytest.approx(125_000, abs=4)


def test_the_divider_does_what_rp2040pys_does(both):
    rng = random.Random(2)
    for _ in range(3000):
        at = DIVIDER + 4 * rng.randrange(7)
        # STR or LDR r1, [r0, #0]
        opcode = rng.choice((0x6001, 0x6801))
        value = rng.choice((*_EDGES, rng.randrange(1 << 32)))
        both.set([at, value, *range(11), DATA, CODE | 1, CODE], 0,
                 opcode.to_bytes(2, "little"), b"")
        left = not both.step()
        assert left == (opcode == 0x6001 and at == DIVIDER + 0x18)
        assert both.state(0) == both.state(1), f"{opcode:#x} {at:#x} {value:#x}"
