"""What the shipped brace makes of public recordings: figures, with numbers of people.

    figures = evaluate("../shared/data")
    figures["hapt"]["four_class_accuracy"]

Applies the firmware's own pipeline, with the tables it ships, to every data set folder found in
the directory (layout of PLUMBLINE_DATA).  Fractions are of 1; what is unknown is wrong.  Nothing
is trained or chosen here, and labels are only compared with; plumbline.replay.waist says how a
recording without a calibration is calibrated.

    hapt               activities and changes of posture            plumbline.evaluate.activities
    cues               how often the brace would have nudged in ordinary activity
    mounts             the same recordings with the sensor turned
    sisfall            bends by the back or by the knees; walking   plumbline.evaluate.bends
    exercise_optical   the pelvis's inclination against optics      plumbline.evaluate.inclination
    exercises          its exercises, counted and measured          plumbline.evaluate.repetitions
    trunk_rom          bends and turns of the trunk, counted

On the recordings that the tables were trained on, the figures of hapt and sisfall are of people
whom the tables have seen; `plumbline train` gives those of leaving one person out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plumbline.errors import PlumblineError
from plumbline.evaluate import repetitions
from plumbline.evaluate.activities import activities
from plumbline.evaluate.bends import bends
from plumbline.evaluate.inclination import inclination

SETS = ("hapt", "sisfall", "exercise_optical", "trunk_rom")


def evaluate(directory: str | Path, jobs: int | None = None,
             progress: Callable[[str], None] = lambda text: None) -> dict:
    """Figures of every data set found in `directory`.

    jobs: processes to use, all cores without it.  progress: called with a line of text now and
    then, and about each file that is no recording of its data set: such are left out, and named
    in the figures ("left_out").  A data set without recordings has NaN for figures.
    PlumblineError if there is no data set.
    """
    root = Path(directory)
    found = [name for name in SETS if (root / name).is_dir()]
    if not found:
        raise PlumblineError(
            f"there is no data set in {root}",
            f"Name the folder that holds {', '.join(f'{name}/' for name in SETS)}",
        )
    judges = {
        "hapt": (activities,), "sisfall": (bends,), "trunk_rom": (repetitions.trunk_rom,),
        "exercise_optical": (inclination, repetitions.exercise_optical),
    }  # fmt: skip
    figures: dict = {}
    for name in found:
        progress(f"{name} ...")
        missing: dict[str, None] = {}

        def left_out(file: str, why: str, name=name, missing=missing) -> None:
            if file not in missing:
                progress(f"{name}/{file} is left out: {why}")
            missing[file] = None

        for judge in judges[name]:
            figures.update(judge(root, jobs, left_out))
        if missing:
            figures[name]["left_out"] = list(missing)
    return figures
