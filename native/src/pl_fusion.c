/* Orientation filter: parameters, start, samples, what it tells; see pl_fusion.h. */
#include "pl_fusion.h"

#include <string.h>

#include "pl_fusion_block.h"
#include "pl_fusion_step.h"

#define BIAS_ORIGIN_MAX_MDPS 30000u

void pl_ori_params_default(pl_ori_params *params) {
    *params = (pl_ori_params){
        .rate_mhz = 104000,
        .gyr_fs_mdps = 2293760,
        .acc_fs_ug = 15990784,
        .delay_us = 2500,
        .tau_ms = 3000,
        .rest_ms = 1500,
        .rest_gyr_mdps = 2000,
        .rest_acc_mg = 51,
        .bias_clip_mdps = 15000,
        .bias_start_mdps = 500,
        .bias_motion_mdps = 100,
        .bias_rest_mdps = 30,
        .bias_forget_s = 100,
    };
}

/* a * b / c, all in 64 bits, rounded to nearest. */
static uint64_t scale_up(uint64_t a, uint64_t b, uint64_t c) {
    return (a * b + c / 2) / c;
}

static int within(uint32_t x, uint32_t low, uint32_t high) {
    return low <= x && x <= high;
}

static int check(const pl_ori_params *p) {
    if (!within(p->rate_mhz, PL_ORI_RATE_MIN_MHZ, PL_ORI_RATE_MAX_MHZ)) {
        return PL_EFUSION_RATE;
    }
    if (!within(p->gyr_fs_mdps, PL_ORI_GYR_FS_MIN_MDPS, PL_ORI_GYR_FS_MAX_MDPS)) {
        return PL_EFUSION_GYR;
    }
    if (!within(p->acc_fs_ug, PL_ORI_ACC_FS_MIN_UG, PL_ORI_ACC_FS_MAX_UG)) {
        return PL_EFUSION_ACC;
    }
    if (!within(p->tau_ms, 500, 20000) || !within(p->rest_ms, 200, 20000)
        || !within(p->rest_gyr_mdps, 50, 20000) || !within(p->rest_acc_mg, 2, 1000)
        || !within(p->bias_clip_mdps, 500, 30000) || !within(p->bias_start_mdps, 10, 2000)
        || !within(p->bias_motion_mdps, 10, 2000) || !within(p->bias_rest_mdps, 5, 2000)
        || !within(p->bias_forget_s, 10, 10000)
        || (uint64_t)p->delay_us * p->rate_mhz > 8000000000u) {
        return PL_EFUSION_PARAM;
    }
    return 0;
}

/* Butterworth low-pass of time constant tau, period t, both in us: g = tan(t / (sqrt(2) tau)). */
static void svf_init(pl_svf_coef *c, uint32_t t, uint32_t tau) {
    uint64_t x = scale_up((uint64_t)t << 20, 741455, (uint64_t)tau << 20); /* Q20 */
    uint64_t g = x + ((x * x >> 20) * x >> 20) / 3;
    uint64_t a1 = (1ull << 40) / ((1u << 20) + (g * (g + 1482910) >> 20));
    c->g = (uint16_t)((g + 8) >> 4);
    c->a1 = (uint16_t)(a1 >> 4);
    c->a2 = (uint16_t)((a1 * g >> 20) >> 4);
}

/* Blocks of t us that make up `ms`, at least 1. */
static uint16_t blocks(uint32_t ms, uint32_t t) {
    uint32_t n = (ms * 1000u + t / 2) / t;
    return (uint16_t)(n > 0 ? n : 1);
}

/* Variance that a bias settles at, sigma mdps, to that of one measurement, Q12 (0.01 deg/s)^2. */
static int32_t measurement(uint32_t sigma, uint32_t growth) {
    uint64_t p = (uint64_t)sigma * sigma * 4096 / 100;
    uint64_t w = p * p / growth + p;
    return (int32_t)(w < (1u << 30) ? w : 1u << 30);
}

