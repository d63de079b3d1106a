"""How the LSM6DSO model samples and batches (lsm6dso.py): rates, scales, start-up, FIFO words.

Pure Python in the common subset of CPython and MicroPython, integers only.
"""

import struct

try:
    from plumbline.virtual.fifo import DEPTH, Fifo
    from plumbline.virtual.transducer import (
        ACC_BAND,
        ACC_BAND_LPF2,
        ACC_TAG,
        BLOCK,
        GYR_TAG,
        SAMPLE_WORDS,
        TEMP_TAG,
        TIME_TAG,
        tag_byte,
    )
except ImportError:  # MicroPython, where this folder itself is on the path
    from fifo import DEPTH, Fifo
    from transducer import (
        ACC_BAND,
        ACC_BAND_LPF2,
        ACC_TAG,
        BLOCK,
        GYR_TAG,
        SAMPLE_WORDS,
        TEMP_TAG,
        TIME_TAG,
        tag_byte,
    )

BASE_HZ = 6667  # the oscillator's nominal rate, of which all data rates are halvings
GYR_SETTLE_US = 70000
US = 1000000000000  # ticks in t microseconds: t * rate // US, the rate including the trim in ppm

GYR_LSB_UDPS = (8750, 17500, 35000, 70000)  # by FS_G: 250, 500, 1000, 2000 dps
GYR_LSB_125 = 4375
ACC_LSB_NG = (61000, 488000, 122000, 244000)  # by FS_XL: 2, 16, 4, 8 g

FIFO_CTRL1 = 0x07
FIFO_CTRL2 = 0x08
FIFO_CTRL3 = 0x09
FIFO_CTRL4 = 0x0A
COUNTER_BDR_REG1 = 0x0B
COUNTER_BDR_REG2 = 0x0C
CTRL1_XL = 0x10
CTRL2_G = 0x11
CTRL4_C = 0x13
CTRL6_C = 0x15
CTRL7_G = 0x16
CTRL8_XL = 0x17
CTRL10_C = 0x19


def _rate_shift(code, slowest):
    """A rate code as halvings of BASE_HZ; None is off.  Code 11 means `slowest`."""
    if code == 0 or code > 11:
        return None
    return slowest if code == 11 else 10 - code


