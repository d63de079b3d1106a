"""A clock that is wrong and hosts that misbehave (docs/faults.md); what they send by chance is in
test_hostile.py."""

import struct

import pytest
from brace import cbor, commands, records
from hostile import frame
from plumbline import bulk, segments
from plumbline.answers import BraceError

NOW = 1_760_000_000_000
DAY = 86_400_000
fast = pytest.mark.needs("fast_time")


@fast
@pytest.mark.fault("CLOCK-1")
def test_nobody_sets_the_clock(ordeal, clock, brace):
    clock.run(600)
    ordeal.told("clock_unset", within=60)
    assert brace.time()["utc"] is None
    ordeal.well()


@fast
@pytest.mark.fault("CLOCK-2")
@pytest.mark.parametrize("back", [200_000, DAY, NOW - 1])
def test_the_clock_is_set_back(ordeal, clock, brace, back):
    brace.time_set(NOW)
    clock.run(5)
    brace.time_set(NOW - back)
    event = ordeal.told("clock_step", within=5)
    assert abs(event.value * 1000 - back) < 10_000
    ordeal.save()
    steps = [r.fields["step_ms"] for r in ordeal.new() if r.type == records.TIME]
    assert abs(min(steps) + back) < 10_000
    times = [(r.boot, r.t_cs) for r in ordeal.log()]
    assert times == sorted(times), "the log's own time never goes back"
    ordeal.well()


@fast
@pytest.mark.fault("CLOCK-3")
def test_the_clock_jumps_ahead(ordeal, clock, brace):
    brace.time_set(NOW)
    brace.time_set(NOW + 20 * 365 * DAY)
    assert ordeal.told("clock_step", within=5).value > 19 * 365 * 86_400
    ordeal.well()


@pytest.mark.req("TIME-1")
@fast
@pytest.mark.fault("CLOCK-4")
@pytest.mark.setup(ticks_ms=2**30 - 20_000)
def test_the_tick_counter_wraps(ordeal, clock, brace, body, motor):
    brace.config_set({"cue_dwell_s": 3, "cue_gap_s": 5, "epoch_s": 2})
    body.play("0 stand\n+5 slouch 30\n+60 end\n")
    begun, up = clock.now(), brace.hello().up
    clock.run(40)
    assert abs(brace.hello().up - up - 1000 * (clock.now() - begun)) < 50
    assert motor.pulses(begun), "cues go on"
    ordeal.save()
    epochs = [r.t_cs for r in ordeal.log() if r.type == records.EPOCH]
    assert all(0 < b - a < 500 for a, b in zip(epochs, epochs[1:], strict=False))
    assert not ordeal.events()
    ordeal.well()


@fast
@pytest.mark.fault("CLOCK-5")
def test_an_absurd_time_is_refused(ordeal, brace):
    for utc in (0, -1, 1 << 45, 1 << 62, "noon", None, True, 1.5):
        try:
            brace.link.request(commands.TIME_SET, cbor.dumps({"utc": utc}))
        except (BraceError, cbor.CborError):
            continue
        raise AssertionError(f"{utc!r} was taken")
    ordeal.well()


@fast
@pytest.mark.fault("CLOCK-6")
def test_a_clock_that_is_set_all_the_time_does_not_fill_the_log(ordeal, brace, clock):
    for i in range(200):
        brace.time_set(NOW + (DAY if i & 1 else 0))
        clock.run(1)
    told = [event for event in ordeal.events() if event.name == "clock_step"]
    assert 1 < len(told) < 10 and sum(event.count for event in told) > 90
    ordeal.well()


@fast
@pytest.mark.fault("HOST-1")
def test_a_host_falls_silent_in_a_transfer(ordeal, brace, clock):
    # More than the window lets the brace send ahead.
    brace.record_raw(900)
    clock.run(900)
    next(bulk.read(brace.link, segments.RAW, 0))
    clock.run(12)
    ordeal.told("host_silent", within=5)
    assert len(list(bulk.read(brace.link, segments.RAW, 0))) >= 10
    ordeal.well()


@fast
@pytest.mark.fault("HOST-2")
def test_a_slow_host_gets_everything(ordeal, brace, clock):
    brace.record_raw(150)
    clock.run(150)
    brace.record_raw(0)
    pieces = []
    for piece in bulk.read(brace.link, segments.RAW, 0):
        pieces.append(piece)
        clock.run(4)
    assert pieces == list(bulk.read(brace.link, segments.RAW, 0)) and len(pieces) >= 10
    assert not ordeal.events()
    ordeal.well()


