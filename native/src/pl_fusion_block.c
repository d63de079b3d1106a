/* Slow part of the orientation filter: see pl_fusion_block.h and pl_fusion.h. */
#include "pl_fusion_block.h"

#include <string.h>

#include "pl_fixed.h"

#define ONE_G (1 << 24)
#define CLIP_HALF_ANGLE 32767 /* 0.125 rad, Q18 */
#define FELT_HALF_ANGLE 1024   /* 0.004 rad: below, the begun block may stay as it is */
#define UPSET_HALF_ANGLE 13107 /* 0.05 rad, Q18 */
#define SURE_HALF_ANGLE 800    /* 0.003 rad */

/* fx_mul_s16, once for all of this file. */
static FX_APART int32_t mul(int32_t a, int32_t b) {
    return fx_mul_s16(a, b);
}

/* fx_clamp, the same. */
static FX_APART int32_t held(int32_t x, int32_t limit) {
    return fx_clamp(x, limit);
}

/*
 * Second-order low-pass as a state-variable filter with trapezoidal integrators: with v1 and v2
 * the band-pass and low-pass outputs, s1 and s2 the integrators' states,
 *     v1 = a1 s1 + a2 (in - s2),  v2 = s2 + g v1,  s1 := 2 v1 - s1,  s2 := 2 v2 - s2.
 * Steady input gives itself exactly, whatever the coefficients' rounding.
 * A. Simper, Linear Trapezoidal Integrated State Variable Filter, Cytomic 2014.
 */
static FX_COLD int32_t low_pass(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in) {
    int32_t v1 = fx_mul_u16(*s1, c->a1) + fx_mul_u16(in - *s2, c->a2);
    int32_t v2 = *s2 + fx_mul_u16(v1, c->g);
    *s1 = fx_clamp(2 * v1 - *s1, BLOCK_LOW_PASS_MAX);
    *s2 = fx_clamp(2 * v2 - *s2, BLOCK_LOW_PASS_MAX);
    return v2;
}

/* Horizontal force x beside the vertical z (Q24 g) as a half angle in Q18, at most 0.125 rad. */
static FX_COLD int32_t lean(int32_t x, int32_t z) {
    /* The vertical is taken for 1 g, as the loop closes anyway: unless it would overshoot. */
    for (; z > ONE_G / 4 * 5; z /= 2) {
        x /= 2;
    }
    return fx_clamp(x >> 7, CLIP_HALF_ANGLE);
}

static FX_COLD int is_far(int32_t x, int32_t limit) {
    return x >= limit || x <= -limit;
}

/* Whether the correction is as large as `limit` about one axis. */
static FX_APART int leans(const pl_ori_state *st, int32_t limit) {
    return is_far(st->correction[0], limit) || is_far(st->correction[1], limit);
}

/* Mean specific force of the block to the tilt that it shows. */
static FX_COLD void find_lean(pl_ori_state *st, const pl_ori_coef *co) {
    int32_t v[3];
    uint32_t share = 0;
    if (st->start < 2 * co->rest_blocks) {
        st->start++;
        share = 65535u / st->start;
    }
    for (int i = 0; i < 3; i++) {
        int32_t mean = fx_clamp(st->sum_force[i] >> co->block_log2, 1 << 19);
        int32_t in = fx_mul_u16(mean * 1024, co->force_unit);
        st->sum_force[i] = 0;
        if (share) {
            /* Running mean at first. */
            st->force_s1[i] = 0;
            v[i] = st->force_s2[i] += fx_mul_u16(in - st->force_s2[i], share);
        } else {
            v[i] = low_pass(&st->force_s1[i], &st->force_s2[i], &co->force, in);
        }
    }
    st->correction[0] = (int16_t)lean(v[1], v[2]);
    st->correction[1] = (int16_t)-lean(v[0], v[2]);
    if (v[2] < 0 && !leans(st, CLIP_HALF_ANGLE)) {
        st->correction[0] = CLIP_HALF_ANGLE; /* upside down and balanced: fall to some side */
    }
    if (st->settle == 0 || (!share && leans(st, SURE_HALF_ANGLE))) {
        st->sure = 0;
    } else if (st->sure < co->settle_blocks) {
        st->sure++;
    }
    if (v[2] < ONE_G / 2 || v[2] > ONE_G + ONE_G / 2 || leans(st, UPSET_HALF_ANGLE)) {
        st->settle = 0;
    } else if (st->settle < 3 * co->settle_blocks) {
        st->settle++;
    }
}

