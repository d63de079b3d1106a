"""Angles of integer vectors (native/include/pl_angle.h)."""

from plumbcore._core import lib


def atan2_cdeg(y: int, x: int) -> int:
    """Angle of (x, y) in hundredths of a degree; both within int32."""
    return lib.pl_atan2_cdeg(y, x)
