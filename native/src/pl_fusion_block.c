/* Slow part of the orientation filter: see pl_fusion_block.h and pl_fusion.h. */
#include "pl_fusion_block.h"

#include <string.h>

#include "pl_fixed.h"

#define ONE_G (1 << 24)
#define CLIP_HALF_ANGLE 32767 /* 0.125 rad, Q18 */
#define UPSET_HALF_ANGLE 13107 /* 0.05 rad, Q18 */

/*
 * Second-order low-pass as a state-variable filter with trapezoidal integrators: with v1 and v2
 * the band-pass and low-pass outputs, s1 and s2 the integrators' states,
 *     v1 = a1 s1 + a2 (in - s2),  v2 = s2 + g v1,  s1 := 2 v1 - s1,  s2 := 2 v2 - s2.
 * Steady input gives itself exactly, whatever the coefficients' rounding.
 * A. Simper, Linear Trapezoidal Integrated State Variable Filter, Cytomic 2014.
 */
static int32_t low_pass(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in, int32_t max) {
    int32_t v1 = fx_mul_u16(*s1, c->a1) + fx_mul_u16(in - *s2, c->a2);
    int32_t v2 = *s2 + fx_mul_u16(v1, c->g);
    *s1 = fx_clamp(2 * v1 - *s1, max);
    *s2 = fx_clamp(2 * v2 - *s2, max);
    return v2;
}

/* Horizontal force x over vertical z as a half angle in Q18, clipped at 0.125 rad. */
static int32_t lean(int32_t x, int32_t z) {
    if (z < ONE_G / 4) {
        z = ONE_G / 4;
    }
    if (x >= z / 4) {
        return CLIP_HALF_ANGLE;
    }
    if (x <= -(z / 4)) {
        return -CLIP_HALF_ANGLE;
    }
    while (z >= 2 * ONE_G) {
        z >>= 1;
        x /= 2;
    }
    /* |x| < 2^23: x 2^7 / (z / 2^10) is x / z in Q17. */
    return fx_clamp(x * 128 / (z >> 10), CLIP_HALF_ANGLE);
}

/* Mean specific force of the block to the tilt that it shows. */
static void find_lean(pl_ori_state *st, const pl_ori_coef *co) {
    int32_t v[3];
    if (st->start < co->start_blocks) {
        st->start++;
    }
    for (int i = 0; i < 3; i++) {
        int32_t mean = fx_clamp(st->sum_force[i] >> co->block_log2, 1 << 20);
        int32_t in = fx_mul_u16(mean * 1024, co->force_unit);
        st->sum_force[i] = 0;
        if (st->start < co->start_blocks) {
            /* Running mean at first. */
            st->force_s1[i] = 0;
            st->force_s2[i] += fx_mul_u16(in - st->force_s2[i], 65535u / st->start);
            v[i] = st->force_s2[i];
        } else {
            v[i] = low_pass(&st->force_s1[i], &st->force_s2[i], &co->force, in, BLOCK_FORCE_MAX);
        }
    }
    int32_t about_x = lean(v[1], v[2]), about_y = -lean(v[0], v[2]);
    if (v[2] < 0 && about_x > -CLIP_HALF_ANGLE && about_x < CLIP_HALF_ANGLE
        && about_y > -CLIP_HALF_ANGLE && about_y < CLIP_HALF_ANGLE) {
        about_x = CLIP_HALF_ANGLE; /* upside down and balanced: fall to some side */
    }
    if (v[2] < ONE_G / 2 || v[2] > ONE_G + ONE_G / 2 || about_x > UPSET_HALF_ANGLE
        || about_x < -UPSET_HALF_ANGLE || about_y > UPSET_HALF_ANGLE
        || about_y < -UPSET_HALF_ANGLE) {
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
    v[0] = fx_clamp(x + (fx_mul_s16(z, ey) >> 1), BLOCK_FORCE_MAX);
    v[1] = fx_clamp(y - (fx_mul_s16(z, ex) >> 1), BLOCK_FORCE_MAX);
    v[2] = fx_clamp(z + (fx_mul_s16(y, ex) >> 1) - (fx_mul_s16(x, ey) >> 1), BLOCK_FORCE_MAX);
}

/* q^2 in Q29. */
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
    st->q[0] = w + ((-fx_mul_s16(x, ex) - fx_mul_s16(y, ey)) >> 2);
    st->q[1] = x + ((fx_mul_s16(w, ex) + fx_mul_s16(z, ey)) >> 2);
    st->q[2] = y + ((fx_mul_s16(w, ey) - fx_mul_s16(z, ex)) >> 2);
    st->q[3] = z + ((fx_mul_s16(y, ex) - fx_mul_s16(x, ey)) >> 2);
    pl_ori_renormalise(st->q);
    turn_vector(st->force_s1, ex, ey);
    turn_vector(st->force_s2, ex, ey);
    turn_vector(st->sum_force, ex, ey);
}

