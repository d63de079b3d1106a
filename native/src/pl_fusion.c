/* Orientation filter: parameters, start, samples, what it tells; see pl_fusion.h. */
#include "pl_fusion.h"

#include <string.h>

#include "pl_fusion_block.h"
#include "pl_fusion_step.h"

/* From half the length, or more than it, to 1. */
#define LEVEL_STEPS 7
/* What twice the largest bias_clip_mdps is. */
#define BIAS_MAX_UDPS 60000000
/* pi / 180 * 2^31 */
#define RADIAN 37480660u
/* A block is as long as this lets it be; 50 ms for the slowest rates. */
#define BLOCK_MAX_US 85000u

FX_COLD void pl_ori_params_default(pl_ori_params *params) {
    static const pl_ori_params defaults = {
        .rate_mhz = 104000,
        .gyr_fs_mdps = 2293760,
        .acc_fs_ug = 15990784,
        .delay_us = 2500,
        .tau_ms = 3000,
        .rest_gyr_mdps = 2000,
        .rest_acc_mg = 51,
        .bias_clip_mdps = 15000,
    };
    *params = defaults;
}

static inline uint64_t quotient(uint64_t n, uint32_t c) {
    return n / c;
}

/* a * b / c, rounded to nearest; the caller knows that the result fits. */
static FX_APART uint32_t ratio(uint32_t a, uint32_t b, uint32_t c) {
    return (uint32_t)quotient((uint64_t)a * b + c / 2, c);
}

static int within(uint32_t x, uint32_t low, uint32_t high) {
    return x - low <= high - low;
}

static FX_COLD int check(const pl_ori_params *p) {
    if (!within(p->rate_mhz, PL_ORI_RATE_MIN_MHZ, PL_ORI_RATE_MAX_MHZ)) {
        return PL_EFUSION_RATE;
    }
    if (!within(p->gyr_fs_mdps, PL_ORI_GYR_FS_MIN_MDPS, PL_ORI_GYR_FS_MAX_MDPS)) {
        return PL_EFUSION_GYR;
    }
    if (!within(p->acc_fs_ug, PL_ORI_ACC_FS_MIN_UG, PL_ORI_ACC_FS_MAX_UG)) {
        return PL_EFUSION_ACC;
    }
    if (!within(p->tau_ms, 500, 20000) || !within(p->rest_gyr_mdps, 50, 20000)
        || !within(p->rest_acc_mg, 2, 1000) || !within(p->bias_clip_mdps, 500, 30000)
        || (p->rate_mhz / 1000u) * p->delay_us > 8000000u) {
        return PL_EFUSION_PARAM;
    }
    return p->gyr_fs_mdps / p->rate_mhz > PL_ORI_TURN_MAX_DEG ? PL_EFUSION_RATE : 0;
}

/*
 * Butterworth low-pass of time constant tau >= 500 ms, period t <= 200 ms, both in us:
 * g = tan(x), x = t / (sqrt(2) tau) <= 0.29; all in Q16.
 */
static FX_COLD void svf_init(pl_svf_coef *c, uint32_t t, uint32_t tau) {
    uint32_t x = t * 11585u / (tau / 4);
    uint32_t g = x + ((x * x >> 16) * x >> 16) / 3;
    uint32_t a1 = 0xFFFFFFFFu / (65536u + (g * (g + 92682u) >> 16));
    c->g = (uint16_t)g;
    c->a1 = (uint16_t)a1;
    c->a2 = (uint16_t)(a1 * g >> 16);
}

