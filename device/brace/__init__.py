"""Firmware of the brace: thin drivers, and pure integer decisions that the host replays."""

# "major.minor.patch" as pyproject.toml's; a test holds them equal.
VERSION = "0.1.0"
