"""All attacks on a session, in any order, with the clinic at work in between."""

import plumbcore
from brace import cbor, commands
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plumbline.errors import LinkLost
from tapped import NONCE, Line, frame, frames


class SessionMachine(RuleBasedStateMachine):
    """A clinic, and an attacker who owns the line, in any order of moves: whatever the attacker
    does, the settings are those that the clinic set, and nothing false is believed."""

    @initialize()
    def start(self):
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.line = Line(Path(self.folder.name))
        self.brace = None
        self.expected = self.line.peer.config["dwell_s"]

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule()
    def opens(self):
        self.line.peer._clock += 1000  # any lock-out passes
        self.brace = self.line.open()

    @rule(value=st.integers(1, 600))
    def sets(self, value):
        if self.brace is None:
            return
        try:
            said = self.brace.config_set({"dwell_s": value})
        except LinkLost:
            self.brace = None
            return
        self.expected = value
        assert said["values"]["dwell_s"] == value

    @rule(pick=st.integers(0, 10**6))
    def replays(self, pick):
        if self.line.to_brace:
            self.line.send(b"~" + self.line.to_brace[pick % len(self.line.to_brace)])

    @rule(pick=st.integers(0, 10**6), bit=st.integers(0, 10**6))
    def forges(self, pick, bit):
        taken = [f for d in self.line.to_brace for f in frames(b"~" + d) if f[4]]
        if taken:
            kind, command, flags, request, payload = taken[pick % len(taken)]
            changed = bytearray(payload)
            changed[bit // 8 % len(changed)] ^= 1 << bit % 8
            self.line.send(frame(kind, command, bytes(changed), flags, request))

    @rule(value=st.integers(1, 600), flags=st.sampled_from([0, 1]))
    def demands(self, value, flags):
        payload = cbor.dumps({"dwell_s": value}) + bytes(20 * flags)
        answers = self.line.send(
            frame(plumbcore.REQUEST, commands.CONFIG_SET, payload, flags))
        assert all(a[0] == plumbcore.ERROR for a in answers)

    @rule(pick=st.integers(0, 10**6))
    def tells_the_host(self, pick):
        if self.brace and self.line.to_host:
            before = self.brace.link.forged
            self.line.peer.out += self.line.to_host[pick % len(self.line.to_host)]
            self.brace.link._answer(0, 0, 0)
            assert self.brace.event() is None and self.brace.link.forged >= before

    @rule()
    def guesses(self):
        self.line.peer._clock += 1000
        self.line.ask(commands.SESSION_OPEN, {"role": "clinic", "nonce": NONCE})
        said = self.line.ask(commands.SESSION_PROVE, {"proof": bytes(32)})
        assert said["kind"] == plumbcore.ERROR

    @rule()
    def waits(self):
        self.line.peer._clock += 5000  # past the session's end

    @invariant()
    def only_the_clinic_is_obeyed(self):
        if hasattr(self, "line"):
            assert self.line.peer.config["dwell_s"] == self.expected


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
