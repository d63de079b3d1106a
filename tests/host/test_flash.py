"""Flashing: the image's identity, finding boards, deciding, doing, and what goes wrong."""

import errno
import json
import os
from pathlib import Path

import pytest
from plumbline import image
from plumbline.errors import Exit, LinkError, Missing, NoDevice, Refused, StorageError, UsageError
from plumbline.flashing import backends, bootsel, execute, plan, targets
from plumbline.flashing.bootsel import Bootsel


def make_image(version="0.2.0", filler=b"code", size=3000) -> image.Image:
    raw = filler * (size // len(filler)) + image.MAGIC + bytes(40) + b"more code"
    return image.Image(image.stamp(raw, version))


@pytest.fixture
def uf2(tmp_path):
    path = tmp_path / "new.uf2"
    path.write_bytes(image.to_uf2(make_image()))
    return path


# -- the image -------------------------------------------------------------------------------


def test_stamp_says_version_length_and_digest():
    made = make_image("1.2.3")
    made.verify()
    assert made.version == "1.2.3"
    assert image.from_uf2(image.to_uf2(made)).digest == made.digest
    assert make_image("1.2.4").digest != made.digest
    assert image.Image(b"something else" * 9).version == ""


def test_one_changed_byte_is_found():
    made = bytearray(make_image().data)
    made[5] ^= 1
    with pytest.raises(image.ImageError, match="damaged"):
        image.Image(bytes(made)).verify()


# -- finding boards --------------------------------------------------------------------------


def fake_system(tmp_path, boards):
    """A /sys and a mountinfo with boot ROM devices {usb path: mounted or not}, and a keyboard."""
    sysfs, lines = tmp_path / "sys", []
    for number, (location, mounted) in enumerate({**boards, "1-9": None}.items()):
        node = sysfs / "bus" / "usb" / "devices" / location
        node.mkdir(parents=True)
        (node / "idVendor").write_text("2e8a\n" if mounted is not None else "046d\n")
        (node / "idProduct").write_text("0003\n")
        (node / "busnum").write_text("1\n")
        (node / "devnum").write_text(f"{number + 10}\n")
        (sysfs / "bus" / "usb" / "devices" / f"{location}:1.0").mkdir()
        if mounted:
            point = tmp_path / f"RPI RP2 {number}"
            point.mkdir()
            (point / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\r\nBoard-ID: RPI-RP2\r\n")
            disk = sysfs / "devices" / "pci0" / "usb1" / "1-2" / location / f"sd{number}"
            disk.mkdir(parents=True)
            block = sysfs / "dev" / "block"
            block.mkdir(parents=True, exist_ok=True)
            (block / f"8:{number}").symlink_to(disk)
            shown = str(point).replace(" ", "\\040")
            lines.append(f"30 1 8:{number} / {shown} rw - vfat /dev/sd{number} rw")
    lines.append("31 1 8:99 / / rw - ext4 /dev/root rw")
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text("\n".join(lines) + "\n")
    return {"mountinfo": mountinfo, "sysfs": sysfs}


def test_real_boards_are_found_by_their_usb_path(tmp_path):
    system = fake_system(tmp_path, {"1-2.4": True, "1-2.3": False})
    one, two = bootsel.waiting(**system)
    assert (one.location, one.volume, one.bus, one.address) == ("1-2.3", None, 1, 11)
    assert two.location == "1-2.4" and two.volume.name == "RPI RP2 0"
    assert two.board_id() == "RPI-RP2" and one.board_id() == ""


def test_backends_say_why_they_cannot(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Missing, match="not mounted.*picotool is not installed") as caught:
        backends.choose(Bootsel("bootsel@1-2", "1-2", bus=1, address=4))
    assert "udisksctl" in caught.value.next
    with pytest.raises(UsageError, match="uf2-volume, picotool, virtual"):
        backends.choose(Bootsel("x", volume=Path("/x")), "jtag")
    assert backends.choose(Bootsel("x", volume=Path("/x"))).name == "uf2-volume"


def test_picotool_is_told_the_board_and_its_failure_is_told(tmp_path, monkeypatch):
    tool = tmp_path / "picotool"
    tool.write_text(f"#!/bin/sh\necho \"$@\" > {tmp_path}/said\ncat $4 > {tmp_path}/got\n"
                    f"test ! -e {tmp_path}/broken || {{ echo no such device >&2; exit 1; }}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    board = Bootsel("bootsel@1-2", "1-2", bus=1, address=4)
    backend = backends.choose(board)
    backend.write(board, b"uf2 bytes", lambda done, total: None)
    assert (tmp_path / "got").read_bytes() == b"uf2 bytes"
    assert (tmp_path / "said").read_text().endswith("--bus 1 --address 4\n")
    (tmp_path / "broken").touch()
    with pytest.raises(LinkError, match="no such device"):
        backend.write(board, b"", lambda done, total: None)


@pytest.mark.parametrize("code, kind", [(errno.ENOSPC, StorageError), (errno.EIO, LinkError)])
def test_a_volume_that_fails_in_the_middle(tmp_path, code, kind):
    def progress(done, total):
        raise OSError(code, os.strerror(code))

    with pytest.raises(kind):
        backends.Uf2Volume().write(Bootsel("b", volume=tmp_path), bytes(99999), progress)


def test_a_board_that_restarts_before_the_file_is_closed_is_no_failure(tmp_path):
    def progress(done, total):
        if done == total:
            raise OSError(errno.EIO, "gone")

    backends.Uf2Volume().write(Bootsel("b", volume=tmp_path), bytes(99999), progress)


# -- deciding --------------------------------------------------------------------------------


def test_serial_numbers_are_counted_up():
    assert plan.numbered("PB-0099", 3) == ["PB-0099", "PB-0100", "PB-0101"]
    assert plan.numbered("anything", 1) == ["anything"]
    with pytest.raises(Refused, match="ends in digits|cannot all be"):
        plan.numbered("anything", 2)
    assert len({plan.new_serial() for _ in range(100)}) == 100


def decide(options=None, made=None):
    (target,) = targets.select()
    return plan.plan(target, made or make_image(), options or plan.Options(), timeout=0.2)


def test_decisions(brace):
    made = make_image()
    peer = brace(serial="PB-7", fw="0.1.0").peer
    assert decide(made=made).action is plan.Action.FLASH
    peer.hello["fw"] = "0.10.0"
    with pytest.raises(Refused, match="--downgrade"):
        decide(made=made)
    assert decide(plan.Options(downgrade=True), made).action is plan.Action.FLASH
    peer.hello.update(fw="0.2.0", board="rp2350")
    with pytest.raises(Refused, match="rp2350"):
        decide(made=made)
    peer.hello.update(board="rp2040", image=bytes.fromhex(made.digest))
    assert decide(made=made).action is plan.Action.SKIP
    assert decide(plan.Options(force=True), made).action is plan.Action.FLASH
    assert decide(plan.Options(serial="PB-7"), made).action is plan.Action.SKIP
    assert decide(plan.Options(hw=3), made).action is plan.Action.PROVISION
    with pytest.raises(Refused, match="already has the serial number PB-7"):
        decide(plan.Options(serial="PB-8"), made)
    peer.hello["serial"] = ""
    assert decide(made=made).action is plan.Action.PROVISION
    peer.prompt = True
    assert decide(made=made).action is plan.Action.PROMPT
    peer.prompt = False
    peer.mangle_in = lambda data: b""
    assert decide(made=made).action is plan.Action.BY_HAND


def test_nothing_and_too_much(brace):
    with pytest.raises(NoDevice, match="Hold the BOOTSEL button"):
        targets.select()
    brace("a")
    brace("b")
    with pytest.raises(Exception, match="--all"):
        targets.select()
    assert [t.name for t in targets.select(["b", "*"])] == ["b", "a"]
    with pytest.raises(NoDevice, match="There is: a, b"):
        targets.select(["c"])


def test_the_image_is_found_where_make_puts_it(tmp_path):
    with pytest.raises(StorageError, match="make firmware"):
        execute.image_path(None, None, tmp_path)
    built = tmp_path / "build" / "firmware" / "plumbline-rp2040.uf2"
    built.parent.mkdir(parents=True)
    built.touch()
    (tmp_path / "docs").mkdir()
    assert execute.image_path(None, None, tmp_path / "docs") == built
    assert execute.image_path(Path("x"), Path("y"), tmp_path) == Path("x")


# -- doing -----------------------------------------------------------------------------------


@pytest.mark.req("TOOL-2")
def test_flash_verify_and_skip(plumbline, brace, uf2, home):
    served = brace("vb1", serial="PB-7", fw="0.1.0")
    run = plumbline("flash", uf2, "--backend", "picotool")
    assert run.code == Exit.NO_DEVICE and "a virtual brace is not on USB" in run.err
    assert not (served.bootsel / "INFO_UF2.TXT").exists(), "told before it is in BOOTSEL"
    run = plumbline("flash", uf2, "--dry-run", "--json")
    assert run.json["braces"][0]["action"] == "flash" and not served.flashed
    run = plumbline("flash", uf2, "--json")
    assert run.code == 0, run.err
    assert served.flashed == [image.load(uf2).data]
    assert run.json["braces"][0] == {**run.json["braces"][0], "outcome": "flashed",
                                     "serial": "PB-7", "error": None}
    assert "writing through virtual" in run.err
    record = json.loads((home / "data" / "records" / "PB-7.jsonl").read_text())
    assert record["image"] == image.load(uf2).digest and record["fw_before"] == "0.1.0"
    run = plumbline("flash", uf2)
    assert run.code == 0 and "skipped" in run.out and len(served.flashed) == 1


def test_a_new_brace_gets_a_serial_number_and_keeps_it(plumbline, brace, uf2):
    peer = brace("vb1", serial="").peer
    assert plumbline("flash", uf2).code == 0
    first = peer.hello["serial"]
    assert first.startswith("PB-") and len(first) == 11
    assert plumbline("flash", uf2, "--force", "--hw", "2").code == 0
    assert peer.hello["serial"] == first and peer.hello["hw"] == 2


def test_a_brace_that_comes_back_at_another_port(plumbline, brace, uf2):
    served = brace("vb1", fw="0.1.0")
    served.moves, port = True, served.pty
    run = plumbline("flash", uf2, "--json")
    assert run.code == 0, run.err
    assert run.json["braces"][0]["outcome"] == "flashed" and served.pty != port
    assert plumbline("list", "--json").json["braces"][0]["port"] == served.pty


@pytest.mark.slow
def test_a_cable_that_is_out_while_it_should_come_back(plumbline, brace, uf2, monkeypatch):
    served = brace("vb1", serial="PB-7", fw="0.1.0")
    # It waits longer for a brace that may take longer to answer.
    monkeypatch.setattr(execute, "_RETURN_WAIT", 1)
    monkeypatch.setenv("PLUMBLINE_TIMEOUT", "1")
    served.peer.mangle = lambda data: data if not served.flashed else b""
    run = plumbline("flash", uf2)
    assert run.code == Exit.LINK and "did not come back within 1 s" in run.err
    assert "Unplug it and plug it in again" in run.err
    served.peer.mangle = lambda data: data
    run = plumbline("flash", uf2)
    assert run.code == 0 and "skipped" in run.out, "it had the image all the same"


def test_a_board_waiting_in_bootsel_is_flashed(plumbline, brace, uf2):
    served = brace("vb1")
    served._enter_bootsel(b"")
    assert plumbline("flash", uf2).code == 0
    assert len(served.flashed) == 1


@pytest.mark.req("TOOL-2")
def test_a_fleet_where_one_fails(plumbline, brace, uf2):
    served = [brace(f"vb{i}", serial="", fw="0.1.0") for i in range(5)]
    served[3].peer.hello["fw"] = "9.0.0"
    run = plumbline("flash", uf2, "--all", "--serial", "QA-008", "--json")
    assert run.code == Exit.PARTIAL
    rows = run.json["braces"]
    assert [row["outcome"] for row in rows] == ["flashed"] * 3 + ["failed", "flashed"]
    assert [row["serial"] for row in rows] == ["QA-008", "QA-009", "QA-010", None, "QA-012"]
    assert "--downgrade" in rows[3]["error"] and "1 of 5 braces failed" in run.err


def test_a_brace_that_then_runs_something_else(plumbline, brace, uf2, monkeypatch):
    served = brace("vb1")
    monkeypatch.setattr(image.Image, "digest", property(lambda self: "ab" * 32))
    monkeypatch.setattr(image.Image, "verify", lambda self: None)
    served.peer.handlers[0x01] = lambda p: {**served.peer.hello, "image": bytes(32)}
    run = plumbline("flash", uf2)
    assert run.code == Exit.MISMATCH and "reports the image 0000" in run.err


def test_a_virtual_brace_that_dies_under_the_flash(plumbline, brace, uf2, monkeypatch):
    served = brace("vb1")
    monkeypatch.setattr(execute, "_BOOTSEL_WAIT", 0.06)
    served.peer.handlers[0x70] = lambda v: None
    run = plumbline("flash", uf2)
    assert run.code == Exit.LINK and "did not enter BOOTSEL" in run.err
    assert "Hold the BOOTSEL button" in run.err


def test_files_that_are_no_image(plumbline, brace, tmp_path):
    brace("vb1")
    (tmp_path / "no.uf2").write_bytes(b"hello")
    run = plumbline("flash", tmp_path / "no.uf2")
    assert run.code == Exit.MISMATCH and "not a whole UF2 file" in run.err
    (tmp_path / "no.uf2").write_bytes(image.to_uf2(image.Image(b"stock MicroPython" * 40)))
    run = plumbline("flash", tmp_path / "no.uf2")
    assert run.code == Exit.MISMATCH and "no stamp" in run.err
    run = plumbline("flash", tmp_path / "absent.uf2")
    assert run.code == Exit.STORAGE and "absent.uf2 cannot be read: No such file" in run.err