FX_COLD int pl_ori_coef_init(pl_ori_coef *co, const pl_ori_params *p) {
    int error = check(p);
    if (error) {
        return error;
    }
    /* Half angle of a count in Q47: fs / 1000 * pi / 180 / 32768 / (rate / 1000) / 2.  The bias's
       unit is 2^-13 of that for 1000 deg/s, at any full scale. */
    uint32_t count = ratio(p->gyr_fs_mdps, RADIAN, p->rate_mhz);
    uint32_t full = count / 2; /* h of 32768 counts */
    uint32_t limit = ratio(p->bias_clip_mdps, RADIAN << (PL_ORI_BIAS_BITS - 1), p->rate_mhz);
    if (full + (3 * limit >> PL_ORI_BIAS_BITS) > (STEP_H_MAX - 1u) << 16) {
        return PL_EFUSION_RATE;
    }
    co->half_angle = (int32_t)(count >> 16);
    co->half_angle_low = (int32_t)(count & 0xFFFFu);
    co->udps_per_bias = (int32_t)ratio(1000u << 20, p->rate_mhz << (7 - PL_ORI_BIAS_BITS), RADIAN);
    co->bias_limit = (int32_t)limit;
    co->gyr_fs_mdps = p->gyr_fs_mdps;
    co->acc_fs_ug = p->acc_fs_ug;
    co->rate_mhz = p->rate_mhz;
    co->delay = (uint16_t)(p->rate_mhz / 1000u * p->delay_us * 268u >> 16); /* 268 / 2^16: 4096 / 10^6 */

    uint32_t t = 1000000000u / p->rate_mhz, log2 = 0; /* us: of a sample, then of a block */
    for (; t <= BLOCK_MAX_US / 2 && log2 < 7; t *= 2) {
        log2++;
    }
    co->block_log2 = log2;
    svf_init(&co->force, t, p->tau_ms * 1000u);
    svf_init(&co->row, 2 * t, p->tau_ms * 1000u);
    svf_init(&co->rest, t, 500000u);
    co->force_unit = (uint16_t)(p->acc_fs_ug / 489u); /* Q14 counts to Q24 g: 2048 / 10^6 */
    co->rest_off[0] = (uint16_t)(p->rest_gyr_mdps * 32768u / p->gyr_fs_mdps);
    co->rest_off[1] = (uint16_t)(p->rest_acc_mg * 32768u / (p->acc_fs_ug / 1000u));
    co->settle_blocks = (uint16_t)(PL_ORI_SETTLE_MS * 1000u / t);
    co->rest_blocks = (uint16_t)(co->settle_blocks * 3u / 4u); /* PL_ORI_REST_MS */
    co->hold_samples = (uint16_t)(p->rate_mhz / (1000000u / PL_ORI_HOLD_MS));

    /* The bias is forgotten by (0.1 deg/s)^2 in 100 s; in these units that is 1 per second.  A
       measurement's variance w makes it settle at p: w = p^2 / growth + p, with p = (0.1 deg/s)^2
       from motion and (0.03 deg/s)^2 from rest; less, as each direction is measured in every
       fourth or sixth block only. */
    co->p_growth = (int32_t)((t * 268u + 32768u) >> 16);
    co->w_motion = (int32_t)(2500000000u / t * 4096u + 25u * 4096u);
    co->w_rest = (int32_t)(216000000u / t * 256u + 6144u);
    return 0;
}

FX_COLD void pl_ori_init(pl_ori_state *st, const pl_ori_coef *co) {
    (void)co;
    memset(st, 0, sizeof *st);
    st->q[0] = BLOCK_ONE;
    st->p[0] = st->p[3] = st->p[5] = BLOCK_P_START;
}

FX_COLD int32_t pl_ori_cosine_loss(uint32_t n) {
    n = n < (1u << 28) ? n : 1u << 28;
    return 2 * (32768 - (int32_t)fx_sqrt((1u << 30) - 4 * n));
}

/* Length of a specific force in counts, rounded down. */
static inline int32_t length_of(int32_t x, int32_t y, int32_t z) {
    return (int32_t)fx_sqrt(fx_square(x) + fx_square(y) + fx_square(z));
}

