"""Frames over a bad line: lost, doubled, reordered, truncated, damaged, mixed with text, and
reconnects in the middle.  What arrives is what was sent, and nothing that was whole is lost."""

import plumbcore
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

MAX = 80


def encode(number, payload):
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    return bytes(out[:plumbcore.frame_encode(out, plumbcore.EVENT, 9, 0, number & 0xFFFF,
                                             payload)])


class Line(RuleBasedStateMachine):
    """`queue` is what lies on the line: (bytes, number of the frame if it is whole, else None)."""

    def __init__(self):
        super().__init__()
        self.decoder = plumbcore.FrameDecoder(MAX)
        self.sent = []
        self.queue = []
        self.got = []
        self.expected = []
        # Whether the decoder is certainly outside a frame: then the next whole one must arrive.
        self.clean = True

    @rule(payload=st.binary(max_size=MAX))
    def send(self, payload):
        self.queue.append((encode(len(self.sent), payload), len(self.sent)))
        self.sent.append(payload)

    @rule(text=st.sampled_from([b">>> ", b"boot\r\n", b"a ~ b\r\n", b"~", b"}", b"\r\n"]))
    def say(self, text):
        self.queue.append((text, None))

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def lose(self, data):
        del self.queue[data.draw(st.integers(0, len(self.queue) - 1))]

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def double(self, data):
        at = data.draw(st.integers(0, len(self.queue) - 1))
        self.queue.insert(at, self.queue[at])

    @precondition(lambda self: len(self.queue) > 1)
    @rule(data=st.data())
    def swap(self, data):
        at = data.draw(st.integers(0, len(self.queue) - 2))
        self.queue[at:at + 2] = self.queue[at + 1], self.queue[at]

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def truncate(self, data):
        at = data.draw(st.integers(0, len(self.queue) - 1))
        piece = self.queue[at][0]
        cut = data.draw(st.integers(0, len(piece)))
        front = data.draw(st.booleans())
        self.queue[at] = (piece[cut:] if front else piece[:cut], None)

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def damage(self, data):
        at = data.draw(st.integers(0, len(self.queue) - 1))
        piece = bytearray(self.queue[at][0])
        if piece:
            piece[data.draw(st.integers(0, len(piece) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        self.queue[at] = (bytes(piece), None)

    @rule(step=st.integers(1, 200))
    def deliver(self, step):
        for piece, number in self.queue:
            if number is not None:
                if self.clean:
                    self.expected.append(number)
                # A whole frame leaves the decoder outside, or behind its own last delimiter.
            self._feed(piece, step)
            self._judge(piece, number)
        self.queue = []

    def _judge(self, piece, number):
        if number is not None:
            # Not clean before: its first delimiter may have ended something else.
            self.clean = self.clean or bool(self.got and self.got[-1] == number)
        elif b"~" in piece:
            self.clean = False
        if piece.endswith(b"\n"):
            self.clean = True

    def _feed(self, piece, step):
        for start in range(0, len(piece), step):
            part, pos = piece[start:start + step], 0
            while pos < len(part):
                pos = self.decoder.feed(part, pos)
                if self.decoder.status > 0:
                    number = self.decoder.reqid
                    assert bytes(self.decoder.payload) == self.sent[number], "a forged frame"
                    self.got.append(number)

    @rule()
    def reconnect(self):
        self.decoder = plumbcore.FrameDecoder(MAX)
        self.clean = True
        # The other side begins with a line end, as after any connect.
        self.queue.insert(0, (b"\r\n", None))

    @invariant()
    def all_that_had_to_arrive_did_in_order(self):
        rest = iter(self.got)
        missing = [number for number in self.expected if number not in rest]
        assert not missing, f"whole frames were lost: {missing}"


Line.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLine = Line.TestCase
