"""MicroPython's raw REPL over a test's line, for what only code on the brace can bring about."""


class PromptError(AssertionError):
    """The prompt does not come, or the code raised."""


class Prompt:
    """`enter` stops the firmware, `run` runs code, `leave` starts the firmware again."""

    def __init__(self, line):
        self._line = line
        self._got = b""

    def _expect(self, end: bytes, timeout: float) -> bytes:
        """What comes before `end`."""
        deadline = self._line.now() + timeout
        while end not in self._got:
            left = deadline - self._line.now()
            if left <= 0:
                raise PromptError(f"{end!r} did not come, but {self._got[-200:]!r}")
            self._got += self._line.read(left)
        before, _, self._got = self._got.partition(end)
        return before

    def enter(self) -> None:
        """Ctrl-C, then the raw REPL, from the firmware or from code that `start` began."""
        self._got = b""
        # Ctrl-B leaves a raw REPL, and at an ordinary prompt says hello once more.
        self._line.write(b"\x03\x02")
        self._expect(b">>> ", 5)
        self._line.write(b"\x01")
        self._expect(b"raw REPL; CTRL-B to exit\r\n>", 5)

    def start(self, code: str) -> None:
        """Begins code that does not come back, or that nobody waits for."""
        self._line.write(code.encode() + b"\x04")
        self._expect(b"OK", 5)

    def run(self, code: str, timeout: float = 10.0) -> str:
        """Runs code; what it printed.  Raises PromptError with its traceback."""
        self.start(code)
        out = self._expect(b"\x04", timeout)
        error = self._expect(b"\x04", timeout)
        self._expect(b">", timeout)
        if error:
            raise PromptError(error.decode())
        return out.decode()

    def leave(self) -> None:
        """Ctrl-B, Ctrl-D: a soft reset."""
        self._line.write(b"\x02\x04")
