"""How fast a log comes over USB, beside the raw line and mpremote, on one emulated brace."""

from __future__ import annotations

from pathlib import Path

from brace.board import flashmap

from plumbline import bulk, image
from plumbline.bench import Bench, log_wear, prompt
from plumbline.device import Brace
from plumbline.segments import SUMMARY
from plumbline.transport import BoardTransport
from plumbline.virtual.rig import VirtualBrace

TITLE = "pulling, on the emulated board's own clock, the host taking no time"

IMAGE = Path("build/firmware/plumbline-rp2040.uf2")
_DAYS = 14
# The same bytes as a file of the development image's filesystem: so many of them fit.
_FILE = 16384


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
    repl = prompt.Prompt(board)
    raw = repl.raw()
    fast = repl.raw(prompt.USB)
    peer = repl.mpremote(data[:_FILE])
    bench.put("pull.bytes_per_s", ours, "bytes/s", note=f"{len(data)} bytes of segments")
    bench.put("pull.cycles_per_byte", cycles, "cycles")
    bench.put("pull.raw_bytes_per_s", raw, "bytes/s",
              note="unframed bytes from RAM, by MicroPython's stdout")
    bench.put("pull.fast_bytes_per_s", fast, "bytes/s", note="and as the firmware writes them")
    bench.put("pull.mpremote_bytes_per_s", peer, "bytes/s", note="mpremote 1.29 fs cp")
    bench.put("pull.of_raw", ours / raw, "x", bar=">= 0.7")
    bench.put("pull.of_fast", ours / fast, "x")
    # The emulated bus takes no time; a real one of full speed is slower than the raw stream here.
    bench.put("pull.of_bus", ours / min(raw, prompt.BUS), "x",
              note="of the raw stream as a full-speed bus lets it through, 1.216 MB/s")
    bench.put("pull.of_mpremote", ours / peer, "x", bar=">= 10")


def _worn() -> tuple[VirtualBrace, int]:
    """A brace that was worn for two weeks, and the bytes of summaries in its log."""
    flash, length = log_wear.worn(_DAYS)
    virtual = VirtualBrace()
    firmware = image.load(IMAGE)
    virtual.board.write_image(firmware.data, firmware.base)
    virtual.board.mcu.flash[flashmap.LOG:flashmap.LOG + flashmap.LOG_LEN] = flash
    virtual.boot()
    return virtual, length
