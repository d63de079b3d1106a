"""Faults of the flash chip and of what is stored in it (docs/faults.md)."""

import pytest
from brace import cbor, commands, records
from brace.board import flashmap
from brace.config import Config
from chip import SECTOR, Chip, blank_sectors, damage_params, fill_log, store_params
from plumbline import bulk, segments
from plumbline.answers import BraceError
from test_faults_power import calibrate

pytestmark = pytest.mark.needs("fast_time")

CALIBRATION = flashmap.PARAMS + 2 * SECTOR


def spoil(power, brace, action):
    """Does something to the chip while the brace is off."""
    power.off()
    action()
    power.on()
    brace.wait_ready()


@pytest.mark.req("LOG-3")
@pytest.mark.fault("FLASH-1")
def test_the_log_is_full_of_what_nobody_fetched(rig, power, flash, brace, clock, ordeal):
    power.off()
    fill_log(flash)
    power.on()
    brace.wait_ready()
    ordeal.before = ordeal.log()[500:]
    oldest = ordeal.reading.segments[segments.SUMMARY][0].sequence
    lost = brace.status().log["lost"]
    assert ordeal.told("log_full", within=40).value >= 2
    brace.config_set({"epoch_s": 2, "raw_on": 0})
    clock.run(600)
    ordeal.save()
    ordeal.goes_on()
    # What has been given up is counted, segment by segment.
    gone = ordeal.reading.segments[segments.SUMMARY][0].sequence - oldest
    assert gone > 0 and brace.status().log["lost"] - lost == gone
    # Once fetched there is room again.
    bulk.acknowledge(brace.link, segments.SUMMARY, 1 << 30)
    assert brace.status().log["level"] == 0
    ordeal.before = []
    # The light is looked after every half minute.
    clock.run(40)
    ordeal.well()


@pytest.mark.fault("FLASH-2")
def test_there_is_no_room_for_raw_samples(power, flash, brace, clock, ordeal):
    spoil(power, brace, lambda: fill_log(flash))
    ordeal.before = ordeal.log()[500:]
    brace.record_raw(600)
    ordeal.told("raw_stopped", within=120)
    ordeal.goes_on()
    # The light asks for the log to be fetched until it is.
    ordeal.shows("fetch")
    bulk.acknowledge(brace.link, segments.SUMMARY, 1 << 30)
    ordeal.before = []
    ordeal.well()


@pytest.mark.fault("FLASH-3")
def test_sectors_that_cannot_be_written(ordeal, flash, brace, clock):
    for offset in blank_sectors(flash)[:3]:
        flash.stick(offset + 300, 0xFF)
    brace.record_raw(60)
    clock.run(60)
    ordeal.told("log_flash", within=60)
    ordeal.goes_on()
    ordeal.well()


@pytest.mark.fault("FLASH-4")
@pytest.mark.parametrize("sector", range(4))
def test_a_worn_sector_of_checkpoints(ordeal, flash, brace, clock, power, sector):
    flash.stick(flashmap.LOG + sector * SECTOR + 40, 0x80)
    for second in range(160):
        # Each asks for a checkpoint.
        brace.time_set(1_760_000_000_000 + second)
        clock.run(2)
    power.cycle()
    brace.wait_ready()
    times = [r for r in ordeal.new() if r.type == records.TIME]
    assert len(times) == 160, "a record that was made safe is gone"
    assert {"log_flash", "log_damaged"} & {event.name for event in ordeal.events()}
    ordeal.well()


@pytest.mark.fault("FLASH-5")
def test_no_sector_of_the_log_can_be_written(ordeal, flash, brace, clock, body, motor):
    brace.config_set({"cue_dwell_s": 3})
    ordeal.before = ordeal.log()
    for at in range(0, flashmap.LOG_LEN, SECTOR):
        for page in range(0, SECTOR, 256):
            flash.stick(flashmap.LOG + at + page, 0xFF)
    brace.time_set(1_760_000_000_000)
    begun = clock.now()
    body.play("0 stand\n+3 slouch 30\n+60 end\n")
    assert clock.wait_until(lambda: motor.pulses(begun), 60), "it must go on helping"
    assert "log_flash" in brace.status().faults
    ordeal.shows("trouble")


