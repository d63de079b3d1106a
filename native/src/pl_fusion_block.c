/* Slow part of the orientation filter: see pl_fusion_block.h and pl_fusion.h. */
#include "pl_fusion_block.h"

#include <string.h>

#include "pl_fixed.h"

#define ONE_G (1 << 24)
#define CLIP_HALF_ANGLE 32767 /* 0.125 rad, Q18 */
#define FELT_HALF_ANGLE 1024   /* 0.004 rad: below, the begun block may stay as it is */
#define UPSET_HALF_ANGLE 13107 /* 0.05 rad, Q18 */

/*
 * Second-order low-pass as a state-variable filter with trapezoidal integrators: with v1 and v2
 * the band-pass and low-pass outputs, s1 and s2 the integrators' states,
 *     v1 = a1 s1 + a2 (in - s2),  v2 = s2 + g v1,  s1 := 2 v1 - s1,  s2 := 2 v2 - s2.
 * Steady input gives itself exactly, whatever the coefficients' rounding.
 * A. Simper, Linear Trapezoidal Integrated State Variable Filter, Cytomic 2014.
 */
static int32_t low_pass(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in) {
    int32_t v1 = fx_mul_u16(*s1, c->a1) + fx_mul_u16(in - *s2, c->a2);
    int32_t v2 = *s2 + fx_mul_u16(v1, c->g);
    *s1 = fx_clamp(2 * v1 - *s1, BLOCK_LOW_PASS_MAX);
    *s2 = fx_clamp(2 * v2 - *s2, BLOCK_LOW_PASS_MAX);
    return v2;
}

/* The same for values of 17 bits, with coefficients of 14. */
static int32_t low_pass_short(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in) {
    int32_t v1 = ((c->a1 >> 2) * *s1 + (c->a2 >> 2) * (in - *s2) + 8192) >> 14;
    int32_t v2 = *s2 + (((c->g >> 2) * v1 + 8192) >> 14);
    *s1 = fx_clamp(2 * v1 - *s1, BLOCK_SHORT_MAX);
    *s2 = fx_clamp(2 * v2 - *s2, BLOCK_SHORT_MAX);
    return v2;
}

/* Horizontal force x beside the vertical z (Q24 g) as a half angle in Q18, at most 0.125 rad. */
static int32_t lean(int32_t x, int32_t z) {
    if (z > ONE_G / 4 * 3 && z < ONE_G / 4 * 5) {
        return fx_clamp(x >> 7, CLIP_HALF_ANGLE); /* as if it were 1 g: the loop closes anyway */
    }
    z = z < ONE_G / 4 ? ONE_G / 4 : z;
    while (z >= 2 * ONE_G) {
        z /= 2;
        x /= 2;
    }
    return fx_clamp(fx_clamp(x, z / 4) * 128 / (z / 1024), CLIP_HALF_ANGLE);
}

static int is_far(int32_t x, int32_t limit) {
    return x >= limit || x <= -limit;
}

