"""The I2C bus model: both interfaces, timing, faults and recovery."""

import pytest
from imu_bench import ADDRESS, FIFO_DATA, OUT_A, WHO_AM_I, Bench
from plumbline.virtual.i2c_bus import NEVER


def by_bytes(bus, register, n):
    assert bus.connect(ADDRESS, False) and bus.write_byte(register)
    assert bus.connect(ADDRESS, True)
    data = bytes(bus.read_byte() for _ in range(n))
    bus.stop()
    return data


def test_both_interfaces_read_the_same():
    one, other = Bench(seed=3), Bench(seed=3)
    for bench in (one, other):
        bench.part.set_typical()
        bench.start()
        bench.wait(500_000)
    n = 7 * one.level()[0]
    assert one.read(FIFO_DATA, n) == by_bytes(other.bus, FIFO_DATA, n)
    assert one.read(OUT_A, 6) == by_bytes(other.bus, OUT_A, 6)
    assert one.read(FIFO_DATA, 10) == by_bytes(other.bus, FIFO_DATA, 10)


def test_bus_time_follows_the_clock_rate():
    bench = Bench()
    bench.bus.freq_hz = 100_000
    assert bench.bus.byte_us() == 90
    bench.read(FIFO_DATA, 280)
    # START, address, 280 bytes with their acknowledges, STOP.
    assert bench.bus.spent_us == pytest.approx((1 + 9 * 281 + 1) * 10, abs=1)
    bench.bus.freq_hz = 400_000
    assert bench.bus.transfer_us(280) == pytest.approx((1 + 9 * 281 + 1) * 2.5, abs=1)


def test_nobody_answers_at_an_empty_address():
    bus = Bench().bus
    with pytest.raises(OSError) as error:
        bus.write(0x6B, b"\x0f")
    assert error.value.args[0] == 5 and bus.errors == 1
    assert not bus.connect(0x6B, True) and not bus.write_byte(1) and bus.read_byte() == 0xFF
    bus.stop()
    bus.attach(ADDRESS, None)
    assert not bus.connect(ADDRESS, False)


def test_the_record_tells_what_happened():
    bench = Bench()
    bench.bus.record = record = []
    bench.read(WHO_AM_I)
    bench.bus.nack_left = 1
    with pytest.raises(OSError):
        bench.read(WHO_AM_I)
    assert record == [(20_000, "w", 0x6A, 1), (20_000, "r", 0x6A, 1), (20_000, "nack", 0x6A, 0)]


def test_nine_clocks_free_a_stuck_sda():
    bench = Bench()
    bus = bench.bus
    bus.stuck_sda = 9
    with pytest.raises(OSError) as error:
        bench.read(WHO_AM_I)
    assert error.value.args[0] == 110 and bus.spent_us == 50_000 and bus.blocked()
    clocks = 0
    while bus.sda() == 0:
        bus.drive_scl(0)
        bus.drive_scl(1)
        clocks += 1
    assert clocks == 9 and bench.read(WHO_AM_I) == b"\x6c"


def test_what_no_clock_can_free():
    bench = Bench()
    bench.bus.stuck_sda = NEVER
    for _ in range(20):
        bench.bus.drive_scl(0)
        bench.bus.drive_scl(1)
    assert bench.bus.sda() == 0
    bench.bus.stuck_sda = 0
    bench.bus.stuck_scl = True
    assert bench.bus.scl() == 0
    with pytest.raises(OSError):
        bench.read(WHO_AM_I)
    bench.bus.stuck_scl = False
    assert bench.read(WHO_AM_I) == b"\x6c"
