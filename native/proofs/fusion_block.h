/* Contracts of the slow part: its stages and what they are made of. */
#ifndef PROOF_FUSION_BLOCK_H
#define PROOF_FUSION_BLOCK_H

#include "fusion_state.h"

/*
 * What the stages ask for and give, each in its own proof: parts of body_ok, and of the sums
 *   0 (find_lean)   empties sum_force
 *   1 (apply_lean)  turns sum_force, which grows by half at most
 *   4 (find_rest)   empties sum_raw
 */
#define STAGE_FORCE_MAX (1 << 28) /* sum_force that stage 1 takes */

/* What a turn by the correction makes of a vector's largest part. */
static inline int32_t turned(int32_t size) {
    return size + (size >> 1) + (1 << 17);
}

/* ---- what the stages are made of ---- */

static inline bool asks_low_pass(int32_t s1, int32_t s2, const pl_svf_coef *c, int32_t in) {
    return upto(s1, BLOCK_LOW_PASS_MAX) && upto(s2, BLOCK_LOW_PASS_MAX) && svf_ok(c)
        && upto(in, 1 << 29);
}

static inline bool gives_low_pass(int32_t s1, int32_t s2, int32_t out) {
    return upto(s1, BLOCK_LOW_PASS_MAX) && upto(s2, BLOCK_LOW_PASS_MAX) && upto(out, 1 << 30);
}

int32_t low_pass_contract(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in) {
    PROVE(asks_low_pass(*s1, *s2, c, in));
    int32_t out = any_int32();
    *s1 = any_int32();
    *s2 = any_int32();
    ASSUME(gives_low_pass(*s1, *s2, out));
    return out;
}

static inline bool asks_turn_vector(const int32_t v[3], int32_t ex, int32_t ey) {
    return all_upto(v, 3, 1 << 30) && upto(ex, 32767) && upto(ey, 32767);
}

static inline bool gives_turn_vector(const int32_t was[3], const int32_t v[3]) {
    return all_upto(v, 3, turned(largest(was))) && all_upto(v, 3, BLOCK_LOW_PASS_MAX);
}

void turn_vector_contract(int32_t v[3], int32_t ex, int32_t ey) {
    PROVE(asks_turn_vector(v, ex, ey));
    const int32_t was[3] = { v[0], v[1], v[2] };
    for (int i = 0; i < 3; i++) {
        v[i] = any_int32();
    }
    ASSUME(gives_turn_vector(was, v));
}

/* Parts after a nudge; pulling to length 1 lets them grow by a little at most, as a large part
   makes the length too large. */
#define NUDGED_MAX (UNIT_MAX + UNIT_MAX / 8 * 3 + (1 << 17))
#define PULLED_MORE (1 << 18)
#define LARGE_PART (BLOCK_ONE + (1 << 24))

static inline bool asks_square(int32_t x) {
    return upto(x, NUDGED_MAX + 8 * PULLED_MORE);
}

static inline bool gives_square(int32_t x, int32_t square) {
    return between(square, 0, 519000000) && (upto(x, LARGE_PART) || square >= 1 << 28);
}

int32_t square_contract(int32_t x) {
    PROVE(asks_square(x));
    int32_t square = any_int32();
    ASSUME(gives_square(x, square));
    return square;
}

static inline bool asks_pl_ori_renormalise(const int32_t q[4]) {
    return parts_upto(q, NUDGED_MAX + 8 * PULLED_MORE);
}

/* What the parts were at most, or if that is more, what small ones may become. */
static inline int32_t pulled_limit(const int32_t q[4]) {
    int32_t three = largest(q), last = q[3] < 0 ? -q[3] : q[3];
    int32_t all = three > last ? three : last;
    int32_t small = LARGE_PART + (LARGE_PART >> 2);
    return (all > small ? all : small) + PULLED_MORE;
}

void pl_ori_renormalise_contract(int32_t q[4]) {
    PROVE(asks_pl_ori_renormalise(q));
    int32_t limit = pulled_limit(q);
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, limit));
}

static inline bool gives_lack_of(const int32_t q[4], int32_t lack) {
    return upto(lack, (1 << 27) - 1) && (parts_upto(q, LARGE_PART) || lack <= 0);
}

int32_t lack_of_contract(const int32_t q[4]) {
    PROVE(asks_pl_ori_renormalise(q));
    int32_t lack = any_int32();
    ASSUME(gives_lack_of(q, lack));
    return lack;
}

static inline bool asks_pl_ori_nudge(const int32_t q[4], const int32_t h[3]) {
    return parts_upto(q, UNIT_MAX) && all_upto(h, 3, 32768);
}

void pl_ori_nudge_contract(int32_t q[4], const int32_t h[3]) {
    PROVE(asks_pl_ori_nudge(q, h));
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, NUDGED_MAX + PULLED_MORE));
}

/* Forgets what is no attitude, leaves the rest. */
void pl_ori_hold_contract(pl_ori_state *st) {
    PROVE(parts_upto(st->q, PART_MAX));
    for (int i = 0; i < 4; i++) {
        st->q[i] = any_int32();
    }
    ASSUME(unit_ok(st->q));
    if (any_bool()) {
        st->begun &= PL_ORI_BEGUN_ALL ^ PL_ORI_BEGUN_LEVEL;
        st->start = st->settle = 0;
    }
}

static inline bool asks_bias_measure(const pl_ori_state *st, const pl_ori_coef *co,
                                     const int16_t row[3], int32_t w, int gain_bits) {
    return coef_ok(co) && bias_ok(st, co, 0) && bias_ok(st, co, 1) && bias_ok(st, co, 2)
        && variances_ok(st) && upto(row[0], 16384) && upto(row[1], 16384)
        && upto(row[2], 16384)
        && ((gain_bits == 15 && between(w, 1 << 19, 1 << 21))
            || (gain_bits == 18 && between(w, 1 << 26, 1 << 28)));
}

void bias_measure_contract(pl_ori_state *st, const pl_ori_coef *co, const int16_t row[3],
                           int32_t e, int32_t w, int gain_bits) {
    PROVE(asks_bias_measure(st, co, row, w, gain_bits));
    for (int i = 0; i < 3; i++) {
        st->bias[i] = any_int32();
        ASSUME(bias_ok(st, co, i));
    }
    for (int i = 0; i < 6; i++) {
        st->p[i] = any_int32();
    }
    ASSUME(variances_ok(st));
}

#endif
