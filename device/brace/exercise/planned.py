"""The plan as the brace keeps it: a head and a row for each exercise (SPEC.md, "Plan")."""

import struct

from brace.compat import const
from brace.exercise import library

FORMAT = const(1)
MAX_ITEMS = const(24)

# format, number of rows, revision of the plan
HEAD = "<BBH"
# exercise, sets, repetitions, seconds held, tempo (out, hold, back in ds), seconds of rest, band
# (from, to; both 0: the library's), side (0 both, 1 left, 2 right), feedback, ceiling in deg/s,
# levels (load | complexity << 4 | balance << 8), load in hg
ITEM = "<BBBHBBBHhhBBBHH"
HEAD_SIZE = const(4)
ITEM_SIZE = const(21)

# Fields of a row.
EXERCISE = const(0)
SETS = const(1)
REPS = const(2)
HOLD_S = const(3)
OUT_DS = const(4)
HOLD_DS = const(5)
BACK_DS = const(6)
REST_S = const(7)
LOW = const(8)
HIGH = const(9)
SIDE = const(10)
FEEDBACK = const(11)
CEILING = const(12)
LEVELS = const(13)
LOAD_HG = const(14)


class PlanError(ValueError):
    """The bytes are no plan that this firmware understands; the message says why."""


def check(raw):
    """Raises PlanError unless `raw` is a plan whose every exercise is known here."""
    if len(raw) < HEAD_SIZE:
        raise PlanError("the plan is cut short")
    form, count, _ = struct.unpack_from(HEAD, raw, 0)
    if form != FORMAT:
        raise PlanError("plan format %d, this firmware knows %d" % (form, FORMAT))
    if count > MAX_ITEMS:
        raise PlanError("%d exercises, at most %d fit" % (count, MAX_ITEMS))
    if len(raw) != HEAD_SIZE + count * ITEM_SIZE:
        raise PlanError("%d bytes do not hold %d exercises" % (len(raw), count))
    for index in range(count):
        if library.by_id(raw[HEAD_SIZE + index * ITEM_SIZE]) is None:
            number = raw[HEAD_SIZE + index * ITEM_SIZE]
            raise PlanError("this firmware has no exercise %d" % number)


def count(raw):
    """How many exercises a checked plan has."""
    return raw[1]


def revision(raw):
    """The revision of a checked plan."""
    return raw[2] | raw[3] << 8


def row(raw, index):
    """The fields of one row of a checked plan."""
    return struct.unpack_from(ITEM, raw, HEAD_SIZE + index * ITEM_SIZE)


def default_row(exercise):
    """The row of an exercise outside any plan: the library's own dose."""
    sets, reps, hold = exercise[library.DOSE]
    out, still, back = exercise[library.TEMPO]
    return (exercise[library.ID], sets, reps, hold, out, still, back, 30, 0, 0, 0, 3,
            exercise[library.CEILING], 0, 0)  # fmt: skip
