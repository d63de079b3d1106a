"""The socket that drives a virtual brace, and `plumbline sim` at its other end."""

import os
import threading
from types import SimpleNamespace

import pytest
from plumbline import registry
from plumbline.errors import Exit
from plumbline.virtual.body import Body
from plumbline.virtual.control import Control, ControlError, ControlServer


@pytest.fixture
def served(tmp_path, home):
    """The control socket of a brace, registered as vb1, whose time passes a second a look."""
    board = SimpleNamespace(now_ns=0)
    brace = SimpleNamespace(board=board, play_motion=lambda motion, **how: Body.from_motion(
        motion).seconds)  # fmt: skip
    server = ControlServer(SimpleNamespace(brace=brace), tmp_path / "control.sock")
    registry.add(registry.Entry("vb1", os.getpid(), "/dev/null", str(server.path), "", ""))
    ended = threading.Event()

    def serve():
        while not ended.wait(0.01):
            board.now_ns += 10**9
            server.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server
    ended.set()
    thread.join()
    server.close()


def test_time_passes_before_run_is_answered(served):
    control = Control(served.path)
    before = control("run", s=0)["now_ns"]
    assert control("run", s=5)["now_ns"] >= before + 5 * 10**9
    control.close()


def test_what_makes_no_sense_and_what_fails_are_told_apart(served):
    control = Control(served.path)
    with pytest.raises(ControlError, match="^nonsense: no such script") as caught:
        control("play", motion="nonsense")
    assert caught.value.wrong
    with pytest.raises(ControlError, match="AttributeError") as caught:
        control("fly")
    assert not caught.value.wrong
    assert control("play", motion="tour")["s"] == 135
    control.close()


def test_the_command_line_says_so(served, plumbline):
    run = plumbline("sim", "play", "nonsense")
    assert run.code == Exit.USAGE and "give a file or one of" in run.err
    assert "plumbline sim play --help" in run.err and "Error:" not in run.err
    run = plumbline("sim", "play", "tour")
    assert run.code == 0 and run.err == "Playing 135 s of motion\n"
