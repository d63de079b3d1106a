"""What the wearer does: walk, climb up or down, sit, stand, lie, and the changes between them.

Each window (pl_window.h) is scored by three linear tables (tables_activity.py, trained on the
host): which kind of movement it is, which posture if it is a still one, which change of posture if
it is one.  A hidden Markov model of twelve states ties the windows together: six activities and
six changes, of which each leads from one activity to another, so that sitting is not taken for
standing without a standing-up in between.  Viterbi's algorithm, all in integers: logarithms of
probabilities are in 1/32 (natural).

Two answers come out.  `live` is the state LIVE_LAG windows back on the path that is the likeliest
now: for decisions.  `settled` is the activity SETTLED_LAG windows back, when what followed has
told sitting from standing: for the log.  Together with the window's own delay of 2.5 s they speak
of the second that ended 4 s and 32 s ago.

The scores of postures are worth little a window (their weights are small): a person who sits
leans the same way all along, so twenty windows say hardly more than one.
"""

from array import array

from plumbcore import scores

from brace import tables_activity
from brace.compat import const
from brace.fields import (
    W_CHANGE,
    W_FLEXION,
    W_INCLINATION,
    W_LATERAL,
    W_QUADRATURE,
    W_QUADRATURE_SHORT,
    W_STILL_RATE,
    W_STILL_VERTICAL,
    W_UP,
)

UNKNOWN = const(0)
WALK = const(1)
UP = const(2)
DOWN = const(3)
SIT = const(4)
STAND = const(5)
LIE = const(6)
# Changes: only `live` is ever one of them.
STAND_TO_SIT = const(7)
SIT_TO_STAND = const(8)
SIT_TO_LIE = const(9)
LIE_TO_SIT = const(10)
STAND_TO_LIE = const(11)
LIE_TO_STAND = const(12)

NAMES = (
    "unknown",
    "walk",
    "up",
    "down",
    "sit",
    "stand",
    "lie",
    "stand_to_sit",
    "sit_to_stand",
    "sit_to_lie",
    "lie_to_sit",
    "stand_to_lie",
    "lie_to_stand",
)
FROM = (0, 1, 2, 3, 4, 5, 6, STAND, SIT, SIT, LIE, STAND, LIE)
TO = (0, 1, 2, 3, 4, 5, 6, SIT, STAND, LIE, SIT, LIE, STAND)

LIVE_LAG = const(2)
SETTLED_LAG = const(30)

STILL_FIELDS = const(6)
_STATES = const(12)
_LENGTH = const(SETTLED_LAG + 1)
# No score says less than e^-10 (tables are scaled so), no path falls further behind than e^-21.
_LEAST_GROUP = const(-320)
_LEAST_STILL = const(-128)
_LEAST_CHANGE = const(-320)
_BEHIND = const(-672)
# A state that something outside is sure about: all others fall behind by e^-20.
_SURE = const(640)

# ln of the probability, in 1/32, of going on to the next second's state from the last one's:
# (from, ln p) for each state.  An activity lasts some 30 s, a change some 2.5 s; people on their
# feet go from standing to walking to stairs at will.
_STAY = const(-1)
_SHORT = const(-16)
_CHANGE = const(-147)
_END = const(-34)
_SKIP = const(-295)
_GAIT = const(-147)
_AFTER_RISE = const(-125)
_INTO = const(-186)
_BROKEN_OFF = const(-221)

