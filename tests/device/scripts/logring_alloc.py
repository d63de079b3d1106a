# Steady-state calls of the log must not allocate (MicroPython only).
from array import array

import plumbcore
from steady import allocated


class MappedFlash(bytearray):
    # Like rp2.Flash: offers its contents as a buffer, and none of its calls allocates.
    def writeblocks(self, block, buf, offset=0):
        at = 4096 * block + offset
        for i in range(len(buf)):
            self[at + i] = buf[i]

    def ioctl(self, op, arg):
        if op == 4:
            return 12
        if op == 5:
            return 4096
        for i in range(4096 * arg, 4096 * arg + 4096):
            self[i] = 0xFF


flash = MappedFlash(b"\xff" * (12 * 4096))
log = plumbcore.Log(flash, "PL-0001")
body = bytes(26)
samples = array("h", [7 * i % 90 for i in range(126)])


def turn(i):
    log.append(1, 1, i, body)
    log.raw(i, 21 * i, samples, 21, samples, 21)
    if i % 4 == 0:
        log.flush()
    return log.level


turn(0)
log.close()
print(allocated(turn, 300), log.next_raw > 1, log.next > 0)
