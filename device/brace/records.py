"""What the brace writes into its log: the types of records and their layouts (SPEC.md, "Records").

A body is the packed fields, little-endian, in the order given here; a newer firmware may add
fields at the end and raises nothing else, so a reader takes what it knows and ignores the rest.
Angles are in hundredths of a degree, times in hundredths of a second.
"""

import struct

from brace.compat import const

EPOCH = const(0x01)
POSTURE = const(0x02)
ACTIVITY = const(0x03)
CUE = const(0x04)
RESPONSE = const(0x05)
INPUT = const(0x06)
PAIN = const(0x07)
WEAR = const(0x08)
FAULT = const(0x09)
GAP = const(0x0A)
START = const(0x0B)
TIME = const(0x0C)
CALIBRATION = const(0x0D)
SETTINGS = const(0x0E)  # body: brace.config.Config.pack()
ALIGNMENT = const(0x0F)  # body: brace.calibrate.Calibration.pack()
AUDIT = const(0x10)
BEND = const(0x11)
LIFT = const(0x12)
SITTING = const(0x13)
RHYTHM = const(0x14)
MOUNT = const(0x15)
EXERCISE = const(0x18)
REPETITION = const(0x19)
SET = const(0x1A)
SWAY = const(0x1B)
REPOSITION = const(0x1C)
PLAN = const(0x1D)
RAW = const(0x20)

# Causes of gaps: power was lost, the firmware hung (of these two the brace cannot know the length
# and writes 0), a sensor failed, its FIFO overran, the log's flash failed.
GAP_POWER = const(1)
GAP_HUNG = const(2)
GAP_SENSOR = const(3)
GAP_OVERRUN = const(4)
GAP_LOG = const(5)

