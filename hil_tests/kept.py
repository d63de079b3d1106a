"""The rig's line for a client that closes what it was given."""


class Kept:
    """A line that outlives the pull that closes it."""

    def __init__(self, line):
        self._line = line

    def __getattr__(self, name):
        return getattr(self._line, name)

    def close(self):
        pass
