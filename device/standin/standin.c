#include "standin.h"

#include <string.h>

#define FIFO_CTRL1 0x07u
#define FIFO_CTRL3 0x09u
#define FIFO_CTRL4 0x0Au
#define INT1_CTRL 0x0Du
#define WHO_AM_I 0x0Fu
#define CTRL1_XL 0x10u
#define CTRL2_G 0x11u
#define CTRL3_C 0x12u
#define OUT_TEMP_L 0x20u
#define OUT_TEMP_H 0x21u
#define FIFO_STATUS1 0x3Au
#define FIFO_STATUS2 0x3Bu
#define INTERNAL_FREQ_FINE 0x63u
#define FIFO_TAG 0x78u
#define FIFO_END 0x7Eu

#define SW_RESET 0x01u
#define IF_INC 0x04u
#define CONTINUOUS 6u
#define TAG_GYR 1u
#define TAG_ACC 2u

static void reset_registers(standin *it) {
    memset(it->reg, 0, sizeof it->reg);
    it->reg[CTRL3_C] = IF_INC;
    it->first = it->count = 0;
    it->overrun = 0;
    it->slot = 0;
    memset(it->latch, 0, sizeof it->latch);
}

void standin_init(standin *it, int8_t fine) {
    memset(it, 0, sizeof *it);
    it->who_am_i = 0x6Cu;
    it->fine = fine;
    it->last[5] = 2049; /* 1 g upwards until the host says otherwise */
    reset_registers(it);
}

/* -- FIFO -------------------------------------------------------------------------------------- */

static unsigned mode(const standin *it) {
    return it->reg[FIFO_CTRL4] & 7u;
}

static uint32_t watermark(const standin *it) {
    return it->reg[FIFO_CTRL1] | (uint32_t)(it->reg[FIFO_CTRL1 + 1u] & 1u) << 8;
}

/* TAG_SENSOR, TAG_CNT, and TAG_PARITY that makes the number of ones even. */
static uint8_t tag_of(unsigned sensor, unsigned slot) {
    unsigned tag = sensor << 3 | slot << 1;
    unsigned ones = tag ^ tag >> 4;
    ones ^= ones >> 2;
    ones ^= ones >> 1;
    return (uint8_t)(tag | (ones & 1u));
}

static void push(standin *it, unsigned sensor, const int16_t *values) {
    if (it->count == STANDIN_FIFO) {
        it->first = (it->first + 1u) % STANDIN_FIFO;
        it->count--;
        it->overrun = 1;
    }
    uint8_t *word = it->word[(it->first + it->count) % STANDIN_FIFO];
    word[0] = tag_of(sensor, it->slot);
    for (unsigned k = 0; k < 3u; k++) {
        word[1u + 2u * k] = (uint8_t)values[k];
        word[2u + 2u * k] = (uint8_t)((uint16_t)values[k] >> 8);
    }
    it->count++;
}

static void pop(standin *it) {
    if (it->count == 0u) {
        memset(it->latch, 0, sizeof it->latch);
        return;
    }
    memcpy(it->latch, it->word[it->first], STANDIN_WORD);
    it->first = (it->first + 1u) % STANDIN_FIFO;
    it->count--;
}

/* -1, 0 or 1, each time another: a part's noise in counts. */
static int16_t noise(standin *it) {
    it->chance = it->chance * 1664525u + 1013904223u;
    return (int16_t)((it->chance >> 16) % 3u) - 1;
}

static int16_t plus(int16_t value, int16_t more) {
    int32_t sum = (int32_t)value + more;
    return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
}

void standin_tick(standin *it) {
    int16_t now[STANDIN_AXES];
    if (it->put != it->taken) {
        memcpy(it->last, it->ring[it->taken % STANDIN_RING], sizeof it->last);
        memcpy(now, it->last, sizeof now);
        it->taken++;
    } else {
        for (unsigned k = 0; k < STANDIN_AXES; k++) {
            now[k] = plus(it->last[k], noise(it));
        }
        it->starved++;
    }
    unsigned gyr = it->reg[CTRL2_G] >> 4 && it->reg[FIFO_CTRL3] >> 4;
    unsigned acc = it->reg[CTRL1_XL] >> 4 && it->reg[FIFO_CTRL3] & 15u;
    if (mode(it) != CONTINUOUS || !(gyr || acc)) {
        return;
    }
    if (gyr) {
        push(it, TAG_GYR, now);
    }
    if (acc) {
        push(it, TAG_ACC, now + 3);
    }
    it->slot = (it->slot + 1u) & 3u;
    it->samples++;
}

int standin_int1(const standin *it) {
    return (it->reg[INT1_CTRL] & 0x08u) && watermark(it) != 0u && it->count >= watermark(it);
}

/* -- the bus ----------------------------------------------------------------------------------- */

void standin_begin(standin *it, int reading) {
    it->fresh = !reading;
}

static void advance(standin *it) {
    if (it->reg[CTRL3_C] & IF_INC) {
        it->address = it->address == FIFO_END ? FIFO_TAG : (it->address + 1u) & 0x7Fu;
    }
}

void standin_write(standin *it, uint8_t value) {
    if (it->fresh) {
        it->address = value & 0x7Fu;
        it->fresh = 0;
        return;
    }
    if (it->address == CTRL3_C && (value & SW_RESET)) {
        reset_registers(it);
    } else if (it->address != WHO_AM_I && it->address < OUT_TEMP_L) {
        it->reg[it->address] = value;
        if (it->address == FIFO_CTRL4 && mode(it) != CONTINUOUS) {
            it->first = it->count = 0;
            it->overrun = 0;
        }
    }
    advance(it);
}

static uint8_t value_of(standin *it) {
    switch (it->address) {
        case WHO_AM_I:
            return it->who_am_i;
        case OUT_TEMP_L:
        case OUT_TEMP_H:
            return 0; /* 25 degC */
        case FIFO_STATUS1:
            return (uint8_t)it->count;
        case FIFO_STATUS2: {
            unsigned value = it->count >> 8;
            value |= watermark(it) != 0u && it->count >= watermark(it) ? 0x80u : 0u;
            value |= it->overrun ? 0x48u : 0u;
            value |= it->count == STANDIN_FIFO ? 0x20u : 0u;
            it->overrun = 0;
            return (uint8_t)value;
        }
        case INTERNAL_FREQ_FINE:
            return (uint8_t)it->fine;
        default:
            break;
    }
    if (it->address >= FIFO_TAG && it->address <= FIFO_END) {
        if (it->address == FIFO_TAG) {
            pop(it);
        }
        return it->latch[it->address - FIFO_TAG];
    }
    return it->reg[it->address];
}

uint8_t standin_read(standin *it) {
    uint8_t value = value_of(it);
    advance(it);
    return value;
}

/* -- the host ---------------------------------------------------------------------------------- */

uint32_t standin_room(const standin *it) {
    return STANDIN_RING - (it->put - it->taken);
}

uint32_t standin_put(standin *it, const int16_t *samples, uint32_t n) {
    uint32_t room = standin_room(it);
    n = n < room ? n : room;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(it->ring[it->put % STANDIN_RING], samples + STANDIN_AXES * i, sizeof it->last);
        it->put++;
    }
    return n;
}
