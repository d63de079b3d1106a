"""Attacks on who may do what: no session, the wrong role, the wrong role's key."""

import itertools

import plumbcore
import pytest
from brace import claim, commands
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.link import Link
from plumbline.trust.keys import Keys
from plumbline.trust.session import open_session


@pytest.mark.req("TRUST-1")
def test_nobody_else_is_obeyed_or_told_anything(line):
    before = dict(line.peer.config)
    for command, (name, roles) in commands.TABLE.items():
        if roles & commands.ANYONE:
            continue
        said = line.ask(command, {"dwell_s": 1, "on": True, "do": "start"})
        assert said["kind"] == plumbcore.ERROR and said["code"] == commands.E_SESSION, name
    assert line.peer.config == before and not line.peer.live_on
    with Brace.open(line.peer, keys=Keys(line.keys.folder / "none")) as stranger:
        with pytest.raises(BraceError, match="needs a session"):
            stranger.status()


def test_what_the_table_does_not_name_nobody_may_do(line):
    obeyed = []
    line.peer.handlers[0xEE] = obeyed.append
    assert line.ask(0xEE)["code"] == commands.E_UNKNOWN_COMMAND
    for role in claim.ROLES:
        with pytest.raises(BraceError, match="unknown command"):
            line.open(role).link.request(0xEE)
    assert obeyed == []


@pytest.mark.req("TRUST-1")
@pytest.mark.parametrize("role", ["wearer", "clinic", "service", "qa"])
def test_every_command_obeys_the_table_of_roles(line, role):
    brace = line.open(role)
    bit = claim.ROLES[role]
    for command, (name, roles) in commands.TABLE.items():
        if roles & commands.ANYONE:
            continue
        obeyed = []
        line.peer.handlers[command] = obeyed.append
        try:
            brace.link.request(command)
        except BraceError as error:
            assert error.code == commands.E_REFUSED and "may not give" in error.say
        assert bool(obeyed) == bool(roles & bit), name


def test_the_key_of_one_role_is_none_for_another(line):
    secret = line.peer.claim.secret
    for held, wanted in itertools.permutations(claim.ROLES, 2):
        key = claim.role_key(secret, held)
        line.peer._clock += 1000
        with pytest.raises(BraceError, match="not the key"):
            open_session(Link(line.peer, timeout=1), wanted, lambda _id, _point, key=key: key)


def test_a_handed_on_key_gives_its_role_and_no_more(line, tmp_path):
    handed = Keys(tmp_path / "other")
    handed.take_role("PB-1", "wearer", claim.role_key(line.peer.claim.secret, "wearer"))
    with Brace.open(line.peer, keys=handed) as brace:
        assert brace.link.session.role == "wearer" and brace.status().battery == 3900
        with pytest.raises(BraceError, match="wearer may not give log_read"):
            brace.link.begin(commands.LOG_READ, {"stream": 0})
    assert Keys(tmp_path / "other").choose("PB-2", line.keys.current().id) is None


def test_the_clinic_changes_its_role_where_the_table_asks_for_it(line):
    line.peer.handlers[commands.SELFTEST] = lambda v: {"imu": {"ok": True}}
    with line.open() as brace:
        assert brace.selftest() == {"imu": {"ok": True}}
        assert brace.link.session.role == "service" and brace.link.forged == 0
    assert line.peer.told == [("opened", "clinic"), ("opened", "service")]
