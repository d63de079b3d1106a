#include "pl_raw.h"
#include "pl_raw_model.h"

#include <string.h>

#define HEADER 3u
/*
 * Most bytes that one sample, or the mark and counts of a piece, add: each value at most 14 bits
 * of symbol, 16 of escape.
 */
#define SAMPLE_MAX (PL_RAW_AXES * 4u)
/* What ends a block: the mark, the coder's state, the last low bits. */
#define END_MAX (2u + 4u + 1u)

/* Up to 16 bits, as they are, at the end of the block. */
static inline void put_bits(pl_raw_encoder *e, uint32_t value, uint32_t count) {
    uint32_t bits = e->bits | value << e->bit_count;
    count += e->bit_count;
    while (count >= 8u) {
        *--e->back = (uint8_t)bits;
        bits >>= 8;
        count -= 8u;
    }
    e->bits = bits;
    e->bit_count = count;
}

PL_APART void put_escape(pl_raw_encoder *e, pl_range_table table, uint32_t folded) {
    pl_range_put(&e->range, table, PL_RANGE_ESCAPE);
    put_bits(e, folded, 16);
}

static inline void put_folded(pl_raw_encoder *e, const pl_range_class *class, pl_range_table table,
                              uint32_t folded) {
    uint32_t low_bits = class->low_bits;
    uint32_t symbol = folded >> low_bits;
    if (symbol >= PL_RANGE_ESCAPE) {
        put_escape(e, table, folded);
        return;
    }
    pl_range_put(&e->range, table, symbol);
    if (low_bits > 0) {
        put_bits(e, folded - (symbol << low_bits), low_bits);
    }
}

static void put_count(pl_raw_encoder *e, pl_raw_channel *c, uint32_t count) {
    int32_t residual = (int32_t)count - c->last;
    uint32_t folded = pl_fold(residual);
    put_folded(e, c->class, c->class->table[0], folded);
    pl_raw_follow(c, folded, PL_RAW_SCALE_LINEAR);
    c->last = (int32_t)count;
}

/* The first sample has nothing to be predicted from: it goes as it is. */
static void put_first(pl_raw_encoder *e, pl_raw_channel *c, const int16_t *sample) {
    for (uint32_t axis = 0; axis < PL_RAW_AXES; axis++, c++) {
        pl_raw_start(c, sample[axis]);
        put_bits(e, (uint32_t)c->last & 0xFFFFu, 16);
    }
}

PL_INLINE void put_linear(pl_raw_encoder *e, pl_raw_channel *c, int32_t value, int odd) {
    int32_t residual = (int16_t)(value - pl_raw_whole(pl_raw_linear(c)));
    uint32_t folded = pl_fold(residual);
    const pl_range_class *class = c->class;
    pl_raw_adapt_linear(c, value, residual, folded, odd);
    put_folded(e, class, class->table[0], folded);
}

PL_APART void put_mean(pl_raw_encoder *e, pl_raw_channel *c, int32_t value, int compare) {
    int32_t expected = pl_raw_mean(c);
    int32_t whole = pl_raw_whole(expected);
    int32_t part = pl_raw_part(expected, whole);
    uint32_t folded = pl_fold((int16_t)pl_raw_signed((int16_t)(value - whole), part));
    const pl_range_class *class = c->class;
    pl_raw_adapt_mean(c, value, folded, compare);
    put_folded(e, class, pl_raw_table(class, part), folded);
}

PL_INLINE void put_sample(pl_raw_encoder *e, pl_raw_channel *c, const int16_t *sample, int odd,
                          int compare) {
    for (const int16_t *end = sample + PL_RAW_AXES; sample != end; sample++, c++) {
        if (pl_raw_mean_leads(c)) {
            put_mean(e, c, *sample, compare);
        } else {
            put_linear(e, c, *sample, odd);
        }
    }
}

static uint32_t room(const pl_raw_encoder *e) {
    return (uint32_t)(e->back - e->range.next);
}

static int has_room(const pl_raw_encoder *e, uint32_t bytes) {
    return room(e) >= bytes + END_MAX;
}

static void shift_sample(int16_t *out, const int16_t *sample, const uint32_t shift[2]) {
    for (uint32_t axis = 0; axis < 3u; axis++) {
        out[axis] = (int16_t)(sample[axis] >> shift[0]);
        out[axis + 3u] = (int16_t)(sample[axis + 3u] >> shift[1]);
    }
}

/* Adds samples of one sensor; 0 if the block has no room for them. */
static int put_samples(pl_raw_encoder *e, uint32_t sensor, const int16_t *samples, uint32_t n) {
    pl_raw_channel *channel = &e->model.channel[sensor * PL_RAW_AXES];
    uint32_t seen = e->model.seen[sensor];
    for (uint32_t i = 0; i < n; i++, samples += PL_RAW_AXES) {
        int16_t shifted[PL_RAW_AXES];
        const int16_t *sample = samples;
        if (!has_room(e, SAMPLE_MAX)) {
            return 0;
        }
        if (e->model.shift[0] | e->model.shift[1]) {
            shift_sample(shifted, samples, e->model.shift);
            sample = shifted;
        }
        if (seen == 0) {
            put_first(e, channel, sample);
        } else if (seen % 2u == 0) {
            put_sample(e, channel, sample, 0, pl_raw_compares(seen));
        } else {
            put_sample(e, channel, sample, 1, 0);
        }
        if (++seen % PL_RAW_SETTLE == 0) {
            pl_raw_settle(channel);
        }
    }
    e->model.seen[sensor] = seen;
    return 1;
}