/* Turns the vector by the correction, about earth x and y. */
static FX_COLD void turn_vector(int32_t v[3], int32_t ex, int32_t ey) {
    int32_t x = v[0], y = v[1], z = v[2];
    v[0] = fx_clamp(x + (fx_mul_s16(z, ey) >> 1), BLOCK_LOW_PASS_MAX);
    v[1] = fx_clamp(y - (fx_mul_s16(z, ex) >> 1), BLOCK_LOW_PASS_MAX);
    v[2] = fx_clamp(z + ((fx_mul_s16(y, ex) - fx_mul_s16(x, ey)) >> 1), BLOCK_LOW_PASS_MAX);
}

/* x^2 in Q28 for x in Q29, |x| < 1.999. */
static inline int32_t square(int32_t x) {
    int32_t high = FX_ROUND(x, 15), low = x - high * 32768;
    return high * high + ((high * low) >> 14);
}

/* What |q|^2 lacks to 1, Q28, within 1/2. */
static FX_COLD int32_t lack_of(const int32_t q[4]) {
    int32_t lack = 1 << 28;
    for (int i = 0; i < 4; i++) {
        lack -= square(q[i]);
    }
    return fx_clamp(lack, (1 << 27) - 1);
}

FX_COLD void pl_ori_renormalise(int32_t q[4]) {
    int32_t lack = lack_of(q);
    int32_t high = lack >> 12, low = lack & 0xFFF; /* Q16 and Q28 */
    for (int i = 0; i < 4; i++) {
        q[i] += (mul(q[i], high) + (mul(q[i], low) >> 12) + 1) >> 1;
    }
}

int pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z) {
    /* No square may wrap, nor their sum. */
    if ((fx_bits(w + 32768) | fx_bits(x + 32768) | fx_bits(y + 32768) | fx_bits(z + 32768)) >> 16) {
        return 0;
    }
    uint32_t sum = fx_square(w) + fx_square(x) + fx_square(y) + fx_square(z);
    return sum - ((1u << 28) - BLOCK_NORM_SLACK) <= 2u * BLOCK_NORM_SLACK;
}

FX_COLD void pl_ori_forget(pl_ori_state *st) {
    st->q[0] = BLOCK_ONE;
    st->q[1] = st->q[2] = st->q[3] = 0;
    st->begun &= PL_ORI_BEGUN_ALL ^ PL_ORI_BEGUN_LEVEL;
    st->start = st->settle = 0;
}

FX_COLD void pl_ori_hold(pl_ori_state *st) {
    const int32_t *q = st->q;
    if (!pl_ori_is_unit(FX_ROUND(q[0], 15), FX_ROUND(q[1], 15), FX_ROUND(q[2], 15),
                       FX_ROUND(q[3], 15))) {
        pl_ori_forget(st);
    }
}

FX_COLD void pl_ori_nudge(int32_t q[4], const int32_t h[3]) {
    const int32_t w = q[0], v[3] = { q[1], q[2], q[3] };
    int32_t lost = 0;
    for (int i = 0; i < 3; i++) {
        int j = i < 2 ? i + 1 : 0, k = j < 2 ? j + 1 : 0;
        lost += mul(v[i], h[i]);
        q[1 + i] += (mul(w, h[i]) + mul(v[j], h[k]) - mul(v[k], h[j])) >> 2;
    }
    q[0] -= lost >> 2;
    pl_ori_renormalise(q);
}

/* Applies the correction to the attitude and to the memory of the low-pass. */
static FX_COLD void apply_lean(pl_ori_state *st) {
    int32_t ex = st->correction[0], ey = st->correction[1];
    const int32_t back[3] = { -ex, -ey, 0 };
    /* A turn about earth axes stands on the left; the conjugate has it on the right. */
    st->q[0] = -st->q[0];
    pl_ori_nudge(st->q, back);
    st->q[0] = -st->q[0];
    pl_ori_hold(st);
    turn_vector(st->force_s1, ex, ey);
    turn_vector(st->force_s2, ex, ey);
    if (leans(st, FELT_HALF_ANGLE)) {
        turn_vector(st->sum_force, ex, ey);
    }
}

