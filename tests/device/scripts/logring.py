# Appends, flushes, reboots, reads and acknowledges; prints what happened. Runs on both Pythons.
from array import array

import plumbcore
from plumbcore import RAW, SUMMARY
from ramflash import RamFlash

flash = RamFlash(14)
log = plumbcore.Log(flash, "PL-0001")
log.identify(104123, 103877, 0xC0FFEE00, 7)
log.anchor(0, 1763690000123)
seed = 1
t_cs = 0
index = 0
page = bytearray(4096)


def dice(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return (seed >> 8) % n


def show(what):
    print(what, log.boot, log.level, log.total, log.free, log.unacked, log.unacked_raw, log.lost,
          log.lost_raw, log.acked, log.acked_raw, log.next, log.next_raw, log.erases, log.faults,
          log.restored, log.torn, log.unusable)


def fetch():
    log.close()
    for stream in (SUMMARY, RAW):
        for start, again in ((0, False), (3, True)):
            n = log.digests(stream, start, 0xFFFFFFFF, again, page)
            print(stream, n, plumbcore.crc32(memoryview(page)[:n]), log.digest_ahead(True))
        found = log.find(stream, 0)
        while found:
            sequence, length, _, _ = found
            n = log.read(stream, sequence, 0, page)
            print(stream, found, n, plumbcore.crc32(memoryview(page)[:n]))
            found = log.find(stream, sequence + 1)
            if dice(2):
                log.acknowledge(stream, sequence + 1)


show("blank")
for turn in range(400):
    t_cs += dice(500)
    kind = dice(20)
    if kind < 10:
        log.append(1 + dice(9), 1, t_cs, bytes([turn & 255] * dice(40)))
    elif kind < 12:
        log.flush()
    elif kind < 18:
        n = 18 + dice(5)
        s = array("h", [dice(900) * (i % 6) for i in range(6 * n)])
        log.raw(t_cs, index, s, n, s, n - 1)
        index += n
    elif turn % 80 == 79:
        log = plumbcore.Log(flash, "PL-0001")
        t_cs = index = 0
        show("boot")
    if turn % 130 == 129:
        fetch()
        show("fetched")
print(plumbcore.crc32(flash.data), flash.erased, flash.programmed)

for call in (lambda: log.append(1, 1, 0, bytes(153)), lambda: log.append(1, 8, t_cs, b""),
             lambda: log.raw(t_cs, 0, b"", 1, b"", 0), lambda: log.acknowledge(2, 0),
             lambda: plumbcore.Log(RamFlash(7)), lambda: plumbcore.Log(flash, "x" * 17),
             lambda: log.read(SUMMARY, 10**6, 0, page)):
    try:
        print(call())
    except ValueError as error:
        print(error)
log.wipe()
show("wiped")
print(log.find(SUMMARY, 0), log.find(RAW, 0))

params = plumbcore.Params(flash, 0, 4096)
print(params.load(page), params.sequence, params.damaged)
for size in (0, 1, 300, 4076):
    params.store(bytes([size & 255]) * size)
    print(params.load(page), params.sequence, page[:3], plumbcore.crc32(flash.data))
try:
    params.store(bytes(4077))
except ValueError as error:
    print(error)