/* Mean specific force of the block to the tilt that it shows. */
static void find_lean(pl_ori_state *st, const pl_ori_coef *co) {
    int32_t v[3];
    uint32_t share = 0;
    if (st->start < co->start_blocks) {
        st->start++;
        share = 65535u / st->start;
    }
    for (int i = 0; i < 3; i++) {
        int32_t mean = fx_clamp(st->sum_force[i] >> co->block_log2, 1 << 20);
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
    int32_t about_x = lean(v[1], v[2]), about_y = -lean(v[0], v[2]);
    if (v[2] < 0 && !is_far(about_x, CLIP_HALF_ANGLE) && !is_far(about_y, CLIP_HALF_ANGLE)) {
        about_x = CLIP_HALF_ANGLE; /* upside down and balanced: fall to some side */
    }
    if (v[2] < ONE_G / 2 || v[2] > ONE_G + ONE_G / 2 || is_far(about_x, UPSET_HALF_ANGLE)
        || is_far(about_y, UPSET_HALF_ANGLE)) {
        st->settle = 0;
    } else if (st->settle < co->settle_blocks) {
        st->settle++;
    }
    st->correction[0] = (int16_t)about_x;
    st->correction[1] = (int16_t)about_y;
}

/* Turns the vector by the correction, about earth x and y. */
static void turn_vector(int32_t v[3], int32_t ex, int32_t ey) {
    int32_t x = v[0], y = v[1], z = v[2];
    v[0] = fx_clamp(x + (fx_mul_s16(z, ey) >> 1), BLOCK_LOW_PASS_MAX);
    v[1] = fx_clamp(y - (fx_mul_s16(z, ex) >> 1), BLOCK_LOW_PASS_MAX);
    v[2] = fx_clamp(z + ((fx_mul_s16(y, ex) - fx_mul_s16(x, ey)) >> 1), BLOCK_LOW_PASS_MAX);
}

/* q^2 in Q29; -1 for some very small q. */
static int32_t square(int32_t q) {
    int32_t high = q >> 15, low = q & 0x7FFF;
    return (high * high + ((high * low) >> 14)) >> 1;
}

int32_t pl_ori_norm(const int32_t q[4]) {
    return square(q[0]) + square(q[1]) + square(q[2]) + square(q[3]);
}

void pl_ori_renormalise(int32_t q[4]) {
    int32_t lack = fx_clamp((1 << 29) - pl_ori_norm(q), (1 << 26) - 1);
    int32_t high = lack >> 11, low = lack & 0x7FF; /* Q18 and Q29 */
    for (int i = 0; i < 4; i++) {
        q[i] += (fx_mul_s16(q[i], high) + (fx_mul_s16(q[i], low) >> 11) + 4) >> 3;
    }
}

/* Applies the correction to the attitude and to the memory of the low-pass. */
static void apply_lean(pl_ori_state *st) {
    int32_t ex = st->correction[0], ey = st->correction[1];
    int32_t w = st->q[0], x = st->q[1], y = st->q[2], z = st->q[3];
    st->q[0] = w - ((fx_mul_s16(x, ex) + fx_mul_s16(y, ey)) >> 2);
    st->q[1] = x + ((fx_mul_s16(w, ex) + fx_mul_s16(z, ey)) >> 2);
    st->q[2] = y + ((fx_mul_s16(w, ey) - fx_mul_s16(z, ex)) >> 2);
    st->q[3] = z + ((fx_mul_s16(y, ex) - fx_mul_s16(x, ey)) >> 2);
    pl_ori_renormalise(st->q);
    turn_vector(st->force_s1, ex, ey);
    turn_vector(st->force_s2, ex, ey);
    if (is_far(ex, FELT_HALF_ANGLE) || is_far(ey, FELT_HALF_ANGLE)) {
        turn_vector(st->sum_force, ex, ey);
    }
}

/* One of the first two rows of the rotation matrix, Q13, low-passed as the force is. */
static void filter_row(pl_ori_state *st, const pl_ori_coef *co, unsigned row) {
    int32_t w = st->q[0] >> 16, x = st->q[1] >> 16, y = st->q[2] >> 16, z = st->q[3] >> 16;
    int32_t in[3] = { 8192 - ((y * y + z * z) >> 14), (x * y - w * z) >> 14, (x * z + w * y) >> 14 };
    if (row == 1) {
        in[0] = (x * y + w * z) >> 14;
        in[1] = 8192 - ((x * x + z * z) >> 14);
        in[2] = (y * z - w * x) >> 14;
    }
    for (unsigned i = 0; i < 3; i++) {
        int32_t out = low_pass_short(&st->row_s1[row][i], &st->row_s2[row][i], &co->row,
                                     fx_clamp(in[i], 8192) * 8);
        st->row[i] = (int16_t)fx_clamp(out >> 2, 16384);
    }
}

/* As memcpy, which is slow for a few bytes. */
static void copy3(int16_t to[3], const int16_t from[3]) {
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
}

/* After a block with movement: rest, and the low-pass of the raw counts, will begin anew. */
static void see_movement(pl_ori_state *st) {
    copy3(&st->still[0], &st->last[0]);
    copy3(&st->still[3], &st->last[3]);
    st->sum_raw[0] = st->sum_raw[1] = st->sum_raw[2] = 0;
    st->sum_raw[3] = st->sum_raw[4] = st->sum_raw[5] = 0;
    st->begun &= (uint8_t)~PL_ORI_BEGUN_STILL;
    st->rest = 0;
    st->frozen = 0;
}

/* The low-passed gyroscope (Q12 counts) as a bias; 1 if it may be one. */
static int gyr_at_rest(pl_ori_state *st, const pl_ori_coef *co, int i, int32_t mean) {
    int32_t counts = fx_clamp(mean, 1 << 23) * (16 << PL_ORI_BIAS_BITS);
    st->gyr_mean[i] = fx_mul_s16(counts, co->half_angle)
        + (fx_mul_u16(counts, (uint32_t)co->half_angle_low) >> 16);
    return !is_far(st->gyr_mean[i] - st->bias_origin[i], co->bias_limit);
}

/* After a block without movement: its low-passed mean, and whether it may be rest. */
static void see_stillness(pl_ori_state *st, const pl_ori_coef *co) {
    int rest = 1, frozen = 1;
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
        /* A turn too slow and steady to be seen otherwise still tilts gravity. */
        rest &= i < 3 ? gyr_at_rest(st, co, i, out)
                      : !is_far(st->still[i] - st->rest_acc[i - 3], co->rest_acc / 2 + 1);
    }
    if (!(st->begun & PL_ORI_BEGUN_STILL)) {
        rest = 0;
    }
    st->begun |= PL_ORI_BEGUN_STILL;
    st->frozen = (uint16_t)(frozen ? st->frozen + (st->frozen < co->frozen_blocks) : 0);
    if (!rest) {
        st->rest = 0;
        copy3(st->rest_acc, &st->still[3]);
    } else if (st->rest < co->rest_blocks) {
        st->rest++;
    } else if (!(st->begun & PL_ORI_BEGUN_REST)) {
        /* Only now is the bias known: what the low-pass remembers may have been turned by it. */
        st->begun |= PL_ORI_BEGUN_REST;
        for (int i = 0; i < 3; i++) {
            if (is_far(st->bias[i] - st->bias_origin[i], co->bias_limit / 16)) {
                st->start = 0;
            }
        }
    }
}

