"""The words in which exercises are described: signals, kinds, positions, flags.

Signals are integers per block (125 ms), angles in hundredths of a degree in the senses of
docs/architecture.md (forward, to the right, to the left are positive), heights in mm.
"""

from brace.compat import const

# -- kinds -------------------------------------------------------------------------------------
REPS = const(1)  # counted repetitions of a movement
HOLD = const(2)  # a position held within a band
STANCE = const(3)  # quiet standing, whose sway is measured
REPOSITION = const(4)  # a position found again: joint position sense
TIMER = const(5)  # paced or timed only; the brace watches a band, it cannot count

KINDS = ("", "reps", "hold", "stance", "reposition", "timer")

# -- starting positions, as far as a trunk sensor can tell them --------------------------------
ANY = const(0)
UPRIGHT = const(1)  # sitting or standing
SUPINE = const(2)
PRONE = const(3)  # face down: lying, plank, on hands and knees
SIDE = const(4)  # on either side

STARTS = ("any", "upright", "supine", "prone", "side")

# -- signals -----------------------------------------------------------------------------------
PELVIS_FLEX = const(0)
PELVIS_LATERAL = const(1)  # on hands and knees or face down: roll about the long axis
PELVIS_TURN = const(2)  # about the vertical, against the start
PELVIS_ROLL = const(3)  # about the long axis while lying on a side
TRUNK_FLEX = const(4)
TRUNK_LATERAL = const(5)
TRUNK_TURN = const(6)
LUMBAR_FLEX = const(7)  # trunk against pelvis: needs both sensors, as the next two
LUMBAR_LATERAL = const(8)
LUMBAR_TURN = const(9)
HEIGHT = const(10)  # of the pelvis, mm, without what is slower than half a minute
CLIMB = const(11)  # its speed upwards, mm/s, likewise
SIGNALS = const(12)

SIGNAL_NAMES = (
    "pelvis flexion",
    "pelvis lateral tilt",
    "pelvis turn",
    "pelvis roll",
    "trunk flexion",
    "trunk lateral bend",
    "trunk turn",
    "lumbar flexion",
    "lumbar lateral bend",
    "lumbar turn",
    "pelvis height",
    "pelvis climb",
)

# -- phases and sides --------------------------------------------------------------------------
# Which phase of a repetition lowers the body or lengthens the working muscles.
OUT = const(1)  # away from the start
BACK = const(2)  # back to it

NO_SIDES = const(0)
BY_SIGN = const(1)  # one repetition goes to the right or left by the sign of its signal
EACH = const(2)  # a set for the left, then one for the right

SIDE_NONE = const(0)
LEFT = const(1)
RIGHT = const(2)

SIDE_NAMES = ("none", "left", "right")

# -- what a compensation rule looks at, against the start of the repetition or hold ------------
RISE = const(0)  # largest value above
FALL = const(1)  # largest value below
EITHER = const(2)  # largest value to either side

# -- flags of a repetition, a hold or a set ----------------------------------------------------
SHORT = const(0x0001)
FAR = const(0x0002)
FAST = const(0x0004)
SLOW = const(0x0008)
JERKY = const(0x0010)
ROUNDED = const(0x0020)
ARCHED = const(0x0040)
LEANED = const(0x0080)
TWISTED = const(0x0100)
TRUNK_MOVED = const(0x0200)
DROPPED = const(0x0400)
LEFT_BAND = const(0x0800)
PAIN = const(0x1000)
BUZZED = const(0x2000)
DOUBTFUL = const(0x4000)
GAP = const(0x8000)

# Bit -> (name, what it means to the wearer).
FLAG_NAMES = (
    ("short", "did not go far enough"),
    ("far", "went too far"),
    ("fast", "faster than the tempo"),
    ("slow", "slower than the tempo"),
    ("jerky", "not one smooth movement"),
    ("rounded", "the lower back rounded"),
    ("arched", "the lower back arched"),
    ("leaned", "leaned to a side"),
    ("twisted", "turned to a side"),
    ("trunk moved", "the trunk moved along"),
    ("dropped", "the pelvis tipped to a side"),
    ("left band", "went out of the position"),
    ("pain", "pain was marked"),
    ("vibration", "the brace vibrated meanwhile"),
    ("doubtful", "the count is in doubt"),
    ("gap", "samples were missing"),
)
# Flags that speak of the wearer's movement; the others speak of the recording.
FAULTS = const(0x0FFF)

# -- feedback ----------------------------------------------------------------------------------
# How much the brace says during an exercise; fading it is how a skill becomes the wearer's own.
FEEDBACK = ("none", "summary", "alternate", "every")
QUIET = const(0)  # retention test: start and end only
SUMMARY = const(1)  # one pattern after the set
ALTERNATE = const(2)  # every second repetition
EVERY = const(3)

# -- how a set ended ---------------------------------------------------------------------------
DONE = const(1)  # the whole dose
SKIPPED = const(2)  # by the wearer's button or a command
IDLE = const(3)  # nothing moved any more
LIMIT = const(4)  # a stop limit was passed
NOT_READY = const(5)  # the starting position was never taken
LOST = const(6)  # sensors or pipeline began anew

END_NAMES = ("", "done", "skipped", "idle", "limit", "not ready", "lost")

# -- what the brace says with its motor, as codes beside the strengths of cues -----------------
GUIDE = const(16)
SAY_TICK = const(16)  # begin the way out
SAY_BACK = const(17)  # begin the way back
SAY_BEGIN = const(18)
SAY_END = const(19)
SAY_FINISHED = const(20)
SAY_NUDGE = const(21)  # outside the band, or a faulty repetition
SAY_STOPPED = const(22)
SAY_AGAIN = const(23)  # after a set that went less well, with feedback as a summary
