"""The emulated board's power, without any firmware."""

import pytest

pytest.importorskip("rp2040py")

from plumbline.virtual.board import Board, State  # noqa: E402
from rp2040py.peripherals.watchdog import CTRL, ENABLE, LOAD, TICK  # noqa: E402


def test_a_board_without_power_is_not_woken_by_its_watchdog():
    for powered in (True, False):
        board = Board(b"")
        watchdog = board.mcu.watchdog
        watchdog.write_uint32(TICK, 0x200 | 12)
        watchdog.write_uint32(LOAD, 1_000_000)
        watchdog.write_uint32(CTRL, ENABLE)
        board.state = State.RUNNING if powered else State.OFF
        board.mcu.clock.tick(5_000_000_000)
        assert (board.resets > 0) == powered
        assert board.state is (State.RUNNING if powered else State.OFF)


def test_a_panic_is_told_or_left_to_the_watchdog():
    board = Board(b"")
    board.state = State.RUNNING
    with pytest.raises(RuntimeError, match="breakpoint 0x0"):
        board._on_break(0)
    board.on_panic = lambda code: board.lock_up()
    board._on_break(0)
    assert board.state is State.LOCKED
    watchdog = board.mcu.watchdog
    watchdog.write_uint32(TICK, 0x200 | 12)
    watchdog.write_uint32(LOAD, 1_000_000)
    watchdog.write_uint32(CTRL, ENABLE)
    board.run(5e9, until=lambda: board.resets > 0)
    assert board.state is State.RUNNING and board.resets == 1
