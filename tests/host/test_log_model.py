"""The log ring against a plain list, through the host's binding: appends, flushes, power cuts in
any flash operation, reboots, reading, acknowledging, filling up."""

import random

import plumbcore
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from plumbcore import SUMMARY
from plumbcore.flash import PAGE, SECTOR, MemoryFlash
from plumbline import segments

SECTORS = 9
KIND = 50


class PowerCut(Exception):
    pass


class CutFlash(MemoryFlash):
    """Loses power at the operation number `cut_at` from now; each page is programmed once."""

    def __init__(self, sectors):
        super().__init__(sectors)
        self.cut_at = None
        self.rng = random.Random(1)
        self.dead = False

    def _operate(self, at, wanted):
        if self.dead:
            raise PowerCut
        if self.cut_at is not None:
            self.cut_at -= 1
            if self.cut_at < 0:
                done = self.rng.randrange(len(wanted) + 1)
                rest = self.rng.choice([self.data[at + done:at + len(wanted)],
                                        self.rng.randbytes(len(wanted) - done)])
                wanted = bytes(wanted[:done]) + bytes(rest)
                self.dead = True
        self.data[at:at + len(wanted)] = wanted
        if self.dead:
            raise PowerCut

    def readblocks(self, block, buf, offset=0):
        if self.dead:
            raise PowerCut
        super().readblocks(block, buf, offset)

    def writeblocks(self, block, buf, offset=None):
        at = SECTOR * block + offset
        assert len(buf) == PAGE and offset % PAGE == 0
        assert self.data[at:at + PAGE] == b"\xff" * PAGE, "a page was programmed twice"
        self._operate(at, bytes(buf))

    def ioctl(self, op, arg):
        if op == 6:
            self._operate(SECTOR * arg, b"\xff" * SECTOR)
            return 0
        return super().ioctl(op, arg)


class LogAgainstList(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.flash = CutFlash(SECTORS)
        self.log = plumbcore.Log(self.flash, "PL-7")
        self.written = []  # bodies in order
        self.flushed = 0  # of these, how many must be there
        self.t_cs = 0
        self.cuts = 0

    def _boot(self):
        self.flash.cut_at, self.flash.dead = None, False
        self.log = plumbcore.Log(self.flash, "PL-7")
        self.t_cs = 0

    def _stored(self):
        """What the log holds, read from a copy of its partition."""
        reading = segments.read_partition(bytes(self.flash.data))
        return [record.body for record in reading.records]

    def _settle(self):
        """After a cut: what is there, of what was not promised, is there for good."""
        stored = self._stored()
        last = self.written.index(stored[-1]) + 1 if stored else self.flushed
        assert last >= self.flushed, "a flushed record is gone"
        self.written = self.written[:last]
        self.flushed = last

    def _try(self, call):
        try:
            call()
        except PowerCut:
            self.cuts += 1
            self._boot()
            self._settle()
            return False
        return True

    @rule(length=st.integers(4, 150), pause=st.integers(0, 10**6))
    def append(self, length, pause):
        self.t_cs += pause
        body = len(self.written).to_bytes(4, "little") * (length // 4)
        self.written.append(body)
        self._try(lambda: self.log.append(KIND, 1, self.t_cs, body))

    @rule()
    def flush(self):
        if self._try(self.log.flush):
            self.flushed = len(self.written)

    @rule()
    def close(self):
        if self._try(self.log.close):
            self.flushed = len(self.written)

    @rule(n=st.integers(1, 40))
    def fill(self, n):
        for _ in range(n):
            self.append(120, 100)

    @rule(after=st.integers(0, 25), seed=st.integers(0, 2**32))
    def cut_soon(self, after, seed):
        self.flash.rng = random.Random(seed)
        self.flash.cut_at = after

    @rule()
    def reboot(self):
        self.flash.cut_at, self.flash.dead = None, False
        self._try(self._boot)
        self._settle()

    @precondition(lambda self: self.log.next > 0)
    @rule(back=st.integers(0, 3))
    def acknowledge(self, back):
        before = self.log.acked
        upto = max(0, self.log.next - back)
        if self._try(lambda: self.log.acknowledge(SUMMARY, upto)):
            assert before <= self.log.acked <= max(upto, before)

    @rule()
    def cut_in_recovery(self):
        """Cut, then cut every operation of the next mounts, until one passes."""
        for operation in range(30):
            self.flash.cut_at, self.flash.dead = operation, False
            try:
                self.log = plumbcore.Log(self.flash, "PL-7")
            except PowerCut:
                self.cuts += 1
                continue
            break
        self._boot()
        self._settle()

    @invariant()
    def what_is_stored_is_a_run_of_the_list(self):
        stored = self._stored()
        if not stored:
            assert self.flushed == 0 or self.log.lost or self.log.acked
            return
        first = self.written.index(stored[0])
        assert stored == self.written[first:first + len(stored)]
        assert first + len(stored) >= self.flushed, "a flushed record is gone"
        if self.log.lost == 0 and self.log.acked == 0:
            assert first == 0, "something unacknowledged was given up in secret"


LogAgainstList.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
TestLogAgainstList = LogAgainstList.TestCase