int pl_ori_coef_init(pl_ori_coef *co, const pl_ori_params *p) {
    int error = check(p);
    if (error) {
        return error;
    }
    memset(co, 0, sizeof *co);
    co->gyr_fs_mdps = p->gyr_fs_mdps;
    co->acc_fs_ug = p->acc_fs_ug;

    /* Half angle of a count in Q49: fs / 1000 * pi / 180 / 32768 / (rate / 1000) / 2; the
       constant is pi / 180 * 2^40. */
    uint64_t count = scale_up(p->gyr_fs_mdps, 19190098069u, p->rate_mhz) >> 7;
    uint64_t limit_mdps = BIAS_ORIGIN_MAX_MDPS + p->bias_clip_mdps;
    for (;; count >>= 1, co->scale++) {
        uint64_t bias = scale_up(count >> 1, limit_mdps, p->gyr_fs_mdps); /* h, within rounding */
        if ((count >> 1) + bias + 0x20000 < (uint64_t)STEP_H_MAX << 16) {
            break;
        }
        if (co->scale == 2) {
            return PL_EFUSION_RATE;
        }
    }
    co->half_angle = (int32_t)(count >> 16);
    co->half_angle_low = (int32_t)(count & 0xFFFF);
    co->mdps_per_h = (int32_t)scale_up((uint64_t)p->gyr_fs_mdps << 29, 1, count);
    co->bias_limit = (int32_t)scale_up(count >> 1, p->bias_clip_mdps, p->gyr_fs_mdps);
    co->bias_origin_max = (int32_t)scale_up(count >> 1, BIAS_ORIGIN_MAX_MDPS, p->gyr_fs_mdps);
    co->delay = (uint16_t)scale_up((uint64_t)p->delay_us * p->rate_mhz, 4096, 1000000000u);

    while ((2000000u << co->block_log2) <= 85u * p->rate_mhz && co->block_log2 < 7) {
        co->block_log2++;
    }
    uint32_t t = (uint32_t)scale_up(1ull << co->block_log2, 1000000000u, p->rate_mhz);
    svf_init(&co->force, t, p->tau_ms * 1000u);
    svf_init(&co->rest, t, 500000u);
    /* Block mean in counts Q14 to g Q24. */
    co->force_unit = (uint16_t)((p->acc_fs_ug * 2048ull + 999999) / 1000000u);
    co->level_min = (uint16_t)(32768ull * 125000u / p->acc_fs_ug);
    co->rest_gyr = (uint16_t)scale_up(p->rest_gyr_mdps, 32768, p->gyr_fs_mdps);
    co->rest_acc = (uint16_t)scale_up(p->rest_acc_mg * 1000u, 32768, p->acc_fs_ug);
    co->start_blocks = blocks(PL_ORI_START_MS, t);
    co->settle_blocks = blocks(PL_ORI_SETTLE_MS, t);
    co->rest_blocks = blocks(p->rest_ms, t);
    co->frozen_blocks = blocks(PL_ORI_FROZEN_MS, t);
    co->hold_samples = (uint16_t)(PL_ORI_HOLD_MS * p->rate_mhz / 1000000u);

    co->p_start = (int32_t)scale_up((uint64_t)p->bias_start_mdps * p->bias_start_mdps, 4096, 100);
    co->p_growth = (int32_t)scale_up((uint64_t)t * 100, 4096, p->bias_forget_s * 1000000ull);
    co->w_motion = measurement(p->bias_motion_mdps, (uint32_t)co->p_growth);
    co->w_rest = measurement(p->bias_rest_mdps, (uint32_t)co->p_growth);
    return 0;
}

void pl_ori_init(pl_ori_state *st, const pl_ori_coef *co) {
    memset(st, 0, sizeof *st);
    st->q[0] = ONE_Q30;
    st->p[0] = st->p[3] = st->p[5] = co->p_start;
}

/* Sets q from a first specific force, once that is of some use. */
static void level(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    int32_t x = s[3], y = s[4], z = s[5];
    int32_t norm = (int32_t)fx_sqrt((uint32_t)(x * x) + (uint32_t)(y * y) + (uint32_t)(z * z));
    if (norm < co->level_min) {
        return;
    }
    if (norm >= 16384) {
        x /= 4;
        y /= 4;
        z /= 4;
        norm /= 4;
    }
    /* The rotation half-way between force and z, unnormalised, is (norm + z, y, -x, 0); in the
       lower half-space it is turned by 180 deg about x, so that it never shrinks to nothing. */
    int32_t major = norm + (z >= 0 ? z : -z);
    int32_t length = (int32_t)fx_sqrt(2u * (uint32_t)norm * (uint32_t)major);
    int32_t c = major * 16384 / length * 65536;
    x = x * 16384 / length * 65536;
    y = y * 16384 / length * 65536;
    st->q[0] = z >= 0 ? c : y;
    st->q[1] = z >= 0 ? y : c;
    st->q[2] = z >= 0 ? -x : 0;
    st->q[3] = z >= 0 ? 0 : x;
    pl_ori_renormalise(st->q);
    st->begun |= PL_ORI_BEGUN_LEVEL;
}

void pl_ori_update(pl_ori_state *st, const pl_ori_coef *co, const int16_t sample[6]) {
    if (!(st->begun & PL_ORI_BEGUN_LEVEL)) {
        level(st, co, sample);
        memcpy(st->last, sample, sizeof st->last);
        return;
    }
    step_sample(st, co, sample);
    step_block(st, co);
}

