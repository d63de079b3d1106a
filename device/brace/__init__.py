"""Firmware of the brace: thin drivers, and pure integer decisions that the host replays."""
