"""The console as the firmware sees it: sys.stdin and sys.stdout over the world's byte queues."""

import builtins
import io
from select import POLLIN, POLLOUT

from world import world


class Stream:
    """Both ends of the USB serial line; its own `buffer`."""

    def __init__(self):
        self.buffer = self

    def ready(self, events):
        """Which of the polled events hold."""
        return (POLLIN if world.received else 0) & events | POLLOUT & events

    def write(self, data, n=-1):
        if isinstance(data, str):
            data = data.encode()
            # USB consoles end lines with CR LF.
            data = data.replace(b"\n", b"\r\n")
        return world.send(memoryview(data)[:n] if n >= 0 else data)

    def read(self, n=1):
        world.wait(-1, lambda: len(world.received) >= n)
        data = bytearray(n)
        world.take(data)
        return bytes(data)

    def readinto(self, buf, n=-1):
        world.wait(-1, lambda: world.received)
        return world.take(memoryview(buf)[:n] if n >= 0 else memoryview(buf))

    def flush(self):
        pass


class System:
    """What `import sys` gives the firmware."""

    def __init__(self, real):
        for name in dir(real):
            if not name.startswith("__") and name != "print_exception":
                try:
                    setattr(self, name, getattr(real, name))
                except AttributeError:
                    pass  # ps1 and ps2 are there but unset
        self.stdin = self.stdout = self.stderr = Stream()
        self.platform = "rp2"
        self.argv = []
        self._real = real

    def print_exception(self, error, file=None):
        text = io.StringIO()
        self._real.print_exception(error, text)
        (file or self.stdout).write(text.getvalue())


def install(real):
    """Puts the console in place of the process's own streams."""
    system = System(real)
    real.modules["sys"] = system

    def show(*values, sep=" ", end="\n", file=None):
        (file or system.stdout).write(sep.join([str(value) for value in values]) + end)

    builtins.print = show
    return system
