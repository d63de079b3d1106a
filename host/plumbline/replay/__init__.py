"""Replay: recorded samples through the firmware's own C core and decision modules.

`logged` reruns what a brace recorded and compares with what it decided at the time; `run` decides
a recording of one sensor made by anything.
"""

from plumbline.replay.recording import Result, run
from plumbline.replay.recording import calibrate_from as calibrate
from plumbline.replay.waist import Calibration

__all__ = ["Calibration", "Result", "calibrate", "run"]
