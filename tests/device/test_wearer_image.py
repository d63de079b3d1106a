"""The image for wearers on the emulated board: nothing but an authenticated command opens it."""

from pathlib import Path

import pytest
from plumbline import image
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.errors import Refused
from plumbline.transport import BoardTransport
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "build" / "firmware-wearer" / "plumbline-rp2040-wearer.uf2"
# What a REPL, a raw REPL and mpremote react to, and what ends a program.
KEYS = b"\x03\x03\r\n\x01\x02\x03\x04\x05import os\r\nprint(1234567 * 2)\r\n\x04\x01\x04"

pytestmark = pytest.mark.slow


@pytest.fixture
def keys(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    keys = Keys()
    keys.create("clinic")
    return keys


@pytest.fixture
def virtual():
    from plumbline.virtual.rig import VirtualBrace

    if not IMAGE.exists():
        pytest.skip(f"{IMAGE} is not built: run `make firmware-wearer`")
    return VirtualBrace(image.load(IMAGE).data)


def said(virtual, data: bytes, seconds: float = 2.0) -> bytes:
    """What the board says within some seconds of being sent bytes."""
    out = bytearray()
    virtual.board.on_serial = out.extend
    virtual.board.usb.send(data)
    virtual.run(seconds)
    return bytes(out)


def test_nothing_opens_it_but_service(virtual, keys):
    board = virtual.board
    virtual.power_on()
    # From the very first moment on, before the firmware runs too.
    while not board.usb.connected:
        virtual.run(0.005)
    early = said(virtual, KEYS * 3, 3.0)
    late = said(virtual, KEYS)
    assert b">>>" not in early + late and b"2469134" not in early + late

    with Brace.open(BoardTransport(board), keys=keys, timeout=20) as brace:
        assert brace.identity.kind == "wearer"
        assert brace.identity.boot == 0, "unclaimed it records nothing"
        with pytest.raises(BraceError, match="session of service"):
            brace.unlock()
        with pytest.raises(BraceError, match="no filesystem"):
            brace.format_files()
        brace.provision("PB-9")
        claim_brace(brace, keys)
    virtual.run(4)
    assert b">>>" not in said(virtual, KEYS)
    with Brace.open(BoardTransport(board), keys=keys, timeout=20, role="wearer") as brace:
        assert brace.link.session.role == "wearer" and brace.identity.boot > 0
        with pytest.raises(BraceError, match="may not give unlock"):
            brace.link.request(0x75)
    stranger = Keys(keys.folder / "none")
    with Brace.open(BoardTransport(board), keys=stranger, timeout=20) as brace:
        with pytest.raises((BraceError, Refused)):
            brace.unlock()
    assert b">>>" not in said(virtual, KEYS)

    with Brace.open(BoardTransport(board), keys=keys, timeout=20) as brace:
        brace.unlock()
    assert b">>>" in said(virtual, b"\r\n", 4.0)
    assert b"2469134" in said(virtual, b"print(1234567 * 2)\r\n")
    # A reset, even a soft one, locks it again.
    said(virtual, b"\x04", 5.0)
    assert b">>>" not in said(virtual, KEYS)
    with Brace.open(BoardTransport(board), keys=keys, timeout=20) as brace:
        assert brace.status().state == "ok"
