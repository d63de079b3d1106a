#include "pl_raw.h"
#include "pl_raw_model.h"

#include <string.h>

#define HEADER 3u

/* Up to 16 bits from the block's end. */
static uint32_t get_bits(pl_raw_decoder *d, uint32_t count) {
    while (d->bit_count < count) {
        uint32_t byte = d->back > 0 ? d->range.data[--d->back] : 0;
        d->bits |= byte << d->bit_count;
        d->bit_count += 8u;
    }
    uint32_t value = d->bits & ((1u << count) - 1u);
    d->bits >>= count;
    d->bit_count -= count;
    return value;
}

static uint32_t get_folded(pl_raw_decoder *d, const pl_range_class *class, pl_range_table table) {
    uint32_t low_bits = class->low_bits;
    uint32_t symbol = pl_range_get(&d->range, table, PL_RANGE_SYMBOLS);
    if (symbol == PL_RANGE_ESCAPE) {
        return get_bits(d, 16);
    }
    return (symbol << low_bits | get_bits(d, low_bits)) & 0xFFFFu;
}

static uint32_t get_count(pl_raw_decoder *d, pl_raw_channel *c) {
    uint32_t folded = get_folded(d, c->class, c->class->table[0]);
    int32_t residual = pl_unfold(folded);
    pl_raw_follow(c, folded, PL_RAW_SCALE_LINEAR);
    /* Nonsense becomes a count over PL_RAW_PIECE, which the caller refuses. */
    c->last = (int32_t)((uint32_t)(c->last + residual) & 0xFFFFu);
    return (uint32_t)c->last;
}

static void get_linear(pl_raw_decoder *d, pl_raw_channel *c, int odd) {
    int32_t whole = pl_raw_whole(pl_raw_linear(c));
    uint32_t folded = get_folded(d, c->class, c->class->table[0]);
    int32_t residual = pl_unfold(folded);
    pl_raw_adapt_linear(c, (int16_t)(whole + residual), residual, folded, odd);
}

static void get_mean(pl_raw_decoder *d, pl_raw_channel *c, int compare) {
    int32_t expected = pl_raw_mean(c);
    int32_t whole = pl_raw_whole(expected);
    int32_t part = pl_raw_part(expected, whole);
    uint32_t folded = get_folded(d, c->class, pl_raw_table(c->class, part));
    int32_t residual = pl_raw_signed(pl_unfold(folded), part);
    pl_raw_adapt_mean(c, (int16_t)(whole + residual), folded, compare);
}

static void get_sample(pl_raw_decoder *d, pl_raw_channel *c, int16_t *sample, uint32_t seen) {
    for (uint32_t axis = 0; axis < PL_RAW_AXES; axis++, c++) {
        if (seen == 0) {
            pl_raw_start(c, (int16_t)get_bits(d, 16));
        } else if (pl_raw_mean_leads(c)) {
            get_mean(d, c, pl_raw_compares(seen));
        } else {
            get_linear(d, c, (int)(seen & 1u));
        }
        sample[axis] = (int16_t)((uint32_t)c->last << d->model.shift[axis / 3u]);
    }
}

static void get_samples(pl_raw_decoder *d, uint32_t sensor, int16_t *samples, uint32_t n) {
    pl_raw_channel *channel = &d->model.channel[sensor * PL_RAW_AXES];
    uint32_t seen = d->model.seen[sensor];
    for (uint32_t i = 0; i < n; i++, samples += PL_RAW_AXES) {
        get_sample(d, channel, samples, seen);
        if (++seen % PL_RAW_SETTLE == 0) {
            pl_raw_settle(channel);
        }
    }
    d->model.seen[sensor] = seen;
}

int32_t pl_raw_open(pl_raw_decoder *decoder, const uint8_t *data, uint32_t length) {
    memset(decoder, 0, sizeof *decoder);
    if (length < HEADER || data[0] != PL_RAW_VERSION) {
        return PL_ERAW_FORMAT;
    }
    pl_raw_model *model = &decoder->model;
    pl_raw_model_init(model);
    decoder->back = length;
    uint32_t used = HEADER;
    for (uint32_t k = 0; k < 2u; k++) {
        model->shift[k] = data[1] >> 4 * k & 15u;
        model->carried[k] = data[2] >> k & 1u;
    }
    for (uint32_t i = 0; i < PL_RAW_CHANNELS; i++) {
        if (model->carried[i / PL_RAW_AXES]) {
            uint32_t taken = pl_raw_channel_load(&model->channel[i], data + used, length - used);
            if (taken == 0) {
                return PL_ERAW_FORMAT;
            }
            used += taken;
        }
    }
    pl_range_open(&decoder->range, data, length, used);
    return PL_RAW_OK;
}

/* True once more was read than there is: the two ends have met. */
static int is_spent(const pl_raw_decoder *d) {
    return d->range.used > d->back;
}

int32_t pl_raw_next(pl_raw_decoder *decoder, int16_t *s, uint32_t *n_s, int16_t *l, uint32_t *n_l,
                    int *more) {
    pl_raw_decoder *d = decoder;
    if (is_spent(d)) {
        return PL_ERAW_CUT;
    }
    uint32_t mark = pl_range_get(&d->range, pl_raw_marks, PL_RAW_MARKS);
    if (mark == PL_RAW_MARK_END) {
        return PL_ERAW_END;
    }
    *more = mark == PL_RAW_MARK_MORE;
    *n_s = get_count(d, &d->model.count[0]);
    *n_l = get_count(d, &d->model.count[1]);
    if (*n_s + *n_l > PL_RAW_PIECE) {
        return is_spent(d) ? PL_ERAW_CUT : PL_ERAW_FORMAT;
    }
    get_samples(d, 0, s, *n_s);
    get_samples(d, 1, l, *n_l);
    return is_spent(d) ? PL_ERAW_CUT : PL_RAW_OK;
}
