#include "pl_raw.h"
#include "pl_raw_model.h"

#include <string.h>

#define TOP 0x01000000u /* the range is kept at or above this */
#define FLUSH 4u        /* bytes that end a block */

/* Writes past the capacity are counted, not made; pl_raw_add takes them back. */
static void put(pl_raw_encoder *e, uint32_t byte) {
    if (e->used < e->capacity) {
        e->out[e->used] = (uint8_t)byte;
    }
    e->used++;
}

/* Moves the top byte of `low` out, holding it back as long as a carry could still change it. */
static void shift_low(pl_raw_encoder *e) {
    if (e->low < 0xFF000000u || e->carry) {
        if (e->started) {
            put(e, e->held + e->carry);
        }
        e->started = 1;
        while (e->pending > 0) {
            put(e, 0xFFu + e->carry);
            e->pending--;
        }
        e->held = (uint8_t)(e->low >> 24);
        e->carry = 0;
    } else {
        e->pending++;
    }
    e->low <<= 8;
}

static void narrow(pl_raw_encoder *e, uint32_t start, uint32_t size) {
    uint32_t low = e->low + start;
    e->carry |= low < start;
    e->low = low;
    e->range = size;
    while (e->range < TOP) {
        e->range <<= 8;
        shift_low(e);
    }
}

static void put_symbol(pl_raw_encoder *e, const uint16_t *table, uint32_t symbol) {
    uint32_t unit = e->range >> PL_RAW_TOTAL_BITS;
    uint32_t from = table[symbol];
    narrow(e, unit * from, unit * (table[symbol + 1u] - from));
}

static void put_bits(pl_raw_encoder *e, uint32_t value, uint32_t bits) {
    uint32_t unit = e->range >> bits;
    narrow(e, unit * value, unit);
}

static void put_residual(pl_raw_encoder *e, uint32_t class, int32_t residual) {
    const uint16_t *table = pl_raw_frequencies(class);
    uint32_t folded = pl_raw_fold(residual);
    uint32_t low_bits = pl_raw_low_bits(class);
    uint32_t symbol = folded >> low_bits;
    if (symbol >= PL_RAW_ESCAPE) {
        put_symbol(e, table, PL_RAW_ESCAPE);
        put_bits(e, folded >> 8, 8);
        put_bits(e, folded & 0xFFu, 8);
        return;
    }
    put_symbol(e, table, symbol);
    if (low_bits > 0) {
        put_bits(e, folded & ((1u << low_bits) - 1u), low_bits);
    }
}

static void put_value(pl_raw_encoder *e, pl_raw_channel *c, int32_t value) {
    if (!c->seen) {
        /* Nothing to predict from: the first value goes as it is. */
        put_bits(e, (uint32_t)(value + 32768) >> 8, 8);
        put_bits(e, (uint32_t)(value + 32768) & 0xFFu, 8);
        c->seen = 1;
        c->last = value;
        return;
    }
    int32_t residual = ((value - pl_raw_predict(c) + 32768) & 0xFFFF) - 32768;
    put_residual(e, c->class, residual);
    pl_raw_adapt(c, value, residual);
}

static void put_count(pl_raw_encoder *e, pl_raw_channel *c, uint32_t count) {
    int32_t residual = (int32_t)count - c->last;
    put_residual(e, c->class, residual);
    pl_raw_follow(c, residual);
    c->last = (int32_t)count;
}

static void put_samples(pl_raw_encoder *e, uint32_t sensor, const int16_t *samples, uint32_t n) {
    pl_raw_channel *channel = &e->model.channel[sensor * PL_RAW_AXES];
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t axis = 0; axis < PL_RAW_AXES; axis++) {
            put_value(e, &channel[axis], *samples++ >> e->model.shift[axis / 3u]);
        }
    }
}

static void begin_coder(pl_raw_encoder *e, uint8_t *out, uint32_t capacity) {
    e->out = out;
    e->capacity = capacity;
    e->used = 0;
    e->low = 0;
    e->range = 0xFFFFFFFFu;
    e->pending = 0;
    e->carry = 0;
    e->started = 0;
}

void pl_raw_begin(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity) {
    memset(encoder, 0, sizeof *encoder);
    pl_raw_model_init(&encoder->model);
    begin_coder(encoder, out, capacity);
}

