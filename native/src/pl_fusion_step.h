/*
 * The part of the orientation filter that runs once per sample; private to native/src.
 *
 * Written out by hand, without loops and with the sums in an order that suits a core with eight
 * registers: this is where the brace spends its battery.
 */
#ifndef PL_FUSION_STEP_H
#define PL_FUSION_STEP_H

#include "pl_fixed.h"
#include "pl_fusion.h"
#include "pl_fusion_block.h"

/* Largest half angle of one sample about one axis, bias and carry included, Q15. */
#define STEP_H_MAX 16000
/* Largest half angle about one axis by which the attitude that is given out goes ahead, Q15. */
#define STEP_AHEAD_MAX 4096
/* Up to this squared sine of the half angle, Q28, a short series makes the cosine. */
#define STEP_SERIES_MAX (1u << 23)

/* Loss of the cosine, 1 - sqrt(1 - n), Q16; n in Q28, more than 1 counts as 1. */
int32_t pl_ori_cosine_loss(uint32_t n);

/* 1 - sin(r)/r = r^2 (1/6 - r^2/120), Q16, for the half angles h, Q15. */
static inline int32_t step_lack(int32_t hx, int32_t hy, int32_t hz) {
    uint32_t square = (fx_square(hx) + fx_square(hy) + fx_square(hz)) >> 14; /* Q16 */
    return (int32_t)((square * (10923u - ((square * 546u) >> 16))) >> 16);
}

/* q := q (x) (cos, d) with d the sine parts, Q15, |d| <= 21600 each. */
static inline void step_turn(int32_t q[4], int32_t dx, int32_t dy, int32_t dz) {
    /* `lost` is 1 - cos = 1 - sqrt(1 - n) = n/2 + n^2/8 + ... with n = sin^2. */
    uint32_t n = (uint32_t)(dx * dx + dy * dy + dz * dz) >> 2; /* Q28 */
    int32_t lost;
    unsigned shift;
    if (n <= STEP_SERIES_MAX) {
        lost = (int32_t)((n + 256) >> 9) + (int32_t)(((n >> 12) * (n >> 12)) >> 15);
        shift = 5; /* Q20 */
    } else {
        lost = pl_ori_cosine_loss(n);
        shift = 1; /* Q16 */
    }
    /* Products of 16 bits will do: what they round away here is random and below 2^-15 d. */
    int32_t w = FX_ROUND(q[0], 15), a = FX_ROUND(q[1], 15);
    int32_t b = FX_ROUND(q[2], 15), c = FX_ROUND(q[3], 15);
    q[0] -= a * dx + b * dy + c * dz + ((w * lost) >> shift);
    q[1] += w * dx + b * dz - c * dy - ((a * lost) >> shift);
    q[2] += w * dy + c * dx - a * dz - ((b * lost) >> shift);
    q[3] += w * dz + a * dy - b * dx - ((c * lost) >> shift);
}

/* While nothing moves: sums of raw counts, and whether it still does not. */
static inline void step_still(pl_ori_state *st, const pl_ori_coef *co) {
    for (int i = 0; i < 6; i++) {
        uint32_t off = co->rest_off[i >= 3];
        st->sum_raw[i] += st->last[i];
        /* Outside mean +- limit, in one comparison. */
        if (fx_bits(st->last[i] - st->still[i]) + off > 2 * off) {
            st->seen |= PL_ORI_SEEN_MOTION;
        }
    }
}

/* Half angle of count s, less bias: one axis, Q31. */
static inline int32_t step_angle(const pl_ori_state *st, const pl_ori_coef *co, int i, int32_t s) {
    return s * co->half_angle + ((s * co->half_angle_low) >> 16)
        - (st->bias[i] >> PL_ORI_BIAS_BITS);
}

/* A third of c, near enough for a correction of second order. */
static inline int32_t step_third(int32_t c) {
    c >>= 2;
    return c + (c >> 2) + (c >> 4);
}

/* Saturation to 16 bits, which next to no sample needs. */
static inline int32_t step_s16(int32_t x) {
    if (fx_int16(fx_bits(x)) != x) {
        x = x < 0 ? INT16_MIN : INT16_MAX;
    }
    return x;
}

