"""The sensors have less noise, for more current, while raw samples are recorded."""

import numpy as np
import pytest
from brace.board import flashmap
from plumbline import segments
from plumbline.device import Brace
from plumbline.virtual.unixport import UnixBrace, UnixTransport

pytestmark = pytest.mark.usefixtures("unix")


def test_sensors_run_in_high_performance_mode_while_raw_samples_are_recorded():
    # CTRL1_XL, CTRL6_C, CTRL7_G.
    modes = "[[world.imu[n]._reg[at] for at in (0x10, 0x15, 0x16)] for n in 'SL']"
    normal, precise = [[0x44, 0x10, 0x80]] * 2, [[0x46, 0, 0]] * 2
    with UnixBrace(typical=True) as unix:
        unix.power_on()
        unix.run(1)

        def now():
            return unix.eval(modes)

        with Brace.open(UnixTransport(unix)) as brace:
            assert now() == normal
            brace.record_raw(3)
            unix.run(1)
            assert now() == precise
            unix.run(3)
            assert now() == normal
            brace.config_set({"raw_on": 1})
            unix.run(1)
            assert now() == precise
            brace.config_set({"raw_on": 0})
            unix.run(1)
            assert now() == normal
        chunks = list(segments.chunks(segments.read_partition(unix.flash()[flashmap.LOG:])))
    for sensor in "sl":
        samples = np.concatenate([getattr(chunk, sensor) for chunk in chunks])[:, 3:]
        assert len(samples) > 300
        # Of the middle half, because a sensor that has just begun has not settled.  Typically
        # 0.6 mg, 0.8 between the quartiles; in normal mode 3 and 4.
        low, high = np.percentile(samples, [25, 75], axis=0)
        assert (high - low).max() * 0.488 < 2
