"""The sensor's errors, the motion sources, and that both Pythons give the same bytes."""

import struct
from array import array

import numpy as np
import pytest
from imu_bench import OUT_A, OUT_G, Bench
from plumbline.virtual.source import FileStream, Still, Stream, header
from plumbline.virtual.transducer import ONE, Transducer

PERIOD = (10**12 << 6, 6667 * 10**6)  # 104.17 Hz
FULL = (70_000, 488_000)  # 2000 dps, 16 g


def samples(part, blocks=40, period=PERIOD, scale=FULL):
    """(n, 6) counts of the first blocks."""
    data = b"".join(bytes(part.words(i, *period, *scale)) for i in range(blocks))
    words = np.frombuffer(data, np.uint8).reshape(-1, 2, 7)[:, :, 1:]
    return np.ascontiguousarray(words).view("<i2").reshape(-1, 6)


def test_noise_has_the_density_asked_for():
    part = Transducer(Still(acc_ug=(0, 0, 0)), seed=7)
    part.gyr_noise, part.acc_noise = 3800, 110
    for shift in (5, 6, 8):
        period = (10**12 << shift, PERIOD[1])
        counts = samples(part, period=period, scale=(4_375, 61_000))
        rate = 6667 / 2**shift
        gyr = counts[:, :3].std() * 4.375e-3
        acc = counts[:, 3:].std() * 0.061
        assert gyr == pytest.approx(3.8e-3 * (0.317 * rate) ** 0.5, rel=0.03)
        assert acc == pytest.approx(0.110 * (0.5 * rate) ** 0.5, rel=0.03)
    assert abs(np.corrcoef(counts.T) - np.eye(6)).max() < 0.1, "axes are independent"
    white = counts[1:, 0] * 1.0
    assert abs(np.corrcoef(white[1:], white[:-1])[0, 1]) < 0.1


def test_noise_in_normal_mode_is_the_datasheets_rms_at_any_rate():
    part = Transducer(Still(acc_ug=(0, 0, 0)), seed=7)
    part.set_typical()
    part.gyr_offset, part.acc_offset = (0, 0, 0), (0, 0, 0)
    for shift, lsb, acc_mg in ((5, 61_000, 1.8), (6, 488_000, 3.0)):
        data = b"".join(
            bytes(part.words(i, 10**12 << shift, PERIOD[1], 4_375, lsb, True, True))
            for i in range(40)
        )
        words = np.frombuffer(data, np.uint8).reshape(-1, 2, 7)[:, :, 1:]
        counts = np.ascontiguousarray(words).view("<i2").reshape(-1, 6)
        assert counts[:, :3].std() * 4.375 == pytest.approx(75, rel=0.03)
        assert counts[:, 3:].std() * lsb / 1e6 == pytest.approx(acc_mg, rel=0.03)


def test_noise_repeats_by_seed_and_does_not_depend_on_the_order():
    def part(seed):
        part = Transducer(Still(), seed)
        part.set_typical()
        return part

    one, other = part(5), part(5)
    backwards = [bytes(other.words(i, *PERIOD, *FULL)) for i in range(8)][::-1]
    assert [bytes(one.words(i, *PERIOD, *FULL)) for i in range(7, -1, -1)] == backwards
    assert bytes(part(6).words(0, *PERIOD, *FULL)) != backwards[-1]


