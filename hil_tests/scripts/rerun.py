"""Runs raw chunks through the firmware's pipeline; under MicroPython and under CPython.

rerun.py FILE, as JSON: the run's `settings`, `alignment` (hex), `start` (rates, config, reason),
`inputs` [[chunk, method, arguments]], `chunks` [[hex of S, hex of L]].  Prints for each record
"R kind hex" and for each chunk "Q hex", the attitudes of S and L.
"""

import json
import sys
from array import array

from brace.calibrate import Calibration
from brace.config import Config
from brace.pipeline import Pipeline


def emit(kind, body):
    print("R", kind, bytes(body).hex())


def main():
    with open(sys.argv[1]) as file:
        run = json.load(file)
    config, calibration = Config(), Calibration()
    config.unpack(bytes.fromhex(run["settings"]))
    calibration.unpack(bytes.fromhex(run["alignment"]))
    start = run["start"]
    pipeline = Pipeline(config, emit)
    pipeline.start(
        start["rate_s_mhz"], start["rate_l_mhz"], calibration, start["config"], start["reason"]
    )
    inputs = run["inputs"]
    quat = array("i", [0] * 4)
    for number, (s, l) in enumerate(run["chunks"]):  # noqa: E741
        while inputs and inputs[0][0] <= number:
            _, method, arguments = inputs.pop(0)
            getattr(pipeline, method)(*arguments)
        s, l = array("h", bytes.fromhex(s)), array("h", bytes.fromhex(l))  # noqa: E741
        pipeline.chunk(s, len(s) // 6, l, len(l) // 6)
        both = b""
        for sensor in (0, 1):
            pipeline.pipe.quat(sensor, quat)
            both += bytes(quat)
        print("Q", both.hex())


main()
