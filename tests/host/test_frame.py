"""Frames: one encoding, no byte a REPL would act on, nothing lost between frames and text."""

import random
import zlib

import plumbcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

NEVER = bytes([1, 2, 3, 4, 5, 0x0A, 0x0D])
MAX = 600


def encode(payload=b"", kind=plumbcore.REQUEST, cmd=7, flags=0, reqid=1):
    out = bytearray(2 * (len(payload) + plumbcore.FRAME_OVERHEAD) + 2)
    return bytes(out[:plumbcore.frame_encode(out, kind, cmd, flags, reqid, payload)])


def split(stream, decoder=None, cuts=()):
    """Feeds `stream` in pieces cut at `cuts`; (frames, text with the bytes of non-frames)."""
    decoder = decoder or plumbcore.FrameDecoder(MAX)
    frames, text = [], bytearray()
    edges = [0, *sorted(cuts), len(stream)]
    raw = bytearray(2 * MAX + 100)
    for begin, end in zip(edges, edges[1:], strict=False):
        piece = stream[begin:end]
        pos = 0
        while pos < len(piece):
            new = decoder.feed(piece, pos)
            assert new > pos or decoder.status < 0
            text += piece[decoder.text_start:decoder.text_end]
            pos = new
            if decoder.status > 0:
                frames.append((decoder.kind, decoder.cmd, decoder.flags, decoder.reqid,
                               bytes(decoder.payload)))
            elif decoder.status < 0:
                text += raw[:decoder.dropped_into(raw)]
    return frames, bytes(text)


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1))
def test_crc32_is_zlibs(data, init):
    assert plumbcore.crc32(data) == zlib.crc32(data)
    assert plumbcore.crc32(data, init) == zlib.crc32(data, init)


@pytest.mark.req("WIRE-2")
@given(st.binary(max_size=MAX), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255),
       st.integers(0, 65535))
def test_a_frame_comes_back_and_carries_no_control_byte(payload, kind, cmd, flags, reqid):
    frame = encode(payload, kind, cmd, flags, reqid)
    assert not set(frame) & set(NEVER)
    assert frame[0] == frame[-1] == 0x7E and 0x7E not in frame[1:-1]
    assert split(frame) == ([(kind, cmd, flags, reqid, payload)], b"")


def test_layout_is_the_one_in_spec():
    frame = encode(b"AB", kind=2, cmd=0x41, flags=0, reqid=0x6261)
    body = bytes([0x11, 0x22 ^ 0x20, 0x41, 0, 0x61, 0x62, 2, 0]) + b"AB"
    stuffed = b"".join(bytes([0x7D, b ^ 0x20]) if b in NEVER + b"\x7D\x7E" else bytes([b])
                       for b in body + zlib.crc32(body).to_bytes(4, "little"))
    assert frame == b"\x7E" + stuffed + b"\x7E"


PIECE = st.one_of(
    st.binary(max_size=40).map(encode),
    st.binary(max_size=40).map(lambda b: b.replace(b"~", b"")),
    st.sampled_from([b">>> ", b"Traceback (most recent call last):\r\n", b"a ~ b\n", b"~\n",
                     b"}~}\r\n", b"\x04\x04>"]),
)


@pytest.mark.req("WIRE-4")
@given(st.lists(PIECE, max_size=12), st.lists(st.integers(0, 900), max_size=5))
def test_frames_between_text_all_arrive_and_text_is_whole(pieces, cuts):
    """Undamaged frames after whole lines always arrive, and every text byte is handed out."""
    stream, expected = b"", []
    for piece in pieces:
        if len(piece) > 12 and piece[0] == piece[-1] == 0x7E:
            expected.append(piece)
            stream += piece
        elif piece:
            stream += piece + b"\n"
    frames, text = split(stream, cuts=[c for c in cuts if c < len(stream)])
    assert [encode(f[4], *f[:4]) for f in frames] == expected
    rest = stream
    for frame in expected:
        rest = rest.replace(frame, b"", 1)
    assert text.replace(b"~", b"") == rest.replace(b"~", b"")


