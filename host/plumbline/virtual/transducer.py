"""From true motion to the counts of one LSM6DSO: errors of the part, noise, scaling, saturation.

Pure Python in the common subset of CPython and MicroPython, integers only; no imports from the
package (see source.py).  Every sample is a function of its index, the settings and the seed
alone, whatever the order and the pieces in which it is asked for, so that runs repeat bit for
bit under either interpreter.

Samples come in blocks of 64, as words of the FIFO (7 bytes each): gyroscope then
accelerometer, 14 bytes a sample, tag counter = sample index modulo 4.

Order of the effects, as in the part: matrix (axis order, misalignment, scale), offset with its
temperature and ageing drift, noise, sensitivity, saturation at int16.  There is no separate
model of the low-pass filters: a source delivers what the filters let through (source.py).
"""

import struct
from array import array

BLOCK = 64
SAMPLE_WORDS = 14  # bytes of FIFO words that one sample makes
ONE = 1 << 20  # 1.0 in a matrix
NOISE_LEN = 8192
# The datasheet's typical noise.  In high-performance mode its density, udps and ug/sqrt(Hz); in
# normal and low-power mode its rms, whatever the data rate: of the gyroscope in udps, of the
# accelerometer in ug by its ng a count (2, 4, 8, 16 g).  Its bandwidth in thousandths of the data
# rate: the gyroscope's second low-pass (AN5192: 33.0 Hz at 104 Hz, in proportion from 26 to
# 208 Hz), the accelerometer's first one, and its second one where that is on (CTRL1_XL).
GYR_NOISE = 3800
ACC_NOISE = 110
GYR_BAND, ACC_BAND, ACC_BAND_LPF2 = 317, 500, 250
GYR_NORMAL_UDPS = 75000
ACC_NORMAL_UG = {61000: 1800, 122000: 2000, 244000: 2400, 488000: 3000}

# Tags with even parity over the byte, by tag counter: the gyroscope's 0x01, the accelerometer's.
GYR_TAG, ACC_TAG, TEMP_TAG, TIME_TAG = 1, 2, 3, 4


def tag_byte(sensor, count):
    """TAG_SENSOR[4:0] | TAG_CNT[1:0] | TAG_PARITY, the parity making the byte's ones even."""
    byte = sensor << 3 | (count & 3) << 1
    ones = 0
    for bit in range(8):
        ones += byte >> bit & 1
    return byte | ones & 1


_GYR_TAGS = [tag_byte(GYR_TAG, i) for i in range(4)]
_ACC_TAGS = [tag_byte(ACC_TAG, i) for i in range(4)]