_ARCS = (
    (),
    ((1, _STAY), (2, _GAIT), (3, _GAIT), (5, _GAIT), (8, _AFTER_RISE), (12, _AFTER_RISE)),
    ((2, _STAY), (1, _GAIT), (3, _GAIT), (5, _GAIT), (8, _AFTER_RISE), (12, _AFTER_RISE)),
    ((3, _STAY), (1, _GAIT), (2, _GAIT), (5, _GAIT), (8, _AFTER_RISE), (12, _AFTER_RISE)),
    ((4, _STAY), (5, _SKIP), (6, _SKIP), (7, _END), (10, _END), (8, _BROKEN_OFF),
     (9, _BROKEN_OFF)),
    ((5, _STAY), (1, _GAIT), (2, _GAIT), (3, _GAIT), (4, _SKIP), (6, _SKIP), (8, _END),
     (12, _END), (7, _BROKEN_OFF), (11, _BROKEN_OFF)),
    ((6, _STAY), (4, _SKIP), (5, _SKIP), (9, _END), (11, _END), (10, _BROKEN_OFF),
     (12, _BROKEN_OFF)),
    ((7, _SHORT), (5, _CHANGE), (1, _INTO), (2, _INTO), (3, _INTO)),
    ((8, _SHORT), (4, _CHANGE)),
    ((9, _SHORT), (4, _CHANGE)),
    ((10, _SHORT), (6, _CHANGE)),
    ((11, _SHORT), (5, _CHANGE), (1, _INTO), (2, _INTO), (3, _INTO)),
    ((12, _SHORT), (6, _CHANGE)),
)


def prepare(x, lean_x, lean_y, still):
    """Makes the tables' inputs of a window's vector x: turns its movement part, for small angles,
    into the frame whose z is the vertical of walking, and fills `still` (STILL_FIELDS)."""
    if lean_x or lean_y:
        x[W_QUADRATURE + 1] -= (x[W_QUADRATURE] * lean_x) >> 11
        x[W_QUADRATURE_SHORT + 1] -= (x[W_QUADRATURE_SHORT] * lean_x) >> 11
        x[W_UP] -= lean_x
        x[W_UP + 1] -= lean_y
    # Flexion from walking's vertical: 1 in Q11 is 358 of 0.16 degrees.
    still[0] = x[W_FLEXION] + ((lean_x * 358) >> 11)
    still[1] = x[W_FLEXION]
    still[2] = x[W_INCLINATION]
    still[3] = x[W_LATERAL]
    still[4] = x[W_STILL_VERTICAL]
    still[5] = x[W_STILL_RATE]


def _relative(values, least):
    """Lets the greatest of these scores be 0 and none be below `least`."""
    top = max(values)
    for i in range(len(values)):
        score = values[i] - top
        values[i] = score if score > least else least


