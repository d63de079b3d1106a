"""Bytes to and from the host over the one USB serial port, which a REPL may share."""

import select
import sys

import plumbport

_poll = select.poll()
_poll.register(sys.stdin, select.POLLIN)


def read(buf):
    """Bytes that have come, into `buf`, without waiting; how many."""
    return plumbport.stdin_read(buf)


def write(buf, n):
    """Sends the first n bytes of `buf` (waits while the host is slow, drops when no host
    listens)."""
    plumbport.usb_write(buf, n)


def wait(ms):
    """Sleeps until bytes come or `ms` have passed; the core waits for interrupts meanwhile.
    Returns whether there are bytes to read."""
    for _ in _poll.ipoll(ms):
        return True
    return False
