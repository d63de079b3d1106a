"""The native core as the firmware sees it.

On the brace `plumbcore` is a C module inside the image; on the host this package offers the same
names over the same C through cffi, so that the files of `device/brace` run unchanged on both.
`tests/device` holds the two against each other.
"""

from plumbcore._core import lib


def core_version() -> int:
    """The version of the native core; replay is exact only between equal ones."""
    return lib.pl_core_version()
