"""How the sensor sits on the body, told by walking and by standing.

Walking shows the body's axes whatever the mounting: the mean vertical is up, and the quadrature of
vertical and horizontal acceleration at step frequencies (pl_features.h) points forward.  Both are
vectors, so they can be summed in any frame; in the frame of a calibration they tell whether it
still holds, in the sensor's own frame they give one.  All integers; sums are halved when full, so
that what was long ago fades.

Thresholds: of 20 people walking and 20 climbing stairs (HAPT), and 20 others walking (SisFall),
no stretch has a vertical root mean square outside 0.05 .. 0.42 g but fast descents, while running
has more; its quadrature points backwards, so it must be left out.
"""

from plumbcore import atan2_cdeg

from brace.compat import const
from brace.fields import (
    RATE_POWER,
    UP,
    W_POWER,
    W_QUADRATURE,
    W_QUADRATURE_Y,
    W_UP,
    W_UP_Z,
    W_VERTICAL_BAND,
)

# Findings of `check`.
UNKNOWN = const(0)
RIGHT = const(1)
UPSIDE_DOWN = const(2)
TILTED = const(3)
TURNED = const(4)
SLIPPED = const(5)
LOOSE = const(6)

NAMES = ("unknown", "right", "upside_down", "tilted", "turned", "slipped", "loose")

# Walking and on stairs people lean by 27 degrees at most from how they stood (20 people, HAPT); a
# brace that was put on differently leans by more.
TILT_CDEG = const(3000)
TURN_CDEG = const(5000)
# Level walking leans by 4 degrees more or less than it did before (39 of 40 recordings, HAPT); a
# brace that has slipped, or was put on differently, leans by more.
SLIP_CDEG = const(900)
# Impacts (5 .. 16 Hz) against steps, as logarithms: of 20 people walking and on stairs the
# strongest window had 315; a mean beyond this is something that rattles.
LOOSE_LOG = const(512)

_UPSIDE_DOWN_CDEG = const(12000)
# Logarithms of mean squares, as windows have them (2^8 a power of two, 1/4096 g squared).
_STEP_POWER = const(3427)  # (0.025 g)^2 in the band of steps or the next one
_POWER_LOW = const(3930)  # (0.05 g)^2
_POWER_HIGH = const(5503)  # (0.42 g)^2
_UPRIGHT = const(1978)  # cos 15 degrees, Q11: least length of the mean vertical
_CHECK_WINDOWS = const(6)
_ONE = const(1 << 30)


