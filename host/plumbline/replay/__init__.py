"""Replay: recorded samples through the firmware's own C core and decision modules.

`logged` reruns what a brace recorded and compares with what it decided at the time.
"""
