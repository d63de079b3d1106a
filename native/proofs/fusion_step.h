/* Contracts of what runs once per sample. */
#ifndef PROOF_FUSION_STEP_H
#define PROOF_FUSION_STEP_H

#include "fusion_state.h"

static inline bool gives_pl_ori_cosine_loss(int32_t lost) {
    return between(lost, 0, 65536);
}

int32_t pl_ori_cosine_loss_contract(uint32_t n) {
    int32_t lost = any_int32();
    ASSUME(gives_pl_ori_cosine_loss(lost));
    return lost;
}

#define LACK_MAX 7812

static inline bool asks_step_lack(int32_t hx, int32_t hy, int32_t hz) {
    return upto(hx, STEP_H_MAX) && upto(hy, STEP_H_MAX) && upto(hz, STEP_H_MAX);
}

int32_t step_lack_contract(int32_t hx, int32_t hy, int32_t hz) {
    PROVE(asks_step_lack(hx, hy, hz));
    int32_t lack = any_int32();
    ASSUME(between(lack, 0, LACK_MAX));
    return lack;
}

/* Sine parts of half angles, Q15. */
#define TURN_MAX 20600

static inline bool asks_step_turn(const int32_t q[4], int32_t dx, int32_t dy, int32_t dz) {
    return parts_upto(q, UNIT_MAX) && upto(dx, TURN_MAX) && upto(dy, TURN_MAX)
        && upto(dz, TURN_MAX);
}

void step_turn_contract(int32_t q[4], int32_t dx, int32_t dy, int32_t dz) {
    PROVE(asks_step_turn(q, dx, dy, dz));
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, PART_MAX));
}

/* A half angle of any count, Q31. */
#define ANGLE_MAX ((STEP_H_MAX - 1) * 65536 + 4)

static inline bool asks_step_angle(const pl_ori_state *st, const pl_ori_coef *co, int i, int32_t s) {
    return coef_ok(co) && between(i, 0, 2) && upto(st->bias[i], 3 * (int64_t)co->bias_limit)
        && between(s, INT16_MIN, INT16_MAX);
}

int32_t step_angle_contract(const pl_ori_state *st, const pl_ori_coef *co, int i,
                                          int32_t s) {
    PROVE(asks_step_angle(st, co, i, s));
    int32_t angle = any_int32();
    ASSUME(upto(angle, ANGLE_MAX));
    return angle;
}

static inline bool asks_pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z) {
    return upto(w, 1 << 17) && upto(x, 1 << 17) && upto(y, 1 << 17) && upto(z, 1 << 17);
}

static inline bool gives_pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z, int is) {
    return !is || (upto(w, BLOCK_Q_PART_MAX) && upto(x, BLOCK_Q_PART_MAX)
                   && upto(y, BLOCK_Q_PART_MAX) && upto(z, BLOCK_Q_PART_MAX));
}

/* The last attitude that was asked about, and the answer. */
int32_t asked[4];
int answered;

int pl_ori_is_unit_contract(int32_t w, int32_t x, int32_t y, int32_t z) {
    PROVE(asks_pl_ori_is_unit(w, x, y, z));
    int is = any_bool();
    ASSUME(gives_pl_ori_is_unit(w, x, y, z, is));
    asked[0] = w;
    asked[1] = x;
    asked[2] = y;
    asked[3] = z;
    answered = is;
    return is;
}

/* The attitude was found to be of length 1, or forgotten. */
static inline bool looked_after(const pl_ori_state *st) {
    const int32_t *q = st->q;
    bool forgotten = q[0] == BLOCK_ONE && q[1] == 0 && q[2] == 0 && q[3] == 0
        && !(st->begun & PL_ORI_BEGUN_LEVEL) && st->settle == 0;
    return forgotten
        || (answered && asked[0] == FX_ROUND(q[0], 15) && asked[1] == FX_ROUND(q[1], 15)
            && asked[2] == FX_ROUND(q[2], 15) && asked[3] == FX_ROUND(q[3], 15));
}

void step_still_contract(pl_ori_state *st, const pl_ori_coef *co) {
    for (int i = 0; i < 6; i++) {
        PROVE(upto(st->sum_raw[i], (int64_t)INT32_MAX - 32768));
        int32_t before = st->sum_raw[i];
        st->sum_raw[i] = any_int32();
        ASSUME(upto((int64_t)st->sum_raw[i] - before, 32768));
    }
    if (any_bool()) {
        st->seen |= PL_ORI_SEEN_MOTION;
    }
}

/* What one sample asks for and gives, beside the attitude, which is looked after. */
static inline bool asks_step_sample(const pl_ori_state *st, const pl_ori_coef *co) {
    return coef_ok(co) && unit_ok(st->q) && small_ok(st) && bias_ok(st, co, 0)
        && bias_ok(st, co, 1) && bias_ok(st, co, 2) && all_upto(st->sum_force, 3, 1400000000)
        && all_upto(st->sum_raw, 6, 1 << 30);
}

static inline bool grown(const pl_ori_state *was, const pl_ori_state *st) {
    for (int i = 0; i < 6; i++) {
        if (!upto((int64_t)st->sum_raw[i] - was->sum_raw[i], 32768)) {
            return false;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (!upto((int64_t)st->sum_force[i] - was->sum_force[i], BLOCK_SAMPLE_FORCE_MAX)) {
            return false;
        }
    }
    return true;
}

#endif
