/*
 * The sample-rate part of the orientation filter; private to native/src.  In a header because
 * the host's batch path wants it inlined.
 */
#ifndef PL_FUSION_STEP_H
#define PL_FUSION_STEP_H

#include "pl_fixed.h"
#include "pl_fusion.h"
#include "pl_fusion_block.h"

/* Largest half angle of one sample about one axis, bias and carry included: h / 2^16. */
#define STEP_H_MAX 16000
#define ONE_Q30 (1 << 30)
/* Above this squared sine of the half angle, Q28, the cosine is made by a square root. */
#define STEP_SERIES_MAX (1u << 24)

/*
 * q := q (x) exp(h): turns q by the half angles h, Q(33 - scale), |h[i]| <= 21600 * 2^16.  What
 * the 16-bit sine cannot hold is left in `carry`, to be added to the next h, so that
 * integration loses nothing.
 */
static inline void step_turn(int32_t q[4], const int32_t h[3], unsigned scale, int16_t carry[3]) {
    int32_t hx = (h[0] + 0x8000) >> 16, hy = (h[1] + 0x8000) >> 16, hz = (h[2] + 0x8000) >> 16;

    /* sin(x)/x = 1 - x^2/6 + x^4/120; `lack` is 1 less that, Q16. */
    uint32_t square = (uint32_t)(hx * hx + hy * hy + hz * hz) >> (18 - 2 * scale);
    uint32_t fourth = ((square >> 4) * (square >> 4)) >> 8;
    int32_t lack = (int32_t)((square * 10923u) >> 16) - (int32_t)((fourth * 546u) >> 16);

    int32_t x = h[0] - hx * lack, y = h[1] - hy * lack, z = h[2] - hz * lack;
    int32_t dx = (x + 0x8000) >> 16, dy = (y + 0x8000) >> 16, dz = (z + 0x8000) >> 16;
    carry[0] = (int16_t)(x - dx * 65536);
    carry[1] = (int16_t)(y - dy * 65536);
    carry[2] = (int16_t)(z - dz * 65536);

    /* `lost` is 1 - cos = 1 - sqrt(1 - n) = n/2 + n^2/8 + n^3/16 with n = sin^2. */
    uint32_t n = (uint32_t)(dx * dx + dy * dy + dz * dz) >> (6 - 2 * scale); /* Q28 */
    int32_t lost;
    unsigned shift;
    if (n <= STEP_SERIES_MAX) {
        uint32_t n16 = n >> 12, n16n16 = n16 * n16;
        lost = (int32_t)(((n + 256) >> 9) + (n16n16 >> 15) + (((n16n16 >> 16) * n16) >> 16));
        shift = 5; /* Q20 */
    } else {
        n = n < (1u << 28) ? n : 1u << 28;
        lost = 32768 - (int32_t)fx_sqrt((1u << 30) - 4 * n);
        shift = 0; /* Q15 */
    }

    /* Products of 16 bits will do: what they round away here is random and below 2^-17 dx. */
    int32_t w = (q[0] + 0x4000) >> 15, a = (q[1] + 0x4000) >> 15;
    int32_t b = (q[2] + 0x4000) >> 15, c = (q[3] + 0x4000) >> 15;
    unsigned down = 2 - scale;
    q[0] += ((-a * dx - b * dy - c * dz) >> down) - ((w * lost) >> shift);
    q[1] += ((w * dx + b * dz - c * dy) >> down) - ((a * lost) >> shift);
    q[2] += ((w * dy + c * dx - a * dz) >> down) - ((b * lost) >> shift);
    q[3] += ((w * dz + a * dy - b * dx) >> down) - ((c * lost) >> shift);
}