class Activity:
    """`window(vector)` once a second.

    `live` (UNKNOWN until there is a path), `settled` (UNKNOWN for the first SETTLED_LAG windows),
    and the numbers behind them: `settled_margin`, the ln in 1/32 by which the likeliest path was
    ahead of the best one to another activity when the window came, `rival` that activity and
    `settled_flexion` the trunk's flexion then (0.16 degrees).

    `lean_x`, `lean_y`: the vertical's mean while walking, Q11 (Gait.up), in the calibrated frame,
    in which standing upright is upright.  `tables`: another module or object with the names of
    tables_activity.
    """

    def __init__(self, tables=tables_activity):
        self._tables = tables
        self.lean_x = 0
        self.lean_y = 0
        self._group = array("i", bytes(4 * 5))
        self._still = array("i", bytes(4 * 3))
        self._change = array("i", bytes(4 * 6))
        self._still_vector = array("h", bytes(2 * STILL_FIELDS))
        # Indexed by state, 1..12; _path by seconds back.
        self._paths = array("i", bytes(4 * (_STATES + 1)))
        self._next = array("i", bytes(4 * (_STATES + 1)))
        self._emissions = array("i", bytes(4 * (_STATES + 1)))
        self._back = [bytearray(_STATES + 1) for _ in range(_LENGTH)]
        self._path = bytearray(_LENGTH)
        self._margins = array("i", bytes(4 * _LENGTH))
        self._rivals = bytearray(_LENGTH)
        self._flexions = array("h", bytes(2 * _LENGTH))
        self.restart()

    def restart(self):
        """Nothing is known of what was."""
        for i in range(_STATES + 1):
            self._paths[i] = 0
        self._leader = 1
        self._windows = 0
        self._run = 0
        self._run_of = UNKNOWN
        self.live = UNKNOWN
        self.settled = UNKNOWN
        self.settled_margin = 0
        self.settled_flexion = 0
        self.rival = UNKNOWN

    def assume(self, state):
        """The wearer is known to be in this state now, as after a calibration."""
        for i in range(1, _STATES + 1):
            if i != state:
                self._paths[i] -= _SURE
        for i in range(1, _STATES + 1):
            if self._paths[i] > self._paths[self._leader]:
                self._leader = i

    def window(self, vector):
        """One window; changes `vector` (its upright becomes that of walking)."""
        slot = self._windows % _LENGTH
        self._score(vector)
        self._advance(self._back[slot])
        self._note(slot, vector)
        self._windows += 1
        self._trace(slot)

    def _score(self, x):
        prepare(x, self.lean_x, self.lean_y, self._still_vector)
        tables = self._tables
        scores(tables.GROUP, tables.GROUP_OFFSETS, tables.GROUP_SHIFT, x, 0, self._group)
        scores(
            tables.STILL,
            tables.STILL_OFFSETS,
            tables.STILL_SHIFT,
            self._still_vector,
            0,
            self._still,
        )
        scores(
            tables.CHANGE, tables.CHANGE_OFFSETS, tables.CHANGE_SHIFT, x, W_CHANGE, self._change
        )
        group, still, change = self._group, self._still, self._change
        _relative(group, _LEAST_GROUP)
        _relative(still, _LEAST_STILL)
        _relative(change, _LEAST_CHANGE)
        emissions, base = self._emissions, group[3]
        emissions[WALK], emissions[UP], emissions[DOWN] = group[0], group[1], group[2]
        emissions[SIT] = base + still[0]
        emissions[STAND] = base + still[1]
        emissions[LIE] = base + still[2]
        base = group[4]
        for i in range(6):
            emissions[STAND_TO_SIT + i] = base + change[i]

    def _advance(self, back):
        """One step of Viterbi's algorithm; paths are kept relative to the best, which has 0."""
        paths, following, emissions = self._paths, self._next, self._emissions
        before_all, arcs = self._leader, _ARCS
        floor = paths[before_all] + _BEHIND
        top = leader = None
        for state in range(1, _STATES + 1):
            best, source = floor, before_all
            for before, cost in arcs[state]:
                value = paths[before] + cost
                if value > best:
                    best, source = value, before
            best += emissions[state]
            following[state] = best
            back[state] = source
            if leader is None or best > top:
                top, leader = best, state
        for state in range(1, _STATES + 1):
            paths[state] = following[state] - top
        self._leader = leader

    def _note(self, slot, vector):
        """Keeps how far the best path is ahead of the best one that ends in another activity."""
        paths, leads_to = self._paths, TO[self._leader]
        rival, behind = UNKNOWN, _BEHIND
        for state in range(1, _STATES + 1):
            if paths[state] > behind and TO[state] != leads_to:
                rival, behind = state, paths[state]
        self._margins[slot] = -behind
        self._rivals[slot] = TO[rival]
        self._flexions[slot] = vector[W_FLEXION]

    def _trace(self, slot):
        path, rows = self._path, self._back
        known = min(self._windows, _LENGTH)
        state = path[0] = self._leader
        at = slot
        # Below 0 rows count from their end.
        for i in range(1, known):
            path[i] = state = rows[at][state]
            at -= 1
        if known > LIVE_LAG:
            self.live = path[LIVE_LAG]
        if known == _LENGTH:
            self._settle((slot + 1) % _LENGTH)

    def _settle(self, slot):
        """The oldest second of the path, with a change given half to either activity."""
        path = self._path
        state = path[SETTLED_LAG]
        if state >= STAND_TO_SIT:
            self._run = self._run + 1 if state == self._run_of else 1
            self._run_of = state
            left = 0
            while left < SETTLED_LAG and path[SETTLED_LAG - 1 - left] == state:
                left += 1
            state = TO[state] if self._run > left else FROM[state]
        else:
            self._run = 0
        self.settled = state
        self.settled_margin = self._margins[slot]
        self.rival = self._rivals[slot]
        self.settled_flexion = self._flexions[slot]


def confidence(margin):
    """Hundredths, 50 .. 100, from a margin (ln in 1/32): e^m to 1, as probabilities are."""
    # 100 / (1 + e^-m) at whole m.
    curve = (50, 73, 88, 95, 98, 99, 100)
    whole = margin >> 5
    if whole >= 6:
        return 100
    part = margin & 31
    return curve[whole] + ((curve[whole + 1] - curve[whole]) * part >> 5)
