"""The few names of MicroPython that the pure modules use, so that CPython can import them too."""

try:
    from micropython import const
except ImportError:

    def const(value):
        """What MicroPython's compiler folds, CPython just evaluates."""
        return value


__all__ = ("const",)
