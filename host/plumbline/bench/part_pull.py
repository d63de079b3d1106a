"""How fast a log comes over USB, beside the raw line and mpremote, on one emulated brace."""

from __future__ import annotations

from pathlib import Path

import plumbcore
from brace.board import flashmap
from plumbcore.flash import SECTOR, MemoryFlash

from plumbline import bulk, image
from plumbline.bench import Bench, log_wear
from plumbline.device import Brace
from plumbline.segments import SUMMARY
from plumbline.transport import BoardTransport
from plumbline.virtual.rig import VirtualBrace

TITLE = "pulling, on the emulated board's own clock, the host taking no time"

IMAGE = Path("build/firmware/plumbline-rp2040.uf2")
_DAYS = 14
# The same bytes as a file of the development image's filesystem: so many of them fit.
_FILE = 16384
_PIECE = 4096
# Bulk at full speed: 19 packets of 64 bytes a millisecond at most (USB 2.0, table 5-9).
_BUS = 19 * 64 * 1000


def run(bench: Bench) -> None:
    if not IMAGE.exists():
        bench.say(f"  skipped: no {IMAGE} (make firmware)")
        return
    virtual, length = _worn()
    board = virtual.board
    transport = BoardTransport(board)
    with Brace.open(transport, timeout=10.0) as brace:
        start, cycles = board.now_ns, board.awake_cycles
        data = b"".join(body for _, body in bulk.read(brace.link, SUMMARY, 0))
        seconds = (board.now_ns - start) / 1e9
        if len(data) != length:
            raise AssertionError(f"{len(data)} bytes came of {length}")
        ours = len(data) / seconds
        cycles = (board.awake_cycles - cycles) / len(data)
    repl = _Repl(board)
    raw = repl.raw(data[:_FILE], "import sys\nw = sys.stdout.buffer.write")
    fast = repl.raw(data[:_FILE], "import plumbport\nw = lambda p: plumbport.usb_write(p, len(p))")
    peer = repl.mpremote(data[:_FILE])
    bench.put("pull.bytes_per_s", ours, "bytes/s", note=f"{len(data)} bytes of segments")
    bench.put("pull.cycles_per_byte", cycles, "cycles")
    bench.put("pull.raw_bytes_per_s", raw, "bytes/s",
              note="as many bytes, unframed, from RAM, by MicroPython's stdout")
    bench.put("pull.fast_bytes_per_s", fast, "bytes/s", note="and as the firmware writes them")
    bench.put("pull.mpremote_bytes_per_s", peer, "bytes/s", note="mpremote 1.29 fs cp")
    bench.put("pull.of_raw", ours / raw, "x", bar=">= 0.7")
    bench.put("pull.of_fast", ours / fast, "x")
    # The emulated bus takes no time; a real one of full speed is slower than the raw stream here.
    bench.put("pull.of_bus", ours / min(raw, _BUS), "x",
              note="of the raw stream as a full-speed bus lets it through, 1.216 MB/s")
    bench.put("pull.of_mpremote", ours / peer, "x", bar=">= 10")


def _worn() -> tuple[VirtualBrace, int]:
    """A brace that was worn for two weeks, and the bytes of summaries in its log."""
    flash = MemoryFlash(flashmap.LOG_LEN // SECTOR)
    log = plumbcore.Log(flash, "PB-BENCH")
    wearer = log_wear.Wearer(1)
    for day in range(_DAYS):
        log_wear.wear_day(log, wearer, day)
    log.close()
    length, found = 0, log.find(SUMMARY, 0)
    while found:
        length += found[1]
        found = log.find(SUMMARY, found[0] + 1)
    virtual = VirtualBrace()
    firmware = image.load(IMAGE)
    virtual.board.write_image(firmware.data, firmware.base)
    virtual.board.mcu.flash[flashmap.LOG:flashmap.LOG + flashmap.LOG_LEN] = flash.data
    virtual.boot()
    return virtual, length


class _Repl:
    """MicroPython's raw prompt on the board, which mpremote takes for a serial port."""

    def __init__(self, board):
        from mpremote.transport_serial import SerialTransport

        self._board = board
        self._port = _Port(board)
        self._remote = SerialTransport.__new__(SerialTransport)
        # What its constructor sets, but for opening a port of this computer.
        vars(self._remote).update(serial=self._port, in_raw_repl=False, use_raw_paste=True,
                                  device_name="the emulated board", mounted=False, is_pty=False)
        self._remote.enter_raw_repl(soft_reset=False)
        self._remote.exec("from brace.board import files\nfiles.format()")

    def raw(self, data: bytes, writer: str) -> float:
        """Bytes a second of a stream that nothing is done to; `writer` defines w(buffer)."""
        self._remote.exec(f"{writer}\np = bytearray({_PIECE})")
        pieces = len(data) // _PIECE
        self._remote.exec_raw_no_follow(f"for i in range({pieces}): w(p)")
        self._port.wait(4)
        start, came = self._board.now_ns, self._port.inWaiting()
        self._port.wait(pieces * _PIECE)
        rate = (self._port.inWaiting() - came) / (self._board.now_ns - start) * 1e9
        self._remote.follow(10)
        return rate

    def mpremote(self, data: bytes) -> float:
        """Bytes a second of copying a file with these bytes."""
        self._remote.fs_writefile("/log", data)
        start = self._board.now_ns
        if self._remote.fs_readfile("/log") != data:
            raise AssertionError("the file did not come back as it was")
        return len(data) / (self._board.now_ns - start) * 1e9


class _Port:
    """The part of pyserial that mpremote uses; the board's time passes only while it waits."""

    def __init__(self, board):
        self._board = board
        self._came = bytearray()
        board.on_serial = self._came.extend

    def wait(self, length: int, timeout: float = 10.0) -> None:
        self._board.run(timeout * 1e9, until=lambda: len(self._came) >= length)

    def inWaiting(self) -> int:  # noqa: N802 - pyserial's name
        if not self._came:
            self.wait(1, 0.0005)
        return len(self._came)

    def read(self, length: int = 1) -> bytes:
        self.wait(length)
        data = bytes(self._came[:length])
        del self._came[:length]
        return data

    def write(self, data: bytes) -> int:
        self._board.usb.send(data)
        return len(data)
