# Steady-state calls of the wire must not allocate (MicroPython only).
import plumbcore
from steady import allocated

out = bytearray(200)
payload = bytes(range(60))
decoder = plumbcore.FrameDecoder(100)


def turn(_):
    n = plumbcore.frame_encode(out, plumbcore.REQUEST, 1, 0, 5, payload)
    pos = decoder.feed(out, 0, n)
    return pos == n and decoder.payload[0] + decoder.status + decoder.kind


print(allocated(turn, 1000))
