# Steady-state calls of pipe, window and scores must not allocate (MicroPython only).
import gc
from array import array

import plumbcore

pipe = plumbcore.Pipe(104000, 104000)
window = plumbcore.Window()
samples = array("h", [5, -3, 2, 20, -30, 2049] * 13)
blocks = array("i", [0] * (2 * plumbcore.BLOCK_FIELDS))
vector = array("h", [0] * plumbcore.WINDOW_FIELDS)
weights, offsets, found = bytes(2 * 5 * 37), bytes(20), array("i", [0] * 5)


def turn():
    pipe.chunk(samples, 13, samples, 13, blocks)
    if window.push(blocks, 0):
        window.vector(vector)
        plumbcore.scores(weights, offsets, 10, vector, 3, found)


def grown(calls):
    before = gc.mem_alloc()
    for _ in range(calls):
        turn()
    return gc.mem_alloc() - before


turn()
gc.collect()
print(grown(300))
