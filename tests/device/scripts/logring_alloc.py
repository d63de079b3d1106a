# Steady-state calls of the log must not allocate (MicroPython only).
from array import array
from binascii import unhexlify

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

# Any point of P-256 will do: its base point.
POINT = (
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
)
flash = MappedFlash(b"\xff" * (12 * 4096))
log = plumbcore.Log(flash, "PL-0001", plumbcore.Seal(unhexlify(POINT)))
for i in range(300):
    turn(i)
print(allocated(lambda i: log.digest_ahead(True), 4), log.digest_ahead(True))
