"""What several HIL tests share beyond the fixtures of plumbline.hil."""

import pytest
from ordeal import Ordeal
from prompt import Prompt


@pytest.fixture
def prompt(brace) -> Prompt:
    """MicroPython's prompt on a development image (it has not been asked for yet)."""
    return Prompt(brace.line)


@pytest.fixture
def inside(rig, brace):
    """inside(code): runs MicroPython code in the firmware.  On a board it stops the firmware,
    runs the code and starts the firmware again; on the unix port the firmware does not notice."""
    if rig.kind == "unix":

        def run(code):
            rig.journal.note(f"inside: {code!r}")
            rig.virtual.exec(code)
    else:

        def run(code):
            prompt = Prompt(brace.line)
            prompt.enter()
            prompt.run(code)
            prompt.start("from brace import main\nmain.run()")
            brace.wait_ready()

    return run


@pytest.fixture
def ordeal(rig, brace, clock) -> Ordeal:
    """Holds a fault to what every fault is held to."""
    return Ordeal(rig, brace, clock, rig.led)