def isqrt(value):
    """The integer part of a square root."""
    root = value
    after = (root + 1) >> 1
    while after < root:
        root = after
        after = (root + value // root) >> 1
    return root


def _within(density, num, den, band):
    """The deviation of noise of this density in samples of this period, in its unit less the root:
    density * sqrt(rate * band / 1000), the rate being 1e6*den/num Hz."""
    return density * isqrt(band * 1000 * den * 1000000 // num) // 1000 if density else 0


def _bell(seed):
    """NOISE_LEN numbers, nearly Gaussian (sums of eight even ones), of deviation 1024."""
    table = array("i", [0] * NOISE_LEN)
    state = (seed * 2654435761 + 12345) & 0xFFFFFFFF
    total = 0
    for i in range(NOISE_LEN):
        value = -8 * 2048
        for _ in range(8):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            value += state >> 20
        table[i] = value
        total += value
    mean = total // NOISE_LEN
    squares = 0
    for i in range(NOISE_LEN):
        table[i] -= mean
        squares += table[i] * table[i]
    deviation = isqrt(squares // NOISE_LEN)
    for i in range(NOISE_LEN):
        table[i] = table[i] * 1024 // deviation
    return table


class Transducer:
    """The errors of one part, and its cache of words.

    source        what moves it (source.py); may be replaced by `set_source`
    seed          of the noise
    gyr_noise     noise density in udps/sqrt(Hz), acc_noise in ug/sqrt(Hz), white in the
                  bandwidth above.  That is in high-performance mode; in normal mode as many
                  times the typical as here
    gyr_offset    three mdps at 25 degC, acc_offset three ug
    gyr_tempco    three udps/degC, acc_tempco three ng/degC
    gyr_drift     three udps a minute, counted from drift_from_us (ageing, or a fault)
    gyr_matrix    nine numbers, row by row, in units of 2^-20: output = matrix * true; None is
                  the identity.  acc_matrix the same.  Scale errors, misalignment, swapped axes.
    shake         rms of a vibration that the accelerometer feels besides, in ug on each axis,
                  aliased to noise (the motor's)
    temperature   [(microseconds, 1/256 degC above 25 degC), ...], joined by straight lines

    All default to a perfect part.  After changing one call `changed()`: words already in a FIFO
    stay as they were.  Faults: `frozen`, `stuck`.
    """

    def __init__(self, source, seed=1):
        self.source = source
        self.seed = seed
        self.gyr_noise = 0
        self.acc_noise = 0
        self.gyr_offset = (0, 0, 0)
        self.acc_offset = (0, 0, 0)
        self.gyr_tempco = (0, 0, 0)
        self.acc_tempco = (0, 0, 0)
        self.gyr_drift = (0, 0, 0)
        self.drift_from_us = 0
        self.gyr_matrix = None
        self.acc_matrix = None
        self.shake = 0
        self.temperature = [(0, 0)]
        self.frozen = None  # twelve bytes of counts that every sample repeats
        self.stuck = {}  # axis 0..5 (gx gy gz ax ay az): the count it is stuck at
        self._raw = array("i", [0] * (6 * BLOCK))
        self._bell = None
        self._noise = {}
        self._cache = {}
        self._seen = -1

    def set_source(self, source):
        """Takes the motion from another source from now on."""
        self.source = source
        self._seen = -1

    def changed(self):
        """To be called after an attribute was changed."""
        self._seen = -1

    def set_typical(self):
        """Gives the part errors as the datasheet's typical figures allow, drawn by its seed:
        noise 3.8 mdps/sqrt(Hz) and 110 ug/sqrt(Hz), offsets up to 1 dps and 20 mg, 10 mdps and
        0.1 mg per degC, sensitivity 1 %, cross-axis 0.5 %."""
        state = [(self.seed * 747796405 + 2891336453) & 0xFFFFFFFF]

        def draw(limit):
            state[0] = (state[0] * 1664525 + 1013904223) & 0xFFFFFFFF
            return ((state[0] >> 8) * (2 * limit + 1) >> 24) - limit

        def matrix():
            entries = []
            for i in range(9):
                entries.append(ONE + draw(ONE // 100) if i % 4 == 0 else draw(ONE // 200))
            return entries

        self.gyr_noise = GYR_NOISE
        self.acc_noise = ACC_NOISE
        self.gyr_offset = [draw(1000) for _ in range(3)]
        self.acc_offset = [draw(20000) for _ in range(3)]
        self.gyr_tempco = [draw(10000) for _ in range(3)]
        self.acc_tempco = [draw(100000) for _ in range(3)]
        self.gyr_matrix = matrix()
        self.acc_matrix = matrix()
        self.changed()

    def temperature_at(self, t_us):
        """1/256 degC above 25 degC, as OUT_TEMP gives it."""
        t0, c0 = self.temperature[0]
        for t1, c1 in self.temperature:
            if t_us < t1:
                return c0 + (c1 - c0) * (t_us - t0) // (t1 - t0) if t_us > t0 else c0
            t0, c0 = t1, c1
        return c0

    def forget(self):
        """Drops the words kept, which are made anew, the same, when they are asked for."""
        self._cache = {}

    def words(self, index, num, den, gyr_lsb, acc_lsb, gyr_normal=False, acc_normal=False,
              acc_band=ACC_BAND):
        """The FIFO words of samples 64*index to 64*index + 63: a bytearray of 896, not to be
        changed.  num/den is the sampling period in us, gyr_lsb in udps, acc_lsb in ng a count;
        gyr_normal, acc_normal: in normal or low-power mode; acc_band: else."""
        if self._seen != self.source.version:
            self.forget()
            self._seen = self.source.version
        key = (index, num, gyr_lsb, acc_lsb, gyr_normal, acc_normal, acc_band)
        words = self._cache.get(key)
        if words is None:
            if len(self._cache) >= 4:
                self.forget()
            words = self._cache[key] = bytearray(BLOCK * SAMPLE_WORDS)
            raw = self._raw
            self.source.fill(raw, BLOCK * index, BLOCK, num, den)
            if self.gyr_matrix:
                _apply(self.gyr_matrix, raw, 0)
            if self.acc_matrix:
                _apply(self.acc_matrix, raw, 3)
            if self.shake:
                self._shake(raw, index)
            if gyr_normal:
                deviation = GYR_NORMAL_UDPS * self.gyr_noise // GYR_NOISE
            else:
                deviation = _within(self.gyr_noise, num, den, GYR_BAND)
            gyr_noise = self._noise_table(deviation)
            if acc_normal:
                deviation = 1000 * ACC_NORMAL_UG[acc_lsb] * self.acc_noise // ACC_NOISE
            else:
                deviation = _within(1000 * self.acc_noise, num, den, acc_band)
            acc_noise = self._noise_table(deviation)
            self._convert(raw, words, index, num, den, gyr_lsb, acc_lsb, gyr_noise, acc_noise)
            if self.stuck or self.frozen:
                self._spoil(words)
        return words

    def _offsets(self, t_us):
        """Offsets at a time, gx gy gz in udps and ax ay az in ng."""
        above = self.temperature_at(t_us)
        drifting = max(0, t_us - self.drift_from_us)
        result = []
        for i in range(3):
            drift = self.gyr_drift[i] * drifting // 60000000
            result.append(self.gyr_offset[i] * 1000 + self.gyr_tempco[i] * above // 256 + drift)
        for i in range(3):
            result.append(self.acc_offset[i] * 1000 + self.acc_tempco[i] * above // 256)
        return result

    def _bell_table(self):
        if self._bell is None:
            self._bell = _bell(self.seed)
        return self._bell

    def _place(self, index):
        """Where in a table of noise a block begins: scattered, but always the same."""
        place = (index * 2654435761 + self.seed * 40503 + 374761393) & 0xFFFFFFFF
        place = (place ^ place >> 15) * 2246822519 & 0xFFFFFFFF
        return (place >> 8) % (NOISE_LEN - 6 * BLOCK)

    def _shake(self, raw, index):
        bell = self._bell_table()
        j = self._place(index + 1000003)
        for o in range(3, 6 * BLOCK, 6):
            raw[o] += bell[j] * self.shake >> 10
            raw[o + 1] += bell[j + 1] * self.shake >> 10
            raw[o + 2] += bell[j + 2] * self.shake >> 10
            j += 3

    def _noise_table(self, deviation):
        """Noise of this deviation, in its unit."""
        table = self._noise.get(deviation)
        if table is None:
            table = array("i", [0] * NOISE_LEN)
            if deviation:
                bell = self._bell_table()
                for i in range(NOISE_LEN):
                    table[i] = bell[i] * deviation + 512 >> 10
            if len(self._noise) >= 4:
                self._noise = {}
            self._noise[deviation] = table
        return table

    def _convert(self, raw, words, index, num, den, gyr_lsb, acc_lsb, gyr_noise, acc_noise):
        j = self._place(index)
        ogx, ogy, ogz, oax, oay, oaz = self._offsets((BLOCK * index + BLOCK // 2) * num // den)
        # Half a count more, so that the division rounds to nearest.
        half = gyr_lsb >> 1
        ogx += half
        ogy += half
        ogz += half
        half = acc_lsb >> 1
        oax += half
        oay += half
        oaz += half
        gyr_tags = _GYR_TAGS
        acc_tags = _ACC_TAGS
        pack_into = struct.pack_into
        o = 0
        w = 0
        for i in range(BLOCK):
            gx = (raw[o] * 1000 + gyr_noise[j] + ogx) // gyr_lsb
            gy = (raw[o + 1] * 1000 + gyr_noise[j + 1] + ogy) // gyr_lsb
            gz = (raw[o + 2] * 1000 + gyr_noise[j + 2] + ogz) // gyr_lsb
            ax = (raw[o + 3] * 1000 + acc_noise[j + 3] + oax) // acc_lsb
            ay = (raw[o + 4] * 1000 + acc_noise[j + 4] + oay) // acc_lsb
            az = (raw[o + 5] * 1000 + acc_noise[j + 5] + oaz) // acc_lsb
            if not -32768 <= gx <= 32767:
                gx = 32767 if gx > 0 else -32768
            if not -32768 <= gy <= 32767:
                gy = 32767 if gy > 0 else -32768
            if not -32768 <= gz <= 32767:
                gz = 32767 if gz > 0 else -32768
            if not -32768 <= ax <= 32767:
                ax = 32767 if ax > 0 else -32768
            if not -32768 <= ay <= 32767:
                ay = 32767 if ay > 0 else -32768
            if not -32768 <= az <= 32767:
                az = 32767 if az > 0 else -32768
            t = i & 3
            pack_into("<BhhhBhhh", words, w, gyr_tags[t], gx, gy, gz, acc_tags[t], ax, ay, az)
            o += 6
            j += 6
            w += 14

    def _spoil(self, words):
        for w in range(0, BLOCK * SAMPLE_WORDS, SAMPLE_WORDS):
            if self.frozen:
                words[w + 1 : w + 7] = self.frozen[0:6]
                words[w + 8 : w + 14] = self.frozen[6:12]
            for axis in self.stuck:
                at = w + 1 + 2 * axis if axis < 3 else w + 2 + 2 * axis
                struct.pack_into("<h", words, at, self.stuck[axis])


def _apply(matrix, raw, first):
    """raw[axis] = matrix * raw[axis] for the three axes from `first` of every sample."""
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = matrix
    half = ONE >> 1
    for o in range(first, 6 * BLOCK, 6):
        x = raw[o]
        y = raw[o + 1]
        z = raw[o + 2]
        raw[o] = (m0 * x + m1 * y + m2 * z + half) >> 20
        raw[o + 1] = (m3 * x + m4 * y + m5 * z + half) >> 20
        raw[o + 2] = (m6 * x + m7 * y + m8 * z + half) >> 20