@fast
@pytest.mark.fault("HOST-3")
def test_damaged_frames_are_answered_counted_and_told(ordeal, brace, clock):
    for i in range(100):
        data = bytearray(frame(1, commands.PING, i, b"some payload"))
        data[5] ^= 1 << i % 8
        brace.line.write(bytes(data))
        clock.run(0.5)
    told = [event for event in ordeal.events() if event.name == "line_damaged"]
    assert 1 <= len(told) < 6
    ordeal.well()


@fast
@pytest.mark.fault("HOST-4")
def test_two_hosts_at_once(ordeal, brace, clock):
    """Each knows its answers by the numbers it gave."""
    brace.line.read(0.1)
    asked = []
    for i in range(20):
        asked.append(brace.line)
        brace.line.write(frame(1, commands.PING, 1000 + i, b"one"))
        brace.line.write(frame(1, commands.STATUS, 2000 + i, b""))
        if i == 10:
            body = cbor.dumps({"stream": 0, "from": 0})
            brace.line.write(frame(1, commands.LOG_READ, 3000, body))
            brace.line.write(frame(1, commands.LOG_READ, 4000, body))
        clock.run(0.2)
    answers = brace.line.read(0.1)
    from plumbcore import BULK, RESPONSE, FrameDecoder

    decoder, pos, seen = FrameDecoder(16384), 0, []
    while pos < len(answers):
        pos = decoder.feed(answers, pos)
        if decoder.status > 0:
            seen.append((decoder.kind, decoder.reqid))
    ids = [number for kind, number in seen if kind == RESPONSE]
    assert set(range(1000, 1020)) | set(range(2000, 2020)) <= set(ids)
    assert (BULK, 4000) in seen, "the transfer asked for last is the one that runs"
    ordeal.well()


@fast
@pytest.mark.fault("HOST-5")
def test_a_host_acknowledges_what_it_never_got(ordeal, brace, clock):
    for stream in (segments.SUMMARY, segments.RAW):
        bulk.acknowledge(brace.link, stream, 0xFFFFFFFF)
    clock.run(10)
    # Nothing is erased before the room is needed, and what is open stays unacknowledged.
    ordeal.well()
    assert brace.status().log["unacked"] > 0


@fast
@pytest.mark.fault("HOST-6")
def test_a_host_vanishes_while_it_listens_live(ordeal, brace, supply, clock):
    brace.live(True)
    clock.run(5)
    supply.usb(False)
    clock.run(60)
    supply.usb(True)
    clock.run(2)
    brace.live(False)
    ordeal.well()


@pytest.mark.fault("HOST-6")
def test_the_cable_is_pulled_from_an_open_port(brace, supply, clock):
    """On every rig, for it looks for what goes wrong below Python: a driver that waits for a host
    that is gone, or is upset by one that comes back."""
    brace.live(True)
    clock.run(1)
    before = brace.hello()
    supply.usb(False)
    # Longer than the watchdog waits; nobody has told the brace that the port is closed.
    clock.run(9.5)
    supply.usb(True)
    after = brace.wait_ready()
    assert after.boot == before.boot, "it has started anew"
    assert after.up - before.up > 9000
    brace.live(False)


@fast
@pytest.mark.fault("HOST-7")
def test_transfers_asked_for_beyond_all_limits_are_refused(ordeal, brace):
    for wrong in (
        {"stream": 2}, {"stream": -1}, {"from": -1}, {"from": 1 << 40}, {"offset": 5000},
        {"window": 1}, {"window": 1 << 30}, {"until": "x"}, {"stream": True}, {"from": None},
    ):  # fmt: skip
        with pytest.raises(BraceError) as caught:
            brace.link.request(commands.LOG_READ, cbor.dumps(wrong))
        assert caught.value.code == commands.E_BAD_REQUEST, wrong
    ordeal.well()


@fast
@pytest.mark.fault("HOST-8")
def test_confirmations_that_nobody_asked_for(ordeal, brace, clock):
    for i in range(50):
        brace.line.write(frame(5, commands.LOG_READ, i, struct.pack("<I", i * 77)))
        clock.run(0.05)
    ordeal.well()
