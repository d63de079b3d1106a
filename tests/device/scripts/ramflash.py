# A block device of NOR flash in RAM, for tests on both Pythons.


class RamFlash:
    def __init__(self, sectors, data=None):
        self.data = data if data is not None else bytearray(b"\xff" * (4096 * sectors))
        self.view = memoryview(self.data)
        self.sectors = sectors
        self.erased = 0
        self.programmed = 0

    def readblocks(self, block, buf, offset=0):
        at = 4096 * block + offset
        buf[:] = self.view[at:at + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self.ioctl(6, block)
            offset = 0
        at = 4096 * block + offset
        data = self.data
        for i in range(len(buf)):
            data[at + i] &= buf[i]
        self.programmed += 1

    def ioctl(self, op, arg):
        if op == 4:
            return self.sectors
        if op == 5:
            return 4096
        if op == 6:
            at = 4096 * arg
            for i in range(at, at + 4096):
                self.data[i] = 0xFF
            self.erased += 1
        return 0
