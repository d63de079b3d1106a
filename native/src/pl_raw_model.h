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

/* As the rows of a table of frequencies. */
extern const uint32_t pl_raw_marks[PL_RAW_MARKS];

/* What a block's header carries over of a channel: its weights (Q6, int8) and its class. */
#define PL_RAW_CARRIED (PL_RAW_TAPS + 1u)

void pl_raw_model_init(pl_raw_model *model);

/* Writes, or takes over, what a channel learned; both leave it in exactly the same state. */
void pl_raw_channel_save(pl_raw_channel *channel, uint8_t out[PL_RAW_CARRIED]);
void pl_raw_channel_load(pl_raw_channel *channel, const uint8_t in[PL_RAW_CARRIED]);

/* Keeps the weights of one sensor's channels within their limits. */
void pl_raw_settle(pl_raw_channel *channel);

/* Held within -2^bits .. 2^bits - 1; hardly a cost when it is. */
static inline int32_t pl_raw_hold(int32_t value, uint32_t bits) {
    int32_t limit = (int32_t)1 << bits;
    if ((uint32_t)(value + limit) >> (bits + 1u) != 0) {
        value = value < 0 ? -limit : limit - 1;
    }
    return value;
}

/* The class follows the scale, which follows folded residuals with a time constant of 8. */
static inline void pl_raw_follow(pl_raw_channel *c, uint32_t folded) {
    uint32_t scale = c->scale + (folded << 2) - (c->scale >> 3);
    c->scale = scale;
    if (!pl_range_fits(c->class, scale)) {
        c->class = pl_range_classify(c->class, scale);
    }
}

/*
 * |weight| <= 2^13 after pl_raw_settle, and the 32 steps before the next add 2560: the sum
 * of three products with |difference| < 2^16 stays below 2^31.
 */
#define PL_RAW_WEIGHT_BITS 13u
#define PL_RAW_SETTLE 64u /* samples */
#define PL_RAW_STEP 80    /* of a weight, Q12 */

/* The value to expect; may lie outside int16, residuals wrap. */
static inline int32_t pl_raw_predict(const pl_raw_channel *c) {
    int32_t sum = c->weight[0] * c->difference[0] + c->weight[1] * c->difference[1] +
                  c->weight[2] * c->difference[2];
    return c->last + (((sum >> 11) + 1) >> 1);
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

/* Takes note of a value and the residual it left; every other sample is learned from. */
static inline void pl_raw_adapt(pl_raw_channel *c, int32_t value, int32_t residual,
                                uint32_t folded, int learn) {
    int32_t difference = value - c->last;
    if (learn) {
        pl_raw_learn(c, residual);
    }
    c->last = value;
    c->difference[2] = c->difference[1];
    c->difference[1] = c->difference[0];
    c->difference[0] = difference;
    pl_raw_follow(c, folded);
}

#endif
