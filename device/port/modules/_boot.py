# Runs first on every start.  Unlike MicroPython's own it never formats: a filesystem that does
# not mount is left as it is for a person to look at, and the brace, whose code is frozen into
# the image and whose log and settings are raw partitions, works without one.
from brace.board import files, power

power.guard()
files.mount()
del files, power