def test_offset_temperature_scale_and_misalignment():
    part = Transducer(Still(acc_ug=(0, 0, 1_000_000), gyr_mdps=(0, 100_000, 0)))
    part.gyr_offset, part.acc_offset = (700, 0, 0), (0, 48_800, 0)
    part.gyr_tempco, part.acc_tempco = (0, 0, 10_000), (100_000, 0, 0)
    part.gyr_matrix = [ONE, 0, 0, 0, ONE + ONE // 100, 0, 0, ONE // 50, ONE]
    # 35 degC after 10 s, falling again from 20 s on.
    part.temperature = [(0, 0), (10_000_000, 2560), (20_000_000, 2560), (40_000_000, 0)]
    part.changed()
    early, warm, late = samples(part, 1)[0], samples(part, 25)[-1], samples(part, 80)[-1]
    assert early.tolist() == [10, 1443, 29, 0, 100, 2049]
    assert warm.tolist()[2:4] == [30, 2] and late.tolist() == early.tolist()


def test_vibration_is_felt_by_the_accelerometer_alone():
    part = Transducer(Still(), seed=2)
    part.shake = 60_000
    counts = samples(part)
    assert counts[:, 3:].std(axis=0) * 0.488 == pytest.approx(60, rel=0.05)
    assert not counts[:, :3].any() and counts[:, 5].mean() == pytest.approx(2049, abs=10)


def test_a_new_setting_acts_from_now_on():
    bench = Bench()
    bench.start()
    bench.settle()
    bench.wait(100_000)
    bench.part.source.set((0, 0, -1_000_000))
    bench.wait(100_000)
    z = [struct.unpack("<hhh", w[2])[2] for w in bench.words() if w[0] == 2]
    assert set(z[:10]) == {2049} and set(z[-9:]) == {-2049}


def test_typical_errors_stay_within_the_datasheet():
    for seed in range(1, 20):
        part = Transducer(Still(), seed)
        part.set_typical()
        assert max(map(abs, part.gyr_offset)) <= 1000 and max(map(abs, part.acc_offset)) <= 20000
        for i, entry in enumerate(part.gyr_matrix + part.acc_matrix):
            diagonal = i % 9 % 4 == 0
            assert abs(entry - (ONE if diagonal else 0)) <= ONE // (100 if diagonal else 200)
    assert len(set(part.gyr_offset)) == 3


def ramp(n):
    return array("i", [v for k in range(n) for v in (k, -k, 2 * k, 1000 * k, 0, 5)])


def pick(source, first, n, period=PERIOD):
    out = array("i", [0] * (6 * n))
    source.fill(out, first, n, *period)
    return np.array(out).reshape(n, 6)


def test_a_stream_is_played_as_it_is_and_held_outside():
    stream = Stream(ramp(100), *PERIOD, start_us=960_000)
    whole = pick(stream, 0, 300)
    assert whole[100:201, 0].tolist() == [0, *range(100)]
    assert not whole[:101, :3].any() and (whole[:101, 5] == 5).all()
    assert not whole[201:, :3].any() and (whole[201:, 3] == 99_000).all()
    assert (pick(stream, 150, 64) == whole[150:214]).all()
    assert stream.end_us() == pytest.approx(960_000 + 99 * 9599.52, abs=1)


def test_a_stream_loops():
    stream = Stream(ramp(10), *PERIOD, loop=True)
    assert pick(stream, 995, 12)[:, 0].tolist() == [5, 6, 7, 8, 9, *range(7)]


def test_a_stream_of_another_rate_is_interpolated():
    stream = Stream(ramp(50), *PERIOD)
    twice = pick(stream, 0, 60, (10**12 << 5, PERIOD[1]))
    assert twice[:, 3].tolist() == [500 * k for k in range(60)]
    half = pick(stream, 0, 20, (10**12 << 7, PERIOD[1]))
    assert half[:, 0].tolist() == list(range(0, 40, 2))


def test_a_stream_from_a_file_is_the_same(tmp_path):
    path = tmp_path / "ramp.stream"
    path.write_bytes(header(77, *PERIOD) + ramp(77).tobytes())
    stored, there = FileStream(str(path), 100_000, True), Stream(ramp(77), *PERIOD, 100_000, True)
    assert (pick(stored, 3, 500) == pick(there, 3, 500)).all()
    path.write_bytes(header(77, *PERIOD) + ramp(70).tobytes())
    with pytest.raises(ValueError, match="render it again"):
        pick(FileStream(str(path)), 60, 17)
    path.write_bytes(b"no stream")
    with pytest.raises(ValueError, match="not a motion stream"):
        FileStream(str(path))


def test_outputs_and_fifo_agree():
    bench = Bench(seed=9)
    bench.part.set_typical()
    bench.start()
    bench.settle()
    bench.wait(77_000)
    last = {w[0]: w[2] for w in bench.words()}
    assert bench.read(OUT_G, 6) == last[1] and bench.read(OUT_A, 6) == last[2]
