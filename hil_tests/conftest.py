"""What several HIL tests share beyond the fixtures of plumbline.hil."""

import pytest
from prompt import Prompt


@pytest.fixture
def prompt(brace) -> Prompt:
    """MicroPython's prompt on a development image (it has not been asked for yet)."""
    return Prompt(brace.line)