static int16_t read_s16(const uint8_t *at) {
    return (int16_t)(uint16_t)(at[0] | at[1] << 8);
}

void pl_ori_update_block(pl_ori_state *st, const pl_ori_coef *co, const uint8_t *samples,
                         uint32_t n) {
    for (; n > 0; n--, samples += 12) {
        int16_t s[6];
        for (int i = 0; i < 6; i++) {
            s[i] = read_s16(samples + 2 * i);
        }
        pl_ori_update(st, co, s);
    }
}

void pl_ori_run(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr, const int16_t *acc,
                uint32_t n, int32_t *quat, int32_t *bias, uint8_t *flags) {
    for (uint32_t i = 0; i < n; i++) {
        int16_t s[6] = { gyr[0], gyr[1], gyr[2], acc[0], acc[1], acc[2] };
        pl_ori_update(st, co, s);
        pl_ori_quat(st, co, quat);
        memcpy(bias, st->bias, sizeof st->bias);
        *flags++ = (uint8_t)pl_ori_flags(st, co);
        gyr += 3;
        acc += 3;
        quat += 4;
        bias += 3;
    }
}

void pl_ori_gap(pl_ori_state *st, const pl_ori_coef *co, uint32_t n) {
    if (n > co->hold_samples) {
        st->start = 0;
        st->settle = 0;
        st->rest = 0;
        memset(st->h, 0, sizeof st->h);
        return;
    }
    int32_t h[3] = { st->h[0] * 65536, st->h[1] * 65536, st->h[2] * 65536 };
    for (; n > 0; n--) {
        int16_t carry[3];
        step_turn(st->q, h, co->scale, carry);
    }
}

void pl_ori_quat(const pl_ori_state *st, const pl_ori_coef *co, int32_t q[4]) {
    int32_t h[3];
    int16_t carry[3];
    memcpy(q, st->q, sizeof st->q);
    for (int i = 0; i < 3; i++) {
        h[i] = fx_clamp((st->h[i] * co->delay) >> 12, STEP_H_MAX) * 65536;
    }
    step_turn(q, h, co->scale, carry);
    pl_ori_renormalise(q);
    pl_ori_renormalise(q);
}

uint32_t pl_ori_flags(const pl_ori_state *st, const pl_ori_coef *co) {
    return (st->rest >= co->rest_blocks ? PL_ORI_RESTING : 0u)
        | (st->settle >= co->settle_blocks ? PL_ORI_CONVERGED : 0u)
        | (st->seen & PL_ORI_SEEN_CLIP ? PL_ORI_CLIPPED : 0u)
        | (st->frozen >= co->frozen_blocks ? PL_ORI_FROZEN : 0u);
}

void pl_ori_rate(const pl_ori_state *st, const pl_ori_coef *co, int32_t rate_mdps[3]) {
    for (int i = 0; i < 3; i++) {
        rate_mdps[i] = (int32_t)(((int64_t)st->last[i] * co->gyr_fs_mdps + 16384) >> 15)
            - fx_mul_shift(st->bias[i], co->mdps_per_h, 28);
    }
}

void pl_ori_force(const pl_ori_state *st, const pl_ori_coef *co, int32_t force_ug[3]) {
    for (int i = 0; i < 3; i++) {
        force_ug[i] = (int32_t)(((int64_t)st->last[3 + i] * co->acc_fs_ug + 16384) >> 15);
    }
}

void pl_ori_earth_force(const pl_ori_state *st, const pl_ori_coef *co, int32_t force_ug[3]) {
    int32_t f[3];
    pl_ori_force(st, co, f);
    fx_rotate(force_ug, st->q, f);
}

void pl_ori_bias(const pl_ori_state *st, const pl_ori_coef *co, int32_t bias_udps[3]) {
    for (int i = 0; i < 3; i++) {
        bias_udps[i] = (int32_t)(((int64_t)st->bias[i] * co->mdps_per_h * 125 + (1 << 24)) >> 25);
    }
}

void pl_ori_set_bias(pl_ori_state *st, const pl_ori_coef *co, const int32_t bias_udps[3]) {
    for (int i = 0; i < 3; i++) {
        int64_t h = ((int64_t)bias_udps[i] * (1 << 25)) / ((int64_t)co->mdps_per_h * 125);
        int32_t limit = co->bias_origin_max;
        h = h > limit ? limit : h < -limit ? -limit : h;
        st->bias[i] = st->bias_origin[i] = (int32_t)h;
    }
}
