# Steady-state calls of the wire must not allocate (MicroPython only).
import gc

import plumbcore

out = bytearray(200)
payload = bytes(range(60))
decoder = plumbcore.FrameDecoder(100)


def turn():
    n = plumbcore.frame_encode(out, plumbcore.REQUEST, 1, 0, 5, payload)
    pos = decoder.feed(out, 0, n)
    return pos == n and decoder.payload[0] + decoder.status + decoder.kind


def grown(calls):
    before = gc.mem_alloc()
    for _ in range(calls):
        turn()
    return gc.mem_alloc() - before


turn()
gc.collect()
print(grown(1000))
