"""Faults of the supply and of the motor (docs/faults.md)."""

import random

import pytest
from brace import records

pytestmark = pytest.mark.needs("fast_time")

SLOUCH = "0 stand\n+3 slouch 30\n+60 end\n"


@pytest.mark.fault("MOTOR-1")
@pytest.mark.needs("breaks_motor")
def test_the_motor_is_dead(ordeal, motor, brace, clock):
    motor.die()
    for _ in range(3):
        brace.buzz(1)
        clock.run(3)
    ordeal.told("motor_dead", within=1)
    ordeal.goes_on()
    ordeal.shows("trouble")


@pytest.mark.fault("MOTOR-2")
@pytest.mark.needs("breaks_motor")
def test_the_motor_does_not_stop(ordeal, motor):
    motor.run_away()
    ordeal.told("motor_stuck", within=60)
    ordeal.goes_on()
    ordeal.shows("trouble")


@pytest.mark.req("CUE-4")
@pytest.mark.fault("MOTOR-3")
def test_a_program_gone_wild_vibrates(ordeal, motor, brace, clock, measure):
    begun = clock.now()
    for _ in range(60):
        brace.buzz(2)
        clock.run(1.1)
    on = sum(pulse.ms for pulse in motor.pulses(begun)) / 1000
    measure("vibrated", on, "s", low=15, high=20 + 0.1 * (clock.now() - begun) + 1)
    ordeal.told("motor_budget", within=1)
    ordeal.well()


@pytest.mark.fault("MOTOR-4")
def test_the_firmware_hangs_during_a_burst(ordeal, motor, brace, clock, inside, measure):
    inside(HANG)
    begun = clock.now()
    brace.buzz(2)
    clock.run(2)
    assert not motor.is_on()
    measure("burst", max(pulse.ms for pulse in motor.pulses(begun)), "ms", high=1000)
    brace.restarted()
    ordeal.told("watchdog")
    ordeal.well()


# The task that vibrates hangs when it has begun to.
HANG = """
import time, plumbport, brace.tactor
def step(self, now, plain=brace.tactor.Tactor.step):
    ms = plain(self, now)
    while plumbport.motor_on():
        time.sleep(100)
    return ms
brace.tactor.Tactor.step = step
"""


@pytest.mark.req("POWER-2")
@pytest.mark.fault("POWER-1")
def test_the_cell_runs_low(ordeal, supply):
    supply.battery(3400)
    event = ordeal.told("battery_low", within=40)
    assert 3300 < event.value < 3450
    ordeal.shows("low")
    ordeal.goes_on()
    supply.battery(3900)
    ordeal.well(within=60)


@pytest.mark.req("POWER-2")
@pytest.mark.fault("POWER-2")
def test_the_cell_is_empty(ordeal, supply, brace, body, clock, motor):
    brace.config_set({"cue_dwell_s": 3, "cue_gap_s": 5})
    supply.battery(3250)
    ordeal.told("battery_low", "battery_empty", within=40)
    begun = clock.now()
    body.play(SLOUCH)
    clock.run(30)
    ordeal.save()
    assert [r for r in ordeal.new() if r.type == records.CUE], "it must go on deciding"
    assert not motor.pulses(begun), "a burst of the motor would pull the supply down"
    ordeal.shows("low")
    supply.battery(3900)
    clock.run(35)
    begun = clock.now()
    # The script begins with a jump, from which the attitude takes a while to settle.
    body.play("0 stand\n+25 slouch 30\n+60 end\n")
    assert clock.wait_until(lambda: motor.pulses(begun), 80)
    ordeal.well()


@pytest.mark.fault("POWER-3")
def test_a_sagging_cell_does_not_fill_the_log(ordeal, supply, clock):
    for _ in range(20):
        supply.battery(3440)
        clock.run(31)
        supply.battery(3500)
        clock.run(31)
    assert len([event for event in ordeal.events() if event.name == "battery_low"]) == 1
    supply.battery(3900)
    ordeal.well(within=60)


@pytest.mark.fault("POWER-4")
@pytest.mark.parametrize("part", range(4))
def test_power_is_cut_at_any_moment(ordeal, power, brace, clock, pytestconfig, part):
    chance = random.Random(f"{pytestconfig.option.hil_seed}/cut/{part}")
    brace.config_set({"raw_on": 1})
    for _ in range(5):
        ordeal.save()
        ordeal.before = ordeal.log()
        clock.run(chance.uniform(0, 20))
        power.cycle(chance.choice([0.05, 1, 10]))
        brace.wait_ready()
        ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.req("LOG-1")
