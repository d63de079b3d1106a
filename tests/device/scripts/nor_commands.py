# Many commands to a flash chip, torn ones among them: what is left and how long it took.
import hashlib

import nor

state = 1


def draw(n):
    global state
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return (state >> 8) % n


for tear in range(nor.ANY + 1):
    chip = nor.Nor(bytearray(b"\xff" * 32 * nor.SECTOR), tear)
    chip.tear = tear
    told = []
    chip.on_change = lambda address, data: told.append((address, data))  # noqa: B023
    chip.on_cut = lambda: told.append("cut")  # noqa: B023
    chip.stick(5000, 0x18)
    us = 0
    for _ in range(200):
        if draw(10) == 0:
            chip.cut_in(1 + draw(3))
        kind = draw(20)
        if kind == 0:
            us += chip.erase(nor.BLOCK * draw(2), nor.BLOCK)
        elif kind < 6:
            us += chip.erase(nor.SECTOR * draw(32), nor.SECTOR)
        else:
            page = bytes(draw(256) for _ in range(1 + draw(nor.PAGE)))
            us += chip.program(nor.PAGE * draw(512), page)
        if chip.dead:
            chip.power_on()
    chip.slowest()
    us += chip.erase(0, nor.SECTOR)
    data = bytes(chip.data)
    sums = [sum(data[i : i + 4096]) for i in range(0, len(data), 4096)]
    told = [what if what == "cut" else (what[0], sum(what[1])) for what in told]
    print(tear, chip.operations, us, sorted(chip.erases.items()), sums)
    print(hashlib.sha256(data).digest()[:4], told)
for wrong in (lambda: chip.program(255, b"12"), lambda: chip.erase(256, nor.SECTOR),
              lambda: chip.erase(32 * nor.SECTOR, nor.SECTOR), lambda: chip.erase(0, 512),
              lambda: chip.stick(32 * nor.SECTOR, 1)):  # fmt: skip
    try:
        wrong()
    except ValueError as error:
        print(error)