/* Whether the sensor rests, and what is wrong with its samples. */
static void find_rest(pl_ori_state *st, const pl_ori_coef *co) {
    if (st->seen & PL_ORI_SEEN_MOTION) {
        see_movement(st);
    } else {
        see_stillness(st, co);
    }
    if ((st->seen & PL_ORI_SEEN_CLIP) || st->frozen >= co->frozen_blocks) {
        st->settle = 0;
    }
    st->seen = st->seen & PL_ORI_SEEN_CLIP ? PL_ORI_SEEN_CLIPPED : 0;
}

/*
 * One scalar measurement `e` (as the bias) = row . (true bias - bias), with variance w, of the bias's
 * Kalman filter.  row is Q14 and no longer than 1; gains are in Q(gain_bits), which must be so
 * chosen that they stay below 2^15.
 */
static void bias_measure(pl_ori_state *st, const pl_ori_coef *co, const int16_t row[3], int32_t e,
                         int32_t w, int gain_bits) {
    int32_t *p = st->p, x = row[0], y = row[1], z = row[2];
    int32_t ph[3] = {
        fx_clamp(fx_mul_s16(p[0], x) + fx_mul_s16(p[1], y) + fx_mul_s16(p[2], z), BLOCK_PH_MAX),
        fx_clamp(fx_mul_s16(p[1], x) + fx_mul_s16(p[3], y) + fx_mul_s16(p[4], z), BLOCK_PH_MAX),
        fx_clamp(fx_mul_s16(p[2], x) + fx_mul_s16(p[4], y) + fx_mul_s16(p[5], z), BLOCK_PH_MAX),
    };
    int32_t s = fx_mul_s16(ph[0], x) + fx_mul_s16(ph[1], y) + fx_mul_s16(ph[2], z);
    /* A variance is not negative, whatever rounding says. */
    s = w + (s < 0 ? 0 : 16 * (s < BLOCK_PH_MAX / 4 ? s : BLOCK_PH_MAX / 4));
    /* 1 / s: s into [2^30, 2^31), its inverse into [2^14, 2^15]. */
    int shift = 27 - gain_bits;
    for (; s < 1 << 30; s *= 2) {
        shift--;
    }
    int32_t inverse = (int32_t)((1u << 30) / ((uint32_t)s >> 15));
    int down = gain_bits - 15, half = (1 << down) / 2;
    e = 2 * fx_clamp(e, co->bias_limit);
    int32_t gain[3];
    for (int i = 0; i < 3; i++) {
        gain[i] = fx_clamp(fx_mul_s16(ph[i], inverse) >> shift, 32767);
        int32_t away = st->bias[i] - st->bias_origin[i] + ((fx_mul_s16(e, gain[i]) + half) >> down);
        st->bias[i] = st->bias_origin[i] + fx_clamp(away, co->bias_limit);
        ph[i] *= 8;
    }
    p[0] -= (fx_mul_s16(ph[0], gain[0]) + half) >> down;
    p[1] -= (fx_mul_s16(ph[1], gain[0]) + half) >> down;
    p[2] -= (fx_mul_s16(ph[2], gain[0]) + half) >> down;
    p[3] -= (fx_mul_s16(ph[1], gain[1]) + half) >> down;
    p[4] -= (fx_mul_s16(ph[2], gain[1]) + half) >> down;
    p[5] -= (fx_mul_s16(ph[2], gain[2]) + half) >> down;
    for (int i = 0; i < 6; i++) {
        int32_t least = i == 0 || i == 3 || i == 5 ? 1 : -BLOCK_P_MAX;
        p[i] = p[i] < least ? least : p[i] > BLOCK_P_MAX ? BLOCK_P_MAX : p[i];
    }
}