@pytest.mark.fault("FLASH-6")
def test_a_bit_of_a_closed_segment_rots(ordeal, flash, brace, power):
    ordeal.save()
    chip = Chip(flash, flashmap.LOG, flashmap.LOG_LEN)
    used = next(at for at in range(4 * SECTOR, len(chip.data), SECTOR) if chip.data[at] != 0xFF)
    before = ordeal.log()
    # In its last page: packed commits lean on those before them.
    last = max(at for at in range(0, SECTOR, 256) if chip.data[used + at] != 0xFF)
    flash.flip(flashmap.LOG + used + last + 90, 3)
    # The host says what is damaged; everything else is read.
    after = ordeal.log()
    assert ordeal.reading.damage and 0 < len(after) < len(before)
    ordeal.before = after
    power.cycle()
    brace.wait_ready()
    ordeal.told("power_lost")
    ordeal.well()


@pytest.mark.fault("FLASH-7")
def test_the_newest_segment_is_damaged(ordeal, flash, brace, power, clock):
    clock.run(400)
    power.off()
    chip = Chip(flash, flashmap.LOG, flashmap.LOG_LEN)
    starts = [at for at in range(4 * SECTOR, len(chip.data), SECTOR) if chip.data[at] != 0xFF]
    # The last page written of the segment begun last.
    at = starts[-1]
    while chip.data[at + 256 : at + 512] != b"\xff" * 256:
        at += 256
    chip.data[at + 90] ^= 0x10
    chip.write()
    ordeal.before = ordeal.log()
    power.on()
    brace.wait_ready()
    ordeal.told("log_damaged", within=5)
    ordeal.well()


@pytest.mark.fault("FLASH-8")
def test_the_checkpoints_are_rubbish(ordeal, flash, brace, power):
    ordeal.save()
    ordeal.before = ordeal.log()
    spoil(power, brace, lambda: flash.write(flashmap.LOG, bytes(range(256)) * 64))
    ordeal.told("power_lost")
    ordeal.well()


