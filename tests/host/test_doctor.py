"""The doctor: it finds what is wrong, says what to do, and changes nothing."""

from pathlib import Path

import pytest
from brace import commands
from plumbline.doctor import computer
from plumbline.errors import Exit


def states(run):
    return {f["what"]: f["state"] for f in run.json["findings"]}


def test_a_healthy_brace_and_a_healthy_computer(plumbline, brace):
    peer = brace("vb1").peer
    peer.handlers[commands.SELFTEST] = lambda v: {
        "imu_s": {"ok": True, "noise_mdps": 80}, "flash": {"ok": True}}
    run = plumbline("doctor", "--json")
    found = states(run)
    assert run.code == 0 and found["versions"] == found["store"] == found["vb1"] == "ok"
    assert found["vb1 imu_s"] == "ok" and found["mpremote"] == "ok"
    text = plumbline("doctor").out
    assert "noise_mdps 80" in text and "PB-1, firmware 0.1.0" in text


@pytest.mark.req("TOOL-3")
def test_a_sick_brace_fails_with_what_to_do(plumbline, brace):
    peer = brace("vb1", serial="").peer
    peer.hello["core"] = 99
    peer.status.update(state="degraded", faults=["sensor_no_answer"], battery=3300)
    peer.handlers[commands.SELFTEST] = lambda v: {"imu_l": {"ok": False, "found": 0}}
    run = plumbline("doctor")
    assert run.code == Exit.FAILED
    assert "FAIL  vb1 imu_l" in run.out and "found 0" in run.out
    assert "its native core is 0x63" in run.out and "plumbline flash" in run.err
    assert "sensor_no_answer" in run.out and "docs/faults.md" in run.err
    assert "Charge it" in run.err and "before it is worn" in run.err


def test_a_brace_that_does_not_answer(plumbline, brace, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_TIMEOUT", "0.1")
    brace("vb1").peer.mangle_in = lambda data: b""
    run = plumbline("doctor")
    assert run.code == Exit.FAILED and "does not answer" in run.out


def test_an_older_firmware_without_a_self_test_is_no_failure(plumbline, brace):
    brace("vb1")
    run = plumbline("doctor", "--json")
    assert run.code == 0 and states(run)["vb1 self-test"] == "info"


def test_nothing_there(plumbline):
    run = plumbline("doctor", "--json")
    assert run.code == 0 and states(run)["braces"] == "info"


def test_a_store_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(computer.os, "access", lambda path, mode: False)
    (finding,) = computer.store(tmp_path / "not" / "there")
    assert finding.state == "fail" and "plumbline config path" in finding.do


@pytest.mark.parametrize("groups, state", [(["dialout", "x"], "ok"), (["x"], "warn")])
def test_permissions_by_group(monkeypatch, groups, state):
    import grp
    from types import SimpleNamespace

    monkeypatch.setattr(computer.sys, "platform", "linux")
    monkeypatch.setattr(computer.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(computer.os, "getgroups", lambda: range(len(groups)))
    monkeypatch.setattr(grp, "getgrgid", lambda g: SimpleNamespace(gr_name=groups[g]))
    monkeypatch.setattr(computer, "UDEV_FILE", "/nowhere/rule")
    (finding,) = computer.permissions()
    assert finding.state == state and ("--udev" in finding.do) == (state == "warn")


def test_the_udev_rule_is_printed_alone(plumbline):
    run = plumbline("doctor", "--udev")
    assert run.out == computer.UDEV_RULE and not run.err
    assert "2e8a" in run.out and Path(computer.UDEV_FILE).suffix == ".rules"