/*
 * One measurement of the bias per block, in turn along the sensor's axes at rest, about the
 * earth's horizontal ones in motion: what is measured is low-passed, so that neighbours would
 * tell the same.
 */
static void learn_bias(pl_ori_state *st, const pl_ori_coef *co) {
    static const int16_t unit[5] = { 0, 0, 16384, 0, 0 };
    for (int i = 0; i < 6; i = i == 0 ? 3 : i + 2) {
        if (st->p[i] < BLOCK_P_START) {
            st->p[i] += co->p_growth;
        }
    }
    if (st->rest >= co->rest_blocks) {
        unsigned axis = st->block % 3u;
        bias_measure(st, co, &unit[2 - axis], st->gyr_mean[axis] - st->bias[axis], co->w_rest, 15);
    } else if (st->settle >= co->settle_blocks) {
        /* The correction undoes what an error of the bias has turned during the block. */
        int32_t rate = st->correction[st->block & 1u] * (1 << (13 + PL_ORI_BIAS_BITS - co->block_log2));
        bias_measure(st, co, st->row, -rate, co->w_motion, 18);
    }
}

/* Before the first full block: the sums are of fewer samples and are thrown away. */
static void skip_stage(pl_ori_state *st, unsigned stage) {
    if (stage == 0) {
        memset(st->sum_force, 0, sizeof st->sum_force);
    } else if (stage == 4) {
        memset(st->sum_raw, 0, sizeof st->sum_raw);
        st->seen = PL_ORI_SEEN_MOTION;
    } else if (stage == 7) {
        st->begun |= PL_ORI_BEGUN_BLOCK;
    }
}

void pl_ori_stage(pl_ori_state *st, const pl_ori_coef *co, unsigned stage) {
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
            st->block = (uint16_t)(st->block < 5 ? st->block + 1 : 0);
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