FX_COLD void pl_ori_level(pl_ori_state *st, const int16_t s[6]) {
    int32_t x = s[3], y = s[4], z = s[5], *q = st->q;
    int32_t norm = length_of(x, y, z);
    memcpy(st->last, s, sizeof st->last);
    if (norm < PL_ORI_LEVEL_MIN) {
        return;
    }
    /* The rotation half-way between force and z, of any length, is (norm + z, y, -x, 0); in the
       lower half-space it is turned by 180 deg about x, so that it never shrinks to nothing. */
    int32_t major = norm + (z >= 0 ? z : -z), scale = 1;
    while (major * scale < BLOCK_ONE / 2) {
        scale *= 2;
    }
    q[0] = scale * (z >= 0 ? major : y);
    q[1] = scale * (z >= 0 ? y : major);
    q[2] = z >= 0 ? scale * -x : 0;
    q[3] = z >= 0 ? 0 : scale * x;
    for (int i = 0; i < LEVEL_STEPS; i++) {
        pl_ori_renormalise(q);
    }
    st->begun |= PL_ORI_BEGUN_LEVEL;
    pl_ori_hold(st);
}

void pl_ori_update(pl_ori_state *st, const pl_ori_coef *co, const int16_t sample[6]) {
    step_update(st, co, sample);
}

/* Goes ahead by the half angles h, Q15, as if at most STEP_AHEAD_MAX each. */
static FX_COLD void go_ahead(int32_t q[4], const int32_t h[3]) {
    int32_t half[3];
    for (int i = 0; i < 3; i++) {
        half[i] = fx_clamp(h[i], STEP_AHEAD_MAX) * 8;
    }
    pl_ori_nudge(q, half);
    pl_ori_renormalise(q);
    pl_ori_renormalise(q);
}

FX_COLD void pl_ori_gap(pl_ori_state *st, const pl_ori_coef *co, uint32_t n) {
    if (n > co->hold_samples) {
        st->start = st->settle = st->rest = 0;
        st->h[0] = st->h[1] = st->h[2] = 0;
        return;
    }
    const int32_t h[3] = { st->h[0], st->h[1], st->h[2] };
    for (; n > 0; n--) {
        go_ahead(st->q, h);
        pl_ori_hold(st);
    }
}

FX_COLD void pl_ori_quat(const pl_ori_state *st, const pl_ori_coef *co, int32_t q[4]) {
    int32_t h[3];
    memcpy(q, st->q, sizeof st->q);
    for (int i = 0; i < 3; i++) {
        h[i] = (st->h[i] * co->delay) >> 12;
    }
    go_ahead(q, h);
    for (int i = 0; i < 4; i++) {
        q[i] *= 2;
    }
}

uint32_t pl_ori_flags(const pl_ori_state *st, const pl_ori_coef *co) {
    return step_flags(st, co);
}

/* What `count` is in the unit of the full scale. */
static FX_COLD int32_t scaled(int32_t count, uint32_t full_scale) {
    return fx_mul_s16(2 * (int32_t)full_scale, count);
}

FX_COLD void pl_ori_rate(const pl_ori_state *st, const pl_ori_coef *co, int32_t rate_mdps[3]) {
    int32_t bias_udps[3];
    pl_ori_bias(st, co, bias_udps);
    for (int i = 0; i < 3; i++) {
        rate_mdps[i] = scaled(st->last[i], co->gyr_fs_mdps) - bias_udps[i] / 1000;
    }
}

FX_COLD void pl_ori_force(const pl_ori_state *st, const pl_ori_coef *co, int32_t force_ug[3]) {
    for (int i = 0; i < 3; i++) {
        force_ug[i] = scaled(st->last[3 + i], co->acc_fs_ug);
    }
}

FX_COLD void pl_ori_bias(const pl_ori_state *st, const pl_ori_coef *co, int32_t bias_udps[3]) {
    for (int i = 0; i < 3; i++) {
        bias_udps[i] = fx_mul_shift(st->bias[i], co->udps_per_bias, 26);
    }
}

FX_COLD void pl_ori_set_bias(pl_ori_state *st, const pl_ori_coef *co, const int32_t bias_udps[3]) {
    for (int i = 0; i < 3; i++) {
        int64_t bias = (int64_t)fx_clamp(bias_udps[i], BIAS_MAX_UDPS) * (1 << 26);
        bias /= co->udps_per_bias;
        st->bias[i] = st->bias_origin[i] = fx_clamp((int32_t)bias, 2 * co->bias_limit);
    }
}