/* One of the first two rows of the rotation matrix, Q13, low-passed as the force is. */
static FX_COLD void filter_row(pl_ori_state *st, const pl_ori_coef *co, unsigned row) {
    /* The second row is the first one with its axes in turn: x y z for y z x. */
    int32_t w = st->q[0] >> 15, z = st->q[row ? 1 : 3] >> 15;
    int32_t x = st->q[1 + row] >> 15, y = st->q[2 + row] >> 15;
    const int32_t in[3] = {
        8192 - ((y * y + z * z) >> 14), (x * y - w * z) >> 14, (x * z + w * y) >> 14,
    };
    for (unsigned i = 0, to = row; i < 3; i++) {
        int32_t out = low_pass(&st->row_s1[row][to], &st->row_s2[row][to], &co->row,
                               fx_clamp(in[i], 8192) * 32768);
        st->row[to] = (int16_t)fx_clamp(out >> 14, 16384);
        to = to < 2 ? to + 1 : 0;
    }
}

/* As memcpy, which is slow for a few bytes. */
static FX_COLD void copy3(int16_t to[3], const int16_t from[3]) {
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
}

/* After a block with movement: rest, and the low-pass of the raw counts, will begin anew. */
static FX_COLD void see_movement(pl_ori_state *st) {
    copy3(&st->still[0], &st->last[0]);
    copy3(&st->still[3], &st->last[3]);
    st->sum_raw[0] = st->sum_raw[1] = st->sum_raw[2] = 0;
    st->sum_raw[3] = st->sum_raw[4] = st->sum_raw[5] = 0;
    st->begun &= PL_ORI_BEGUN_ALL ^ PL_ORI_BEGUN_STILL;
    st->rest = 0;
    st->frozen = 0;
}

/* After a block without movement: the low-passed means, and whether they may be rest. */
static FX_COLD int low_pass_raw(pl_ori_state *st, const pl_ori_coef *co) {
    int rest = st->begun & PL_ORI_BEGUN_STILL, frozen = 1;
    for (int i = 0; i < 6; i++) {
        int32_t mean = st->sum_raw[i] * (1 << (12 - co->block_log2)); /* Q12 */
        int32_t out = mean;
        if (st->begun & PL_ORI_BEGUN_STILL) {
            out = low_pass(&st->still_s1[i], &st->still_s2[i], &co->rest, mean);
        } else {
            st->still_s1[i] = 0;
            st->still_s2[i] = mean;
        }
        frozen &= mean == st->last[i] * 4096;
        st->sum_raw[i] = 0;
        st->still[i] = (int16_t)fx_clamp((out + 2048) >> 12, 32767);
        int32_t away, limit;
        if (i < 3) {
            out = fx_clamp(out, 1 << 23) * (16 << PL_ORI_BIAS_BITS);
            st->gyr_mean[i] = mul(out, co->half_angle);
            away = st->gyr_mean[i] - st->bias_origin[i];
            limit = co->bias_limit;
        } else {
            /* A turn too slow and steady to be seen otherwise still tilts gravity. */
            away = st->still[i] - st->rest_acc[i - 3];
            limit = co->rest_off[1] / 2 + 1;
        }
        if (is_far(away, limit)) {
            rest = 0;
        }
    }
    st->begun |= PL_ORI_BEGUN_STILL;
    st->frozen = (uint16_t)(frozen ? st->frozen + (st->frozen < co->settle_blocks) : 0);
    return rest;
}

static FX_COLD void see_stillness(pl_ori_state *st, const pl_ori_coef *co) {
    if (!low_pass_raw(st, co)) {
        st->rest = 0;
        copy3(st->rest_acc, &st->still[3]);
    } else if (st->rest < co->rest_blocks) {
        st->rest++;
    }
}

/* Whether the sensor rests, and what is wrong with its samples. */
static FX_COLD void find_rest(pl_ori_state *st, const pl_ori_coef *co) {
    if (st->seen & PL_ORI_SEEN_MOTION) {
        see_movement(st);
    } else {
        see_stillness(st, co);
    }
    if ((st->seen & PL_ORI_SEEN_CLIP) || st->frozen >= co->settle_blocks) {
        st->settle = 0;
    }
    st->seen = st->seen & PL_ORI_SEEN_CLIP ? PL_ORI_SEEN_CLIPPED : 0;
}

/*
 * One scalar measurement `e` (as the bias) = row . (true bias - bias), with variance w, of the bias's
 * Kalman filter.  row is Q14 and no longer than 1; gains are in Q(gain_bits), which must be so
 * chosen that they stay below 2^15.
 */
