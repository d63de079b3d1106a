# Logs sealed to the point in the first argument over three starts; prints the flash in hex.
import sys
from array import array
from binascii import hexlify, unhexlify

import plumbcore
from ramflash import RamFlash

flash = RamFlash(24)
number = index = 0
for _ in range(3):
    seal = plumbcore.Seal(unhexlify(sys.argv[1]))
    log = plumbcore.Log(flash, "PL-0001", seal)
    for t_cs in range(60):
        log.append(40, 1, t_cs, b"wearer %04d" % number)
        number += 1
        samples = array("h", [(index * 7919 + i * 104729) % 3001 - 1500 for i in range(120)])
        log.raw(t_cs, index, samples, 20, samples, 0)
        index += 20
    log.raw_flush()
    log.flush()
log.close()
# What is remembered of its segments is what they are.
while log.digest_ahead(True):
    pass
entries = [bytearray(22 * 8), bytearray(22 * 8)]
for again in range(2):
    n = log.digests(plumbcore.SUMMARY, 0, 0xFFFFFFFF, bool(again), entries[again])
    assert n >= 22 * 3
assert entries[0] == entries[1]
try:
    plumbcore.Log(flash, "PL-0001", 5)
except TypeError:
    for block in range(24):
        sector = bytearray(4096)
        flash.readblocks(block, sector, 0)
        print(hexlify(sector).decode())
