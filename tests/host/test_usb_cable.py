"""The host's end of the emulated USB cable (plumbline.virtual.usb), with no firmware on the board:
the test does what its USB driver does."""

import pytest

pytest.importorskip("rp2040py")

from plumbline.virtual.board import Board  # noqa: E402
from rp2040py.peripherals import usb as registers  # noqa: E402

_IN = registers.EP1_IN_CONTROL + 8
_IN_BUFFER = registers.EP0_IN_BUFFER_CONTROL + 16
_OUT = _IN + 4
_OUT_BUFFER = _IN_BUFFER + 4
_DATA = 0x180
_DPRAM = 0x50100000


class Driver:
    """What a USB driver of a board does with its registers."""

    def __init__(self):
        self.said = bytearray()
        self.board = Board(b"", on_serial=self.said.extend)
        self._usb = self.board.mcu.usb_ctrl
        self.write(registers.INTE, 0xFFFFF)
        self.write(registers.MAIN_CTRL, registers.CONTROLLER_EN)

    def write(self, register, value):
        self._usb.write_uint32_atomic(register, value, 0)

    def pending(self, bit):
        return bool(self._usb.read_uint32(registers.INTS) & bit)

    def buffer(self, control):
        return int.from_bytes(self.board.mcu.usb_dpram[control : control + 4], "little")

    def arm(self, endpoint, control, flags, length):
        ready = registers.EP_CTRL_ENABLE_BITS | registers.USB_CTRL_INTERRUPT_PER_TRANSFER | _DATA
        self.board.mcu.write_uint32(_DPRAM + endpoint, ready)
        value = registers.USB_BUF_CTRL_AVAILABLE | flags | length
        self.board.mcu.write_uint32(_DPRAM + control, value)

    def wait(self, milliseconds):
        self.board.mcu.clock.tick(milliseconds * 1_000_000)

    def bus_reset(self):
        """Waits for one and acknowledges it."""
        self.wait(20)
        assert self.pending(registers.INTR_BUS_RESET)
        self.write(registers.SIE_STATUS, registers.SIE_BUS_RESET)


@pytest.fixture
def driver():
    found = Driver()
    found.bus_reset()
    found.write(registers.SIE_STATUS, registers.SIE_SETUP_REC)
    return found


def test_a_pulled_cable_is_a_suspended_bus(driver):
    assert not driver.pending(registers.INTR_DEV_SUSPEND)
    driver.board.usb.plug(False)
    driver.wait(2)
    assert not driver.pending(registers.INTR_DEV_SUSPEND)
    driver.wait(2)
    assert driver.pending(registers.INTR_DEV_SUSPEND)
    driver.write(registers.SIE_STATUS, registers.SIE_SUSPENDED)
    driver.wait(100)
    assert not driver.pending(registers.INTR_DEV_SUSPEND)


def test_nobody_closes_the_port_or_fetches_bytes_through_a_pulled_cable(driver):
    driver.board.usb.plug(False)
    assert not driver.pending(registers.INTR_SETUP_REQ)
    driver.arm(_IN, _IN_BUFFER, registers.USB_BUF_CTRL_FULL, 4)
    driver.wait(50)
    assert driver.buffer(_IN_BUFFER) & registers.USB_BUF_CTRL_AVAILABLE
    assert not driver.pending(registers.INTR_BUFF_STATUS)
    driver.board.usb.send(b"lost")
    assert driver.board.usb.backlog == 0


def test_a_host_enumerates_a_board_that_it_finds_again(driver):
    driver.board.usb.plug(False)
    driver.wait(5)
    driver.board.usb.plug(True)
    driver.bus_reset()
    assert driver.pending(registers.INTR_SETUP_REQ)
    assert not driver.board.usb.connected


def test_a_transfer_from_before_the_cable_was_pulled_is_forgotten(driver):
    driver.arm(_OUT, _OUT_BUFFER, 0, 64)
    driver.board.usb.plug(False)
    driver.wait(5)
    driver.board.usb.plug(True)
    driver.bus_reset()
    driver.board.usb.send(b"early")
    driver.wait(5)
    assert not driver.pending(registers.INTR_BUFF_STATUS), "to an endpoint that waits for nothing"
    driver.arm(_OUT, _OUT_BUFFER, 0, 64)
    driver.wait(5)
    assert driver.pending(registers.INTR_BUFF_STATUS)
    assert driver.board.mcu.usb_dpram[_DATA : _DATA + 5] == b"early"
