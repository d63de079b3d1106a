"""A claimed brace, the real firmware on the unix port: what its flash shows, and power cuts."""

from dataclasses import replace

import plumbcore
import pytest
from brace import cbor, claim, commands
from brace.board import flashmap
from dumps import shows
from plumbcore.flash import MemoryFlash
from plumbline import sources
from plumbline.answers import BraceError
from plumbline.device import Brace
from plumbline.errors import LinkError, LinkLost, PlumblineError
from plumbline.link import Link
from plumbline.pull import pull
from plumbline.store.segments import Store
from plumbline.trust import audit
from plumbline.trust.claiming import claim_brace
from plumbline.trust.keys import Keys
from plumbline.virtual import nor
from plumbline.virtual.body import Body
from plumbline.virtual.unixport import UnixBrace, UnixTransport

pytestmark = pytest.mark.usefixtures("unix")

# Nothing of this is a default, so that it can be looked for.
SETTING = {"epoch_s": 7, "cue_gap_s": 1234, "start_day": 54321, "zone_min": -437}


@pytest.fixture
def keys(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    keys = Keys()
    keys.create("clinic")
    return keys


def connect(brace, keys, **how):
    return Brace.open(UnixTransport(brace), keys=keys, **how)


def make_claimed(brace, keys):
    """Provisions, sets up and claims a blank brace; it has restarted."""
    brace.power_on()
    brace.run(3)
    with connect(brace, keys) as found:
        found.provision("PB-7")
        found.config_set(SETTING)
        found.time_set(1_760_000_000_000)
        brace.run(20)
        claim_brace(found, keys)
    brace.run(8)


def test_the_look_at_a_dump_finds_what_is_there(keys):
    """The scan below is no scan unless it finds everything of a brace that is not claimed."""
    with UnixBrace() as brace:
        brace.power_on()
        brace.run(3)
        with connect(brace, keys) as found:
            found.config_set(SETTING)
        brace.run(100)
        text = " ".join(shows(brace.flash(), SETTING))
    assert "the settings" in text and "setting start_day" in text and "records in" in text


def test_a_finder_learns_no_more_than_who_may_be_asked(keys):
    """The real firmware, every command there is: hello tells what is needed to find the clinic."""
    with UnixBrace(typical=True) as brace:
        make_claimed(brace, keys)
        finder = connect(brace, Keys(keys.folder / "none"))
        assert finder.link.session is None
        told = finder.link.ask(commands.HELLO)
        assert set(told) == {"name", "wire", "serial", "board", "hw", "fw", "kind", "max", "claim"}
        for command, (name, roles) in commands.TABLE.items():
            if not roles & commands.ANYONE:
                with pytest.raises(BraceError, match=name + " needs a session"):
                    finder.link.request(command)
        with pytest.raises(BraceError, match="unknown command"):
            finder.link.request(0xEE)
        assert events(finder) == set()


def events(host) -> set[int]:
    """Commands of the events that come in some seconds."""
    host.link.forget_events()
    end = host.link.transport.now() + 3
    found = set()
    while (left := end - host.link.transport.now()) > 0:
        if (event := host.event(left)) is not None:
            found.add(event.command)
    return found


def test_what_a_session_turned_on_ends_with_it(keys):
    """Events are not encrypted: they must not go on for who plugs in next."""
    with UnixBrace(typical=True) as brace:
        make_claimed(brace, keys)
        clinic = connect(brace, keys)
        clinic.live(True)
        clinic.exercise("watch", on=True)
        assert commands.LIVE in events(clinic)
        service = connect(brace, keys, role="service")
        assert service.link.session.role == "service" and events(service) == set()
        # The cable is pulled, and somebody else's plugged in.
        clinic = connect(brace, keys)
        clinic.live(True)
        assert commands.LIVE in events(clinic)
        brace.set_usb(False)
        brace.run(1)
        brace.set_usb(True)
        brace.run(1)
        assert events(clinic) == set()
        with pytest.raises(LinkLost, match="session"):
            clinic.status()
        assert connect(brace, keys).status().state == "ok"


@pytest.mark.slow
def test_a_claimed_brace_seals_all_it_has_and_the_clinic_reads_it(keys):
    with UnixBrace(typical=True) as brace:
        brace.play(Body.from_script("hour"))
        make_claimed(brace, keys)
        assert shows(brace.flash(), SETTING) == [], "what was there before the claim is gone"
        brace.run(600)
        with connect(brace, keys) as found:
            assert found.link.session.role == "clinic"
            values = found.config()["values"]
            assert {name: values[name] for name in SETTING} == SETTING
            found.time_set(1_760_000_700_000)
            found.config_set({"cue_gap_s": 999})
            source = sources.of_brace(found)
            assert found.link.forged == 0
        flash = brace.flash()
        assert shows(flash, SETTING) == []
        for word in (b"clinic", b"posture", keys.current().name.encode()):
            start = flashmap.LOG
            assert word not in flash[start:], "names of the host's never come here"
        epochs = [r for r in source.reading.records if r.name == "epoch"]
        assert source.reading.damage == []
        assert len(epochs) > 60
        checked = audit.verify(source.reading.records, audit.first_keys(keys, "PB-7"))
        assert [e.kind for e in checked.entries] == [
            "claim", "session", "time", "config"] and checked.findings == []
        # Over a restart it goes on, in the same chain.
        brace.power_off()
        brace.power_on()
        brace.run(30)
        with connect(brace, keys) as found:
            assert found.config()["values"]["cue_gap_s"] == 999
            again = sources.of_brace(found)
        assert again.reading.damage == []
        checked = audit.verify(again.reading.records, audit.first_keys(keys, "PB-7"))
        assert [e.kind for e in checked.entries[4:]] == ["boot", "session"]
        assert checked.findings == [] and all(e.sound for e in checked.entries)
        # The log erased: what was before is gone, and that it went is in the audit.
        with connect(brace, keys) as found:
            found.erase_log()
            assert found.link.session.role == "clinic"
            brace.run(30)
            last = sources.of_brace(found)
        erased = audit.verify(last.reading.records, audit.first_keys(keys, "PB-7"))
        assert erased.entries[0].kind == "erase" and not erased.forged
        assert not [r for r in last.reading.records if r.name == "start"]


def test_its_log_comes_without_tags_and_is_believed_by_its_digests(keys, tmp_path, monkeypatch):
    seen, spoil = [], []
    believe = Link._believe

    def cable(link, frame):
        if frame.kind == plumbcore.BULK:
            seen.append(frame.flags)
            if spoil:
                body = frame.payload
                frame = replace(frame, payload=body[:40] + bytes(8) + body[48:])
        return believe(link, frame)

    monkeypatch.setattr(Link, "_believe", cable)
    store = Store(tmp_path / "store")
    with UnixBrace(typical=True) as brace:
        brace.play(Body.from_script("hour"))
        make_claimed(brace, keys)
        with connect(brace, keys) as found:
            found.record_raw(30)
        brace.run(40)
        spoil.append(True)
        with pytest.raises(LinkError, match="is not what .* sent"):
            pull(lambda: connect(brace, keys), store, patience_s=0)
        spoil.clear()
        result = pull(lambda: connect(brace, keys), store, patience_s=0)
        assert result.raw_segments > 2 and result.damage == [] and result.left_bytes == 0
        assert set(seen) == {0}
        # Nothing is acknowledged but what is stored, and all of that is in the flash.
        life, flash = store.latest("PB-7"), brace.flash()
        for stream in (0, 1):
            assert life.held(stream)
            assert all(life.get(stream, n) in flash for n in life.held(stream))


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_a_day_of_wear_leaves_nothing_in_the_clear(keys):
    """The whole chip after 24 h, raw samples of some of them included."""
    with UnixBrace(typical=True) as brace:
        make_claimed(brace, keys)
        brace.play(Body.from_script("hour"), loop=True)
        brace.run(3600)
        with connect(brace, keys) as found:
            found.time_set(1_760_003_700_000)
            found.record_raw(600)
        brace.run(23 * 3600)
        flash = brace.flash()
        with connect(brace, keys) as found:
            reading = sources.of_brace(found).reading
    assert shows(flash, SETTING) == []
    assert not [d for d in reading.damage if d.kind != "chunk"]
    names = {record.name for record in reading.records}
    assert len(list(reading.records)) > 10_000 and {"epoch", "posture", "audit"} <= names
    # No body of a record that the clinic can read lies anywhere in the dump.
    for record in list(reading.records)[::97]:
        if len(record.body) >= 8:
            assert record.body not in flash


def stored_claim(flash: bytes) -> claim.Claim:
    """The claim in a dump, as the firmware would load it."""
    part = bytearray(flash[flashmap.IDENTITY : flashmap.IDENTITY + flashmap.IDENTITY_LEN])
    params = plumbcore.Params(MemoryFlash(part), 2 * 4096, 3 * 4096)
    buffer, found = bytearray(672), claim.Claim()
    n = params.load(buffer)
    if n is not None:
        assert found.unpack(buffer[:n])
    return found


def test_the_audits_first_key_does_not_stay_in_the_flash(keys):
    with UnixBrace() as brace:
        make_claimed(brace, keys)
        flash = brace.flash()
    (first,) = audit.first_keys(keys, "PB-7")
    assert first not in flash
    found = stored_claim(flash)
    assert found.clean and found.audit == b"" and found.secret in flash
    assert cbor.loads(found.pack())["clinic"] == keys.point(keys.current().id)


def claim_operations(keys) -> tuple[bytes, int]:
    """(flash before a claim, how many flash operations it takes until the brace works again)."""
    with UnixBrace() as brace:
        brace.power_on()
        brace.run(3)
        with connect(brace, keys) as found:
            found.provision("PB-7")
            found.config_set(SETTING)
            brace.run(70)
        flash = brace.flash()
    with UnixBrace(flash) as brace:
        brace.power_on()
        brace.run(3)
        found = connect(brace, keys)
        before = brace.eval("nor.operations")
        claim_brace(found, keys)
        brace.run(8)
        return flash, brace.eval("nor.operations") - before


# By chance in each cut, and one after the other in the long run.
TEARS = [nor.ANY, *(pytest.param(tear, marks=[pytest.mark.long, pytest.mark.timeout(1200)])
                    for tear in range(nor.ANY))]


@pytest.mark.slow
@pytest.mark.parametrize("tear", TEARS)
def test_power_cut_at_every_flash_operation_of_a_claim(keys, tear):
    """Claimed or not claimed, never neither; once it is, nothing is left in the clear."""
    flash, operations = claim_operations(keys)
    assert operations > 20
    states = set()
    for cut in range(1, operations + 1):
        with UnixBrace(flash, seed=cut) as brace:
            brace.power_on()
            brace.run(3)
            keys.forget("PB-7")  # what is begun here has not yet been claimed
            found = connect(brace, keys, timeout=2)
            brace.exec(f"nor.tear = {tear}; nor.cut_in({cut})")
            try:
                claim_brace(found, keys)
            except PlumblineError:
                pass
            brace.run(8)
            brace.exec("nor.power_on()")
            brace.power_on()
            brace.run(8)
            with connect(brace, keys) as found:
                states.add(bool(found.identity.claim))
                assert found.identity.serial == "PB-7", cut
                values = found.config()["values"]
                assert {n: values[n] for n in SETTING} == SETTING, cut
                if found.identity.claim:
                    source = sources.of_brace(found)
                    # A cut commit that was never promised ends its boot's segment.
                    kinds = {d.kind for d in source.reading.damage}
                    assert kinds <= {"cut", "commit"}, cut
            if bool(stored_claim(brace.flash()).clinic):
                assert shows(brace.flash(), SETTING) == [], cut
    assert states == {True, False}
