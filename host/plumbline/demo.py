"""`make demo`: a brace's whole way, from the image to a person's report, on a virtual brace.

Runs the same commands that a person would type, and shows them.  The motion is a real person's
(trunk_rom of PLUMBLINE_DATA, seated trunk movements with back sensors at L4/5 and T10), who gives
nothing to be nudged for, and then that of a scripted wearer who slouches at a desk; or the
scripted tour of every posture where the recordings are not there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

NAME = "demo"
# Two trials of one person, who sits still for five seconds before the first.
_TRIALS = (
    "807_pp07_QSM_20230125152230.npz",
    "807_pp07_QSM_20230125152352.npz",
)
# Held before it: the filter settles for five seconds, then the calibration begins.
_STILL_S, _SETTLE_S = 10, 5


class Demo:
    """Works in `folder`, with a store and a virtual brace of its own there."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A virtual brace answers as fast as this computer lets it.
        patience = os.environ.get("PLUMBLINE_TIMEOUT", "30")
        self._environment = {
            **os.environ,
            "PLUMBLINE_HOME": str(folder / "home"),
            "PLUMBLINE_TIMEOUT": patience,
        }

    def run(self, *words: str) -> str:
        """Shows and runs one plumbline command; its output."""
        print(f"\n$ plumbline {' '.join(words)}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "plumbline", *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        print(done.stdout, end="", flush=True)
        if done.returncode:
            raise SystemExit(done.returncode)
        return done.stdout

    def play(self) -> None:
        """Calibrates, then wears the brace for some two minutes."""
        recordings = Path(os.environ.get("PLUMBLINE_DATA", "../shared/data")) / "trunk_rom"
        trials = [recordings / name for name in _TRIALS]
        if all(trial.is_file() for trial in trials):
            print(f"\nMotion: a real person, two trials of trunk_rom ({_TRIALS[0][:8]})")
            self.run("sim", "play", str(trials[0]), "--delay", str(_STILL_S), "--name", NAME)
            self.run("sim", "run", str(_SETTLE_S), "--name", NAME)
            self.run("calibrate", "--device", NAME)
            self.run("sim", "run", "45", "--name", NAME)
            for trial in trials[1:]:
                self.run("sim", "play", str(trial), "--delay", "1", "--name", NAME)
                self.run("sim", "run", "46", "--name", NAME)
            print("\nMotion: another, scripted wearer, who slouches at a desk until nudged")
            self.run("calibrate", "--device", NAME, "--act")
            self.run("sim", "play", "desk", "--name", NAME)
            self.run("sim", "run", "21", "--name", NAME)
            return
        print("\nMotion: the scripted tour of every posture")
        self.run("sim", "run", "8", "--name", NAME)
        self.run("calibrate", "--device", NAME, "--act")
        self.run("sim", "play", "tour", "--name", NAME)
        self.run("sim", "run", "136", "--name", NAME)

    def all(self) -> Path:
        """The whole way; where the report is."""
        report = self.folder / "report.html"
        self.run("sim", "--name", NAME, "--blank", "--background", "--speed", "1000")
        try:
            self.run("flash", "--device", NAME, "--force", "--serial", "DEMO-1")
            self.run(
                *("settings", "set", "--device", NAME, "raw_on=1", "epoch_s=5"),
                *("cue_dwell_s=5", "cue_gap_s=20", "quiet_from_min=0", "quiet_to_min=0"),
            )
            # The first pull sets the clock; what follows is dated by the brace's own time.
            self.run("pull", "--device", NAME)
            self.play()
            self.run("pull", "--device", NAME, "--no-clock")
            self.run("replay", "DEMO-1")
            self.run("report", "DEMO-1", "--out", str(report), "--person", "Demo")
        finally:
            self.run("sim", "stop", "--name", NAME)
        return report


def main() -> None:
    started = time.monotonic()
    report = Demo(Path("build/demo")).all()
    print(f"\nThe report of these minutes is in {report}")
    print(f"(all of it took {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
