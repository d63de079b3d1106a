/*
 * The part of the raw codec that encoder and decoder must do alike: prediction, adaptation, and
 * the static tables.  It runs once a value: all inline, and written for the Cortex-M0+ (one-cycle
 * multiplication, two-cycle loads, no conditional instructions).
 *
 * Right shifts of negative numbers keep the sign, as on every compiler this is built with.
 */
#ifndef PL_RAW_MODEL_H
#define PL_RAW_MODEL_H

#include <stdint.h>

#include "pl_range_code.h"
#include "pl_raw.h"

/* Before each piece stands one of these three, with fixed frequencies. */
enum { PL_RAW_MARK_PIECE, PL_RAW_MARK_MORE, PL_RAW_MARK_END, PL_RAW_MARKS };

extern const uint16_t pl_raw_marks[PL_RAW_MARKS + 1u];

void pl_raw_model_init(pl_raw_model *model);

/*
 * Writes, or takes over, what a channel learned: its class and whether the mean leads; where it
 * does not, its weights (Q6, int8).  Both leave the channel in exactly the same state and return
 * how many bytes that takes; load returns 0 if there are fewer.
 */
uint32_t pl_raw_channel_save(pl_raw_channel *channel, uint8_t *out);
uint32_t pl_raw_channel_load(pl_raw_channel *channel, const uint8_t *in, uint32_t length);

/* The first value of a block. */
void pl_raw_start(pl_raw_channel *channel, int32_t value);

/*
 * Keeps the weights of one sensor's channels within their limits, and gives the mean the lead
 * where they have come to say that noise is most of what changes.
 */
void pl_raw_settle(pl_raw_channel *channel);

/* Held within -2^bits .. 2^bits - 1; hardly a cost when it is. */
static inline int32_t pl_raw_hold(int32_t value, uint32_t bits) {
    int32_t limit = (int32_t)1 << bits;
    if ((uint32_t)(value + limit) >> (bits + 1u) != 0) {
        value = value < 0 ? -limit : limit - 1;
    }
    return value;
}

/*
 * |weight| <= 2^13 after pl_raw_settle, and the 32 steps before the next add 2688: the sum
 * of three products with |difference| < 2^16 stays below 2^31.
 */
#define PL_RAW_WEIGHT_BITS 13u
#define PL_RAW_SETTLE 64u /* samples */
#define PL_RAW_STEP 84    /* of a weight, Q12: as much as that sum allows */

/* The mean goes back some 2^3 values: a body at rest still sways and breathes. */
#define PL_RAW_MEMORY 3u
/* The lead that the mean gets, and the sum of weights below which it gets it. */
#define PL_RAW_LEAD 1024
#define PL_RAW_NOISY (-2048)
/* The scale goes back some 2^3 residuals, 2^5 while the mean leads. */
#define PL_RAW_SCALE_LINEAR 3u
#define PL_RAW_SCALE_MEAN 5u

static inline int pl_raw_mean_leads(const pl_raw_channel *c) {
    return c->lead > 0;
}

/* What is expected of a value, in eighths of a count; may lie outside int16, residuals wrap. */
static inline int32_t pl_raw_linear(const pl_raw_channel *c) {
    int32_t sum = c->weight[0] * c->difference[0] + c->weight[1] * c->difference[1] +
                  c->weight[2] * c->difference[2];
    return c->last * 8 + (sum >> 9);
}

static inline int32_t pl_raw_mean(const pl_raw_channel *c) {
    return c->mean >> 5;
}

static inline int32_t pl_raw_whole(int32_t expected) {
    return (expected + 4) >> 3;
}

/* How far what is expected lies above that whole number, in eighths: -4 .. 3. */
static inline int32_t pl_raw_part(int32_t expected, int32_t whole) {
    return expected - whole * 8;
}

/* The number, or its opposite where `sign` is negative. */
static inline int32_t pl_raw_signed(int32_t number, int32_t sign) {
    sign >>= 31;
    return (number ^ sign) - sign;
}

/* The table for a part: near a whole number, or half way between two. */
static inline pl_range_table pl_raw_table(const pl_range_class *class, int32_t part) {
    return class->table[(uint32_t)(pl_raw_signed(part, part) + 2) >> 2];
}

/* The class follows the scale, which follows folded residuals, some 2^slowness of them. */
static inline void pl_raw_follow(pl_raw_channel *c, uint32_t folded, uint32_t slowness) {
    int32_t scale = c->scale + (((int32_t)(folded << 5) - c->scale) >> slowness);
    c->scale = scale;
    if (!pl_range_fits(c->class, (uint32_t)scale)) {
        c->class = pl_range_classify(c->class, (uint32_t)scale);
    }
}

/* Takes note of a value. */
static inline void pl_raw_shift(pl_raw_channel *c, int32_t value) {
    int32_t difference = value - c->last;
    c->last = value;
    c->difference[2] = c->difference[1];
    c->difference[1] = c->difference[0];
    c->difference[0] = difference;
}

/* A weight's new value: a step up, or down if difference and residual differ in sign. */
static inline int32_t pl_raw_stepped(int32_t weight, int32_t difference, int32_t residual) {
    return weight + PL_RAW_STEP - ((difference ^ residual) >> 31 & 2 * PL_RAW_STEP);
}

/* Moves each weight towards what would have left less; 0 counts as positive. */
static inline void pl_raw_learn(pl_raw_channel *c, int32_t residual) {
    if (residual != 0) {
        c->weight[0] = pl_raw_stepped(c->weight[0], c->difference[0], residual);
        c->weight[1] = pl_raw_stepped(c->weight[1], c->difference[1], residual);
        c->weight[2] = pl_raw_stepped(c->weight[2], c->difference[2], residual);
    }
}

/* After a value that was expected linearly; every other sample is learned from. */
static inline void pl_raw_adapt_linear(pl_raw_channel *c, int32_t value, int32_t residual,
                                       uint32_t folded, int odd) {
    if (odd) {
        pl_raw_learn(c, residual);
    }
    pl_raw_shift(c, value);
    pl_raw_follow(c, folded, PL_RAW_SCALE_LINEAR);
}

/* Whether the two expectations are compared at the sample of this number in the block. */
static inline int pl_raw_compares(uint32_t seen) {
    return seen % 4u == 0;
}

/*
 * After a value that the mean was expected of; every fourth sample shows whether it still
 * comes closer than the linear expectation.
 */
static inline void pl_raw_adapt_mean(pl_raw_channel *c, int32_t value, uint32_t folded,
                                     int compare) {
    if (compare) {
        int32_t linear = value * 8 - pl_raw_linear(c);
        int32_t mean = value * 8 - pl_raw_mean(c);
        c->lead += pl_raw_signed(linear, linear) - pl_raw_signed(mean, mean) - (c->lead >> 6);
    }
    c->mean += (value * 256 - c->mean) >> PL_RAW_MEMORY;
    pl_raw_shift(c, value);
    pl_raw_follow(c, folded, PL_RAW_SCALE_MEAN);
}

#endif