/* Samples from which there is something to learn. */
#define CARRY_MIN 64u

static void begin_coder(pl_raw_encoder *e, uint8_t *out, uint32_t capacity) {
    pl_range_begin(&e->range, out);
    e->out = out;
    e->capacity = capacity;
    e->back = out + capacity;
    e->bits = 0;
    e->bit_count = 0;
}

void pl_raw_begin(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity) {
    pl_raw_model_init(&encoder->model);
    begin_coder(encoder, out, capacity);
}

void pl_raw_again(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity) {
    pl_raw_model *model = &encoder->model;
    for (uint32_t sensor = 0; sensor < 2u; sensor++) {
        model->carried[sensor] = model->seen[sensor] >= CARRY_MIN;
    }
    begin_coder(encoder, out, capacity);
}

static void put_header(pl_raw_encoder *e) {
    pl_raw_model *model = &e->model;
    pl_raw_model fresh;
    pl_raw_model_init(&fresh);
    e->out[0] = PL_RAW_VERSION;
    e->out[1] = (uint8_t)(model->shift[0] | model->shift[1] << 4);
    e->out[2] = (uint8_t)(model->carried[0] | model->carried[1] << 1);
    e->range.next = e->out + HEADER;
    for (uint32_t i = 0; i < PL_RAW_CHANNELS; i++) {
        if (model->carried[i / PL_RAW_AXES]) {
            e->range.next += pl_raw_channel_save(&model->channel[i], e->range.next);
        } else {
            model->channel[i] = fresh.channel[i];
        }
    }
    for (uint32_t sensor = 0; sensor < 2u; sensor++) {
        model->count[sensor] = fresh.count[sensor];
        model->seen[sensor] = 0;
    }
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

static uint32_t shift_of(uint32_t bits, uint32_t samples) {
    uint32_t shift = 0;
    if (bits != 0 && samples >= SHIFT_SAMPLES_MIN) {
        while (!(bits >> shift & 1u)) {
            shift++;
        }
    }
    return shift;
}

/* Sets the block's shifts from its first piece, or says whether a later one fits them. */
static int shifts_fit(pl_raw_encoder *e, const int16_t *s, uint32_t n_s, const int16_t *l,
                      uint32_t n_l) {
    uint32_t *shift = e->model.shift;
    int begins = e->range.next == e->out;
    if (!begins && shift[0] == 0 && shift[1] == 0) {
        return 1;
    }
    uint32_t bits[2] = {0, 0};
    gather_bits(s, n_s, bits);
    gather_bits(l, n_l, bits);
    if (begins) {
        shift[0] = shift_of(bits[0], n_s + n_l);
        shift[1] = shift_of(bits[1], n_s + n_l);
        put_header(e);
    }
    return !(bits[0] & ((1u << shift[0]) - 1u)) && !(bits[1] & ((1u << shift[1]) - 1u));
}

/*
 * Takes an attempt back.  A carry can have reached the bytes before it, once: down to the last
 * one that was not FF.
 */
static void take_back(pl_raw_encoder *e, const pl_raw_encoder *before, uint8_t *absorber,
                      uint8_t value) {
    *e = *before;
    *absorber++ = value;
    memset(absorber, 0xFF, (size_t)(e->range.next - absorber));
}

int32_t pl_raw_add(pl_raw_encoder *encoder, const int16_t *s, uint32_t n_s, const int16_t *l,
                   uint32_t n_l, int more) {
    pl_raw_encoder *e = encoder;
    if (n_s + n_l > PL_RAW_PIECE) {
        return PL_ERAW_COUNT;
    }
    if (!shifts_fit(e, s, n_s, l, n_l)) {
        return PL_RAW_FULL;
    }
    pl_raw_encoder before;
    uint8_t *absorber = e->range.next - 1;
    int sure = has_room(e, (n_s + n_l + 1u) * SAMPLE_MAX);
    if (!sure) {
        before = *e;
        /* Ends at the version byte at the latest. */
        while (*absorber == 0xFFu) {
            absorber--;
        }
    }
    uint8_t value = *absorber;
    int fits = has_room(e, SAMPLE_MAX);
    if (fits) {
        pl_range_put(&e->range, pl_raw_marks, more ? PL_RAW_MARK_MORE : PL_RAW_MARK_PIECE);
        put_count(e, &e->model.count[0], n_s);
        put_count(e, &e->model.count[1], n_l);
        fits = put_samples(e, 0, s, n_s) && put_samples(e, 1, l, n_l);
    }
    if (!fits && !sure) {
        take_back(e, &before, absorber, value);
    }
    return fits ? PL_RAW_OK : PL_RAW_FULL;
}

uint32_t pl_raw_end(pl_raw_encoder *encoder) {
    pl_raw_encoder *e = encoder;
    if (e->range.next == e->out) {
        return 0;
    }
    pl_range_put(&e->range, pl_raw_marks, PL_RAW_MARK_END);
    for (uint32_t i = 0; i < 4u; i++) {
        *e->range.next++ = (uint8_t)(e->range.low >> 24);
        e->range.low <<= 8;
    }
    if (e->bit_count > 0) {
        put_bits(e, 0, 8u - e->bit_count);
    }
    uint32_t low_bytes = (uint32_t)(e->out + e->capacity - e->back);
    memmove(e->range.next, e->back, low_bytes);
    return (uint32_t)(e->range.next - e->out) + low_bytes;
}