@pytest.mark.fault("POWER-5")
@pytest.mark.parametrize("operation", [1, 2, 3, 5, 8, 13, 21])
def test_power_is_cut_while_the_flash_is_written(ordeal, power, flash, brace, clock, operation):
    brace.config_set({"raw_on": 1, "epoch_s": 2})
    clock.run(2)
    flash.cut_in(operation)
    clock.run(200)
    power.off()
    power.on()
    brace.wait_ready()
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.req("LOG-4")
@pytest.mark.fault("POWER-6")
@pytest.mark.parametrize("operation", [1, 2])
def test_power_is_cut_while_settings_are_stored(ordeal, power, flash, brace, operation):
    before = brace.config()["values"]
    flash.cut_in(operation)
    brace.line.write(request(brace, 0x21, {"cue_dwell_s": 7}))
    brace.line.run(2)
    power.off()
    power.on()
    brace.wait_ready()
    assert brace.config()["values"] in (before, {**before, "cue_dwell_s": 7})
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-7")
@pytest.mark.parametrize("operation", [1, 2])
def test_power_is_cut_while_it_gets_its_name(ordeal, power, flash, brace, operation):
    brace.provision("PB-1")
    flash.cut_in(operation)
    brace.line.write(request(brace, 0x72, {"serial": "PB-2", "hw": 0}))
    brace.line.run(2)
    power.off()
    power.on()
    assert brace.wait_ready().serial in ("PB-1", "PB-2")
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-8")
@pytest.mark.parametrize("operation", [1, 2])
def test_power_is_cut_while_a_calibration_is_stored(ordeal, power, flash, brace, body, clock,
                                                    operation):  # fmt: skip
    calibrate(brace, body, clock)
    assert brace.calibration()["id"] == 1
    brace.calibrate()
    clock.run(6)
    body.play("calibrate")
    clock.run(6)
    flash.cut_in(operation)
    clock.run(30)
    power.off()
    power.on()
    brace.wait_ready()
    found = brace.calibration()
    assert found["id"] in (1, 2) and found["quality"] > 50
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-9")
def test_a_bouncing_contact_of_the_cell(ordeal, power, brace, clock):
    for seconds in (0.02, 0.15, 0.05, 0.3, 0.01, 0.2):
        power.cycle(0.01)
        clock.run(seconds)
    brace.wait_ready()
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-10")
def test_power_is_cut_during_start_up(ordeal, power, flash, brace, clock):
    for operation in range(1, 7):
        power.off()
        power.on()
        flash.cut_in(operation)
        clock.run(5)
    power.off()
    power.on()
    brace.wait_ready()
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-11")
def test_power_is_cut_during_a_vibration(ordeal, power, motor, brace, clock):
    brace.buzz(2)
    clock.run(0.2)
    assert motor.is_on()
    power.cycle()
    brace.wait_ready()
    assert not motor.is_on()
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-12")
@pytest.mark.needs("pulls_reset")
def test_the_reset_pin_is_pulled(ordeal, power, brace, clock):
    for seconds in (0.5, 2.3, 7.1):
        power.reset()
        clock.run(seconds)
    brace.wait_ready()
    ordeal.told("power_lost", within=5)
    ordeal.well()


@pytest.mark.fault("POWER-13")
def test_the_cable_is_pulled_in_the_midst_of_a_transfer(ordeal, supply, brace, clock):
    from plumbline import bulk, segments

    # More than the window lets the brace send ahead.
    brace.record_raw(900)
    clock.run(900)
    pieces = bulk.read(brace.link, segments.RAW, 0)
    next(pieces)
    supply.usb(False)
    clock.run(15)
    supply.usb(True)
    ordeal.told("host_silent", within=15)
    assert len(list(bulk.read(brace.link, segments.RAW, 0))) >= 10
    ordeal.well()


def request(brace, command, value):
    """A sound request as bytes, for one whose answer will not come."""
    from brace import cbor
    from hostile import frame

    return frame(1, command, 999, cbor.dumps(value))


def calibrate(brace, body, clock):
    """A calibration from beginning to end."""
    brace.calibrate()
    clock.run(6)
    body.play("calibrate")
    clock.run(12)