/* One sample up to the sums of its block. */
static inline void step_sample(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    int32_t h[3];
    int32_t p0 = st->h[0], p1 = st->h[1], p2 = st->h[2];
    for (int i = 0; i < 3; i++) {
        h[i] = s[i] * co->half_angle + ((s[i] * co->half_angle_low) >> 16)
            - st->bias[i] + st->carry[i];
    }
    int32_t h0 = (h[0] + 0x8000) >> 16, h1 = (h[1] + 0x8000) >> 16, h2 = (h[2] + 0x8000) >> 16;
    st->h[0] = (int16_t)h0;
    st->h[1] = (int16_t)h1;
    st->h[2] = (int16_t)h2;

    /* Coning, half angles: previous x current / 6; 341 / 2048 is 1/6. */
    int32_t coning = 341 << co->scale;
    h[0] += ((p1 * h2 - p2 * h1 + 0x800) >> 12) * coning;
    h[1] += ((p2 * h0 - p0 * h2 + 0x800) >> 12) * coning;
    h[2] += ((p0 * h1 - p1 * h0 + 0x800) >> 12) * coning;
    step_turn(st->q, h, co->scale, st->carry);

    /* Specific force at mid-interval, seen from its end: a - h x a. */
    unsigned down = 17 - co->scale;
    int32_t half = 1 << (down - 1);
    int32_t ax = s[3] - ((h1 * s[5] - h2 * s[4] + half) >> down);
    int32_t ay = s[4] - ((h2 * s[3] - h0 * s[5] + half) >> down);
    int32_t az = s[5] - ((h0 * s[4] - h1 * s[3] + half) >> down);

    /* Rotation matrix, Q13, of the quaternion in Q14. */
    int32_t w = (st->q[0] + 0x8000) >> 16, x = (st->q[1] + 0x8000) >> 16;
    int32_t y = (st->q[2] + 0x8000) >> 16, z = (st->q[3] + 0x8000) >> 16;
    int32_t r0 = 8192 - ((y * y + z * z + 0x2000) >> 14);
    int32_t r1 = (x * y - w * z + 0x2000) >> 14;
    int32_t r2 = (x * z + w * y + 0x2000) >> 14;
    st->sum_row[0] += r0;
    st->sum_row[1] += r1;
    st->sum_row[2] += r2;
    st->sum_force[0] += ((r0 * ax) >> 9) + ((r1 * ay) >> 9) + ((r2 * az) >> 9);
    int32_t r3 = (x * y + w * z + 0x2000) >> 14;
    int32_t r4 = 8192 - ((x * x + z * z + 0x2000) >> 14);
    int32_t r5 = (y * z - w * x + 0x2000) >> 14;
    st->sum_row[3] += r3;
    st->sum_row[4] += r4;
    st->sum_row[5] += r5;
    st->sum_force[1] += ((r3 * ax) >> 9) + ((r4 * ay) >> 9) + ((r5 * az) >> 9);
    int32_t r6 = (x * z - w * y + 0x2000) >> 14;
    int32_t r7 = (y * z + w * x + 0x2000) >> 14;
    int32_t r8 = 8192 - ((x * x + y * y + 0x2000) >> 14);
    st->sum_force[2] += ((r6 * ax) >> 9) + ((r7 * ay) >> 9) + ((r8 * az) >> 9);

    int32_t off_gyr = co->rest_gyr, off_acc = co->rest_acc;
    for (int i = 0; i < 6; i++) {
        st->sum_raw[i] += s[i];
        st->last[i] = s[i];
    }
    if (!(st->seen & PL_ORI_SEEN_MOTION)) {
        for (int i = 0; i < 3; i++) {
            int32_t g = s[i] - st->still[i], a = s[3 + i] - st->still[3 + i];
            if (g > off_gyr || g < -off_gyr || a > off_acc || a < -off_acc) {
                st->seen |= PL_ORI_SEEN_MOTION;
            }
        }
    }
    for (int i = 0; i < 3; i++) {
        if (s[i] == INT16_MAX || s[i] == INT16_MIN) {
            st->seen |= PL_ORI_SEEN_CLIP;
        }
    }
}

/* The stages of the slow part that are due after this sample. */
static inline void step_block(pl_ori_state *st, const pl_ori_coef *co) {
    unsigned stage = ((unsigned)st->sample << BLOCK_STAGES_LOG2) >> co->block_log2;
    st->sample++;
    unsigned next = ((unsigned)st->sample << BLOCK_STAGES_LOG2) >> co->block_log2;
    for (; stage < next; stage++) {
        pl_ori_stage(st, co, stage);
    }
    if (st->sample >> co->block_log2) {
        st->sample = 0;
    }
}

#endif
