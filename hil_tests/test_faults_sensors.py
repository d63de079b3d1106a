"""Faults of the sensors and of their bus (docs/faults.md)."""

import pytest

pytestmark = pytest.mark.needs("fast_time")

S, L = 0, 1
SECOND_TRY = 256


@pytest.mark.fault("BUS-1")
def test_one_transaction_not_acknowledged(ordeal, flash_bus):
    flash_bus.nack(1, "S")
    ordeal.told("sensor_no_answer", value=SECOND_TRY + S, within=2)
    assert len(ordeal.events()) == 1
    ordeal.well()


@pytest.mark.fault("BUS-2")
@pytest.mark.parametrize("sensor", "SL")
def test_a_sensor_silent_for_a_while(ordeal, flash_bus, sensor):
    flash_bus.nack(5, sensor)
    ordeal.told("sensor_no_answer", value="SL".index(sensor), within=2)
    ordeal.well(within=60)


@pytest.mark.fault("BUS-3")
def test_the_whole_bus_silent_for_a_while(ordeal, flash_bus):
    flash_bus.nack(12)
    ordeal.told("sensor_no_answer", within=2)
    ordeal.well(within=120)


@pytest.mark.fault("BUS-4")
def test_sda_held_by_a_device_that_clocks_free(ordeal, flash_bus):
    flash_bus.stick_sda(9)
    ordeal.told("bus_stuck", value=1, within=2)
    ordeal.well(within=2)


@pytest.mark.fault("BUS-5")
def test_sda_shorted_for_a_while(ordeal, flash_bus, clock):
    flash_bus.stick_sda_for_ever()
    ordeal.told("bus_stuck", value=1, within=2)
    ordeal.state("safe", [])
    ordeal.shows("trouble")
    flash_bus.free()
    ordeal.well(within=30)


@pytest.mark.fault("BUS-6")
def test_scl_shorted_for_a_while(ordeal, flash_bus):
    flash_bus.stick_scl(True)
    ordeal.told("bus_stuck", value=2, within=2)
    ordeal.state("safe", [])
    ordeal.shows("trouble")
    flash_bus.free()
    ordeal.well(within=30)


@pytest.mark.fault("BUS-7")
def test_sda_held_when_the_brace_starts(ordeal, flash_bus, power, brace):
    power.off()
    flash_bus.stick_sda(7)
    power.on()
    brace.wait_ready()
    ordeal.told("bus_stuck", value=1, within=5)
    ordeal.well()


@pytest.mark.fault("BUS-8")
def test_a_loose_contact_does_not_fill_the_log(ordeal, flash_bus, clock):
    for _ in range(120):
        flash_bus.nack(1, "L")
        clock.run(1)
    told = [event for event in ordeal.events() if event.name == "sensor_no_answer"]
    assert 2 <= len(told) <= 6 and sum(event.count for event in told) >= 50
    ordeal.well()


@pytest.mark.fault("SENSE-1")
@pytest.mark.parametrize(
    "sensors", [pytest.param(name, marks=pytest.mark.setup(sensors=name)) for name in "SL"]
)
def test_a_sensor_is_missing(ordeal, sensors):
    missing = "L" if sensors == "S" else "S"
    assert any(r.fields.get("value") == "SL".index(missing) for r in ordeal.before if r.type == 9)
    ordeal.state("degraded", [sensors])
    ordeal.goes_on()
    ordeal.shows("one sensor")


@pytest.mark.fault("SENSE-2")
@pytest.mark.setup(boot=False)
def test_both_sensors_are_missing_when_it_starts(rig, brace, power, flash_bus, clock, motor):
    flash_bus.detach("S")
    flash_bus.detach("L")
    power.on()
    brace.wait_ready()
    clock.run(3)
    status = brace.status()
    assert status.state == "safe" and status.faults == ["sensor_no_answer"]
    assert brace.buzz(0) > 0
    flash_bus.attach("S")
    flash_bus.attach("L")
    clock.run(12)
    assert brace.status().sensors == ["S", "L"]


@pytest.mark.fault("SENSE-3")
@pytest.mark.parametrize("sensor", "SL")
def test_a_sensor_comes_off_and_is_put_back(ordeal, flash_bus, sensor):
    flash_bus.detach(sensor)
    ordeal.told("sensor_no_answer", within=2)
    ordeal.state("degraded", ["L" if sensor == "S" else "S"])
    ordeal.goes_on()
    ordeal.shows("one sensor")
    flash_bus.attach(sensor)
    ordeal.well(within=30)


@pytest.mark.fault("SENSE-4")
def test_another_part_at_a_sensors_address(ordeal, flash_bus):
    flash_bus.identity("L", 0x69)
    flash_bus.reset_sensor("L")
    ordeal.told("sensor_identity", value=L, within=5)
    ordeal.state("degraded", ["S"])
    ordeal.shows("one sensor")
    flash_bus.identity("L", 0x6C)
    ordeal.well(within=30)