class Sampling:
    """The part behind the registers; the register file `_reg` is the derived class's."""

    def __init__(self, transducer, trim_ppm):
        self.transducer = transducer
        self.trim_ppm = trim_ppm
        self.fifo = Fifo()
        self._rate = BASE_HZ * (1000000 + trim_ppm)
        self._tick = 0
        self._time_zero = 0  # of the timestamp counter, in its units
        self._stop()

    def period(self, shift):
        """The sampling period (num, den), in microseconds, at BASE_HZ halved `shift` times;
        104 Hz is 6.  What source.py and transducer.py call num and den."""
        return US << shift, self._rate

    def _time_of(self, tick):
        """When a tick has come, in whole microseconds."""
        return -(-tick * US // self._rate)

    def _stop(self):
        """Both sensors in power-down, nothing counted."""
        self._gyr_shift = self._acc_shift = None
        self._gyr_start = self._acc_start = self._gyr_settled = self._acc_settled = 0
        self._bdr_count = 0
        self._bdr_flag = False
        self.fifo.clear()

    def _plan(self, reg):
        """Works out from the registers what is sampled and batched when."""
        gyr = _rate_shift(reg[CTRL2_G] >> 4, None) if not reg[CTRL4_C] & 0x40 else None
        acc = _rate_shift(reg[CTRL1_XL] >> 4, 9)
        if gyr is not None and self._gyr_shift is None:
            self._gyr_start = self._tick
            self._gyr_settled = self._tick + GYR_SETTLE_US * self._rate // US
        if acc is not None and self._acc_shift is None:
            self._acc_start = self._tick
            self._acc_settled = ((self._tick >> acc) + 2) << acc
        self._gyr_shift = gyr
        self._acc_shift = acc
        # XL_HM_MODE and G_HM_MODE end high performance; above 208 Hz there is nothing else.
        self._gyr_normal = reg[CTRL7_G] & 0x80 != 0 and gyr is not None and gyr >= 5
        self._acc_normal = reg[CTRL6_C] & 0x10 != 0 and acc is not None and acc >= 5
        # LPF2_XL_EN; HPCF_XL of CTRL8_XL stays 0 for us, a quarter of the data rate.
        self._acc_band = ACC_BAND_LPF2 if reg[CTRL1_XL] & 2 else ACC_BAND
        self._gyr_lsb = GYR_LSB_125 if reg[CTRL2_G] & 2 else GYR_LSB_UDPS[reg[CTRL2_G] >> 2 & 3]
        scale = reg[CTRL1_XL] >> 2 & 3
        self._acc_lsb = ACC_LSB_NG[0 if scale == 1 and reg[CTRL8_XL] & 2 else scale]

        def batch(code, shift, slowest):
            code = _rate_shift(code, slowest)
            return None if code is None or shift is None else max(code, shift)

        self._gyr_batch = batch(reg[FIFO_CTRL3] >> 4, gyr, 10)
        self._acc_batch = batch(reg[FIFO_CTRL3] & 15, acc, 12)
        temp = reg[FIFO_CTRL4] >> 4 & 3
        running = gyr is not None or acc is not None
        self._temp_batch = (None, 12, 9, 7)[temp] if running else None
        rates = [r for r in (self._gyr_batch, self._acc_batch, self._temp_batch) if r is not None]
        self._slot = min(rates) if rates else 0
        self._time_every = (0, 1, 8, 32)[reg[FIFO_CTRL4] >> 6]
        if not reg[CTRL10_C] & 0x20:
            self._time_every = 0
        self._words_per_slot = len(rates) + (1 if self._time_every else 0)
        # The quick way: both parts in every slot, each sample batched.
        self._paired = gyr == acc == self._gyr_batch == self._acc_batch == self._slot
        fifo = self.fifo
        fifo.watermark = reg[FIFO_CTRL1] | (reg[FIFO_CTRL2] & 1) << 8
        fifo.stop_on_watermark = reg[FIFO_CTRL2] & 0x80 != 0
        if fifo.mode != reg[FIFO_CTRL4] & 7:
            fifo.set_mode(reg[FIFO_CTRL4] & 7)
        self._batching = bool(rates) and fifo.open()
        self._bdr_limit = (reg[COUNTER_BDR_REG1] & 7) << 8 | reg[COUNTER_BDR_REG2]
        self._drdy_mask = reg[CTRL4_C] & 8 != 0
        self._bdr_of_gyr = reg[COUNTER_BDR_REG1] & 0x20 != 0
        self._time_on = reg[CTRL10_C] & 0x20 != 0

    def _words(self, shift, block):
        num, den = self.period(shift)
        return self.transducer.words(
            block, num, den, self._gyr_lsb, self._acc_lsb, self._gyr_normal, self._acc_normal,
            self._acc_band,
        )

    def _sample_until(self, t_us):
        """Takes the samples up to t_us.  Whether the oscillator ticked."""
        tick = t_us * self._rate // US
        if tick <= self._tick:
            return False
        if self._batching:
            self._batch(self._tick, tick)
        self._tick = tick
        return True

    def _next_batch_tick(self, enabled):
        """A tick before which no flag of the FIFO can rise."""
        slots = 1000000
        fifo = self.fifo
        per_slot = self._words_per_slot
        if enabled & 0x08 and fifo.watermark > fifo.count:
            slots = -(-(fifo.watermark - fifo.count) // per_slot)
        if enabled & 0x30:
            slots = min(slots, max(1, (fifo.limit() - fifo.count) // per_slot))
        if enabled & 0x40 and self._bdr_limit:
            slots = min(slots, self._bdr_limit - self._bdr_count)
        return ((self._tick >> self._slot) + slots) << self._slot

    def _batch(self, since, until):
        """Fills the FIFO with the slots after tick `since` up to tick `until`."""
        slot = self._slot
        at = (since >> slot) + 1
        last = until >> slot
        if self._bdr_limit:
            shift = self._gyr_batch if self._bdr_of_gyr else self._acc_batch
            if shift is not None:
                self._bdr_count += (until >> shift) - (since >> shift)
                if self._bdr_count >= self._bdr_limit:
                    self._bdr_flag = True
                    self._bdr_count %= self._bdr_limit
        # What would be lost anyway is only counted; every slot brings a word at least.
        skip = last - at + 1 - DEPTH
        if skip > 0 and self.fifo.mode != 1:
            self._lose(at, at + skip - 1)
            at += skip
        settled = max(self._gyr_settled, self._acc_settled) >> slot
        while at <= last:
            if self.fifo.stopped():
                self._lose(at, last)
                return
            if self._paired and at > settled and self._temp_batch is None:
                end = last
                if self._time_every:
                    end = min(last, -(-at // self._time_every) * self._time_every)
                self._push_pairs(at, end)
                at = end + 1
                if self._time_every and end % self._time_every == 0:
                    self._push_time(end)
            else:
                self._push_slot(at)
                at += 1

    def _lose(self, at, last):
        """Counts the words of slots `at` to `last` as lost."""
        since = (at << self._slot) - 1
        until = last << self._slot
        n = 0
        for rate in (self._gyr_batch, self._acc_batch, self._temp_batch):
            if rate is not None:
                n += (until >> rate) - (since >> rate)
        if self._time_every:
            n += last // self._time_every - (at - 1) // self._time_every
        self.fifo.lose(n)

    def _push_pairs(self, at, end):
        while at <= end:
            block = at // BLOCK
            first = at % BLOCK
            n = min(end - at + 1, BLOCK - first)
            words = self._words(self._slot, block)
            self.fifo.push(words, first * SAMPLE_WORDS, 2 * n)
            at += n

    def _push_slot(self, at):
        tick = at << self._slot
        if self._gyr_batch is not None and not tick & (1 << self._gyr_batch) - 1:
            self.fifo.push(self._word(True, tick, at), 0, 1)
        if self._acc_batch is not None and not tick & (1 << self._acc_batch) - 1:
            self.fifo.push(self._word(False, tick, at), 0, 1)
        if self._temp_batch is not None and not tick & (1 << self._temp_batch) - 1:
            above = self.transducer.temperature_at(tick * US // self._rate)
            word = struct.pack("<BhI", tag_byte(TEMP_TAG, at), above, 0)
            self.fifo.push(word, 0, 1)
        if self._time_every and at % self._time_every == 0:
            self._push_time(at)

    def _push_time(self, at):
        stamp = self._timestamp(at << self._slot)
        self.fifo.push(struct.pack("<BIH", tag_byte(TIME_TAG, at), stamp, 0), 0, 1)

    def _word(self, gyr, tick, slot):
        """The word of the sample at or before `tick`, settled or not, with the slot's tag."""
        shift = self._gyr_shift if gyr else self._acc_shift
        k = tick >> shift
        at = (k % BLOCK) * SAMPLE_WORDS + (0 if gyr else 7)
        word = bytearray(self._words(shift, k // BLOCK)[at : at + 7])
        word[0] = tag_byte(GYR_TAG if gyr else ACC_TAG, slot)
        tick = k << shift
        start = self._gyr_start if gyr else self._acc_start
        settled = self._gyr_settled if gyr else self._acc_settled
        if tick < settled:
            if self._drdy_mask:
                word[1:7] = b"\xff\x7f\xff\x7f\xff\x7f"
            else:
                x, y, z = struct.unpack("<hhh", word[1:7])
                part = max(0, tick - start)
                whole = settled - start
                struct.pack_into(
                    "<hhh", word, 1, x * part // whole, y * part // whole, z * part // whole
                )
        return word

    def _counter(self, tick):
        """The 40 kHz counter since the board's power-on, at a tick."""
        return tick * 40000 // BASE_HZ

    def _timestamp(self, tick):
        if not self._time_on:
            return 0
        return (self._counter(tick) - self._time_zero) & 0xFFFFFFFF
