"""Putting changed firmware files on a brace: deciding what, and what mpremote must offer."""

import inspect
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plumbline.dev import prompt, sync
from plumbline.errors import AtPrompt, Exit, Refused, StorageError

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "ab" * 32


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with three firmware files, built into IMAGE."""
    monkeypatch.setattr(sync, "mpy_cross", lambda: None)
    brace = tmp_path / "device" / "brace"
    (brace / "board").mkdir(parents=True)
    for name in ("__init__.py", "app.py", "board/pins.py"):
        (brace / name).write_text(f"# {name}\n")
    here = sync.sources(tmp_path)
    built = tmp_path / "build" / "firmware" / "sources"
    built.mkdir(parents=True)
    hashes = {name: sync._digest(data) for name, data in here.items()}
    (built / f"{IMAGE[:16]}.json").write_text(json.dumps(hashes))
    return tmp_path


def board(files=None, folders=(), free=14):
    return sync.Board(IMAGE, files or {}, list(folders), 4096, 16, free)


def changes(checkout, on_board=None):
    return sync.compare(on_board or board(), sync.sources(checkout), sync.frozen(checkout, IMAGE))


def test_nothing_changed_nothing_sent(checkout):
    made = changes(checkout)
    assert (made.write, made.remove, made.differs) == ({}, [], [])


def test_only_what_differs_from_the_image_is_sent_and_only_once(checkout):
    (checkout / "device/brace/board/pins.py").write_text("LED = 3\n")
    made = changes(checkout)
    assert made.write == {"brace/board/pins.py": b"LED = 3\n", "brace.image": IMAGE.encode()}
    assert made.folders == ["brace/board"]
    there = {path: sync._digest(data) for path, data in made.write.items()}
    again = changes(checkout, board(there, ["brace", "brace/board"]))
    assert again.write == {} and again.kept == 2 and again.differs == ["brace/board/pins.py"]


def test_what_is_the_images_again_or_gone_is_removed(checkout):
    old = board({"brace/app.py": "00", "brace/board/gone.py": "11", "brace.image": "22"},
                ["brace", "brace/board"])
    made = changes(checkout, old)
    assert made.write == {}
    assert made.remove == ["brace/app.py", "brace/board/gone.py", "brace.image", "brace/board",
                           "brace"]


def test_what_only_an_image_can_bring_is_refused(checkout):
    (checkout / "device/brace/__init__.py").write_text("VERSION = '9'\n")
    with pytest.raises(Refused, match="before the filesystem.*make firmware"):
        changes(checkout)


def test_too_much_and_no_filesystem_are_refused(checkout):
    (checkout / "device/brace/app.py").write_text("x = 1\n" * 9000)
    with pytest.raises(Refused, match="more than the brace's filesystem holds"):
        changes(checkout, board(free=9))
    with pytest.raises(Refused, match="plumbline dev format"):
        changes(checkout, sync.Board(IMAGE, {}, []))


def test_an_image_from_elsewhere_and_no_checkout(checkout, tmp_path):
    with pytest.raises(Refused, match="not built in this checkout"):
        sync.frozen(checkout, "cd" * 32)
    with pytest.raises(StorageError, match="Run this inside a checkout"):
        sync.tree(tmp_path.parent)
    assert sync.tree(checkout / "device" / "brace") == checkout


def test_a_syntax_error_is_found_before_anything_is_sent():
    compiler = sync.mpy_cross()
    if compiler is None:
        pytest.skip("mpy-cross is not built: run `make unix` or `make firmware`")
    name, data = sync.compiled("brace/app.py", b"x = 1\n", compiler)
    assert name == "brace/app.mpy" and data[:1] == b"M"
    with pytest.raises(Refused, match="app.py does not compile.*SyntaxError"):
        sync.compiled("brace/app.py", b"def\n", compiler)


def test_mpremote_still_offers_what_is_used_of_it():
    from mpremote.transport import TransportError
    from mpremote.transport_serial import SerialTransport

    assert issubclass(TransportError, Exception)
    wanted = {
        "__init__": ["device", "timeout"], "enter_raw_repl": ["soft_reset", "timeout_overall"],
        "exec_raw_no_follow": ["command"], "follow": ["timeout"], "exit_raw_repl": [],
        "read_until": ["min_num_bytes", "ending", "timeout"], "close": [],
    }  # fmt: skip
    for name, arguments in wanted.items():
        parameters = inspect.signature(getattr(SerialTransport, name)).parameters
        assert set(arguments) <= set(parameters), name


def test_a_port_without_a_prompt(brace, monkeypatch):
    monkeypatch.setattr(prompt, "_TRY_S", 0.05)
    monkeypatch.setattr(prompt, "_SILENCE_S", 0.05)
    served = brace("vb1")
    with pytest.raises(AtPrompt, match="no MicroPython prompt"):
        prompt.Prompt(served.pty)


@pytest.mark.slow
def test_sync_on_the_emulated_firmware(virtual, tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "device" / "brace", checkout / "device" / "brace")
    shutil.copytree(ROOT / "build" / "firmware" / "sources", checkout / "build/firmware/sources")
    one = virtual("vb1", "--blank")

    def cli(*arguments):
        return one.cli(*arguments, cwd=checkout)

    assert cli("dev", "sync").code == 0
    target = checkout / "device" / "brace" / "commands_basic.py"
    original = target.read_text()
    target.write_text(original.replace('"board": "rp2040"', '"board": "changed"'))
    run = cli("dev", "sync")
    assert run.code == Exit.REFUSED and "plumbline dev format" in run.err
    assert cli("dev", "format", "--yes").code == 0
    run = cli("dev", "sync", "--json")
    assert run.code == 0, run.err
    assert run.json["differs"] == ["brace/commands_basic.py"] and len(run.json["written"]) == 2
    assert cli("list", "--json").json["braces"][0]["hello"]["board"] == "changed"
    assert cli("dev", "sync", "--json").json["written"] == []
    target.write_text(original)
    assert cli("dev", "sync", "--json").json["removed"]
    assert cli("list", "--json").json["braces"][0]["hello"]["board"] == "rp2040"


class Terminal:
    """A command on a terminal of its own, typed at."""

    def __init__(self, *words, cwd):
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "plumbline", *map(str, words)], cwd=cwd, stdin=theirs,
            stdout=theirs, stderr=theirs, start_new_session=True)  # fmt: skip
        os.close(theirs)
        self.shown = b""

    def wait_for(self, text: bytes, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {self.shown!r}"
            self.shown += os.read(self._ours, 4096)

    def wait_for_prompt(self) -> None:
        """mpremote takes the terminal a moment after it has said so."""
        self.wait_for(b"Use Ctrl-]")
        end = time.monotonic() + 60
        while b">>> " not in self.shown:
            assert time.monotonic() < end, f"no prompt: {self.shown!r}"
            os.write(self._ours, b"\r")
            if select.select([self._ours], [], [], 1.0)[0]:
                self.shown += os.read(self._ours, 4096)

    def type(self, keys: bytes) -> None:
        self.shown = b""
        os.write(self._ours, keys)

    def end(self) -> int:
        """Leaves with Ctrl-]; the exit code."""
        self.type(b"\x1d")
        code = self._process.wait(30)
        os.close(self._ours)
        return code


@pytest.mark.slow
def test_run_repl_and_mount_are_mpremotes_on_the_right_brace(virtual, tmp_path):
    one = virtual("vb1", "--blank")
    (tmp_path / "answer.py").write_text("print(6 * 7)\n")
    run = one.cli("dev", "run", tmp_path / "answer.py")
    assert run.code == 0 and "42" in run.out, run.err
    repl = Terminal("dev", "repl", cwd=tmp_path)
    repl.wait_for_prompt()
    repl.type(b"print(6 * 7 * 100)\r")
    repl.wait_for(b"4200")
    assert repl.end() == 0
    mount = Terminal("dev", "mount", tmp_path, cwd=tmp_path)
    mount.wait_for_prompt()
    mount.type(b"print(len(open('answer.py').read()))\r")
    mount.wait_for(b"13")
    assert mount.end() == 0
    run = one.cli("dev", "start")
    assert run.code == 0 and "the firmware runs" in run.err
    assert one.cli("list", "--json").json["braces"][0]["error"] is None
