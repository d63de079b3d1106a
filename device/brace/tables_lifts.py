"""Table of brace.lifts.

Written by `plumbline train`; not to be edited.
"""

from brace.compat import const

# Data, split and figures.
ABOUT = (
    "Data: SisFall (Sucerquia, Lopez, Vargas 2017), D15 and D16, 200 trials of 20 people, one "
    "sensor at the waist, nothing lifted. Split: leave one person out; this table is from all "
    "of them. Figures, missed bends are errors: 0.9450 right, adults 0.9583, elderly 0.9250."
)

# 2 classes, 3 columns; scores in 1/32 of a natural logarithm.
STYLE = (
    b"\x78\xa9\xa2\x30\x40\x5e\x88\x56\x5e\xcf\xc0\xa1"
)
STYLE_OFFSETS = (
    b"\x7b\x87\xe0\xfb\x85\x78\x21\x04"
)
STYLE_SHIFT = const(17)
