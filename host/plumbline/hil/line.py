"""The line to a brace as a test has it: recorded, buffered, and with a clock to wait by."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.errors import LinkLost
from plumbline.hil.journal import Journal
from plumbline.transport import Transport


class Line:
    """A Transport around another one, which may be taken away and put back (`connect`).

    What comes while a test lets time pass is kept for whoever reads next.
    now, sleep: the rig's clock, by which a test waits while there is no port.
    """

    def __init__(self, journal: Journal, now: Callable[[], float], sleep: Callable[[float], None]):
        self.description = "nothing"
        self.now = now
        self._sleep = sleep
        self._journal = journal
        self._inner: Transport | None = None
        self._buffer = bytearray()
        # Every byte that has come, where a test wants to see them.
        self.tap: bytearray | None = None
        journal.now = now

    def connect(self, transport: Transport) -> None:
        """Goes on over `transport`."""
        self._inner = transport
        self.description = transport.description

    def disconnect(self) -> None:
        """Lets go of the port, if there is one."""
        if self._inner is not None:
            self._inner.close()
            self._inner = None

    @property
    def connected(self) -> bool:
        return self._inner is not None

    # -- Transport ---------------------------------------------------------------------------

    def read(self, timeout: float) -> bytes:
        if not self._buffer:
            self._take(timeout)
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    def _take(self, timeout: float) -> None:
        if self._inner is None:
            raise LinkLost("the brace has no port now", "Give it power, then connect again")
        data = self._inner.read(timeout)
        if data:
            self._journal.received(data)
            if self.tap is not None:
                self.tap += data
            self._buffer += data

    def write(self, data: bytes) -> None:
        if self._inner is None:
            raise LinkLost("the brace has no port now", "Give it power, then connect again")
        self._journal.sent(data)
        self._inner.write(data)

    def close(self) -> None:
        self.disconnect()

    # -- Clock -------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Lets time pass; what comes is kept."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            try:
                self._take(left)
            except LinkLost:
                self._sleep(end - self.now())

    def wait_until(
        self, condition: Callable[[], object], timeout: float, step: float = 0.05
    ) -> bool:
        """Lets time pass in steps until `condition()` holds; whether it did."""
        end = self.now() + timeout
        while not condition():
            if self.now() >= end:
                return False
            self.run(min(step, end - self.now()))
        return True
