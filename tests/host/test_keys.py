"""The clinic's keys: their life, their backup, and claims by the command line."""

import os
import stat

import pytest
from plumbline.errors import Exit, Refused, StorageError, UsageError
from plumbline.trust.keys import Keys


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


def test_only_the_owner_may_read_a_key(keys):
    key = keys.create("clinic")
    assert stat.S_IMODE(os.stat(keys.folder).st_mode) == 0o700
    for name in (f"{key.id}.pem", "keys.json"):
        assert stat.S_IMODE(os.stat(keys.folder / name).st_mode) == 0o600


def test_a_backup_brings_everything_back(keys, tmp_path):
    old = keys.create("first")
    new = keys.rotate("second")
    keys.claimed(new.id, "PB-1", bytes(65))
    assert keys.backup(tmp_path / "backup", "correct horse battery") == 2
    assert all(key.backed_up for key in keys.all())
    other = Keys(tmp_path / "other")
    with pytest.raises(Refused, match="passphrase"):
        other.restore(tmp_path / "backup", "wrong horse battery")
    assert {k.id for k in other.restore(tmp_path / "backup", "correct horse battery")} == {
        old.id, new.id}  # fmt: skip
    assert other.current().id == new.id and other.current().braces == ["PB-1"]
    for key in (old, new):
        assert other.point(key.id) == keys.point(key.id)
    text = (tmp_path / "backup").read_text()
    assert "ENCRYPTED PRIVATE KEY" in text and "BEGIN PRIVATE KEY" not in text
    assert other.restore(tmp_path / "backup", "correct horse battery") == []


def test_restoring_does_not_depose_the_current_key(keys, tmp_path):
    keys.create("theirs")
    keys.backup(tmp_path / "backup", "correct horse battery")
    here = Keys(tmp_path / "here")
    ours = here.create("ours")
    here.restore(tmp_path / "backup", "correct horse battery")
    assert here.current().id == ours.id and len(here.all()) == 2


def test_states(keys):
    with pytest.raises(UsageError):
        keys.rotate("x")
    first = keys.create("first")
    with pytest.raises(Refused, match="rotate"):
        keys.create("again")
    second = keys.rotate("second")
    keys.revoke(second)
    assert [k.state for k in keys.all()] == ["retired", "revoked"] and keys.current() is None
    assert keys.private(first.id) is not None
    assert keys.find(first.id[:6]).id == first.id and keys.find("second").id == second.id
    with pytest.raises(UsageError, match="no key fits"):
        keys.find("third")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"plumbline_keys": 2, "keys": []}',
                                  '{"plumbline_keys": 1, "keys": [], "private": {"a": "b"}}'])
def test_what_is_no_backup(keys, tmp_path, text):
    (tmp_path / "backup").write_text(text)
    with pytest.raises((StorageError, Refused)):
        keys.restore(tmp_path / "backup", "correct horse battery")
    with pytest.raises(UsageError, match="8 characters"):
        keys.backup(tmp_path / "new", "short")


def test_the_command_line_from_the_key_to_the_claim(plumbline, brace, tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_PASSPHRASE", "correct horse battery")
    peer = brace("vb1").peer
    run = plumbline("claim", "-d", "vb1")
    assert run.code == Exit.USAGE and "keys create" in run.err
    run = plumbline("keys", "create")
    assert run.code == Exit.USAGE and "lost for good" in run.err, "says so before it asks"
    assert plumbline("keys", "create", "-y").code == 0
    run = plumbline("claim", "-d", "vb1")
    assert run.code == Exit.USAGE and "no backup" in run.err
    assert plumbline("keys", "backup", tmp_path / "backup").code == 0
    run = plumbline("claim", "-d", "vb1", "--json")
    assert run.code == 0, run.err
    key = run.json["braces"][0]["key"]
    assert peer.claim.id.hex() == key
    shown = plumbline("keys", "show", "--json").json["keys"]
    assert [(k["id"], k["braces"], k["state"]) for k in shown] == [(key, ["PB-1"], "current")]
    # From here on every command opens a session by itself.
    assert plumbline("list", "--json").code == 0
    assert peer.told and set(peer.told) == {("opened", "clinic")}

    run = plumbline("keys", "grant", "-d", "vb1", "wearer", tmp_path / "grant")
    assert run.code == 0, run.err
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere" / "state").mkdir(parents=True)
    assert plumbline("keys", "accept", tmp_path / "grant").code == 0
    assert Keys().handed("PB-1").keys() == {"wearer"}
    (tmp_path / "grant").write_text('{"serial": "PB-1", "role": "root", "key": "00"}')
    assert plumbline("keys", "accept", tmp_path / "grant").code == Exit.STORAGE


def test_rotate_and_revoke_tell_which_braces_must_follow(plumbline, brace, home):
    brace("vb1")
    plumbline("keys", "create", "-y")
    assert plumbline("claim", "-d", "vb1", "-y").code == 0
    run = plumbline("keys", "rotate", "-y")
    assert run.code == 0 and "PB-1" in run.err
    assert plumbline("claim", "-d", "vb1", "-y").code == 0
    states = {k["state"]: k for k in plumbline("keys", "show", "--json").json["keys"]}
    assert states["current"]["braces"] == ["PB-1"] and states["retired"]["braces"] == []
    run = plumbline("keys", "revoke", "-y", states["current"]["id"])
    assert run.code == 0 and "PB-1" in run.err
    assert plumbline("claim", "-d", "vb1", "-y").code == Exit.USAGE
