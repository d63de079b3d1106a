"""The register of virtual braces, and the atomic writes under it."""

import errno
import json
import os
import subprocess
import sys

import pytest
from plumbline import files, paths, registry
from plumbline.errors import Exit, StorageError, UsageError


def entry(name="vb1", pid=None):
    return registry.Entry(name, os.getpid() if pid is None else pid, "/dev/pts/9", "/tmp/c",
                          "/tmp/b", "image.uf2")


def dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_is_added_is_found_and_removed(home):
    registry.add(entry("vb2"))
    registry.add(entry("vb1"))
    assert registry.running() == [entry("vb1"), entry("vb2")]
    assert registry.folder() == home / "state" / "virtual"
    registry.remove("vb1")
    registry.remove("vb1")
    assert registry.running() == [entry("vb2")]


def test_entries_of_dead_processes_and_rubbish_are_forgotten():
    registry.add(entry("gone", dead_pid()))
    (registry.folder() / "rubbish.json").write_text("{")
    (registry.folder() / "strange.json").write_text(json.dumps({"name": "x"}))
    assert registry.running() == []
    assert list(registry.folder().iterdir()) == []


def test_a_running_name_is_not_taken_over():
    parent = entry("vb1", os.getppid())
    registry.add(parent)
    with pytest.raises(UsageError, match="already running"):
        registry.add(entry("vb1"))
    registry.remove("vb1")
    registry.add(entry("vb1", dead_pid()))
    registry.add(entry("vb1"))
    assert registry.running() == [entry("vb1")]


@pytest.mark.parametrize("name", ["", "../x", "a b", ".hidden", "x" * 33])
def test_names_that_are_no_file_names(name):
    with pytest.raises(UsageError, match="letters"):
        registry.add(entry(name))


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "f"
    files.write_atomic(path, b"old")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="Free some space") as caught:
        files.write_atomic(path, b"new")
    assert caught.value.exit == Exit.STORAGE
    assert path.read_bytes() == b"old" and list(tmp_path.glob("*f*")) == [path]


def test_folders_are_the_platforms_without_a_home(monkeypatch):
    monkeypatch.delenv("PLUMBLINE_HOME")
    assert all("plumbline" in str(f()) for f in (paths.state, paths.config, paths.data))
