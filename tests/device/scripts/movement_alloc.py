# Steady-state calls of pipe, window and scores must not allocate (MicroPython only).
from array import array

import plumbcore
from steady import allocated

pipe = plumbcore.Pipe(104000, 104000)
window = plumbcore.Window()
samples = array("h", [5, -3, 2, 20, -30, 2049] * 13)
blocks = array("i", [0] * (2 * plumbcore.BLOCK_FIELDS))
vector = array("h", [0] * plumbcore.WINDOW_FIELDS)
weights, offsets, found = bytes(2 * 5 * 37), bytes(20), array("i", [0] * 5)


def turn(_):
    pipe.chunk(samples, 13, samples, 13, blocks)
    if window.push(blocks, 0):
        window.vector(vector)
        plumbcore.scores(weights, offsets, 10, vector, 3, found)


print(allocated(turn, 300))
