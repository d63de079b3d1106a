"""The production station: a brace that lies flat and still, its cell charged, its cable in.

Every value has its limits; docs/hil.md says where they come from.
"""

import statistics

import numpy as np
import pytest
from brace import records

# Zero-rate and zero-g level within the datasheet's range over life, noise within twice what is
# typical in the mode in which raw samples are recorded: 3.8 mdps and 110 ug per sqrt(Hz) over
# 33 and 26 Hz.
OFFSET_MDPS = 15_000
GRAVITY_MG = (900, 1100)
RATE_MHZ = (101_000, 107_500)
GYR_NOISE_MDPS = 44
ACC_NOISE_MG = 1.1
BATTERY_MV = (3500, 4300)
HEAP_BYTES = 30_000


@pytest.mark.req("REC-3")
def test_it_is_what_it_should_be(station, rig):
    assert station.identity.serial, "it has no serial number: name one with --serial"
    assert rig.image is None or station.identity.image == rig.image.digest


@pytest.mark.req("REC-3", "SENSE-1")
def test_its_own_self_test(station, clock, measure):
    clock.run(2)
    found = station.selftest()
    clock.run(0.5)
    for sensor in "SL":
        part = found[f"sensor_{sensor.lower()}"]
        assert "say" not in part, f"sensor {sensor}: {part}"
        measure(f"gravity_{sensor}", part["gravity_mg"], "mg",
                low=GRAVITY_MG[0], high=GRAVITY_MG[1])
        measure(f"offset_{sensor}", part["offset_mdps"], "mdps", high=OFFSET_MDPS)
        measure(f"rate_{sensor}", part["rate_mhz"], "mHz", low=RATE_MHZ[0], high=RATE_MHZ[1])
        measure(f"temperature_{sensor}", part["temperature_cdeg"] / 100, "degC", low=5, high=50)
        measure(f"overruns_{sensor}", part["overruns"], "overruns", high=0)
    measure("battery", found["battery"]["mv"], "mV", low=BATTERY_MV[0], high=BATTERY_MV[1])
    measure("heap_free", found["heap"]["free"], "bytes", low=HEAP_BYTES)
    measure("flash_faults", found["log"]["faults"], "faults", low=0, high=0)
    measure("flash_unusable", found["log"]["unusable"], "sectors", low=0, high=0)
    assert found["motor"]["ok"], "the motor's budget is spent: wait a minute"
    assert found["faults"]["names"] == [], found["faults"]["names"]


@pytest.mark.req("REC-3", "SENSE-2")
def test_noise_at_rest(station, clock, measure):
    from plumbline import segments

    station.record_raw(6)
    clock.run(6)
    station.record_raw(0)
    chunks = list(segments.chunks(station.read_log()))
    # The last recording only, if the brace has others.
    chunks = [chunk for chunk in chunks if chunk.boot == chunks[-1].boot]
    for sensor in "sl":
        samples = np.concatenate([getattr(chunk, sensor) for chunk in chunks])[-400:]
        assert len(samples) >= 300, f"sensor {sensor.upper()} gave {len(samples)} samples"
        spread = samples.astype(float).std(axis=0)
        measure(f"gyr_noise_{sensor.upper()}", spread[:3].max() * 70, "mdps", low=1,
                high=GYR_NOISE_MDPS)  # fmt: skip
        measure(f"acc_noise_{sensor.upper()}", spread[3:].max() * 0.488, "mg", low=0.1,
                high=ACC_NOISE_MG)  # fmt: skip


@pytest.mark.req("REC-3", "WIRE-1")
def test_it_answers_quickly(station, clock, measure):
    taken = []
    for i in range(20):
        begun = clock.now()
        station.ping(bytes([i] * 32))
        taken.append((clock.now() - begun) * 1000)
    measure("answer", statistics.median(taken), "ms", high=50)


@pytest.mark.req("REC-3", "CUE-4")
def test_it_vibrates(station, motor, clock, measure):
    begun = clock.now()
    station.buzz(5)
    clock.run(2.5)
    pulses = motor.pulses(begun)
    assert len(pulses) == 3
    measure("vibration_after", (pulses[0].start - begun) * 1000, "ms", high=300)


def test_somebody_feels_it_vibrate(station, operator, clock):
    station.buzz(5)
    clock.run(2.5)
    assert operator("Did it vibrate three times?")


def test_somebody_sees_its_light(station, operator):
    assert operator("Does its light flash shortly every five seconds?")


@pytest.mark.req("REC-3", "POWER-1")
@pytest.mark.needs("emulated_core")
def test_how_long_it_is_awake(station, rig, clock, supply, measure):
    """On the emulated core, whose cycles are counted; docs/power.md has the rest."""
    from plumbline import power
    from plumbline.virtual.board import CORE_HZ

    board = rig.virtual.board
    supply.usb(False)
    clock.run(1)
    before = board.awake_cycles
    clock.run(8)
    awake = (board.awake_cycles - before) / CORE_HZ / 8
    supply.usb(True)
    measure("awake", 100 * awake, "%", high=6)
    measure("cell_lasts", power.budget(awake, 20).hours, "h", low=48)


@pytest.mark.req("REC-3", "LOG-1")
def test_it_keeps_a_log(station, clock, measure):
    station.config_set({"epoch_s": 2})
    clock.run(5)
    kept = [fields["block"] for fields in station.logged(records.EPOCH)]
    station.config_set({"epoch_s": 60})
    measure("epochs", len(kept), "records", low=1)
