"""A brace that passes these is a brace: it starts, answers, keeps time, vibrates and senses."""

import pytest
from brace import commands
from plumbline.answers import BraceError

# Bursts in ms by pattern; None is the length that the settings say.
PATTERNS = {
    0: (80,),
    1: (80, 80),
    2: (400, 400),
    3: (None,),
    4: (None, None),
    5: (None, None, None),
}

pytestmark = pytest.mark.smoke

# Each posture of the trunk once, held long enough to be told.
POSTURES = """
title Each posture
0   stand
+5  slouch 30
+6  extend 25
+6  lean left 25
+6  lean right 25
+6  upright
+6  end
"""


@pytest.mark.req("BOOT-1")
def test_hello_says_who_it_is(brace):
    hello = brace.identity
    assert hello.name == "plumbline" and hello.board == "rp2040"
    assert hello.fw and len(hello.image) == 64 and hello.max >= 256


@pytest.mark.req("BOOT-2")
def test_it_runs_the_image_that_it_was_given(brace, rig):
    if rig.image is None:
        pytest.skip(f"rig {rig.name} takes the firmware as it is")
    assert brace.identity.image == rig.image.digest


@pytest.mark.req("WIRE-1")
def test_ping_brings_any_bytes_back(brace):
    every_byte = bytes(range(256))
    assert brace.ping(every_byte) == every_byte
    assert brace.ping(b"") == b""


@pytest.mark.req("TIME-1")
def test_the_clock_is_unknown_then_set_then_runs(brace, clock, measure):
    assert brace.time()["utc"] is None
    utc = brace.time_set(1_760_000_000_000)["utc"] - 1_760_000_000_000
    measure("clock_set_delay", utc, "ms", low=0, high=100)
    before, at = brace.time(), clock.now()
    clock.run(5)
    after = brace.time()
    passed = (clock.now() - at) * 1000
    measure("clock_error", after["utc"] - before["utc"] - passed, "ms", low=-25, high=25)
    # Both are whole milliseconds, cut off at different fractions of one.
    assert abs((after["up"] - before["up"]) - (after["utc"] - before["utc"])) <= 1


def test_settings_are_changed_together_or_not_at_all(brace):
    values = brace.config()["values"]
    changed = brace.config_set({"cue_dwell_s": 7, "epoch_s": 10})
    assert changed["values"] == {**values, "cue_dwell_s": 7, "epoch_s": 10}
    for wrong in ({"epoch_s": 20, "cue_dwell_s": 100_000}, {"epoch_s": 20, "no_such": 1}):
        with pytest.raises(BraceError) as caught:
            brace.config_set(wrong)
        assert caught.value.code == commands.E_BAD_REQUEST
    assert brace.config() == changed


@pytest.mark.req("WIRE-5")
def test_an_unknown_command_gets_an_error_answer(brace):
    with pytest.raises(BraceError) as caught:
        brace.link.request(0xEE)
    assert caught.value.code == commands.E_UNKNOWN_COMMAND


@pytest.mark.req("CUE-4")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_vibration_pattern_is_what_the_motor_does(brace, motor, clock, measure, pattern):
    cue_ms = brace.config()["values"]["cue_ms"]
    wanted = [ms or cue_ms for ms in PATTERNS[pattern]]
    begun = clock.now()
    lasts = brace.buzz(pattern)
    clock.run(lasts / 1000 + 1)
    pulses = motor.pulses(since=begun)
    assert len(pulses) == len(wanted)
    for pulse, ms in zip(pulses, wanted, strict=True):
        measure("burst_error", pulse.ms - ms, "ms", low=-5, high=20)
    measure("pattern_error", (pulses[-1].end - pulses[0].start) * 1000 - lasts, "ms",
            low=-5, high=50)  # fmt: skip
    assert not motor.is_on()


@pytest.mark.req("POST-1")
def test_postures_are_told_as_the_body_takes_them(brace, body, clock):
    body.play(POSTURES)
    seen = []
    for _ in range(33):
        clock.run(1)
        posture = brace.status().posture
        if posture != "moving" and (not seen or seen[-1] != posture):
            seen.append(posture)
    assert seen[-6:] == ["upright", "flexed", "extended", "left", "right", "upright"], seen


@pytest.mark.req("BOOT-6")
@pytest.mark.needs("injects_bus_faults")
@pytest.mark.parametrize(
    "sensors", [pytest.param(name, marks=pytest.mark.setup(sensors=name)) for name in "SL"]
)
def test_with_one_sensor_it_works_and_says_so(brace, body, clock, sensors):
    body.play("0 stand\n+60 end\n")
    clock.run(6)
    status = brace.status()
    assert status.sensors == [sensors] and status.state == "degraded"
    assert status.posture == "upright" and status.faults == ["sensor_no_answer"]


@pytest.mark.req("BOOT-6")
@pytest.mark.setup(sensors="")
@pytest.mark.needs("injects_bus_faults")
def test_with_no_sensor_it_answers_and_says_so(brace, clock):
    clock.run(3)
    status = brace.status()
    assert status.sensors == [] and status.state == "safe"
    assert brace.buzz(0) > 0


@pytest.mark.req("BOOT-5")
@pytest.mark.needs("has_prompt")
def test_mpremote_works_on_a_development_image(port, brace):
    done = port.run(["python", "-m", "mpremote", "connect", "{port}", "exec", "print(6 * 7)"])
    assert done.returncode == 0 and "42" in done.stdout
    # mpremote leaves the prompt with a soft reset or the firmware stopped: either way a reset
    # from the prompt brings the brace back.
    if not brace.alive():
        brace.link.restart_from_prompt()
    assert brace.wait_ready().name == "plumbline"


@pytest.mark.req("BOOT-5")
@pytest.mark.needs("has_prompt")
def test_ctrl_c_stops_and_ctrl_d_starts(brace, prompt):
    prompt.enter()
    assert prompt.run("print(1 + 1)") == "2\r\n"
    assert brace.link.at_prompt()
    prompt.leave()
    assert brace.wait_ready().up < 5000


@pytest.mark.req("BOOT-4")
@pytest.mark.fault("HANG-core")
@pytest.mark.needs("has_prompt")
def test_the_watchdog_restarts_a_core_that_hangs(brace, prompt, clock, measure):
    prompt.enter()
    # Every interrupt disabled in the NVIC: the sleep never ends, and nothing but the watchdog
    # does.  (A loop would do as well, but the emulator would have to run it.)
    prompt.start("import machine, time\nmachine.mem32[0xE000E180] = 0xFFFFFFFF\ntime.sleep(1)")
    hung = clock.now()
    brace.restarted()
    measure("watchdog_s", clock.now() - hung, "s", low=1, high=12)
