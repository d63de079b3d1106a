"""What MicroPython's prompt on an emulated board sends, to hold our own line against."""

from __future__ import annotations

STDOUT = "import sys\nw = sys.stdout.buffer.write"
USB = "import plumbport\nw = lambda p: plumbport.usb_write(p, len(p))"
# Bulk at full speed: 19 packets of 64 bytes a millisecond at most (USB 2.0, table 5-9).
BUS = 19 * 64 * 1000
_PIECE = 4096
# So many that a millisecond lost at the start makes no difference; over four it made 15 %.
_PIECES = 64


class Prompt:
    """MicroPython's raw prompt on the board, which mpremote takes for a serial port."""

    def __init__(self, board):
        from mpremote.transport_serial import SerialTransport

        self._board = board
        self._port = _Port(board)
        self._remote = SerialTransport.__new__(SerialTransport)
        # What its constructor sets, but for opening a port of this computer.
        vars(self._remote).update(serial=self._port, in_raw_repl=False, use_raw_paste=True,
                                  device_name="the emulated board", mounted=False, is_pty=False)
        self._remote.enter_raw_repl(soft_reset=False)
        self._remote.exec("from brace.board import files\nfiles.format()")

    def raw(self, writer: str = STDOUT) -> float:
        """Bytes a second of a stream that nothing is done to; `writer` defines w(buffer)."""
        self._remote.exec(f"{writer}\np = bytearray({_PIECE})")
        self._remote.exec_raw_no_follow(f"for i in range({_PIECES}): w(p)")
        self._port.wait(4)
        start, came = self._board.now_ns, self._port.inWaiting()
        self._port.wait(_PIECES * _PIECE)
        rate = (self._port.inWaiting() - came) / (self._board.now_ns - start) * 1e9
        self._remote.follow(10)
        return rate

    def mpremote(self, data: bytes) -> float:
        """Bytes a second of copying a file with these bytes."""
        self._remote.fs_writefile("/log", data)
        start = self._board.now_ns
        if self._remote.fs_readfile("/log") != data:
            raise AssertionError("the file did not come back as it was")
        return len(data) / (self._board.now_ns - start) * 1e9


class _Port:
    """The part of pyserial that mpremote uses; the board's time passes only while it waits."""

    def __init__(self, board):
        self._board = board
        self._came = bytearray()
        board.on_serial = self._came.extend

    def wait(self, length: int, timeout: float = 10.0) -> None:
        self._board.run(timeout * 1e9, until=lambda: len(self._came) >= length)

    def inWaiting(self) -> int:  # noqa: N802 - pyserial's name
        if not self._came:
            self.wait(1, 0.0005)
        return len(self._came)

    def read(self, length: int = 1) -> bytes:
        self.wait(length)
        data = bytes(self._came[:length])
        del self._came[:length]
        return data

    def write(self, data: bytes) -> int:
        self._board.usb.send(data)
        return len(data)
