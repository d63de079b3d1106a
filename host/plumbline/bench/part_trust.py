"""What trust costs: claims, sessions, sealing, reading the log, on the emulated brace."""

from __future__ import annotations

import tempfile
from pathlib import Path

import plumbcore
from brace.board import flashmap
from plumbcore.flash import SECTOR

from plumbline import bulk, image, sources
from plumbline.bench import Bench, log_wear, prompt
from plumbline.bench.bare import ROOT
from plumbline.device import Brace
from plumbline.segments import SUMMARY
from plumbline.transport import BoardTransport
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys

TITLE = "trust: sessions and sealing on the emulated image"

_IMAGE = ROOT / "build" / "firmware" / "plumbline-rp2040.uf2"
_HZ = 125e6
# Two flushes of the log, which come once a minute.
_WORN_S = 120
# With raw samples: a minute of walking, then sitting; some collections of garbage, which come one
# in a minute or two and are half a percent each.
_RAW_S = 150
_RAW_MOTION = "hour"
# Of a log to pull.
_DAYS = 14


def _open(virtual, keys) -> Brace:
    return Brace.open(BoardTransport(virtual.board), keys=keys, timeout=20)


def _begun(keys):
    """A brace that has started and has a serial."""
    from plumbline.virtual.rig import VirtualBrace

    virtual = VirtualBrace(image.load(_IMAGE).data)
    virtual.boot(20)
    virtual.run(3)
    with _open(virtual, keys) as brace:
        brace.provision("BENCH")
        brace.config_set({"epoch_s": 10})
    return virtual


def _awake(virtual, seconds: int = _WORN_S) -> float:
    """Share of the time that the core is awake, worn without a cable."""
    virtual.set_usb(False)
    virtual.run(5)
    before = virtual.board.awake_cycles
    virtual.run(seconds)
    share = (virtual.board.awake_cycles - before) / (_HZ * seconds)
    virtual.set_usb(True)
    virtual.board.run(5e9, until=lambda: virtual.board.usb.connected)
    virtual.run(1)
    return share


def _recording(claimed: bool) -> float:
    """The same while raw samples of somebody who moves are recorded."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Keys(Path(folder))
        keys.create("bench")
        virtual = _begun(keys)
        if claimed:
            with _open(virtual, keys) as brace:
                claim_brace(brace, keys)
        # Anew, so that a claimed brace and one that is not do the same from there on.
        virtual.power_off()
        virtual.boot(20)
        virtual.run(3)
        with _open(virtual, keys) as brace:
            brace.record_raw(_RAW_S + 60)
        virtual.play_motion(_RAW_MOTION)
        return _awake(virtual, _RAW_S)


def _measured(virtual, action) -> float:
    """Seconds of the brace's time that something takes."""
    before = virtual.board.now_ns
    action()
    return (virtual.board.now_ns - before) / 1e9


def _read(virtual, keys) -> float:
    """KiB/s of the log, read over the line."""
    with _open(virtual, keys) as brace:
        brace.record_raw(20)
        virtual.run(22)
        found = []
        seconds = _measured(virtual, lambda: found.append(sources.of_brace(brace)))
    size = sum(len(s.data) for part in found[0].reading.segments.values() for s in part)
    return size / 1024 / seconds


def _pull(virtual, keys) -> tuple[float, float]:
    """Bytes a second of pulling two weeks of a claimed wearer in a session, the handshake not
    counted, and of the raw line of the same brace."""
    clinic = keys.point(keys.current().id)
    flash, length = log_wear.worn(_DAYS, plumbcore.Seal(clinic))
    virtual.power_off()
    board = virtual.board
    board.mcu.flash[flashmap.LOG : flashmap.LOG + flashmap.LOG_LEN] = flash
    virtual.boot(20)
    # It computes the digests of what is in its log, ten a second.
    virtual.run(length / SECTOR / 10 + 3)
    with _open(virtual, keys) as brace:
        came = []
        seconds = _measured(virtual, lambda: came.extend(bulk.read(brace.link, SUMMARY, 0)))
    # What it has logged since it started comes as well.
    got = sum(len(data) for _, data in came)
    if got < length:
        raise AssertionError(f"{got} bytes came of {length}")
    return got / seconds, prompt.Prompt(board).raw()


def run(bench: Bench) -> None:
    if not _IMAGE.exists():
        bench.say(f"  skipped: {_IMAGE} is not built (make firmware)")
        return
    with tempfile.TemporaryDirectory() as folder:
        keys = Keys(Path(folder))
        keys.create("bench")
        virtual = _begun(keys)
        clear = _awake(virtual)
        clear_rate = _read(virtual, keys)
        with _open(virtual, keys) as brace:
            claiming = _measured(virtual, lambda: claim_brace(brace, keys))
        virtual.run(5)
        session = _measured(virtual, lambda: _open(virtual, keys).close())
        sealed = _awake(virtual)
        sealed_rate = _read(virtual, keys)
        pulling, raw = _pull(virtual, keys)
    raw_clear, raw_sealed = _recording(False), _recording(True)
    bench.put("trust.claim_s", claiming, "s", bar="<= 2")
    bench.put("trust.session_s", session, "s", bar="<= 2", note="both hellos included")
    bench.put("trust.awake_clear", 100 * clear, "%", note="an epoch every 10 s, still")
    bench.put("trust.awake_sealed", 100 * sealed, "%")
    bench.put("trust.sealing", 100 * (sealed / clear - 1), "%", bar="<= 3",
              note="awake time added by sealing")
    bench.put("trust.awake_raw_sealed", 100 * raw_sealed, "%", note="a walk recorded")
    bench.put("trust.sealing_raw", 100 * (raw_sealed / raw_clear - 1), "%", bar="<= 3",
              note="awake time added by sealing while raw samples are recorded")
    bench.put("trust.read_clear", clear_rate, "KiB/s")
    bench.put("trust.read_sealed", sealed_rate, "KiB/s", note="sealed, in a session")
    bench.put("trust.pull_bytes_per_s", pulling, "bytes/s", note="two weeks, sealed, in a session")
    bench.put("trust.pull_of_raw", pulling / raw, "x", bar=">= 0.7",
              note=f"of {raw:,.0f} bytes/s that the same brace sends unframed")
    bench.put("trust.pull_of_bus", pulling / min(raw, prompt.BUS), "x",
              note="of those as a full-speed bus lets them through")
