/*
 * Invariants of the orientation filter's coefficients and state.
 *
 * coef_ok is what pl_ori_coef_init gives; state_ok what holds between updates: pl_ori_init makes
 * it so, pl_ori_restore lets nothing else in, and update, gap and set_bias keep it, each shown by
 * the proof of that name.  Parts of an update keep body_ok, state_ok without the sums' bounds.
 */
#ifndef PROOF_FUSION_STATE_H
#define PROOF_FUSION_STATE_H

#include "fixed.h"
#include "pl_fusion.h"
#include "pl_fusion_block.h"
#include "pl_fusion_step.h"

static inline bool svf_ok(const pl_svf_coef *c) {
    return c->a2 <= 13107 && c->g <= 19660;
}

#define BIAS_LIMIT_MAX 450000000

static inline bool coef_ok(const pl_ori_coef *co) {
    int64_t full = ((int64_t)co->half_angle * 65536 + co->half_angle_low) >> 1;
    return between(co->half_angle, 0, 32767) && between(co->half_angle_low, 0, 65535)
        && between(co->bias_limit, 16, BIAS_LIMIT_MAX)
        && full + (3 * (int64_t)co->bias_limit >> PL_ORI_BIAS_BITS) <= (STEP_H_MAX - 1) << 16
        && co->block_log2 <= 7 && svf_ok(&co->force) && svf_ok(&co->row) && svf_ok(&co->rest)
        && between(co->rest_blocks, 1, 64) && between(co->settle_blocks, 1, 64)
        && co->hold_samples <= 200 && co->delay <= 32768 && between(co->p_growth, 1, 1 << 10)
        && between(co->w_motion, 1 << 26, 1 << 28) && between(co->w_rest, 1 << 19, 1 << 21)
        && co->rest_off[0] <= 32767 && co->rest_off[1] <= 32767
        && between(co->udps_per_bias, 1 << 22, 1 << 30);
}

/* A bias of three times its limit is some 90 deg/s at most. */
static inline bool bias_unit_ok(const pl_ori_coef *co) {
    return (int64_t)co->bias_limit * co->udps_per_bias <= 31000000ll << 26;
}

/* Parts of an attitude that is one, Q29. */
#define UNIT_MAX (BLOCK_Q_PART_MAX * 32768 + 16384)
/* Parts that can still be rounded. */
#define PART_MAX (INT32_MAX - 16384)

static inline bool parts_upto(const int32_t q[4], int64_t limit) {
    return upto(q[0], limit) && upto(q[1], limit) && upto(q[2], limit) && upto(q[3], limit);
}

/* What |q| = 1 within 1/128 leaves for the parts: that it is so is what pl_ori_is_unit has found of
   any attitude between updates (see the proofs of step_sample and pl_ori_hold). */
static inline bool unit_ok(const int32_t q[4]) {
    return parts_upto(q, UNIT_MAX);
}

static inline bool all_upto(const int32_t *x, int n, int64_t limit) {
    for (int i = 0; i < n; i++) {
        if (!upto(x[i], limit)) {
            return false;
        }
    }
    return true;
}

static inline bool bias_ok(const pl_ori_state *st, const pl_ori_coef *co, int i) {
    int64_t limit = co->bias_limit;
    return upto(st->bias_origin[i], 2 * limit) && upto(st->bias[i], 3 * limit)
        && upto((int64_t)st->bias[i] - st->bias_origin[i], limit);
}

static inline bool low_passes_ok(const pl_ori_state *st) {
    return all_upto(st->force_s1, 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->force_s2, 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s1[0], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s1[1], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s2[0], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s2[1], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->still_s1, 6, BLOCK_LOW_PASS_MAX)
        && all_upto(st->still_s2, 6, BLOCK_LOW_PASS_MAX);
}

static inline bool variances_ok(const pl_ori_state *st) {
    return all_upto(st->p, 6, BLOCK_P_MAX) && st->p[0] >= 1 && st->p[3] >= 1 && st->p[5] >= 1;
}

static inline bool counters_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return st->start <= 2 * co->rest_blocks && st->settle <= 3 * co->settle_blocks
        && st->sure <= co->settle_blocks
        && st->rest <= co->rest_blocks && st->frozen <= co->settle_blocks && st->block < 12;
}

static inline bool small_ok(const pl_ori_state *st) {
    return upto(st->h[0], STEP_H_MAX) && upto(st->h[1], STEP_H_MAX)
        && upto(st->h[2], STEP_H_MAX) && upto(st->row[0], 16384) && upto(st->row[1], 16384)
        && upto(st->row[2], 16384) && st->correction[0] > INT16_MIN
        && st->correction[1] > INT16_MIN;
}

/* All but the sums. */
static inline bool body_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return unit_ok(st->q) && small_ok(st) && counters_ok(st, co) && bias_ok(st, co, 0)
        && bias_ok(st, co, 1) && bias_ok(st, co, 2) && all_upto(st->gyr_mean, 3, (1 << 29) + (1 << 17))
        && variances_ok(st) && low_passes_ok(st);
}

static inline int64_t block_size(const pl_ori_coef *co) {
    return 1 << co->block_log2;
}

/* Samples that a sum has taken since stage `stage` emptied it. */
static inline int64_t taken(const pl_ori_state *st, const pl_ori_coef *co, int stage) {
    int64_t ran = ((stage + 1) * block_size(co) - 1) >> BLOCK_STAGES_LOG2;
    return (st->sample - 1 - ran + block_size(co)) & (block_size(co) - 1);
}

/* Bounds of the sums between updates. */
static inline int64_t force_limit(const pl_ori_state *st, const pl_ori_coef *co) {
    int64_t samples = taken(st, co, 0), eighth = block_size(co) >> 3;
    /* Stage 1 turns the sum when an eighth of a block is in it. */
    return (samples + (samples >= eighth ? 1 + (eighth >> 1) : 0)) * BLOCK_SAMPLE_FORCE_MAX;
}

static inline int64_t raw_limit(const pl_ori_state *st, const pl_ori_coef *co) {
    return taken(st, co, 4) * 32768;
}

static inline bool sums_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return st->sample < block_size(co) && all_upto(st->sum_force, 3, force_limit(st, co))
        && all_upto(st->sum_raw, 6, raw_limit(st, co));
}

static inline bool state_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return body_ok(st, co) && sums_ok(st, co);
}

/* Any coefficients and state of a filter. */
#define ANY_FILTER(st, co) \
    pl_ori_state st; \
    pl_ori_coef co; \
    ANY(st); \
    ANY(co); \
    ASSUME(coef_ok(&co) && state_ok(&st, &co))

/* The largest size among three, none of them INT32_MIN. */
static inline int32_t largest(const int32_t v[3]) {
    int32_t x = v[0] < 0 ? -v[0] : v[0];
    int32_t y = v[1] < 0 ? -v[1] : v[1];
    int32_t z = v[2] < 0 ? -v[2] : v[2];
    int32_t xy = x > y ? x : y;
    return xy > z ? xy : z;
}

#endif
