"""The LSM6DSO model against its datasheet: registers, scales, rates, FIFO, INT1, faults."""

import struct
from array import array

import pytest
from imu_bench import (
    CTRL1_XL,
    CTRL2_G,
    CTRL3_C,
    CTRL4_C,
    CTRL10_C,
    FIFO_CTRL3,
    FIFO_CTRL4,
    FIFO_DATA,
    INT1_CTRL,
    OUT_A,
    OUT_G,
    OUT_TEMP,
    STATUS_REG,
    WHO_AM_I,
    Bench,
)
from plumbline.virtual.source import Still, Stream


def three(data):
    return struct.unpack("<hhh", data)


class Ramp:
    """A source whose sample k is recognisable: gx = k dps, az = k mg."""

    version = 0

    def fill(self, out, first, n, num, den):
        for i in range(n):
            out[6 * i : 6 * i + 6] = array("i", [1000 * (first + i), 0, 0, 0, 0,
                                                 1000 * (first + i)])


def test_registers_after_power_on():
    bench = Bench()
    assert bench.read(WHO_AM_I) == b"\x6c"
    assert bench.read(0x01, 0x1A)[:0x0E] == b"\0\x3f" + bytes(12)
    assert bench.read(CTRL1_XL, 10) == bytes([0, 0, 4, 0, 0, 0, 0, 0, 0xE0, 0])
    assert bench.read(STATUS_REG) == b"\0" and bench.level() == (0, 0)


def test_the_part_is_silent_while_it_boots():
    bench = Bench()
    bench.wait(0)
    bench.imu.reset_now()
    with pytest.raises(OSError) as error:
        bench.read(WHO_AM_I)
    assert error.value.args[0] == 5
    bench.wait(10_000)
    assert bench.read(WHO_AM_I) == b"\x6c"


def test_reserved_and_read_only_registers_keep_their_value():
    bench = Bench()
    for register in (0x03, WHO_AM_I, STATUS_REG, OUT_G, FIFO_DATA, 0x63):
        before = bench.read(register)
        bench.write(register, 0xA5)
        assert bench.read(register) == before
    assert bench.imu.ignored_writes == 6
    bench.write(CTRL1_XL, 0xFF)
    assert bench.read(CTRL1_XL) == b"\xfe"


def test_address_increment_can_be_switched_off():
    bench = Bench()
    assert bench.read(WHO_AM_I, 3) == b"\x6c\0\0"
    bench.write(CTRL3_C, 0x00)
    assert bench.read(WHO_AM_I, 3) == b"\x6c\x6c\x6c"


def test_software_reset_restores_the_defaults():
    bench = Bench()
    bench.start()
    bench.wait(100_000)
    assert bench.level()[0] > 0
    bench.write(CTRL3_C, 0x01)
    assert bench.read(CTRL3_C) == b"\x05"
    bench.wait(50)
    assert bench.read(CTRL1_XL, 3) == b"\0\0\x04" and bench.level() == (0, 0)


@pytest.mark.parametrize(("fs_xl", "counts"), [(0, 16393), (2, 8197), (3, 4098), (1, 2049)])
def test_sensitivity_of_the_accelerometer(fs_xl, counts):
    bench = Bench()
    bench.start(fs_xl=fs_xl)
    bench.settle()
    assert three(bench.read(OUT_A, 6)) == (0, 0, counts)


@pytest.mark.parametrize(("control", "counts"), [(2, 22857), (0, 11429), (4, 5714), (8, 2857),
                                                 (12, 1429)])
def test_sensitivity_of_the_gyroscope(control, counts):
    bench = Bench(Still(gyr_mdps=(100_000, -100_000, 0)))
    bench.start()
    bench.write(CTRL2_G, 0x40 | control)
    bench.settle()
    assert three(bench.read(OUT_G, 6)) == (counts, -counts, 0)


def test_outputs_saturate():
    bench = Bench(Still(acc_ug=(17_000_000, -17_000_000, 0), gyr_mdps=(2_500_000, -2_500_000, 1)))
    bench.start()
    bench.settle()
    assert three(bench.read(OUT_G, 6)) == (32767, -32768, 0)
    assert three(bench.read(OUT_A, 6)) == (32767, -32768, 0)


