"""The exercises: what is watched, what counts, what is too much.  Data only, shared with the host.

One tuple each, its fields named by the constants below; angles in cdeg, heights in mm (by the
signal), climbing speeds in mm/s, times in tenths of a second, rates in deg/s.  Bands and limits
are starting values for training, which a therapist's plan may change; they are not norms.  Where
a figure is published its source stands in docs/exercises.md.
"""

from brace.compat import const
from brace.exercise.terms import (
    ANY,
    ARCHED,
    BACK,
    BY_SIGN,
    CLIMB,
    DROPPED,
    EACH,
    EITHER,
    FALL,
    HEIGHT,
    HOLD,
    LEANED,
    LUMBAR_FLEX,
    NO_SIDES,
    OUT,
    PELVIS_FLEX,
    PELVIS_LATERAL,
    PELVIS_ROLL,
    PELVIS_TURN,
    PRONE,
    REPOSITION,
    REPS,
    RISE,
    ROUNDED,
    SIDE,
    STANCE,
    SUPINE,
    TIMER,
    TRUNK_FLEX,
    TRUNK_LATERAL,
    TRUNK_MOVED,
    TRUNK_TURN,
    TWISTED,
    UPRIGHT,
)

VERSION = const(1)

# Fields of an exercise.
ID = const(0)
NAME = const(1)
KIND = const(2)
START = const(3)
SIGNAL = const(4)  # what is measured, or held
COUNTED = const(5)  # what is counted on: the same signal, or CLIMB
DIRECTION = const(6)  # 1 or -1; 0: either way
SWING = const(7)  # an excursion of what is counted on of at least this is a repetition
BAND = const(8)  # REPS: (low, high) of a good excursion; HOLD: from and to, about the start
LENGTHENS = const(9)  # the phase that lowers or lengthens; 0: neither
TEMPO = const(10)  # (out, hold, back) in ds; 0: free
DOSE = const(11)  # (sets, repetitions, seconds held)
SIDES = const(12)
CEILING = const(13)  # deg/s that the movement shall not exceed; 0: none
RULES = const(14)  # compensation: (flag, signal, RISE | FALL | EITHER, limit) ...
STOPS = const(15)  # end the set at once: (signal, limit to either side) ...
RIVALS = const(16)  # signals that must swing less than this one for it to count
PURPOSE = const(17)
FIELDS = const(18)

