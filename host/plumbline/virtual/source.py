"""Motion sources: where a sensor model takes its motion from.

Pure Python in the common subset of CPython and MicroPython, integers only; no imports from the
package, so that the MicroPython unix port loads this very file.

A source has

    fill(out, first, n, num, den)   puts n samples, gx gy gz ax ay az each, into out[0:6n]
    version                         counts up whenever samples not yet taken may have changed

`out` is an array('i') of at least 6n; rates are in thousandths of a degree per second (mdps),
specific force in millionths of g (ug), in the sensor's own frame.  Sample k lies at k*num/den
microseconds after the power-on of the brace, so num/den is the sampling period: the sensor
model hands in the period its oscillator really has.
"""

from array import array

AXES = 6
SAMPLE_BYTES = 24


def _repeat(sample, out, to, n):
    """Copies one sample n times, from sample `to` of out."""
    for o in range(AXES * to, AXES * (to + n), AXES):
        out[o : o + AXES] = sample


class Still:
    """A sensor at rest, by default upright: +1 g on z.  `set` moves it from now on."""

    def __init__(self, acc_ug=(0, 0, 1000000), gyr_mdps=(0, 0, 0)):
        self.version = 0
        self.set(acc_ug, gyr_mdps)

    def set(self, acc_ug, gyr_mdps=(0, 0, 0)):
        self._sample = array("i", list(gyr_mdps) + list(acc_ug))
        self.version += 1

    def fill(self, out, first, n, num, den):
        _repeat(self._sample, out, 0, n)


class Stream:
    """Samples from memory, on a grid of num/den microseconds.

    data      array('i') of mdps and ug, six a sample
    num, den  the sampling period, in microseconds, as a fraction
    start_us  when sample 0 is played; rounded to the reader's next sample
    loop      begin again at the end; else the last attitude is held, with no rotation

    Before the start and after the end the first and last specific force are held and the rates
    are zero.  A reader with the same period gets the samples as they are; any other gets them
    interpolated linearly, which does not remove what the reader's rate cannot carry: render a
    stream for the rate that will be read (docs/motion.md).
    """

    def __init__(self, data, num, den, start_us=0, loop=False):
        self.data = data
        self.count = len(data) // AXES
        self.num = num
        self.den = den
        self.loop = loop
        self.version = 0
        self._piece = array("i", [0] * AXES)
        if self.count == 0:
            raise ValueError("a stream needs at least one sample")
        self.play_at(start_us)

    def play_at(self, start_us):
        """Plays the stream from its beginning at `start_us`."""
        self.start_us = start_us
        self.version += 1

    def end_us(self):
        """When the last sample is played, in microseconds."""
        return self.start_us + (self.count - 1) * self.num // self.den

    def _take(self, out, to, index, n):
        """Copies n samples from `index` to sample `to` of out: 0 <= index, index + n <= count."""
        out[AXES * to : AXES * (to + n)] = self.data[AXES * index : AXES * (index + n)]

    def _hold(self, out, to, index, n):
        piece = self._piece
        self._take(piece, 0, index, 1)
        piece[0] = piece[1] = piece[2] = 0
        _repeat(piece, out, to, n)

    def fill(self, out, first, n, num, den):
        if num * self.den == self.num * den:
            # The reader's first sample at or after the start takes sample 0.
            self._copy(out, first - -(-self.start_us * den // num), n)
        else:
            self._interpolate(out, first, n, num, den)

    def _copy(self, out, index, n):
        done = 0
        if index < 0:
            done = min(n, -index)
            self._hold(out, 0, 0, done)
        while done < n:
            at = index + done
            if at >= self.count:
                if not self.loop:
                    self._hold(out, done, self.count - 1, n - done)
                    return
                at %= self.count
            m = min(n - done, self.count - at)
            self._take(out, done, at, m)
            done += m

    def _interpolate(self, out, first, n, num, den):
        pair = array("i", [0] * (2 * AXES))
        mine = self.num * den
        for i in range(n):
            # Position on this stream's grid, in 1/1024 sample.
            at = (((first + i) * num - self.start_us * den) * self.den << 10) // mine
            self._copy(pair, at >> 10, 2)
            part = at & 1023
            for a in range(AXES):
                low = pair[a]
                out[AXES * i + a] = low + ((pair[AXES + a] - low) * part + 512 >> 10)


class FileStream(Stream):
    """A stream that stays in a file (docs/motion.md), for motions of hours.

    The file: 32 bytes of header, little-endian (`PLMOTION`, u32 version 1, u32 samples,
    u64 num, u64 den), then int32 gx gy gz ax ay az for each sample.
    """

    def __init__(self, path, start_us=0, loop=False):
        self._file = open(path, "rb")
        head = self._file.read(32)
        if len(head) != 32 or head[:8] != MAGIC or _unsigned(head, 8, 4) != 1:
            raise ValueError(path + " is not a motion stream of version 1: render it again")
        self.count = _unsigned(head, 12, 4)
        self.num = _unsigned(head, 16, 8)
        self.den = _unsigned(head, 24, 8)
        self.loop = loop
        self.version = 0
        self._piece = array("i", [0] * AXES)
        if self.count == 0:
            raise ValueError(path + " holds no sample")
        self.play_at(start_us)

    def _take(self, out, to, index, n):
        self._file.seek(32 + SAMPLE_BYTES * index)
        view = memoryview(out)[AXES * to : AXES * (to + n)]
        if self._file.readinto(view) != SAMPLE_BYTES * n:
            raise ValueError("a motion stream ends early: render it again")


MAGIC = b"PLMOTION"


def header(count, num, den):
    """The header of a stream file with `count` samples of period num/den microseconds."""
    return (
        MAGIC
        + (1).to_bytes(4, "little")
        + count.to_bytes(4, "little")
        + num.to_bytes(8, "little")
        + den.to_bytes(8, "little")
    )


def _unsigned(data, at, size):
    return int.from_bytes(data[at : at + size], "little")