@given(st.binary(max_size=2000), st.lists(st.integers(0, 1999), max_size=5))
def test_hostile_bytes_never_hang_nor_forge(noise, cuts):
    decoder = plumbcore.FrameDecoder(MAX)
    frames, text = split(noise, decoder, [c for c in cuts if c < len(noise)])
    assert len(frames) == decoder.frames
    # What is accepted has one encoding, and the noise held it (in this core's version).
    for frame in frames:
        assert encode(frame[4], *frame[:4])[7:] in noise
    assert b"~" in noise or text == noise
    # Two delimiters and a frame later the decoder is in step again.
    assert split(b"\n~" + encode(b"ok"), decoder)[0][-1][4] == b"ok"


@given(st.binary(max_size=60), st.data())
def test_one_damaged_bit_costs_one_frame(payload, data):
    frame = bytearray(encode(payload, reqid=9))
    bit = data.draw(st.integers(0, 8 * len(frame) - 1))
    frame[bit // 8] ^= 1 << bit % 8
    frames, _ = split(encode(b"before") + bytes(frame) + encode(b"after"))
    payloads = [f[4] for f in frames]
    assert payloads[0] == b"before" and payloads[-1] == b"after"
    assert len(frames) <= 2, "a damaged frame was accepted"


@pytest.mark.parametrize("lost", [0, -1])
def test_a_lost_delimiter_costs_one_frame(lost):
    frame = encode(b"lost")
    damaged = frame[1:] if lost == 0 else frame[:-1]
    frames, _ = split(encode(b"1") + damaged + encode(b"2") + encode(b"3"))
    payloads = [f[4] for f in frames]
    assert payloads == sorted(payloads, key=[b"1", b"lost", b"2", b"3"].index)
    assert len(payloads) == 3 and payloads[0] == b"1" and payloads[-1] == b"3"


def test_too_long_is_said_once_and_the_next_frame_arrives():
    decoder = plumbcore.FrameDecoder(10)
    frames, text = split(encode(bytes(200), reqid=0x1234) + encode(b"ok"), decoder)
    assert [f[4] for f in frames] == [b"ok"]
    assert decoder.too_long == 1 and decoder.frames == 1


@pytest.mark.req("WIRE-6")
def test_other_versions_are_decoded_and_told_apart():
    frame = bytearray(encode(b"x"))
    for version, speaks in ((0x10, True), (0x1F, True), (0x20, False), (0xF0, False)):
        body = bytes([version]) + bytes([1, 7, 0, 1, 0, 1, 0]) + b"x"
        body += zlib.crc32(body).to_bytes(4, "little")
        frame = b"~" + b"".join(bytes([0x7D, b ^ 0x20]) if b in NEVER + b"}~" else bytes([b])
                                for b in body) + b"~"
        decoder = plumbcore.FrameDecoder(MAX)
        decoder.feed(frame)
        assert decoder.status > 0 and decoder.version == version and decoder.speaks is speaks


def test_sizes_are_refused_clearly():
    with pytest.raises(ValueError, match="too small"):
        plumbcore.frame_encode(bytearray(10), 1, 1, 0, 0, b"")
    with pytest.raises(ValueError, match="65535"):
        plumbcore.frame_encode(bytearray(10), 1, 1, 0, 0, bytes(65536))
    with pytest.raises(ValueError, match="max_payload"):
        plumbcore.FrameDecoder(65536)
    with pytest.raises(ValueError, match="start and end"):
        plumbcore.FrameDecoder(1).feed(b"abc", 2, 4)


def test_a_long_random_stream_in_random_pieces():
    rng = random.Random(4)
    sent = [rng.randbytes(rng.randrange(0, MAX)) for _ in range(200)]
    stream = b"".join(encode(p) + rng.choice([b"", b"log line\r\n"]) for p in sent)
    cuts = sorted(rng.sample(range(len(stream)), 300))
    frames, _ = split(stream, cuts=cuts)
    assert [f[4] for f in frames] == sent


def test_text_behind_fill_is_text_and_no_damage():
    decoder = plumbcore.FrameDecoder(MAX)
    frame = encode(b"ok")
    frames, text = split(frame + b"~~~a line\r\n" + frame + b"~" + frame, decoder)
    assert [payload for *_, payload in frames] == [b"ok"] * 3
    assert text == b"a line\r\n" and decoder.foreign == 0