@pytest.mark.fault("SENSE-5")
@pytest.mark.parametrize("sensor", "SL")
def test_a_sensor_resets_by_itself(ordeal, flash_bus, clock, sensor):
    flash_bus.reset_sensor(sensor)
    ordeal.told("sensor_reset", value="SL".index(sensor), within=3)
    # Once set up again it stays so.
    clock.run(3)
    ordeal.well(within=0)


@pytest.mark.fault("SENSE-6")
@pytest.mark.parametrize("sensor", "SL")
def test_a_sensor_freezes(ordeal, flash_bus, sensor):
    flash_bus.freeze(sensor)
    ordeal.told("sensor_frozen", value="SL".index(sensor), within=10)
    # Set up anew it freezes again: the brace goes on without it.
    ordeal.state("degraded", ["L" if sensor == "S" else "S"])
    ordeal.shows("one sensor")
    flash_bus.freeze(sensor, False)
    ordeal.well(within=60)


@pytest.mark.fault("SENSE-7")
@pytest.mark.parametrize("count", [32767, -32768])
def test_a_gyroscope_axis_stays_at_the_end_of_its_range(ordeal, flash_bus, count):
    flash_bus.stick_axis("L", 1, count)
    ordeal.told("sensor_saturated", value=L, within=15)
    ordeal.state("degraded", ["S"], within=60)
    flash_bus.stick_axis("L", 1, None)
    ordeal.well(within=60)


@pytest.mark.fault("SENSE-8")
def test_an_accelerometer_axis_stays_at_the_end_of_its_range(ordeal, flash_bus):
    flash_bus.stick_axis("S", 5, 32767)
    ordeal.told("sensor_implausible", value=S, within=45)
    ordeal.state("degraded", ["L"], within=90)
    flash_bus.stick_axis("S", 5, None)
    ordeal.well(within=90)


@pytest.mark.fault("SENSE-9")
def test_an_accelerometer_axis_is_dead(ordeal, flash_bus):
    flash_bus.stick_axis("S", 5, 0)
    ordeal.told("sensor_implausible", value=S, within=45)
    ordeal.state("degraded", ["L"], within=90)
    flash_bus.stick_axis("S", 5, None)
    ordeal.well(within=90)


@pytest.mark.fault("SENSE-10")
def test_a_gyroscope_drifts(ordeal, flash_bus, clock):
    flash_bus.drift("S", (0, 3_000_000, 0))
    ordeal.told("sensor_drift", value=S, within=600)
    # The filter goes on taking the bias out: both sensors stay in use.
    ordeal.well()
    flash_bus.drift("S", (0, 0, 0))


@pytest.mark.fault("SENSE-11")
def test_a_gyroscopes_axes_are_swapped(ordeal, flash_bus, body):
    flash_bus.turn_axes("L", (0, 1, 0, 1, 0, 0, 0, 0, 1), None)
    body.play("0 stand\n+2 slouch 40\n+4 upright\n+4 slouch 40\n+4 upright\n+4 end\n", loop=True)
    ordeal.told("sensor_implausible", value=L, within=300)
    flash_bus.turn_axes("L", None, None)
    ordeal.well(within=400)


@pytest.mark.fault("SENSE-12")
def test_an_accelerometer_is_far_off(ordeal, flash_bus):
    flash_bus.offset("L", (0, 0, 0), (0, 0, 800_000))
    ordeal.told("sensor_implausible", value=L, within=45)
    ordeal.state("degraded", ["S"], within=90)
    flash_bus.offset("L", (0, 0, 0), (0, 0, 0))
    ordeal.well(within=90)


@pytest.mark.fault("SENSE-13")
def test_an_accelerometer_is_noisy(ordeal, flash_bus):
    flash_bus.noise("L", 4, 3200)
    ordeal.told("sensor_noisy", value=L, within=60)
    flash_bus.noise("L", 4, 110)
    ordeal.well()


@pytest.mark.fault("SENSE-14")
@pytest.mark.parametrize("sensor", "SL")
def test_a_fifo_overruns(ordeal, flash_bus, sensor):
    flash_bus.overrun(sensor)
    ordeal.told("fifo_overrun", value="SL".index(sensor), within=2)
    ordeal.well()


@pytest.mark.fault("SENSE-15")
@pytest.mark.parametrize("sensor", "SL")
def test_an_interrupt_line_is_broken(ordeal, flash_bus, sensor):
    flash_bus.lose_interrupt(sensor)
    ordeal.told("sensor_interrupt", value="SL".index(sensor), within=10)
    ordeal.well()
