"""What plays motions over a serial port of its own shares: the port, and the thread that goes on
while a test does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable

from plumbline.hil.parts import RigBroken


class Mover:
    """The frame of a parts.Body over a serial port; `journal` is set for every test.

    open_port: opens the line instead of `port` on this computer.
    """

    # As in "the stage's /dev/ttyACM7"; how long a reading may take, s.
    what = "mover"
    patience_s = 1.0

    def __init__(self, port: str, open_port: Callable | None = None):
        self._port = port
        self._open = open_port or self._serial
        self._line = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.journal = None

    def _serial(self):
        import serial

        return serial.Serial(self._port, 115200, timeout=self.patience_s)

    def check(self) -> None:
        """Opens the port, if it is not open yet.  Raises RigBroken."""
        try:
            self._line = self._line or self._open()
        except OSError as error:
            raise RigBroken(f"the {self.what}'s {self._port} does not open: {error}",
                            "Check its cable and the hardware map") from error  # fmt: skip

    def _begin(self, follow: Callable, *arguments) -> None:
        """Lets `follow(*arguments)` go on in a thread, until it returns or `_stop` is set."""
        self._stop.clear()
        self._thread = threading.Thread(target=follow, args=arguments, daemon=True)
        self._thread.start()

    def _end(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _rest(self) -> None:
        """What is still to be said over the open line before it is let go."""

    def close(self) -> None:
        """Ends the motion and lets go of the port."""
        self._end()
        if self._line is not None:
            self._rest()
            self._line.close()
            self._line = None