@pytest.mark.fault("FLASH-9")
def test_the_whole_partition_is_rubbish(ordeal, flash, brace, power):
    rubbish = bytes(i * 7 & 0xFF for i in range(SECTOR)) * (flashmap.LOG_LEN // SECTOR)
    ordeal.before = []
    spoil(power, brace, lambda: flash.write(flashmap.LOG, rubbish))
    assert ordeal.told("log_damaged", within=40).value > 300
    ordeal.well()


@pytest.mark.fault("FLASH-10")
def test_the_sector_for_settings_is_worn(ordeal, flash, brace):
    before = brace.config()["values"]
    for copy in (0, 1):
        flash.stick(flashmap.PARAMS + copy * SECTOR + 200, 0xFF)
    with pytest.raises(BraceError) as caught:
        brace.config_set({"cue_dwell_s": 7})
    assert caught.value.code == commands.E_STORAGE
    ordeal.told("store_flash", value=0)
    assert brace.config()["values"] == before
    ordeal.well()


@pytest.mark.fault("FLASH-11")
def test_the_sector_for_the_calibration_is_worn(ordeal, flash, brace, body, clock):
    for copy in (0, 1):
        flash.stick(CALIBRATION + copy * SECTOR + 40, 0xFF)
    calibrate(brace, body, clock)
    ordeal.told("store_flash", value=1)
    assert brace.calibration()["id"] == 0
    ordeal.well()


@pytest.mark.fault("FLASH-12")
def test_the_sector_for_the_name_is_worn(ordeal, flash, brace):
    brace.provision("PB-1")
    for copy in (0, 1):
        flash.stick(flashmap.IDENTITY + copy * SECTOR + 200, 0xFF)
    with pytest.raises(BraceError) as caught:
        brace.provision("PB-2")
    assert caught.value.code == commands.E_STORAGE
    ordeal.told("store_flash", value=2)
    assert brace.hello().serial in ("PB-1", "")
    ordeal.well()


@pytest.mark.fault("STORE-1")
def test_one_copy_of_the_settings_is_damaged(ordeal, flash, brace, power):
    brace.config_set({"cue_dwell_s": 7})
    brace.config_set({"cue_dwell_s": 8})
    spoil(power, brace, lambda: damage_params(flash, flashmap.PARAMS, 1))
    ordeal.told("config_damaged", within=5)
    assert brace.config()["values"]["cue_dwell_s"] == 7
    ordeal.well()


@pytest.mark.fault("STORE-2")
def test_both_copies_of_the_settings_are_damaged(ordeal, flash, brace, power):
    spoil(power, brace, lambda: damage_params(flash, flashmap.PARAMS, 2))
    ordeal.told("config_damaged", within=5)
    assert brace.config()["values"] == Config().as_dict()
    brace.config_set({"epoch_s": 2})
    ordeal.well()


@pytest.mark.fault("STORE-3")
def test_a_setting_out_of_its_limits_is_stored(ordeal, flash, brace, power):
    config = Config()
    config.change({"epoch_s": 2, "cue_gap_s": 90})
    raw = bytearray(config.pack())
    raw[8:12] = (10**9).to_bytes(4, "little")
    spoil(power, brace, lambda: store_params(flash, flashmap.PARAMS, raw))
    ordeal.told("config_damaged", within=5)
    assert brace.config()["values"] == {**Config().as_dict(), "epoch_s": 2, "cue_gap_s": 90}
    ordeal.well()


@pytest.mark.fault("STORE-4")
def test_the_settings_are_a_newer_firmwares(ordeal, flash, brace, power):
    spoil(power, brace, lambda: store_params(flash, flashmap.PARAMS, Config().pack(), major=2))
    ordeal.told("config_damaged", within=5)
    assert brace.config()["values"] == Config().as_dict()
    brace.config_set({"epoch_s": 2})
    ordeal.well()


@pytest.mark.fault("STORE-5")
def test_the_calibration_is_damaged(ordeal, flash, brace, power, body, clock):
    calibrate(brace, body, clock)
    assert brace.calibration()["id"] == 1
    spoil(power, brace, lambda: damage_params(flash, CALIBRATION, 2))
    ordeal.told("calibration_damaged", within=5)
    assert brace.calibration()["id"] == 0
    ordeal.well()


@pytest.mark.fault("STORE-6")
@pytest.mark.parametrize("copies", [1, 2])
def test_the_name_is_damaged(ordeal, flash, brace, power, copies):
    brace.provision("PB-1")
    brace.provision("PB-2")
    spoil(power, brace, lambda: damage_params(flash, flashmap.IDENTITY, copies))
    ordeal.told("identity_damaged", within=5)
    assert brace.hello().serial == ("PB-1" if copies == 1 else "")
    ordeal.well()


@pytest.mark.fault("STORE-7")
@pytest.mark.parametrize("stored", [b"\xff\xff", cbor.dumps({"serial": 7}), cbor.dumps([])])
def test_the_name_is_sound_but_no_name(ordeal, flash, brace, power, stored):
    spoil(power, brace, lambda: store_params(flash, flashmap.IDENTITY, stored))
    ordeal.told("identity_damaged", within=5)
    assert brace.hello().serial == ""
    ordeal.well()


@pytest.mark.fault("STORE-8")
def test_the_exercise_plan_is_damaged(ordeal, flash, brace, power):
    store = flashmap.IDENTITY + 4 * SECTOR
    # Sound as a copy, but no plan of any kind that this firmware knows.
    spoil(power, brace, lambda: store_params(flash, store, b"\xff" * 12))
    ordeal.told("plan_damaged", within=5)
    spoil(power, brace, lambda: damage_params(flash, store, 2))
    ordeal.told("plan_damaged", within=5)
    ordeal.well()
