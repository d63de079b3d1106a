"""Stand-in for MicroPython's `select`, on virtual time: polls the console of world.py."""

from world import LOOK_US, world

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16


class poll:
    """Registered objects have ready(events) -> events."""

    def __init__(self):
        self._entries = []

    def register(self, stream, events=POLLIN | POLLOUT):
        self.unregister(stream)
        self._entries.append([stream, events])

    def unregister(self, stream):
        self._entries = [entry for entry in self._entries if entry[0] is not stream]

    def modify(self, stream, events):
        self.register(stream, events)

    def _ready(self):
        found = []
        for stream, events in self._entries:
            events = stream.ready(events)
            if events:
                found.append((stream, events))
        return found

    def poll(self, ms=-1):
        world.advance(LOOK_US)
        world.wait(ms * 1000 if ms >= 0 else -1, self._ready)
        return self._ready()

    def ipoll(self, ms=-1, flags=0):
        return iter(self.poll(ms))
