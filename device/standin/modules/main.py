# The stand-in's line: one command a line, one answer a line; samples follow as hex.
#
#   put S HEX      samples of S or L: int16 gx gy gz ax ay az, little-endian; answers how many fit
#   status S       room, samples given to the brace, samples repeated, words in the FIFO
#   identity S N   WHO_AM_I
#
# Anything else is answered by "error ...".  Ctrl-C leads to MicroPython's prompt.
import sys
from binascii import unhexlify

import standin

SENSORS = {"S": 0, "L": 1}


def answer(words):
    what, sensor = words[0], SENSORS[words[1]]
    if what == "put":
        return "%d" % standin.put(sensor, unhexlify(words[2]))
    if what == "status":
        return "%d %d %d %d" % standin.status(sensor)
    if what == "identity":
        standin.identity(sensor, int(words[2]))
        return "ok"
    raise ValueError(what)


def run():
    standin.start()
    while True:
        words = sys.stdin.readline().split()
        if words:
            try:
                print(answer(words))
            except (KeyError, ValueError, IndexError) as error:
                print("error", repr(error))


run()