void pl_raw_again(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity) {
    pl_raw_model *model = &encoder->model;
    for (uint32_t sensor = 0; sensor < 2u; sensor++) {
        /* A sensor that was not there has nothing to hand on. */
        const pl_raw_channel *c = &model->channel[sensor * PL_RAW_AXES];
        model->carried[sensor] = c->seen && c->warm_up == 0;
    }
    begin_coder(encoder, out, capacity);
}

static void put_header(pl_raw_encoder *e) {
    pl_raw_model *model = &e->model;
    put(e, PL_RAW_VERSION);
    put(e, model->shift[0] | (uint32_t)model->shift[1] << 4);
    put(e, model->carried[0] | (uint32_t)model->carried[1] << 1);
    pl_raw_model fresh;
    pl_raw_model_init(&fresh);
    for (uint32_t i = 0; i < PL_RAW_CHANNELS; i++) {
        if (model->carried[i / PL_RAW_AXES]) {
            uint8_t learned[PL_RAW_CARRIED];
            pl_raw_channel_save(&model->channel[i], learned);
            for (uint32_t k = 0; k < PL_RAW_CARRIED; k++) {
                put(e, learned[k]);
            }
        } else {
            model->channel[i] = fresh.channel[i];
        }
    }
    model->count[0] = fresh.count[0];
    model->count[1] = fresh.count[1];
}

/* Ors together gyroscope (0) and accelerometer (1) values. */
static void gather_bits(const int16_t *samples, uint32_t n, uint32_t bits[2]) {
    for (uint32_t i = 0; i < n; i++, samples += PL_RAW_AXES) {
        bits[0] |= (uint16_t)(samples[0] | samples[1] | samples[2]);
        bits[1] |= (uint16_t)(samples[3] | samples[4] | samples[5]);
    }
}

/* Low bits of fewer samples may all be 0 by chance. */
#define SHIFT_SAMPLES_MIN 8u

static uint8_t shift_of(uint32_t bits, uint32_t samples) {
    uint8_t shift = 0;
    if (bits != 0 && samples >= SHIFT_SAMPLES_MIN) {
        while (!(bits >> shift & 1u)) {
            shift++;
        }
    }
    return shift;
}

/* Sets the block's shifts from its first piece, or says whether a later one fits them. */
static int shifts_fit(pl_raw_encoder *e, const uint32_t bits[2], uint32_t samples) {
    if (e->used == 0) {
        e->model.shift[0] = shift_of(bits[0], samples);
        e->model.shift[1] = shift_of(bits[1], samples);
        put_header(e);
    }
    return !(bits[0] & ((1u << e->model.shift[0]) - 1u)) &&
           !(bits[1] & ((1u << e->model.shift[1]) - 1u));
}

int32_t pl_raw_add(pl_raw_encoder *encoder, const int16_t *s, uint32_t n_s, const int16_t *l,
                   uint32_t n_l, int more) {
    pl_raw_encoder *e = encoder;
    if (n_s + n_l > PL_RAW_PIECE) {
        return PL_ERAW_COUNT;
    }
    uint32_t bits[2] = {0, 0};
    gather_bits(s, n_s, bits);
    gather_bits(l, n_l, bits);
    if (!shifts_fit(e, bits, n_s + n_l)) {
        return PL_RAW_FULL;
    }
    pl_raw_encoder before = *e;
    put_symbol(e, pl_raw_marks, more ? PL_RAW_MARK_MORE : PL_RAW_MARK_PIECE);
    put_count(e, &e->model.count[0], n_s);
    put_count(e, &e->model.count[1], n_l);
    put_samples(e, 0, s, n_s);
    put_samples(e, 1, l, n_l);
    /* Behind it must fit: what is held back, the end mark (2 bytes at most), the flush. */
    if (e->used + 1u + e->pending + 2u + FLUSH > e->capacity) {
        *e = before;
        return PL_RAW_FULL;
    }
    return PL_RAW_OK;
}

uint32_t pl_raw_end(pl_raw_encoder *encoder) {
    pl_raw_encoder *e = encoder;
    if (e->used == 0) {
        return 0;
    }
    put_symbol(e, pl_raw_marks, PL_RAW_MARK_END);
    for (uint32_t i = 0; i < FLUSH + 1u; i++) {
        shift_low(e);
    }
    return e->used;
}