static FX_COLD void bias_measure(pl_ori_state *st, const pl_ori_coef *co, const int16_t row[3],
                                 int32_t e, int32_t w, int gain_bits) {
    static const uint8_t at[3][3] = { { 0, 1, 2 }, { 1, 3, 4 }, { 2, 4, 5 } };
    int32_t ph[3], s = 0;
    for (int i = 0; i < 3; i++) {
        int32_t sum = 0;
        for (int j = 0; j < 3; j++) {
            sum += mul(st->p[at[i][j]], row[j]);
        }
        ph[i] = held(sum, BLOCK_PH_MAX);
        s += mul(ph[i], row[i]);
    }
    /* A variance is not negative, whatever rounding says. */
    s = w + (s < 0 ? 0 : 16 * (s < BLOCK_PH_MAX / 4 ? s : BLOCK_PH_MAX / 4));
    /* 1 / s: s into [2^30, 2^31), its inverse into [2^14, 2^15]. */
    int shift = 27 - gain_bits;
    for (; s < 1 << 30; s *= 2) {
        shift--;
    }
    int32_t inverse = (int32_t)((1u << 30) / ((uint32_t)s >> 15));
    int down = gain_bits - 15, half = (1 << down) / 2;
    e = 2 * held(e, co->bias_limit);
    for (int i = 0; i < 3; i++) {
        int32_t gain = held(mul(ph[i], inverse) >> shift, 32767);
        int32_t away = st->bias[i] - st->bias_origin[i] + ((mul(e, gain) + half) >> down);
        st->bias[i] = st->bias_origin[i] + held(away, co->bias_limit);
        for (int j = i; j < 3; j++) {
            int32_t *p = &st->p[at[i][j]];
            *p = held(*p - ((mul(8 * ph[j], gain) + half) >> down), BLOCK_P_MAX);
        }
        int32_t *variance = &st->p[at[i][i]];
        *variance = *variance < 1 ? 1 : *variance;
    }
}

/*
 * Two measurements of the bias in four blocks, in turn along the sensor's axes at rest, about the
 * earth's horizontal ones in motion: what is measured is low-passed, so that more of them would
 * tell the same.
 */
static FX_COLD void learn_bias(pl_ori_state *st, const pl_ori_coef *co) {
    static const int16_t unit[5] = { 0, 0, 16384, 0, 0 };
    for (int i = 0; i < 6; i = i == 0 ? 3 : i + 2) {
        if (st->p[i] < BLOCK_P_START) {
            st->p[i] += co->p_growth;
        }
    }
    if ((st->block & 2u) || st->frozen) {
        return;
    }
    if (st->rest >= co->rest_blocks) {
        unsigned axis = st->block % 3u;
        int32_t error = st->gyr_mean[axis] - st->bias[axis];
        bias_measure(st, co, &unit[2 - axis], error, co->w_rest, 15);
        if (is_far(error, co->bias_limit / 16)) {
            st->start = 0; /* what the low-pass remembers was turned by such an error */
        }
    } else if (st->settle >= 3 * co->settle_blocks) {
        /* The correction undoes what an error of the bias has turned during the block. */
        int32_t rate = st->correction[st->block & 1u] * (1 << (13 + PL_ORI_BIAS_BITS - co->block_log2));
        bias_measure(st, co, st->row, -rate, co->w_motion, 18);
    }
}

/* Before the first full block: the sums are of fewer samples and are thrown away. */
static FX_COLD void skip_stage(pl_ori_state *st, unsigned stage) {
    if (stage == 0) {
        memset(st->sum_force, 0, sizeof st->sum_force);
    } else if (stage == 4) {
        memset(st->sum_raw, 0, sizeof st->sum_raw);
        st->seen = PL_ORI_SEEN_MOTION;
    } else if (stage == 7) {
        st->begun |= PL_ORI_BEGUN_BLOCK;
    }
}

FX_COLD void pl_ori_stage(pl_ori_state *st, const pl_ori_coef *co, unsigned stage) {
    if (!(st->begun & PL_ORI_BEGUN_BLOCK)) {
        skip_stage(st, stage);
        return;
    }
    switch (stage) {
        case 0:
            find_lean(st, co);
            break;
        case 1:
            apply_lean(st);
            break;
        case 2:
            st->block = (uint16_t)(st->block < 11 ? st->block + 1 : 0);
            filter_row(st, co, st->block & 1u);
            break;
        case 4:
            find_rest(st, co);
            break;
        case 6:
            learn_bias(st, co);
            break;
        default:
            break;
    }
}
