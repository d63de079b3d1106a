"""Scripted performances of every exercise, with what is true of them: for tests and for showing.

    workout = WORKOUTS["squat"]
    body = Body.from_script(workout.script)
    workout.wrong(sets, repetitions, repositions, sways)      # what does not fit, in sentences

Each is for one set that is started START_S into the script.  Until 8 s the wearer rests in the
starting position, in which the exercise finds them ready; faults lie in known repetitions, or at
known times of a hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from brace.exercise import library, terms

from plumbline.virtual.moves import bends, held, pose, script, there_and_back

# When the exercise is to be started, s into the script.
START_S = 2.0
# How far measures may be from what was scripted, which sways and breathes.
_ANGLE_CDEG = 130
_HEIGHT_MM = 25
_PHASE_CS = 20
_INSIDE_DS = 8
# A minimum-jerk movement passes 5 % of its highest speed for this share of its duration.
_SEEN = 0.885


@dataclass(frozen=True)
class Workout:
    """script: a motion script (docs/motion.md).  reps: how many repetitions, cycles or trials.
    faults: flags of brace.exercise.terms by repetition, from 1, those of others being 0; of a hold
    at 0.  peaks: signed extents in degrees or mm of each repetition.  out_s, back_s: the
    movement's own durations.  changes: of the row that the exercise is started with.  sides: of
    repetitions.  ended: how the set ends; outside_s: time out of the band, in so many `breaks`.
    errors: signed errors (degrees) of positions found again."""

    script: str
    reps: int
    faults: dict[int, int] = field(default_factory=dict)
    peaks: tuple[float, ...] = ()
    out_s: tuple[float, ...] = ()
    back_s: float = 0.0
    changes: dict[str, int] = field(default_factory=dict)
    sides: tuple[int, ...] = ()
    ended: int = terms.DONE
    outside_s: float = 0.0
    breaks: int = 0
    errors: tuple[float, ...] = ()

    def wrong(self, sets: list[dict], repetitions: list[dict], repositions: list[dict],
              sways: list[dict]) -> list[str]:  # fmt: skip
        """What of these records (fields by name, brace.records) is not as performed."""
        if len(sets) != 1:
            return [f"{len(sets)} sets, 1 was performed"]
        (found,) = sets
        exercise = library.by_id(found["exercise"])
        kind = exercise[library.KIND]
        out = []
        if found["ended"] != self.ended:
            out.append(f"ended as {terms.END_NAMES[found['ended']]!r}")
        if kind in (terms.HOLD, terms.STANCE):
            out += self._hold_wrong(found)
        elif kind == terms.REPOSITION:
            out += self._errors_wrong(found, repositions)
        else:
            heights = exercise[library.SIGNAL] == terms.HEIGHT
            out += self._repetitions_wrong(found, repetitions, heights)
        if (kind == terms.STANCE) != (len(sways) == 1):
            out.append(f"{len(sways)} records of sway")
        return out

    def _repetitions_wrong(self, found: dict, repetitions: list[dict], heights: bool) -> list[str]:
        if len(repetitions) != self.reps or found["done"] != self.reps:
            return [f"{len(repetitions)} repetitions, {self.reps} were performed"]
        out = []
        faulty = sum(1 for flags in self.faults.values() if flags & terms.FAULTS)
        if found["good"] != self.reps - faulty:
            out.append(f"{found['good']} good of {self.reps}, {faulty} were faulty")
        for i, rep in enumerate(repetitions):
            wrong = self._repetition_wrong(i, rep, heights)
            out += [f"repetition {i + 1}: {text}" for text in wrong]
        return out

    def _repetition_wrong(self, i: int, rep: dict, heights: bool) -> list[str]:
        out = []
        if rep["flags"] & ~terms.BUZZED != self.faults.get(i + 1, 0):
            out.append(f"flags {rep['flags']:#x}")
        if self.sides and rep["side"] != self.sides[i]:
            out.append(f"side {rep['side']}")
        if self.peaks:
            unit, allowed = (1, _HEIGHT_MM) if heights else (100, _ANGLE_CDEG)
            if abs(rep["peak"] - unit * self.peaks[i]) > allowed:
                out.append(f"went {rep['peak'] / unit:g}, not {self.peaks[i]:g}")
        out_s = self.out_s[i % len(self.out_s)] if self.out_s else 0.0
        for name, seconds in (("out_cs", out_s), ("back_cs", self.back_s)):
            if seconds and abs(rep[name] - 100 * _SEEN * seconds) > _PHASE_CS:
                out.append(f"{name} {rep[name]}, moved for {seconds:g} s")
        return out

    def _hold_wrong(self, found: dict) -> list[str]:
        out = []
        if found["flags"] & terms.FAULTS != self.faults.get(0, 0):
            out.append(f"flags {found['flags']:#x}")
        if found["breaks"] != self.breaks:
            out.append(f"{found['breaks']} breaks")
        outside = found["seconds_ds"] - found["inside_ds"]
        if abs(outside - 10 * self.outside_s) > _INSIDE_DS:
            out.append(f"{outside / 10} s outside the band, not {self.outside_s} s")
        return out

    def _errors_wrong(self, found: dict, repositions: list[dict]) -> list[str]:
        trials = [r["error"] for r in repositions if r["trial"]]
        if found["done"] != self.reps or len(trials) != self.reps:
            return [f"{len(trials)} trials, {self.reps} were performed"]
        return [
            f"trial {i + 1}: {error / 100} degrees off, performed with {true:g}"
            for i, (error, true) in enumerate(zip(trials, self.errors, strict=True))
            if abs(error - 100 * true) > _ANGLE_CDEG
        ]


_FREE = {"out_ds": 0, "hold_ds": 0, "back_ds": 0}
_QUIET = {**_FREE, "feedback": terms.QUIET}


def _found_again(*angles: float) -> str:
    """Places shown and found, degrees of trunk flexion, one after the other."""
    steps = []
    for angle in angles:
        steps.append((2.0 + 2.6, pose((0.4 * angle, 0, 0), (0.6 * angle, 0, 0), 2.0)))
        steps.append((2.0 + 2.6, pose(over=2.0)))
    return script("stand", *steps)


WORKOUTS = {
    "pelvic-tilt": Workout(
        script("sit", *bends(6, {"pelvis": (-12, 0, 0), "lumbar": (12, 0, 0)}, {
            3: {"pelvis": (-12, 0, 0), "lumbar": (-6, 0, 0)},
            5: {"pelvis": (-5, 0, 0), "lumbar": (5, 0, 0)},
        })),
        reps=6, faults={3: terms.TRUNK_MOVED, 5: terms.SHORT},
        peaks=(-12, -12, -12, -12, -5, -12), out_s=(2.0,), back_s=2.0,
        changes={**_QUIET, "sets": 1, "reps": 6},
    ),
    "hip-hinge": Workout(
        script("stand", *bends(6, {"pelvis": (50, 0, 0), "lumbar": (4, 0, 0)}, {
            2: {"pelvis": (25, 0, 0), "lumbar": (30, 0, 0)},
            4: {"pelvis": (50, 8, 0), "lumbar": (4, 9, 0)},
        }, out=3.0)),
        reps=6, faults={2: terms.ROUNDED, 4: terms.LEANED}, out_s=(3.0,), back_s=2.0,
        peaks=(54, 55, 54, 55.5, 54, 54),
        changes={"sets": 1, "reps": 6, "feedback": terms.QUIET},
    ),
    "squat": Workout(
        script("stand", *bends(6, {"pelvis": (28, 0, 0), "lumbar": (8, 0, 0)}, {
            2: {"pelvis": (28, 0, 0), "lumbar": (26, 0, 0)},
            5: {"pelvis": (28, 12, 0), "lumbar": (8, -12, 0)},
        }, out=3.0, back=1.5)),
        reps=6, faults={2: terms.ROUNDED, 5: terms.DROPPED}, peaks=(28,) * 6,
        out_s=(3.0,), back_s=1.5, changes={"sets": 1, "reps": 6, "feedback": terms.QUIET},
    ),
    "lateral-bend": Workout(
        script("stand", *there_and_back({}, [
            {"pelvis": (0, side * 4, 0), "lumbar": (0, side * 20, 0)} for side in (1, -1) * 4
        ], 2.0, 0.5, 2.0)),
        reps=8, peaks=(24, -24) * 4, out_s=(2.0,), back_s=2.0,
        sides=(terms.RIGHT, terms.LEFT) * 4, changes={**_QUIET, "sets": 1, "reps": 4},
    ),
    "rotation": Workout(
        script("sit", *there_and_back({}, [
            {"lumbar": (0, 0, 30)}, {"lumbar": (0, 0, -30)}, {"lumbar": (0, 0, 30)},
            {"lumbar": (0, 0, -12)}, {"lumbar": (0, 0, 30)}, {"lumbar": (0, 0, -30)},
        ], 2.0, 0.5, 2.0)),
        reps=6, faults={4: terms.SHORT}, peaks=(30, -30, 30, -12, 30, -30),
        out_s=(2.0,), back_s=2.0, sides=(terms.LEFT, terms.RIGHT) * 3,
        changes={**_QUIET, "sets": 1, "reps": 3},
    ),
    "trunk-flexion": Workout(
        script("sit", *bends(3, {"pelvis": (30, 0, 0), "lumbar": (45, 0, 0)}, {})),
        reps=3, peaks=(75,) * 3, out_s=(2.0,), back_s=2.0,
        changes={**_QUIET, "sets": 1, "reps": 3},
    ),
    "sit-to-stand": Workout(
        script("sit", *[(2.2, "stand over=1.4"), (2.4, "sit over=1.6")] * 5),
        reps=5, changes={**_QUIET, "sets": 1, "reps": 5},
    ),
    "heel-raise": Workout(
        script("stand", *[(1.5, "rise 8 over=1"), (2.0, "rise 0 over=1")] * 8),
        reps=8, peaks=(80,) * 8, changes={**_QUIET, "sets": 1, "reps": 8},
    ),
    "glute-bridge": Workout(
        script("lie back", *bends(6, {"pelvis": (-26, 0, 0)}, {
            2: {"pelvis": (-26, 0, 0), "lumbar": (-18, 0, 0)},
            4: {"pelvis": (-26, 0, 11)},
        }, out=2.0, hold=3.0)),
        reps=6, faults={2: terms.ARCHED, 4: terms.DROPPED}, peaks=(-26,) * 6,
        out_s=(2.0,), back_s=2.0, changes={"sets": 1, "reps": 6, "feedback": terms.QUIET},
    ),
    "eccentric-lowering": Workout(
        script("stand", *there_and_back({}, [
            {"pelvis": (25, 0, 0), "lumbar": (25, 0, 0)}] * 3, 5.0, 1.0, 3.0),
            *there_and_back({}, [{"pelvis": (25, 0, 0), "lumbar": (25, 0, 0)}], 2.0, 1.0, 3.0)),
        reps=4, faults={4: terms.FAST}, peaks=(50,) * 4, out_s=(5.0, 5.0, 5.0, 2.0), back_s=3.0,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET},
    ),
    "single-leg-deadlift": Workout(
        script("stand", *bends(4, {"pelvis": (48, 0, 0), "lumbar": (5, 0, 0)}, {
            3: {"pelvis": (48, 26, 0), "lumbar": (5, -26, 0)},
        }, out=3.0)),
        reps=4, faults={3: terms.DROPPED}, peaks=(53,) * 4, out_s=(3.0,), back_s=2.0,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET, "side": 1},
        sides=(terms.LEFT,) * 4,
    ),
    "single-leg-squat": Workout(
        script("stand", *bends(4, {"pelvis": (22, 0, 0), "lumbar": (6, 0, 0)}, {
            2: {"pelvis": (22, 14, 0), "lumbar": (6, -14, 0)},
        }, out=3.0, back=1.5)),
        reps=4, faults={2: terms.DROPPED}, peaks=(22,) * 4, out_s=(3.0,), back_s=1.5,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET, "side": 2},
        sides=(terms.RIGHT,) * 4,
    ),
    "split-squat": Workout(
        script("stand", *[(2.0, "rise -28 over=1.4"), (2.2, "rise 0 over=1.4")] * 6),
        reps=6, peaks=(-280,) * 6, sides=(terms.LEFT,) * 6,
        changes={**_QUIET, "sets": 1, "reps": 6, "side": 1},
    ),
    "bird-dog": Workout(
        held("lie front", 45, (16, 19, {"pelvis": (0, 0, 12)})),
        reps=4, faults={2: terms.DROPPED | terms.LEFT_BAND}, sides=(terms.LEFT,) * 4,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET, "side": 1},
    ),
    "dead-bug": Workout(
        held("lie back", 36, (20.5, 23.5, {"pelvis": (11, 0, 0), "lumbar": (-11, 0, 0)})),
        reps=4, faults={3: terms.ARCHED | terms.TRUNK_MOVED | terms.LEFT_BAND},
        sides=(terms.RIGHT,) * 4,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET, "side": 2},
    ),
    "clamshell": Workout(
        held("lie left", 33, (12.2, 15, {"pelvis": (0, 0, 16)})),
        reps=4, faults={2: terms.TWISTED | terms.LEFT_BAND}, sides=(terms.RIGHT,) * 4,
        changes={"sets": 1, "reps": 4, "feedback": terms.QUIET, "side": 2},
    ),
    "paced-breathing": Workout(
        held("sit", 41, wearer="sway=0.1 breath=1.5"), reps=3,
        changes={"sets": 1, "reps": 3, "feedback": terms.QUIET},
    ),
    "plank": Workout(
        held("lie front", 28, (12, 14.6, {"lumbar": (-14, 0, 0)})),
        reps=1, faults={0: terms.ARCHED | terms.LEFT_BAND}, outside_s=2.8, breaks=1,
        changes={"sets": 1, "hold_s": 20, "feedback": terms.QUIET},
    ),
    "side-plank": Workout(
        held("lie left", 24, (10, 12, {"pelvis": (0, 15, 0)})),
        reps=1, faults={0: terms.LEFT_BAND}, outside_s=2.2, breaks=1,
        changes={"sets": 1, "hold_s": 15, "feedback": terms.QUIET, "side": 1},
    ),
    "isometric-hold": Workout(
        held("stand", 28, (14, 17, {"pelvis": (30, 11, 0)}), into={"pelvis": (30, 0, 0)}),
        reps=1, faults={0: terms.LEANED},
        changes={"sets": 1, "hold_s": 20, "feedback": terms.QUIET},
    ),
    "biering-sorensen": Workout(
        held("lie front", 60, (40, 58, {"pelvis": (32, 0, 0)})),
        reps=0, ended=terms.LIMIT, outside_s=0.5,
        changes={"hold_s": 240, "feedback": terms.QUIET},
    ),
    "stance-eyes-open": Workout(
        held("stand", 42, wearer="sway=0.3 breath=0.2"), reps=1,
        changes={"feedback": terms.QUIET},
    ),
    "stance-eyes-closed": Workout(
        held("stand", 42, wearer="sway=0.6 breath=0.2"), reps=1,
        changes={"feedback": terms.QUIET},
    ),
    "stance-tandem": Workout(
        held("stand", 42, (20, 22, {"pelvis": (0, 14, 0)}), wearer="sway=0.5 breath=0.2"),
        reps=1, faults={0: terms.LEFT_BAND}, outside_s=2.2, breaks=1,
        changes={"feedback": terms.QUIET, "side": 1},
    ),
    "stance-single-leg": Workout(
        held("stand", 32, (14, 17, {"pelvis": (0, 12, 0), "lumbar": (0, -12, 0)}),
              wearer="sway=0.4 breath=0.2"),
        reps=1, faults={0: terms.DROPPED}, changes={"feedback": terms.QUIET, "side": 2},
    ),
    "reposition": Workout(
        _found_again(30, 34, 40, 37, 25, 25, 35, 41, 30, 28),
        reps=5, errors=(4, -3, 0, 6, -2), changes={"feedback": terms.QUIET},
    ),
}  # fmt: skip
