"""The brace's self-test: what a bench can learn without touching it (it should lie still)."""

import gc

from brace import commands as cmd
from brace import faults
from brace.board import imu
from brace.compat import const

# Limits, generous towards a good part: LSM6DSO zero-rate level is within ±10 dps, zero-g within
# ±40 mg over life (datasheet), a resting reading within a few counts of its mean.
_GRAVITY_MG = (900, 1100)
_OFFSET_MDPS = const(15000)
_HEAP_MIN = const(30000)
_BATTERY_MV = (3300, 4300)
_GYR_UDPS = const(70000)
_ACC_UG = const(488)


def _means(sensor):
    """Means of the last chunk's six channels, in counts."""
    n = sensor.n
    sums = [0] * 6
    for i in range(6 * n):
        sums[i % 6] += sensor.samples[i]
    return [total // n for total in sums]


def _root(square):
    """Integer square root (Newton)."""
    root = square
    step = (root + 1) // 2
    while step < root:
        root = step
        step = (root + square // root) // 2
    return root


class SelftestCommand:
    """Puts its handler into the application's wire."""

    def __init__(self, app):
        self._app = app
        app.wire.handlers[cmd.SELFTEST] = self._selftest

    def _sensor(self, sensor):
        if not sensor.here:
            return {"ok": False, "say": "does not answer"}
        try:
            temperature = sensor.imu.temperature_cdeg()
            settings = sensor.imu.configured()
        except imu.SensorError as error:
            return {"ok": False, "say": error.args[0]}
        if not sensor.n:
            return {"ok": False, "say": "gives no samples"}
        means = _means(sensor)
        gravity = _root(sum([value * value for value in means[3:]])) * _ACC_UG // 1000
        offset = _root(sum([value * value for value in means[:3]])) * _GYR_UDPS // 1000
        return {
            "ok": settings
            and _GRAVITY_MG[0] <= gravity <= _GRAVITY_MG[1]
            and offset <= _OFFSET_MDPS,
            "rate_mhz": sensor.imu.rate_mhz,
            "gravity_mg": gravity,
            "offset_mdps": offset,
            "temperature_cdeg": temperature,
            "overruns": sensor.imu.overruns,
        }

    def _selftest(self, request):
        app = self._app
        gc.collect()
        heap = gc.mem_free()
        battery = app.attend.millivolts
        log = app.recorder.log
        sensors = app.sense.sensors
        return {
            "sensor_s": self._sensor(sensors[0]),
            "sensor_l": self._sensor(sensors[1]),
            "battery": {"ok": _BATTERY_MV[0] <= battery <= _BATTERY_MV[1], "mv": battery},
            "heap": {"ok": heap >= _HEAP_MIN, "free": heap},
            "log": {
                "ok": log is not None and log.faults == 0,
                "faults": log.faults if log else -1,
                "unusable": log.unusable if log else -1,
            },
            "motor": {"ok": app.tactor.play((50,)) > 0, "shortened": app.tactor.short},
            "faults": self._faults(),
        }

    def _faults(self):
        # A cut of the power, as when the cell was changed, says nothing about the brace.
        names = self._app.fault_names - {faults.NAMES[faults.POWER_LOST]}
        return {"ok": not names, "names": sorted(names)}