/* One of the first two rows of the rotation matrix, low-passed as the force is. */
static void filter_row(pl_ori_state *st, const pl_ori_coef *co, int first) {
    for (int i = first; i < first + 3; i++) {
        int32_t in = fx_clamp(st->sum_row[i] >> co->block_log2, 8192) * 32768;
        int32_t out = low_pass(&st->row_s1[i], &st->row_s2[i], &co->force, in,
                               BLOCK_LOW_PASS_MAX);
        st->sum_row[i] = 0;
        st->row[i] = (int16_t)fx_clamp(out >> 14, 16384);
    }
}

/* Rest, and what is wrong with the samples of the block. */
static void find_rest(pl_ori_state *st, const pl_ori_coef *co) {
    int still = !(st->seen & (PL_ORI_SEEN_MOTION | PL_ORI_SEEN_CLIP));
    int frozen = 1;
    for (int i = 0; i < 6; i++) {
        int32_t sum = st->sum_raw[i], out;
        int32_t in = fx_clamp(sum >> co->block_log2, 32767) * 4096
            + (((sum & ((1 << co->block_log2) - 1)) * 4096) >> co->block_log2);
        frozen &= sum == st->last[i] * (1 << co->block_log2);
        st->sum_raw[i] = 0;
        if (st->begun & PL_ORI_BEGUN_STILL) {
            out = low_pass(&st->still_s1[i], &st->still_s2[i], &co->rest, in,
                               BLOCK_LOW_PASS_MAX);
        } else {
            st->still_s1[i] = 0;
            st->still_s2[i] = out = in;
        }
        st->still[i] = (int16_t)fx_clamp((out + 2048) >> 12, 32767);
        if (i >= 3) {
            /* A turn too slow and steady to be seen otherwise still tilts gravity. */
            int32_t moved = st->still[i] - st->rest_acc[i - 3];
            still &= moved <= co->rest_acc / 2 && moved >= -(co->rest_acc / 2);
        } else {
            int32_t counts = fx_clamp(out, 1 << 26) * 16; /* Q16 */
            int32_t mean = fx_mul_s16(counts, co->half_angle)
                + (fx_mul_u16(counts, (uint32_t)co->half_angle_low) >> 16);
            int32_t away = mean - st->bias_origin[i];
            still &= away < co->bias_limit && away > -co->bias_limit;
            st->gyr_mean[i] = mean;
        }
    }
    st->begun |= PL_ORI_BEGUN_STILL;

    if (!still) {
        st->rest = 0;
        memcpy(st->rest_acc, &st->still[3], sizeof st->rest_acc);
    } else if (st->rest < co->rest_blocks) {
        st->rest++;
    } else if (!(st->begun & PL_ORI_BEGUN_REST)) {
        /* Only now is the bias known: what the low-pass remembers was turned by it. */
        st->begun |= PL_ORI_BEGUN_REST;
        st->start = 0;
    }
    if (!frozen) {
        st->frozen = 0;
    } else if (st->frozen < co->frozen_blocks) {
        st->frozen++;
    }
    if ((st->seen & PL_ORI_SEEN_CLIP) || st->frozen >= co->frozen_blocks) {
        st->settle = 0;
    }
    st->seen = 0;
}