/* One sample up to the sums of its block. */
static inline void step_sample(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    int32_t gx = s[0], gy = s[1], gz = s[2];
    st->last[0] = (int16_t)gx;
    st->last[1] = (int16_t)gy;
    st->last[2] = (int16_t)gz;
    /* The largest positive count and its complement are saturation. */
    if ((gx ^ (gx >> 15)) == INT16_MAX || (gy ^ (gy >> 15)) == INT16_MAX
        || (gz ^ (gz >> 15)) == INT16_MAX) {
        st->seen |= PL_ORI_SEEN_CLIP | PL_ORI_SEEN_MOTION;
    }

    int32_t x = step_angle(st, co, 0, gx);
    int32_t y = step_angle(st, co, 1, gy);
    int32_t z = step_angle(st, co, 2, gz);
    int32_t hx = FX_ROUND(x, 16), hy = FX_ROUND(y, 16), hz = FX_ROUND(z, 16);
    int32_t px = st->h[0], py = st->h[1], pz = st->h[2];
    st->h[0] = (int16_t)hx;
    st->h[1] = (int16_t)hy;
    st->h[2] = (int16_t)hz;
    /* Sine, and coning: previous x current / 6 in half angles, Q30 to Q31.  What 16 bits cannot
       hold is carried to the next sample, so that integration loses nothing. */
    int32_t lack = step_lack(hx, hy, hz);
    x += step_third(py * hz - pz * hy) - hx * lack + st->carry[0];
    y += step_third(pz * hx - px * hz) - hy * lack + st->carry[1];
    z += step_third(px * hy - py * hx) - hz * lack + st->carry[2];
    int32_t dx = FX_ROUND(x, 16), dy = FX_ROUND(y, 16), dz = FX_ROUND(z, 16);
    st->carry[0] = (int16_t)(x - dx * 65536);
    st->carry[1] = (int16_t)(y - dy * 65536);
    st->carry[2] = (int16_t)(z - dz * 65536);
    step_turn(st->q, dx, dy, dz);

    /* Specific force at mid-interval, seen from its end: a - h x a. */
    int32_t ax = s[3], ay = s[4], az = s[5];
    st->last[3] = (int16_t)ax;
    st->last[4] = (int16_t)ay;
    st->last[5] = (int16_t)az;
    hx = st->h[0];
    hy = st->h[1];
    hz = st->h[2];
    int32_t bx = step_s16(ax - FX_ROUND(hy * az - hz * ay, 15));
    int32_t by = step_s16(ay - FX_ROUND(hz * ax - hx * az, 15));
    int32_t bz = step_s16(az - FX_ROUND(hx * ay - hy * ax, 15));

    /* Rotation matrix, Q13, of the quaternion in Q14, rounded; the force in Q4 counts. */
    int32_t w = FX_ROUND(st->q[0], 15);
    x = FX_ROUND(st->q[1], 15);
    y = FX_ROUND(st->q[2], 15);
    z = FX_ROUND(st->q[3], 15);
    if (!pl_ori_is_unit(w, x, y, z)) {
        pl_ori_forget(st);
        return;
    }
    int32_t xy = x * y + 0x2000, wz = w * z;
    int32_t r1 = (xy - wz) >> 14, r3 = (xy + wz) >> 14;
    int32_t xz = x * z + 0x2000, wy = w * y;
    int32_t r2 = (xz + wy) >> 14, r6 = (xz - wy) >> 14;
    int32_t yz = y * z + 0x2000, wx = w * x;
    int32_t r5 = (yz - wx) >> 14, r7 = (yz + wx) >> 14;
    int32_t xx = x * x + 0x2000, yy = y * y, zz = z * z;
    int32_t r0 = 8192 - FX_ROUND(yy + zz, 14);
    int32_t r4 = 8192 - ((xx + zz) >> 14);
    int32_t r8 = 8192 - ((xx + yy) >> 14);
    st->sum_force[0] += ((r0 * bx + r1 * by) >> 9) + ((r2 * bz) >> 9);
    st->sum_force[1] += ((r3 * bx + r4 * by) >> 9) + ((r5 * bz) >> 9);
    st->sum_force[2] += ((r6 * bx + r7 * by) >> 9) + ((r8 * bz) >> 9);

    if (!(st->seen & PL_ORI_SEEN_MOTION)) {
        step_still(st, co);
    }
}

/* Counts one sample and runs the stages of the slow part that are due; 1 if there were any. */
static inline int step_block(pl_ori_state *st, const pl_ori_coef *co) {
    unsigned stage = ((unsigned)st->sample << BLOCK_STAGES_LOG2) >> co->block_log2;
    st->sample++;
    unsigned next = ((unsigned)st->sample << BLOCK_STAGES_LOG2) >> co->block_log2;
    if (stage == next) {
        return 0;
    }
    for (; stage < next; stage++) {
        pl_ori_stage(st, co, stage);
    }
    if (next == BLOCK_STAGES) {
        st->sample = 0;
    }
    return 1;
}

/* One update; 1 if more has changed than attitude and sums. */
static inline int step_update(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    if (!(st->begun & PL_ORI_BEGUN_LEVEL)) {
        pl_ori_level(st, s);
        return 1;
    }
    step_sample(st, co, s);
    return step_block(st, co);
}

/* PL_ORI_RESTING ... */
static inline uint32_t step_flags(const pl_ori_state *st, const pl_ori_coef *co) {
    return (st->rest >= co->rest_blocks ? PL_ORI_RESTING : 0u)
        | (st->settle > 0 && st->sure >= co->settle_blocks ? PL_ORI_CONVERGED : 0u)
        | (st->seen & (PL_ORI_SEEN_CLIP | PL_ORI_SEEN_CLIPPED) ? PL_ORI_CLIPPED : 0u)
        | (st->frozen >= co->settle_blocks ? PL_ORI_FROZEN : 0u);
}

#endif
