"""Hardware in the loop: one suite for the emulator, the bench and the fleet (docs/hil.md).

rig        one brace and what surrounds it, behind small protocols (parts.py)
hardware   which rigs there are: the built-in ones, a TOML hardware map, what is plugged in
plugin     pytest's fixtures and options, and the records of a run
"""