def isqrt(n):
    """Integer square root of n >= 0 (Newton's method)."""
    if n == 0:
        return 0
    x = 1
    while x * x < n:
        x <<= 1
    while True:
        y = (x + n // x) >> 1
        if y >= x:
            return x
        x = y


def _unit(v):
    """v scaled to length 1 in Q30, or None."""
    n = isqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    return [(c << 30) // n for c in v] if n else None


def _dot(a, b):
    return (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) >> 30


def _cross(a, b):
    return [
        (a[1] * b[2] - a[2] * b[1]) >> 30,
        (a[2] * b[0] - a[0] * b[2]) >> 30,
        (a[0] * b[1] - a[1] * b[0]) >> 30,
    ]


def _quaternion(x, y, z):
    """(w, x, y, z) Q30 of the rotation whose matrix has these columns, Q30."""
    squares = (
        _ONE + x[0] + y[1] + z[2],
        _ONE + x[0] - y[1] - z[2],
        _ONE - x[0] + y[1] - z[2],
        _ONE - x[0] - y[1] + z[2],
    )
    # Four times each component times the largest one.
    products = (
        (squares[0], y[2] - z[1], z[0] - x[2], x[1] - y[0]),
        (y[2] - z[1], squares[1], x[1] + y[0], z[0] + x[2]),
        (z[0] - x[2], x[1] + y[0], squares[2], y[2] + z[1]),
        (x[1] - y[0], z[0] + x[2], y[2] + z[1], squares[3]),
    )
    largest = squares.index(max(squares))
    twice = isqrt(squares[largest] << 30)
    return tuple((p << 29) // twice for p in products[largest])


class Gait:
    """Sums over walking.  `limit`: windows, one a second, after which older ones begin to fade."""

    def __init__(self, limit):
        self._limit = limit
        # Of the last window: vertical (Q11), quadrature by power (Q10).
        self._last = [0] * 7
        self._run = 0
        self.windows = 0
        self._up = [0, 0, 0]
        self._forward = [0, 0, 0]
        self._impacts = 0

    def window(self, x):
        """One window's vector, as it came.  Returns whether the sums have grown: a window counts
        if those before and after it are walking as well."""
        grown = False
        if self._walks(x):
            self._run += 1
            if self._run >= 3:
                self._add()
                grown = True
            last = self._last
            last[0], last[1], last[2] = x[W_UP], x[W_UP + 1], x[W_UP_Z]
            last[3], last[4], last[5] = x[W_QUADRATURE], x[W_QUADRATURE_Y], x[W_QUADRATURE + 1]
            steps = max(x[W_VERTICAL_BAND + 1], x[W_VERTICAL_BAND + 2])
            last[6] = x[W_VERTICAL_BAND] - steps
        else:
            self._run = 0
        return grown

    def _walks(self, x):
        steps = max(x[W_VERTICAL_BAND + 1], x[W_VERTICAL_BAND + 2])
        if steps < _STEP_POWER or not _POWER_LOW < x[W_POWER] < _POWER_HIGH:
            return False
        up = x[W_UP] * x[W_UP] + x[W_UP + 1] * x[W_UP + 1] + x[W_UP_Z] * x[W_UP_Z]
        return up > _UPRIGHT * _UPRIGHT

    def _add(self):
        if self.windows >= self._limit:
            self.windows //= 2
            self._impacts //= 2
            for k in range(3):
                self._up[k] //= 2
                self._forward[k] //= 2
        self.windows += 1
        self._impacts += self._last[6]
        for k in range(3):
            self._up[k] += self._last[k]
            self._forward[k] += self._last[3 + k]

    def forget(self):
        """Begins anew."""
        self.__init__(self._limit)

    @property
    def up(self):
        """Mean vertical while walking, Q11, (x, y, z)."""
        n = max(1, self.windows)
        return tuple([c // n for c in self._up])

    def coherence(self):
        """How clearly walking points forward, in hundredths: 40 .. 80 is usual on level ground."""
        length = isqrt(sum([c * c for c in self._forward]))
        return length * 100 // (1024 * max(1, self.windows))

    def alignment(self):
        """The attitude frame <- body that walking shows, (w, x, y, z) Q30, or None if it shows
        none: level walking makes the body upright.  For sums in the sensor's own frame this is
        what `Pipe.align` takes."""
        z = _unit(self._up)
        if z is None or self.coherence() < 5:
            return None
        forward = [c << 12 for c in self._forward]
        along = _dot(forward, z)
        x = _unit([f - ((along * c) >> 30) for f, c in zip(forward, z)])
        if x is None:
            return None
        return _quaternion(x, _cross(z, x), z)

    def check(self):
        """For sums in the calibrated frame: (finding, tilt_cdeg of walking's vertical, turn_cdeg
        of its forward direction to the left)."""
        if self.windows < _CHECK_WINDOWS:
            return UNKNOWN, 0, 0
        up, forward = self._up, self._forward
        level = isqrt(up[0] * up[0] + up[1] * up[1])
        tilt = atan2_cdeg(level, up[2])
        turn = atan2_cdeg(forward[1], forward[0])
        if tilt > _UPSIDE_DOWN_CDEG:
            return UPSIDE_DOWN, tilt, turn
        if tilt > TILT_CDEG:
            return TILTED, tilt, turn
        if self.coherence() >= 10 and not -TURN_CDEG <= turn <= TURN_CDEG:
            return TURNED, tilt, turn
        if self._impacts > LOOSE_LOG * self.windows:
            return LOOSE, tilt, turn
        return RIGHT, tilt, turn


def vertical(x, y):
    """The whole vector, Q11, of a vertical of which x and y are known."""
    return x, y, isqrt(max(0, (1 << 22) - x * x - y * y))


def between(a, b):
    """The angle between two vectors of some 2048, in cdeg."""
    x = (a[1] * b[2] - a[2] * b[1]) >> 6
    y = (a[2] * b[0] - a[0] * b[2]) >> 6
    z = (a[0] * b[1] - a[1] * b[0]) >> 6
    dot = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) >> 6
    return atan2_cdeg(isqrt(x * x + y * y + z * z), dot)


_STANCE_BLOCKS = const(16)
_STANCE_RATE = const(9216)  # (6 deg/s)^2 in 1/256
_STANCE_UP = const(14849)  # cos 25 degrees, Q14
_STANCE_SPREAD_CDEG = const(600)


class Stance:
    """The first 2 s of standing still, in a frame that is roughly upright: a standing neutral for
    those who have not calibrated one.  Sitting looks much the same: only to be asked where a
    person is known to begin on their feet.  `up`: the vertical then, Q14, or None."""

    def __init__(self):
        self._flexion = [0] * _STANCE_BLOCKS
        self._power = [0] * _STANCE_BLOCKS
        self._up = [[0, 0, 0] for _ in range(_STANCE_BLOCKS)]
        self._n = 0
        self.up = None

    def block(self, blocks, at):
        """One block's movement fields, blocks[at:].  Returns whether the stance is now found."""
        if self.up is not None:
            return False
        x, y, z = blocks[at + UP], blocks[at + UP + 1], blocks[at + UP + 2]
        if z < _STANCE_UP:
            self._n = 0
            return False
        slot = self._n % _STANCE_BLOCKS
        self._flexion[slot] = atan2_cdeg(-x, z)
        self._power[slot] = min(blocks[at + RATE_POWER], 16 * _STANCE_RATE)
        up = self._up[slot]
        up[0], up[1], up[2] = x, y, z
        self._n += 1
        if self._n < _STANCE_BLOCKS or sum(self._power) > _STANCE_RATE * _STANCE_BLOCKS:
            return False
        if max(self._flexion) - min(self._flexion) > _STANCE_SPREAD_CDEG:
            return False
        self.up = tuple([sum([up[k] for up in self._up]) // _STANCE_BLOCKS for k in range(3)])
        return True


def upright(alignment, up):
    """An alignment (w x y z, Q30) turned so that `up`, the vertical in its frame, becomes z and
    forward stays as near as it can."""
    z = _unit(up)
    x = _unit([((1 << 30) if k == 0 else 0) - ((z[0] * z[k]) >> 30) for k in range(3)])
    return product(alignment, _quaternion(x, _cross(z, x), z))


def product(a, b):
    """The quaternion a b, both (w x y z) in Q30."""
    return (
        (a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]) >> 30,
        (a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2]) >> 30,
        (a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1]) >> 30,
        (a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]) >> 30,
    )