/*
 * One scalar measurement `e` (h) = row . (true bias - bias), with variance w, of the bias's
 * Kalman filter.  row is Q14 and no longer than 1.
 */
static void bias_measure(pl_ori_state *st, const pl_ori_coef *co, const int16_t row[3], int32_t e,
                         int32_t w) {
    static const uint8_t at[9] = { 0, 1, 2, 1, 3, 4, 2, 4, 5 };
    int32_t ph[3], gain[3];
    int32_t s = 0;
    e = fx_clamp(e, co->bias_limit);
    for (int i = 0; i < 3; i++) {
        const uint8_t *p = &at[3 * i];
        ph[i] = fx_clamp(4 * (fx_mul_s16(st->p[p[0]], row[0]) + fx_mul_s16(st->p[p[1]], row[1])
                              + fx_mul_s16(st->p[p[2]], row[2])), BLOCK_P_MAX);
        s += fx_mul_s16(ph[i], row[i]);
    }
    s = w + fx_clamp(4 * fx_clamp(s, BLOCK_P_MAX), BLOCK_P_MAX);
    s = s < w ? w : s; /* a variance is not negative, whatever rounding says */
    int32_t inverse = (1 << 30) / (s >> 9) * 2; /* 2^31 / s, Q9 */
    for (int i = 0; i < 3; i++) {
        gain[i] = fx_mul_shift(ph[i], inverse, 20); /* Q20 */
        int32_t away = st->bias[i] + fx_mul_shift(gain[i], e, 20) - st->bias_origin[i];
        st->bias[i] = st->bias_origin[i] + fx_clamp(away, co->bias_limit);
    }
    for (int i = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) {
            int32_t *p = &st->p[at[3 * i + j]];
            *p = fx_clamp(*p - fx_mul_shift(gain[i], ph[j], 20), BLOCK_P_MAX);
            if (i == j && *p < 1) {
                *p = 1;
            }
        }
    }
}

/* Measurement `axis` of the bias: at rest along a sensor axis, in motion an earth axis. */
static void learn_bias(pl_ori_state *st, const pl_ori_coef *co, int axis) {
    static const int16_t unit[3][3] = { { 16384, 0, 0 }, { 0, 16384, 0 }, { 0, 0, 16384 } };
    if (axis == 0) {
        for (int i = 0; i < 6; i = i == 0 ? 3 : i + 2) {
            if (st->p[i] < co->p_start) {
                st->p[i] += co->p_growth;
            }
        }
    }
    if (st->rest >= co->rest_blocks) {
        bias_measure(st, co, unit[axis], st->gyr_mean[axis] - st->bias[axis], co->w_rest);
    } else if (axis < 2 && st->settle >= co->settle_blocks) {
        /* The correction undoes what an error of the bias has turned during the block. */
        int32_t rate = st->correction[axis] * (1 << (15 - co->scale - co->block_log2));
        bias_measure(st, co, &st->row[3 * axis], -rate, co->w_motion);
    }
}

/* Before the first full block: the sums are of fewer samples and are thrown away. */
static void skip_stage(pl_ori_state *st, unsigned stage) {
    if (stage == 0) {
        memset(st->sum_force, 0, sizeof st->sum_force);
    } else if (stage == 2 || stage == 3) {
        memset(&st->sum_row[3 * (stage - 2)], 0, 3 * sizeof st->sum_row[0]);
    } else if (stage == 4) {
        memset(st->sum_raw, 0, sizeof st->sum_raw);
        st->seen = 0;
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
            filter_row(st, co, 0);
            break;
        case 3:
            filter_row(st, co, 3);
            break;
        case 4:
            find_rest(st, co);
            break;
        default:
            learn_bias(st, co, (int)stage - 5);
            break;
    }
}