@pytest.mark.parametrize("odr", [12.5, 26, 52, 104, 208, 416])
@pytest.mark.parametrize("trim_ppm", [-21_000, 0, 13_000])
def test_samples_come_at_the_rate_of_the_part(odr, trim_ppm):
    bench = Bench(trim_ppm=trim_ppm)
    bench.start(odr)
    seen = 0
    for _ in range(40):
        bench.wait(250_000)
        seen += len(bench.words())
    nominal = 6667 / round(6667 / odr) if odr != 12.5 else 6667 / 512
    assert seen / 2 == pytest.approx(10 * nominal * (1 + trim_ppm / 1e6), abs=1)
    fine = struct.unpack("b", bench.read(0x63))[0]
    assert fine * 0.0015 == pytest.approx(trim_ppm / 1e6, abs=0.00076)


def test_words_are_tagged_in_pairs_with_counter_and_parity():
    bench = Bench()
    bench.start()
    bench.settle()
    bench.wait(300_000)
    n, flags = bench.level()
    assert n in (62, 64) and flags == 0
    data = bench.read(FIFO_DATA, 7 * n)
    for i in range(0, len(data), 14):
        gyr, acc = data[i], data[i + 7]
        assert (gyr >> 3, acc >> 3) == (1, 2)
        assert gyr >> 1 & 3 == acc >> 1 & 3 == ((data[0] >> 1) + i // 14) & 3
        assert bin(gyr).count("1") % 2 == bin(acc).count("1") % 2 == 0
    assert bench.read(FIFO_DATA, 7) == bytes(7), "an empty FIFO reads as tag 0"


def test_no_sample_is_lost_or_doubled_however_it_is_read():
    seen = []
    for periods in ([9_600] * 100, [200_000] * 5, [1_000, 400_000, 3, 599_000 - 3]):
        bench = Bench(Ramp())
        bench.start(watermark=40)
        bench.settle()
        indices = []
        for us in periods:
            bench.wait(us)
            words = bench.words()
            gyr = [three(w[2])[0] for w in words if w[0] == 1]
            acc = [three(w[2])[2] for w in words if w[0] == 2]
            assert [round(g * 0.07) for g in gyr] == [round(a * 0.488) for a in acc]
            indices += [round(g * 0.07) for g in gyr]
        assert indices == list(range(indices[0], indices[0] + len(indices)))
        seen.append(indices[:90])
    assert seen[0] == seen[1] == seen[2]


def test_watermark_raises_int1_when_it_is_reached():
    bench = Bench(trim_ppm=2000)
    bench.start(watermark=40)
    bench.write(INT1_CTRL, 0x08)
    bench.settle()
    bench.edges.clear()
    for _ in range(5):
        bench.wait(250_000)
        assert bench.imu.int1 == 1 and bench.level()[1] == 0x80
        assert len(bench.words()) >= 40
    rises = [t for t, level in bench.edges if level]
    falls = [t for t, level in bench.edges if not level]
    assert len(rises) == len(falls) == 5
    # 20 samples after the FIFO was emptied, not when it is looked at.
    for rise, fall in zip(rises[1:], falls, strict=False):
        assert 19 * 9580 <= rise - fall <= 20 * 9580 + 1
    bench.write(CTRL3_C, 0x64)
    assert bench.imu.int1 == 1, "active low: idle is high"


def test_data_ready_on_int1_and_status():
    bench = Bench()
    bench.start(52)
    bench.write(INT1_CTRL, 0x01)
    bench.settle()
    bench.read(OUT_G, 12)
    assert bench.imu.int1 == 0 and bench.read(STATUS_REG) == b"\0"
    bench.wait(19_300)
    assert bench.imu.int1 == 1 and bench.read(STATUS_REG) == b"\x07"
    bench.read(OUT_A, 6)
    assert bench.imu.int1 == 0 and bench.read(STATUS_REG) == b"\x06"


def test_continuous_mode_overwrites_the_oldest_and_says_so():
    bench = Bench(Ramp())
    bench.start()
    bench.settle()
    bench.wait(100_000)
    first = three(bench.words()[-2][2])[0]
    bench.wait(6_000_000)
    assert bench.level() == (512, 0x68)
    words = bench.words()
    indices = [round(three(w[2])[0] * 0.07) for w in words if w[0] == 1]
    # 6 s are 625 samples, of which the newest 256 are there.
    assert indices[0] == pytest.approx(round(first * 0.07) + 625 - 255, abs=1)
    assert bench.imu.fifo.lost == pytest.approx(2 * (625 - 256), abs=2)
    assert bench.level() == (0, 0)


def test_the_same_words_are_lost_whether_anyone_looked_or_not():
    looked, slept = Bench(Ramp()), Bench(Ramp())
    for bench in (looked, slept):
        bench.start()
    for _ in range(900):
        looked.wait(10_000)
    slept.wait(9_000_000)
    assert looked.imu.fifo.lost == slept.imu.fifo.lost > 0
    assert looked.words() == slept.words()


def test_fifo_mode_keeps_the_oldest():
    bench = Bench(Ramp())
    bench.start(mode=1)
    bench.wait(6_000_000)
    assert bench.level()[0] == 512 and bench.level()[1] & 0x60 == 0x60
    words = bench.words()
    index = [round(three(w[2])[0] * 0.07) for w in words if w[0] == 1]
    assert index[-1] - index[20] == 235 and index[20] < 40
    bench.write(FIFO_CTRL4, 0)
    bench.wait(100_000)
    assert bench.level() == (0, 0), "bypass holds nothing"


def test_stop_on_watermark_limits_the_depth():
    bench = Bench(Ramp())
    bench.start(watermark=12, mode=1)
    bench.write(0x08, 0x80)
    bench.wait(1_000_000)
    assert bench.level()[0] == 12
    bench.write(FIFO_CTRL4, 6)
    bench.wait(5_000_000)
    assert bench.level()[0] == 12
    assert three(bench.words()[-2][2])[0] * 0.07 > 500, "the newest"


def test_temperature_timestamp_and_slower_batching():
    bench = Bench(Ramp(), trim_ppm=10_000)
    bench.part.temperature = [(0, 0), (10_000_000, 10 * 256)]
    bench.start(104)
    bench.write(CTRL10_C, 0x20)
    bench.write(FIFO_CTRL3, 0x43)  # gyroscope 104 Hz, accelerometer 52 Hz
    bench.write(FIFO_CTRL4, 0x40 | 0x20 | 6)  # timestamp in every slot, temperature 12.5 Hz
    bench.settle()
    for _ in range(4):
        bench.wait(500_000)
        words = bench.words()
        count = {tag: sum(w[0] == tag for w in words) for tag in (1, 2, 3, 4)}
        assert count[1] == count[4] == pytest.approx(52.6, abs=1)
        assert count[2] == pytest.approx(26.3, abs=1) and count[3] == pytest.approx(6.6, abs=1)
    stamps = [struct.unpack("<IH", w[2])[0] for w in words if w[0] == 4]
    assert {b - a for a, b in zip(stamps, stamps[1:], strict=False)} <= {383, 384}
    assert stamps[-1] == pytest.approx(2_400_000 / 25 * 1.01, abs=500)
    warm = [struct.unpack("<hI", w[2])[0] / 256 for w in words if w[0] == 3]
    assert warm[-1] == pytest.approx(2.4, abs=0.1) and warm == sorted(warm)
    assert struct.unpack("<h", bench.read(OUT_TEMP, 2))[0] / 256 == pytest.approx(2.42, abs=0.05)


def test_timestamp_register_counts_25_us_and_can_be_reset():
    bench = Bench()
    bench.start()
    bench.write(CTRL10_C, 0x20)
    bench.wait(1_000_000)
    assert int.from_bytes(bench.read(0x40, 4), "little") == pytest.approx(40_000, abs=8)
    bench.write(0x42, 0xAA)
    bench.wait(500_000)
    assert int.from_bytes(bench.read(0x40, 4), "little") == pytest.approx(20_000, abs=8)


@pytest.mark.parametrize("bdu", [0x40, 0])
def test_block_data_update_keeps_the_halves_of_a_sample_together(bdu):
    bench = Bench(Stream(array("i", [0, 0, 0, 0, 0, 0] + [0] * 5 + [-1_000_000]), 5_000_000, 1))
    bench.start()
    bench.write(CTRL3_C, 0x04 | bdu)
    bench.wait(4_900_000)
    low = bench.read(0x2C)
    bench.wait(1_000_000)
    value = struct.unpack("<h", low + bench.read(0x2D))[0]
    before = round(-4.92 / 5 * 1e6 / 488)
    assert value == pytest.approx(before, abs=5) if bdu else value == (-2049 & ~0xFF | low[0])
    assert struct.unpack("<h", bench.read(0x2C, 2))[0] == -2049


def test_start_up_is_not_settled_and_can_be_masked():
    rate = Still(gyr_mdps=(100_000, 0, 0))
    bench = Bench(rate)
    bench.start()
    bench.wait(300_000)
    gyr = [three(w[2])[0] for w in bench.words() if w[0] == 1]
    assert gyr[:7] == sorted(gyr[:7]) and gyr[0] < 300 and set(gyr[8:]) == {1429}

    masked = Bench(rate)
    masked.write(CTRL4_C, 0x08)
    masked.start()
    masked.write(INT1_CTRL, 0x02)
    masked.wait(300_000)
    gyr = [three(w[2])[0] for w in masked.words() if w[0] == 1]
    assert set(gyr) == {32767, 1429} and gyr.count(32767) in (6, 7)
    assert masked.edges[0][0] == pytest.approx(20_000 + 70_000, abs=9_700)


def test_embedded_function_banks_are_shut():
    bench = Bench()
    bench.write(0x01, 0x80)
    assert bench.read(WHO_AM_I) == b"\0"
    bench.write(CTRL1_XL, 0x40)
    bench.write(0x01, 0)
    assert bench.read(CTRL1_XL) == b"\0" and bench.read(WHO_AM_I) == b"\x6c"


# -- faults ------------------------------------------------------------------------------------


def test_not_acknowledged_for_some_transactions():
    bench = Bench()
    bench.imu.nack_left = 2
    for _ in range(2):
        with pytest.raises(OSError):
            bench.read(WHO_AM_I)
    assert bench.read(WHO_AM_I) == b"\x6c"


def test_reset_in_flight_loses_the_configuration():
    bench = Bench()
    bench.start()
    bench.wait(100_000)
    bench.imu.reset_now()
    bench.wait(100_000)
    assert bench.level() == (0, 0) and bench.read(CTRL1_XL, 3) == b"\0\0\x04"
    assert bench.read(FIFO_DATA, 7) == bytes(7)


def test_frozen_outputs_repeat_the_last_sample_until_thawed():
    bench = Bench(Ramp())
    bench.start()
    bench.settle()
    bench.imu.freeze()
    last = bench.read(OUT_G, 12)
    bench.wait(300_000)
    assert {w[2] for w in bench.words()} == {last[:6], last[6:]}
    bench.imu.thaw()
    bench.wait(300_000)
    assert len({w[2] for w in bench.words()}) > 40


def test_stuck_swapped_and_drifting_axes():
    bench = Bench(Still(acc_ug=(100_000, 200_000, 970_000)))
    bench.start()
    one = 1 << 20
    bench.part.acc_matrix = [0, one, 0, -one, 0, 0, 0, 0, one]
    bench.part.stuck = {2: 32767}
    bench.part.gyr_drift = (6_000_000, 0, 0)  # 6 dps a minute
    bench.part.drift_from_us = 10_000_000
    bench.part.changed()
    bench.wait(30_000_000)
    assert three(bench.read(OUT_A, 6)) == (410, -205, 1988)
    gx, gy, gz = three(bench.read(OUT_G, 6))
    assert gx * 0.07 == pytest.approx(2.0, abs=0.1) and (gy, gz) == (0, 32767)


def test_a_lost_interrupt_line_stays_low():
    bench = Bench()
    bench.start(watermark=20)
    bench.write(INT1_CTRL, 0x08)
    bench.imu.int1_lost = True
    bench.wait(1_000_000)
    assert bench.edges == [] and bench.level()[1] & 0x80
    bench.imu.int1_lost = False
    bench.wait(20_000)
    assert bench.imu.int1 == 1


def test_forced_overrun():
    bench = Bench()
    bench.start()
    bench.settle()
    bench.imu.fifo.overrun_now()
    n, flags = bench.level()
    assert n == 512 and flags & 0x48 == 0x48


def test_wrong_identity():
    bench = Bench()
    bench.imu.who_am_i = 0x6A
    assert bench.read(WHO_AM_I) == b"\x6a"
