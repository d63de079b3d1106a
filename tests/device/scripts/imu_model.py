# Drives the model of the LSM6DSO through everything it can do; prints checksums of what it gave.
import struct
from array import array

import plumbcore
from i2c_bus import I2CBus
from lsm6dso import LSM6DSO
from source import Still, Stream
from transducer import Transducer

now = 20000
edges = []


def bench(source, seed, trim):
    global now
    now = 20000
    edges.clear()
    part = Transducer(source, seed)
    part.set_typical()
    part.temperature = [(0, -500), (5000000, 2000), (60000000, 100)]
    imu = LSM6DSO(part, trim)
    imu.on_int1 = lambda level: edges.append((now, level))
    bus = I2CBus(lambda: now)
    bus.attach(0x6A, imu)
    return imu, bus


def write(bus, *values):
    bus.write(0x6A, bytes(values))


def read(bus, register, n):
    bus.write(0x6A, bytes([register]), False)
    data = bytearray(n)
    bus.read_into(0x6A, data)
    return data


def run(imu, bus, us, step):
    global now
    crc = 0
    end = now + us
    while now < end:
        event = imu.next_event_us()
        now = min(now + step, event) if event is not None else now + step
        imu.advance_to(now)
        low, high = read(bus, 0x3A, 2)
        data = read(bus, 0x78, 7 * (low | (high & 3) << 8))
        crc = plumbcore.crc32(data, crc)
        crc = plumbcore.crc32(read(bus, 0x1E, 16), crc)
    print(now, crc, len(edges), imu.fifo.lost, bus.busy_us)


moving = array("i", [(k * k * 7 + a * 1000003) % 3000000 - 1500000
                     for k in range(999) for a in range(6)])
for source in (Still(), Stream(moving, 10**12 << 6, 6667 * 1007000, 333333, True),
               Stream(moving, 20000, 1, 0, True)):
    for odr, gyr, acc, batch, rare in ((4, 0x0C, 4, 0x44, 6), (5, 0, 8, 0x34, 6 | 0x60),
                                       (3, 2, 0, 0x32, 6 | 0xB0), (6, 8, 12, 0x66, 1)):
        imu, bus = bench(source, odr, 7000 if odr != 5 else -12345)
        write(bus, 0x12, 0x44)
        write(bus, 0x10, odr << 4 | acc, odr << 4 | gyr)
        write(bus, 0x19, 0x20)
        write(bus, 0x0D, 0x38)
        write(bus, 0x07, 40, 0, batch, rare)
        run(imu, bus, 3000000, 70000)
        run(imu, bus, 8000000, 4000000)
        imu.freeze()
        run(imu, bus, 300000, 20000)
        imu.thaw()
        imu.transducer.stuck = {4: -1}
        imu.transducer.gyr_drift = [1000000, -5, 0]
        imu.transducer.changed()
        run(imu, bus, 300000, 20000)
        print(struct.unpack("<7h", read(bus, 0x20, 14)), edges[:3])
