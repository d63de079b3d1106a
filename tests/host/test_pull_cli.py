"""`plumbline pull` as it is run: killed in the middle, several at once, bad disks, strangers."""

import errno
import os
import signal
import subprocess
import sys
import time
import zlib

import plumbcore
import pytest
from brace import records as layouts
from plumbline.errors import Exit
from plumbline.segments import SUMMARY
from plumbline.store.segments import Store

MINUTES = 6000


def wear(peer, minutes=MINUTES):
    """Minutes of epochs; their bodies."""
    bodies = [i.to_bytes(4, "little") + os.urandom(22) for i in range(minutes)]
    for i, body in enumerate(bodies):
        peer.log.append(layouts.EPOCH, 1, 6000 * i, body)
    return bodies


def held(store, serial):
    reading = store.latest(serial).read()
    assert reading.damage == []
    return [r.body for r in reading.records if r.type == layouts.EPOCH]


def parts(store):
    return list(store.folder.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 9, 25])
def test_a_pull_killed_in_the_middle_goes_on(home, brace, tmp_path, after):
    served = brace("vb1", sectors=96, serial="PB-0001")
    written = wear(served.peer)
    store = Store(tmp_path / "store")
    folder = store.latest("PB-0001").folder
    command = [sys.executable, "-m", "plumbline", "pull", "--store", str(store.folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*.seg"))) < after and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {path.name: path.read_bytes() for path in folder.glob("*.seg")}
    assert served.peer.log.acked <= len(before), "acknowledged what is not on disk"
    assert store.latest("PB-0001").read().damage == []

    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "nothing is left on the brace" in done.stdout
    assert held(store, "PB-0001") == written and served.peer.log.unacked == 0
    assert not parts(store)
    assert all((folder / name).read_bytes() == data for name, data in before.items())
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0 and "nothing new was there" in again.stdout


def test_several_braces_at_once(home, brace, plumbline, tmp_path):
    store = Store(tmp_path / "store")
    written = {}
    for i in range(3):
        serial = f"PB-000{i}"
        written[serial] = wear(brace(f"vb{i}", sectors=96, serial=serial).peer, 600)
    run = plumbline("pull", "--all", "--store", store.folder)
    assert run.code == Exit.OK
    assert sorted(line.split(":")[0] for line in run.out.splitlines()) == sorted(written)
    assert all(held(store, serial) == bodies for serial, bodies in written.items())


def nothing_half_written(store, peer):
    assert not parts(store)
    known = store.latest("PB-0001").held(SUMMARY) if store.serials() else []
    assert peer.log.acked <= len(known)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_bad_disk_ends_in_a_sentence(home, brace, plumbline, tmp_path, monkeypatch, code):
    served = brace("vb1", sectors=96, serial="PB-0001")
    wear(served.peer)
    store = Store(tmp_path / "store")
    sync, count = os.fsync, 0

    def bad(handle):
        nonlocal count
        count += 1
        if count > 12:
            raise OSError(code, os.strerror(code))
        sync(handle)

    monkeypatch.setattr(os, "fsync", bad)
    run = plumbline("pull", "--store", store.folder)
    assert run.code == Exit.STORAGE
    assert os.strerror(code) in run.err and "Traceback" not in run.err
    nothing_half_written(store, served.peer)
    monkeypatch.setattr(os, "fsync", sync)
    assert plumbline("pull", "--store", store.folder).code == Exit.OK


def test_a_stranger_is_refused(home, brace, plumbline, tmp_path):
    served = brace("vb1", serial="PB-0001")
    served.peer.hello["name"] = "toaster"
    store = Store(tmp_path / "store")
    run = plumbline("pull", "--store", store.folder)
    assert run.code == Exit.VERSION and "no Plumbline brace" in run.err
    assert not store.folder.exists()


def from_the_future(data):
    """The same frames as a brace of another major version sends them."""
    special = {1, 2, 3, 4, 5, 0x0A, 0x0D, 0x7D, 0x7E}
    out, decoder, pos = b"", plumbcore.FrameDecoder(16384), 0
    while pos < len(data):
        pos = decoder.feed(data, pos)
        if decoder.status > 0:
            body = bytes([0x20, decoder.kind, decoder.cmd, decoder.flags])
            body += decoder.reqid.to_bytes(2, "little")
            body += len(decoder.payload).to_bytes(2, "little") + bytes(decoder.payload)
            body += zlib.crc32(body).to_bytes(4, "little")
            out += b"~" + b"".join(bytes([0x7D, b ^ 0x20]) if b in special else bytes([b])
                                   for b in body) + b"~"  # fmt: skip
    return out


def test_firmware_from_the_future_is_named(home, brace, plumbline, tmp_path):
    served = brace("vb1", serial="PB-0001")
    wear(served.peer, 100)
    served.peer.mangle = from_the_future
    store = Store(tmp_path / "store")
    run = plumbline("pull", "--store", store.folder)
    assert run.code == Exit.VERSION and "2.0" in run.err
    assert not store.folder.exists() and served.peer.log.acked == 0


def test_a_newer_minor_version_is_understood(home, brace, plumbline, tmp_path):
    """It may have more fields and more commands; what is known works as ever."""
    served = brace("vb1", sectors=96, serial="PB-0001")
    written = wear(served.peer, 600)
    served.peer.hello |= {"wire": 0x1F, "tomorrow": [1, 2, 3]}
    listed = served.peer.handlers[0x30]
    served.peer.handlers[0x30] = lambda value: {**listed(value), "tomorrow": True}
    store = Store(tmp_path / "store")
    assert plumbline("pull", "--store", store.folder).code == Exit.OK
    assert held(store, "PB-0001") == written


def test_a_log_is_read_from_brace_store_file_and_dump(home, brace, plumbline, tmp_path):
    served = brace("vb1", sectors=96, serial="PB-0001")
    wear(served.peer, 600)
    store = Store(tmp_path / "store")
    live = plumbline("log", "show", "--device", "vb1", "--jsonl").out
    assert plumbline("pull", "--keep", "--store", store.folder).code == Exit.OK
    dump = tmp_path / "flash.bin"
    dump.write_bytes(served.peer.flash.data)
    segment = store.latest("PB-0001").path(SUMMARY, 0)
    shown = [plumbline("log", "show", source, "--store", store.folder, "--jsonl").out
             for source in ("PB-0001", segment.parent, dump)]  # fmt: skip
    assert [shown[0]] * 3 == shown and live == shown[0] and live.count('"epoch"') == 600
    for source in ("PB-0001", segment, dump):
        run = plumbline("log", "verify", source, "--store", store.folder)
        assert run.code == Exit.OK and "all sound" in run.out
    assert plumbline("log", "verify", "--device", "vb1").code == Exit.OK
    table = tmp_path / "epochs.csv"
    assert plumbline("log", "export", dump, "--type", "epoch", "--to", table).code == Exit.OK
    assert len(table.read_text().splitlines()) == 601
    damaged = bytearray(dump.read_bytes())
    damaged[damaged.index(b"PLSG", 4 * 4096) + 300] ^= 1
    dump.write_bytes(damaged)
    assert plumbline("log", "verify", dump).code == Exit.MISMATCH
