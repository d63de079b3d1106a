"""Where things stand in the vectors of the core (native/include/pl_pipe.h, pl_features.h,
pl_window.h, which say what they mean and in which units)."""

from brace.compat import const

# Blocks.
BLOCK_S = const(1)
BLOCK_L = const(7)
BLOCK_LUMBAR = const(13)
BLOCK_OTHER_RATE = const(16)
BLOCK_MOVE = const(20)
FLEXION = const(0)
LATERAL = const(1)
INCLINATION = const(2)

# Movement of the leading segment, from BLOCK_MOVE on.
UP = const(0)
RATE = const(3)
TURN = const(6)
VERTICAL = const(7)
RATE_POWER = const(14)
STEPS = const(49)

# Windows.
W_VERTICAL_BAND = const(0)
W_QUADRATURE = const(21)
W_QUADRATURE_SHORT = const(23)
W_UP = const(27)
W_FLEXION = const(37)
W_INCLINATION = const(38)
W_LATERAL = const(39)
W_STILL_VERTICAL = const(40)
W_STILL_RATE = const(41)
W_CHANGE = const(42)
W_UP_Z = const(68)
W_QUADRATURE_Y = const(69)
W_POWER = const(70)

BLOCKS_PER_S = const(8)
# A window describes the moment so many blocks before its last one.
WINDOW_DELAY = const(20)
