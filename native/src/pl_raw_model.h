/*
 * The part of the raw codec that encoder and decoder must do alike: prediction, adaptation, and
 * the static tables.  All of it is inline: it runs once a value.
 */
#ifndef PL_RAW_MODEL_H
#define PL_RAW_MODEL_H

#include <stdint.h>

#include "pl_raw.h"

#define PL_RAW_TOTAL_BITS 14u /* the tables' frequencies add up to 2^14 */
#define PL_RAW_SYMBOLS 64u    /* the last one is the escape */
#define PL_RAW_ESCAPE (PL_RAW_SYMBOLS - 1u)
#define PL_RAW_TABLES 11u
/* Classes from here on share the last two tables and send low bits as they are. */
#define PL_RAW_SHIFTED 9u
#define PL_RAW_CLASSES 38u
/* Before each piece stands one of these three, with fixed frequencies. */
enum { PL_RAW_MARK_PIECE, PL_RAW_MARK_MORE, PL_RAW_MARK_END, PL_RAW_MARKS };

extern const uint16_t pl_raw_table[PL_RAW_TABLES][PL_RAW_SYMBOLS + 1u];
extern const uint16_t pl_raw_marks[PL_RAW_MARKS + 1u];
/* Scale (Q6) below which a channel is in class i: 8 * 2^(i / 2). */
extern const uint32_t pl_raw_class_end[PL_RAW_CLASSES];

/* What a block's header carries over of a channel: three weights (Q6, int8) and the class. */
#define PL_RAW_CARRIED 4u

void pl_raw_model_init(pl_raw_model *model);

/* Writes, or takes over, what a channel learned; both leave it in exactly the same state. */
void pl_raw_channel_save(pl_raw_channel *channel, uint8_t out[PL_RAW_CARRIED]);
void pl_raw_channel_load(pl_raw_channel *channel, const uint8_t in[PL_RAW_CARRIED]);

static inline int32_t pl_raw_clamp(int32_t value, int32_t limit) {
    return value > limit ? limit : value < -limit ? -limit : value;
}

/* Low bits that a class sends as they are. */
static inline uint32_t pl_raw_low_bits(uint32_t class) {
    return class < PL_RAW_SHIFTED ? 0u : (class - PL_RAW_SHIFTED) >> 1;
}

static inline const uint16_t *pl_raw_frequencies(uint32_t class) {
    return pl_raw_table[class < PL_RAW_SHIFTED ? class
                                               : PL_RAW_SHIFTED + ((class - PL_RAW_SHIFTED) & 1u)];
}

/* Residuals 0, -1, 1, -2 ... as 0, 1, 2, 3 ...; both fit 16 bits. */
static inline uint32_t pl_raw_fold(int32_t residual) {
    return residual < 0 ? (uint32_t)(-2 * residual - 1) : (uint32_t)(2 * residual);
}

static inline int32_t pl_raw_unfold(uint32_t folded) {
    return folded & 1u ? -(int32_t)(folded >> 1) - 1 : (int32_t)(folded >> 1);
}

/* Moves the class with the scale, which follows |residual| with a time constant of 8 values. */
static inline void pl_raw_follow(pl_raw_channel *c, int32_t residual) {
    int32_t size = residual < 0 ? -residual : residual;
    int32_t scale = c->scale + (size << 3) - (c->scale >> 3);
    uint32_t class = c->class;
    while (class < PL_RAW_CLASSES - 1u && (uint32_t)scale >= pl_raw_class_end[class]) {
        class++;
    }
    while (class > 0 && (uint32_t)scale < pl_raw_class_end[class - 1u]) {
        class--;
    }
    c->scale = scale;
    c->class = (uint8_t)class;
}

/* |difference| <= 2^14 and |weight| < 2^13 keep the sum of three products below 2^29. */
#define PL_RAW_DIFFERENCE_MAX 16384
#define PL_RAW_WEIGHT_MAX 8191

static inline int32_t pl_raw_predict(const pl_raw_channel *c) {
    int32_t sum = 2048;
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        sum += c->weight[k] * c->difference[k];
    }
    int32_t value = c->last + (sum >> 12);
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
}

/* Steps of the weights, Q12: large for the first values of a cold start, then small. */
#define PL_RAW_WARM_UP 64u
#define PL_RAW_STEP_FIRST 180
#define PL_RAW_STEP 50

/* Learns from a value and the residual it left. */
static inline void pl_raw_adapt(pl_raw_channel *c, int32_t value, int32_t residual) {
    int32_t step = PL_RAW_STEP;
    if (c->warm_up > 0) {
        c->warm_up--;
        step = PL_RAW_STEP_FIRST;
    }
    if (residual != 0) {
        if (residual < 0) {
            step = -step;
        }
        for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
            int32_t weight = c->weight[k] + ((c->difference[k] * step) >> c->norm);
            c->weight[k] = pl_raw_clamp(weight, PL_RAW_WEIGHT_MAX);
        }
    }
    int32_t difference = pl_raw_clamp(value - c->last, PL_RAW_DIFFERENCE_MAX);
    int32_t size = difference < 0 ? -difference : difference;
    c->spread += size - (c->spread >> 4);
    uint32_t mean = (uint32_t)c->spread >> 4;
    uint32_t norm = c->norm;
    while (mean >> norm > 1u) {
        norm++;
    }
    while (norm > 0 && mean >> norm == 0) {
        norm--;
    }
    c->norm = (uint8_t)norm;
    for (uint32_t k = PL_RAW_TAPS - 1u; k > 0; k--) {
        c->difference[k] = c->difference[k - 1u];
    }
    c->difference[0] = difference;
    c->last = value;
    pl_raw_follow(c, residual);
}

#endif