# type: (name, struct format, field names)
LAYOUTS = {
    # `block` counts blocks since the last start record.
    # Blocks that went in; posture, activity: the commonest; means and extremes over the epoch.
    EPOCH: (
        "epoch",
        "<IHBBBBhhhhhHHBB",
        (
            "block",
            "blocks",
            "posture",
            "activity",
            "confidence",
            "flags",
            "flexion_cdeg",
            "flexion_min_cdeg",
            "flexion_max_cdeg",
            "lateral_cdeg",
            "lumbar_cdeg",
            "dynamic_mg",
            "steps",
            "cues",
            "worn",
        ),
    ),
    # The change, and the numbers that made it: the value of `axis` and the threshold it crossed.
    POSTURE: (
        "posture",
        "<IBBBhhhh",
        (
            "block",
            "posture",
            "before",
            "axis",
            "value_cdeg",
            "threshold_cdeg",
            "flexion_cdeg",
            "lateral_cdeg",
        ),
    ),
    # The settled activity (brace.activity) from block `since` on, and how far it was ahead of its
    # rival: a natural logarithm in 1/32, and as hundredths of confidence.
    ACTIVITY: (
        "activity",
        "<IIBBBBhh",
        (
            "block",
            "since",
            "activity",
            "before",
            "rival",
            "confidence",
            "margin",
            "flexion_cdeg",
        ),
    ),
    # A bend forward that has ended: the highest of the bins 20, 45, 60, 90 degrees (0 .. 3).
    BEND: (
        "bend",
        "<IIBHhhH",
        ("block", "since", "bin", "blocks", "peak_cdeg", "fastest_cdps", "dose_deg_s"),
    ),
    # A lift-like movement (brace.lifts): score beyond +- sure is a stoop or a squat.
    LIFT: (
        "lift",
        "<IIBBHhhhh",
        (
            "block",
            "since",
            "style",
            "twisted",
            "blocks",
            "score",
            "sure",
            "peak_cdeg",
            "twist_cdeg",
        ),
    ),
    SITTING: ("sitting", "<IHB", ("block", "seconds", "broken_by")),
    # Lumbar share of the trunk's flexion by thirds of the movement, thousandths, down and up;
    # how much later than the lumbar spine the pelvis began (-32768: it cannot be told).
    RHYTHM: (
        "rhythm",
        "<IIhhhhhhhh",
        (
            "block",
            "since",
            "range_cdeg",
            "lag_ms",
            "down_1",
            "down_2",
            "down_3",
            "up_1",
            "up_2",
            "up_3",
        ),
    ),
    # What walking says of the mount (brace.mount): 1 right, 2 upside down, 3 tilted, 4 turned.
    MOUNT: (
        "mount",
        "<IBBhhB",
        ("block", "finding", "before", "tilt_cdeg", "turn_cdeg", "coherence"),
    ),
    CUE: (
        "cue",
        "<IHBBHhh",
        ("block", "number", "posture", "strength", "dwell_ds", "value_cdeg", "threshold_cdeg"),
    ),
    RESPONSE: ("response", "<IHBH", ("block", "number", "outcome", "after_ds")),
    INPUT: ("input", "<IBi", ("chunk", "kind", "value")),
    PAIN: ("pain", "<BBhh", ("score", "posture", "flexion_cdeg", "lateral_cdeg")),
    # On a body (1) or off (0), why (brace.wear), since which block.
    WEAR: ("wear", "<BBII", ("state", "cause", "block", "since")),
    # What the value says, by code: docs/faults.md; how often it came since it was last told.
    FAULT: ("fault", "<BIH", ("code", "value", "count")),
    # Nothing was recorded, of one sensor or (causes POWER, HUNG, LOG) at all, for so long before
    # now; what has one cause may be told together.
    GAP: ("gap", "<BBI", ("cause", "sensor", "length_cs")),
    # Decisions begin anew here; with the raw samples that follow they can be replayed.
    START: (
        "start",
        "<BBHIIIIIhh",
        (
            "sensors",
            "reason",
            "epoch_s",
            "rate_s_mhz",
            "rate_l_mhz",
            "config",
            "calibration",
            "core",
            "zone_min",
            "reserved",
        ),
    ),
    TIME: ("time", "<Qq", ("utc_ms", "step_ms")),
    CALIBRATION: ("calibration", "<IBBhh", ("id", "result", "quality", "rom_cdeg", "tilt_cdeg")),
    # An exercise begins with the next chunk: an input, as it stands in the plan (brace.exercise.
    # planned); with it the exercises can be replayed.
    EXERCISE: (
        "exercise",
        "<IBBBHBBBHhhBBBHHI",
        (
            "chunk",
            "exercise",
            "sets",
            "reps",
            "hold_s",
            "out_ds",
            "hold_ds",
            "back_ds",
            "rest_s",
            "low",
            "high",
            "side",
            "feedback",
            "ceiling_dps",
            "levels",
            "load_hg",
            "plan",
        ),
    ),
    # One repetition: extent in the unit of its signal (cdeg, mm), times in hundredths of a second,
    # highest speed a second (degrees, mm), SPARC in thousandths (0 not measured), ranges of pelvis
    # and trunk flexion, the largest rival and the worst compensation in percent of their limits.
    REPETITION: (
        "repetition",
        "<IBBhHHHHhHHBBH",
        (
            "block",
            "number",
            "side",
            "peak",
            "out_cs",
            "hold_cs",
            "back_cs",
            "speed",
            "sparc",
            "pelvis_cdeg",
            "trunk_cdeg",
            "rival_pct",
            "worst_pct",
            "flags",
        ),
    ),
    # One set.  Means over its repetitions, and of a hold: time in the band, breaks, furthest,
    # drift, root mean square about the mean, mean angular rate (0.01 deg/s).
    SET: (
        "set",
        "<IBBBBBBHBHhHHHHhHHhHhHHBhhHH",
        (
            "block",
            "exercise",
            "number",
            "side",
            "ended",
            "done",
            "good",
            "flags",
            "doubts",
            "seconds_ds",
            "extent",
            "extent_sd",
            "out_cs",
            "hold_cs",
            "back_cs",
            "sparc",
            "pelvis_cdeg",
            "trunk_cdeg",
            "left",
            "left_sd",
            "right",
            "right_sd",
            "inside_ds",
            "breaks",
            "furthest",
            "drift",
            "unrest",
            "rate_cdps",
        ),
    ),
    # Sway of a stance (native/include/pl_sway.h has the units).
    SWAY: (
        "sway",
        "<IBBIIIIII",
        ("block", "exercise", "side", "n", "rms_ap", "rms_ml", "area", "path", "jerk"),
    ),
    # Position sense: one trial with its signed error; last (trial 0) the errors over all: `found`
    # the constant, `error` the absolute, `variable` the variable one.
    REPOSITION: (
        "reposition",
        "<IBhhhH",
        ("block", "trial", "target", "found", "error", "variable"),
    ),
    # A plan was stored: CRC-32 of its bytes, its revision and how many exercises it has.
    PLAN: ("plan", "<IHB", ("crc", "revision", "exercises")),
}


def pack(kind, *values):
    """The body of a record of type `kind`."""
    return struct.pack(LAYOUTS[kind][1], *values)


def unpack(kind, body):
    """The fields of a record as a dict, or None for a type without a layout here.  Fields that an
    older firmware did not write are left out."""
    if kind not in LAYOUTS:
        return None
    _, form, names = LAYOUTS[kind]
    if struct.calcsize(form) <= len(body):
        return dict(zip(names, struct.unpack_from(form, body)))
    fields = {}
    pos = 0
    for code, name in zip(form[1:], names):
        size = struct.calcsize("<" + code)
        if pos + size > len(body):
            break
        (fields[name],) = struct.unpack_from("<" + code, body, pos)
        pos += size
    return fields