LIBRARY = (
    (
        1, "pelvic-tilt", REPS, UPRIGHT, PELVIS_FLEX, PELVIS_FLEX,
        -1, 300, (600, 2500), 0,
        (20, 10, 20), (2, 10, 0), NO_SIDES, 0,
        ((TRUNK_MOVED, TRUNK_FLEX, EITHER, 1200),),
        (), (),
        "Learn to move the pelvis by itself, the ground of every other exercise here.",
    ),
    (
        2, "hip-hinge", REPS, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        1, 1500, (3000, 9000), OUT,
        (30, 0, 20), (2, 8, 0), NO_SIDES, 0,
        (
            (ROUNDED, LUMBAR_FLEX, RISE, 1500),
            (ARCHED, LUMBAR_FLEX, FALL, 1500),
            (LEANED, TRUNK_LATERAL, EITHER, 1000),
            (TWISTED, TRUNK_TURN, EITHER, 1500),
        ),
        (), (),
        "Bend from the hips and keep the back long: how to reach down and lift all day.",
    ),
    (
        3, "squat", REPS, UPRIGHT, PELVIS_FLEX, PELVIS_FLEX,
        1, 700, (1200, 6000), OUT,
        (30, 0, 15), (2, 8, 0), NO_SIDES, 0,
        (
            (ROUNDED, LUMBAR_FLEX, RISE, 2000),
            (TRUNK_MOVED, TRUNK_FLEX, RISE, 6000),
            (DROPPED, PELVIS_LATERAL, EITHER, 800),
            (TWISTED, PELVIS_TURN, EITHER, 1500),
        ),
        (), (),
        "Strong legs take work off the back when you sit, rise and lift.",
    ),
    (
        4, "lateral-bend", REPS, UPRIGHT, TRUNK_LATERAL, TRUNK_LATERAL,
        0, 1000, (1200, 4500), 0,
        (20, 0, 20), (2, 6, 0), BY_SIGN, 0,
        ((TWISTED, TRUNK_TURN, EITHER, 2500), (TRUNK_MOVED, TRUNK_FLEX, EITHER, 3000)),
        (), (TRUNK_FLEX, TRUNK_TURN),
        "Move sideways freely and alike to both sides.",
    ),
    (
        5, "rotation", REPS, UPRIGHT, TRUNK_TURN, TRUNK_TURN,
        0, 600, (1500, 7000), 0,
        (20, 0, 20), (2, 6, 0), BY_SIGN, 90,
        ((LEANED, TRUNK_LATERAL, EITHER, 2500), (TRUNK_MOVED, TRUNK_FLEX, EITHER, 2500)),
        (), (TRUNK_FLEX, TRUNK_LATERAL),
        "Turn in comfort and under control, alike to both sides.",
    ),
    (
        6, "trunk-flexion", REPS, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        1, 2500, (3000, 12000), 0,
        (20, 0, 20), (1, 3, 0), NO_SIDES, 0,
        ((LEANED, TRUNK_LATERAL, EITHER, 2000), (TWISTED, TRUNK_TURN, EITHER, 4000)),
        (), (TRUNK_LATERAL, TRUNK_TURN),
        "Bend forward as far as is comfortable: how far, how smoothly, from where.",
    ),
    (
        7, "sit-to-stand", REPS, UPRIGHT, HEIGHT, CLIMB,
        1, 300, (200, 700), BACK,
        (0, 0, 0), (1, 5, 0), NO_SIDES, 0,
        ((DROPPED, PELVIS_LATERAL, EITHER, 1200), (TRUNK_MOVED, TRUNK_FLEX, RISE, 7000)),
        (), (),
        "Rise from a chair five times: legs, balance and confidence in one.",
    ),
    (
        8, "heel-raise", REPS, UPRIGHT, HEIGHT, CLIMB,
        1, 100, (30, 160), BACK,
        (0, 0, 0), (2, 12, 0), NO_SIDES, 0,
        ((DROPPED, PELVIS_LATERAL, EITHER, 800), (TRUNK_MOVED, PELVIS_FLEX, EITHER, 1200)),
        (), (),
        "Calves and balance, for stairs and sure walking.",
    ),
    (
        9, "glute-bridge", REPS, SUPINE, PELVIS_FLEX, PELVIS_FLEX,
        -1, 800, (1200, 4500), BACK,
        (20, 30, 20), (2, 8, 0), NO_SIDES, 0,
        ((ARCHED, LUMBAR_FLEX, FALL, 1500), (DROPPED, PELVIS_LATERAL, EITHER, 800)),
        (), (),
        "Lift with the buttocks instead of the back.",
    ),
    (
        10, "bird-dog", TIMER, PRONE, PELVIS_LATERAL, PELVIS_LATERAL,
        0, 0, (-800, 800), 0,
        (15, 50, 15), (2, 6, 0), EACH, 0,
        (
            (DROPPED, PELVIS_LATERAL, EITHER, 800),
            (ARCHED, LUMBAR_FLEX, FALL, 1000),
            (ROUNDED, LUMBAR_FLEX, RISE, 1000),
        ),
        (), (),
        "Keep the trunk quiet while arm and leg move, breathing on.",
    ),
    (
        11, "dead-bug", TIMER, SUPINE, PELVIS_FLEX, PELVIS_FLEX,
        0, 0, (-700, 700), 0,
        (15, 30, 15), (2, 6, 0), EACH, 0,
        (
            (ARCHED, LUMBAR_FLEX, FALL, 800),
            (TRUNK_MOVED, PELVIS_FLEX, EITHER, 700),
            (DROPPED, PELVIS_LATERAL, EITHER, 800),
        ),
        (), (),
        "Hold the back against the pull of moving legs.",
    ),
    (
        12, "plank", HOLD, PRONE, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (2, 1, 20), NO_SIDES, 0,
        (
            (ARCHED, LUMBAR_FLEX, FALL, 1000),
            (ROUNDED, LUMBAR_FLEX, RISE, 1500),
            (DROPPED, PELVIS_LATERAL, EITHER, 800),
        ),
        (), (),
        "Stamina of the whole trunk in one line.",
    ),
    (
        13, "side-plank", HOLD, SIDE, PELVIS_LATERAL, PELVIS_LATERAL,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (2, 1, 15), EACH, 0,
        ((TWISTED, PELVIS_ROLL, EITHER, 1500),),
        (), (),
        "Stamina of the side of the trunk, with little load on the back.",
    ),
    (
        14, "single-leg-deadlift", REPS, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        1, 1500, (2500, 9000), OUT,
        (30, 0, 20), (2, 6, 0), EACH, 0,
        (
            (DROPPED, PELVIS_LATERAL, EITHER, 1200),
            (TWISTED, PELVIS_TURN, EITHER, 1500),
            (ROUNDED, LUMBAR_FLEX, RISE, 2000),
        ),
        (), (),
        "Hinge, hip strength and balance together.",
    ),
    (
        15, "clamshell", TIMER, SIDE, PELVIS_ROLL, PELVIS_ROLL,
        0, 0, (-1000, 1000), 0,
        (20, 10, 20), (2, 10, 0), EACH, 0,
        ((TWISTED, PELVIS_ROLL, EITHER, 1000),),
        (), (),
        "Work the side of the hip while the pelvis lies still.",
    ),
    (
        16, "eccentric-lowering", REPS, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        1, 1500, (3000, 9000), OUT,
        (50, 10, 20), (2, 6, 0), NO_SIDES, 40,
        ((LEANED, TRUNK_LATERAL, EITHER, 1000), (TWISTED, TRUNK_TURN, EITHER, 1500)),
        (), (),
        "Give way slowly and in control: the back muscles learn to brake.",
    ),
    (
        17, "biering-sorensen", HOLD, PRONE, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (1, 1, 240), NO_SIDES, 0,
        ((TWISTED, PELVIS_LATERAL, EITHER, 1000),),
        ((TRUNK_FLEX, 2500),), (),
        "How long the back extensors hold the trunk level.",
    ),
    (
        18, "stance-eyes-open", STANCE, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (1, 1, 30), NO_SIDES, 0, (), ((TRUNK_FLEX, 3000),), (),
        "How quietly you stand.",
    ),
    (
        19, "stance-eyes-closed", STANCE, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (1, 1, 30), NO_SIDES, 0, (), ((TRUNK_FLEX, 3000),), (),
        "How quietly you stand without your eyes' help.",
    ),
    (
        20, "stance-tandem", STANCE, UPRIGHT, TRUNK_LATERAL, TRUNK_LATERAL,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (1, 1, 30), EACH, 0, (), ((TRUNK_LATERAL, 3000),), (),
        "Balance on a narrow base, one foot before the other.",
    ),
    (
        21, "stance-single-leg", STANCE, UPRIGHT, TRUNK_LATERAL, TRUNK_LATERAL,
        0, 0, (-1000, 1000), 0,
        (0, 0, 0), (1, 1, 20), EACH, 0,
        ((DROPPED, PELVIS_LATERAL, EITHER, 800),), ((TRUNK_LATERAL, 3000),), (),
        "Balance and hip control on one leg.",
    ),
    (
        22, "reposition", REPOSITION, UPRIGHT, TRUNK_FLEX, TRUNK_FLEX,
        1, 1500, (2000, 4500), 0,
        (0, 0, 0), (1, 5, 0), NO_SIDES, 0, (), (), (),
        "How well you feel where your back is, without looking.",
    ),
    (
        23, "isometric-hold", HOLD, ANY, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-500, 500), 0,
        (0, 0, 0), (2, 1, 20), NO_SIDES, 0,
        ((LEANED, TRUNK_LATERAL, EITHER, 800),),
        (), (),
        "Hold a position under tension without moving.",
    ),
    (
        24, "paced-breathing", TIMER, ANY, TRUNK_FLEX, TRUNK_FLEX,
        0, 0, (-1500, 1500), 0,
        (40, 0, 60), (1, 6, 0), NO_SIDES, 0, (), (), (),
        "Breathe slowly with the brace's pace, to settle before and after.",
    ),
    (
        25, "single-leg-squat", REPS, UPRIGHT, PELVIS_FLEX, PELVIS_FLEX,
        1, 700, (1200, 6000), OUT,
        (30, 0, 15), (2, 6, 0), EACH, 0,
        (
            (DROPPED, PELVIS_LATERAL, EITHER, 1000),
            (TWISTED, PELVIS_TURN, EITHER, 1500),
            (ROUNDED, LUMBAR_FLEX, RISE, 2000),
        ),
        (), (),
        "Strength and hip control of one leg at a time.",
    ),
    (
        26, "split-squat", REPS, UPRIGHT, HEIGHT, CLIMB,
        -1, 250, (100, 600), OUT,
        (0, 0, 0), (2, 6, 0), EACH, 0,
        (
            (DROPPED, PELVIS_LATERAL, EITHER, 1000),
            (TRUNK_MOVED, TRUNK_FLEX, EITHER, 2500),
        ),
        (), (),
        "Strong legs with an upright trunk.",
    ),
)  # fmt: skip


def by_id(number):
    """The exercise with this number, or None."""
    for exercise in LIBRARY:
        if exercise[ID] == number:
            return exercise
    return None


def by_name(name):
    """The exercise of this name, or None."""
    for exercise in LIBRARY:
        if exercise[NAME] == name:
            return exercise
    return None
