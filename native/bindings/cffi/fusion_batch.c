#include "fusion_batch.h"

#include <math.h>

#include "pl_fusion_step.h"

/* Where results go, and those that change once per stage of the slow part only. */
typedef struct {
    double *quat, *bias;
    uint8_t *resting, *converged;
    double bias_unit; /* deg/s */
    double ahead;     /* the sensor's delay, samples, for half angles in Q15 */
    int may_be_far;   /* that may take more than STEP_AHEAD_MAX */
    double bias_now[3];
    uint32_t flags;
} results;

static inline void results_reload(results *r, const pl_ori_state *st, const pl_ori_coef *co) {
    for (int i = 0; i < 3; i++) {
        r->bias_now[i] = st->bias[i] * r->bias_unit;
    }
    r->flags = step_flags(st, co);
}

/* What pl_ori_quat goes ahead at most. */
static double held(double x) {
    const double limit = STEP_AHEAD_MAX / 32768.0;
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* 1 / sqrt(n) for n near 1: four terms of its series, good to 10^-12 where |n - 1| < 10^-3. */
static inline double inverse_root(double n) {
    double off = n - 1.0;
    if (off > 1e-3 || off < -1e-3) {
        return 1.0 / sqrt(n);
    }
    return 1.0 - off * (0.5 - off * (0.375 - off * 0.3125));
}

/* Of full scale with the largest bias, Q15. */
static double largest_half_angle(const pl_ori_coef *co) {
    double bias = 3.0 * co->bias_limit / (1 << PL_ORI_BIAS_BITS);
    return ((co->half_angle + 1) * 32768.0 + bias) / 65536.0 + 1.0;
}

/* pl_ori_quat in floating point. */
static inline void put_quat(results *r, const int32_t q[4], const int16_t h[3]) {
    double x = h[0] * r->ahead, y = h[1] * r->ahead, z = h[2] * r->ahead;
    if (r->may_be_far) {
        x = held(x);
        y = held(y);
        z = held(z);
    }
    double a = q[0], b = q[1], c = q[2], d = q[3];
    double q0 = a - b * x - c * y - d * z;
    double q1 = b + a * x + c * z - d * y;
    double q2 = c + a * y + d * x - b * z;
    double q3 = d + a * z + b * y - c * x;
    double unit = inverse_root((q0 * q0 + q1 * q1 + q2 * q2 + q3 * q3) * 0x1p-58) * 0x1p-29;
    r->quat[0] = q0 * unit;
    r->quat[1] = q1 * unit;
    r->quat[2] = q2 * unit;
    r->quat[3] = q3 * unit;
    r->quat += 4;
}

static inline void put_rest(results *r) {
    r->bias[0] = r->bias_now[0];
    r->bias[1] = r->bias_now[1];
    r->bias[2] = r->bias_now[2];
    r->bias += 3;
    *r->resting++ = (r->flags & PL_ORI_RESTING) != 0;
    *r->converged++ = (r->flags & PL_ORI_CONVERGED) != 0;
}

static void portable(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                     const int16_t *acc, uint32_t n, results *r) {
    for (; n > 0; n--, gyr += 3, acc += 3) {
        const int16_t s[6] = { gyr[0], gyr[1], gyr[2], acc[0], acc[1], acc[2] };
        if (step_update(st, co, s)) {
            results_reload(r, st, co);
        }
        put_quat(r, st->q, st->h);
        put_rest(r);
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include "fusion_ssse3.h"

/* All but the last sample: vectors of three counts are loaded as four. */
SSSE3 static uint32_t vectors(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                              const int16_t *acc, uint32_t n, results *result) {
    if (!__builtin_cpu_supports("ssse3") || !(st->begun & PL_ORI_BEGUN_LEVEL)
        || result->may_be_far) {
        return 0;
    }
    results r = *result;
    ssse3_span v;
    ssse3_begin(&v, st, co);
    uint32_t i;
    for (i = 0; i + 1 < n && (st->begun & PL_ORI_BEGUN_LEVEL); i++) {
        ssse3_sample(&v, st, gyr + 3 * i, acc + 3 * i);
        if (step_block(st, co)) {
            results_reload(&r, st, co);
            ssse3_reload(&v, st);
        }
        ssse3_quat(&v, st, r.ahead, r.quat);
        r.quat += 4;
        put_rest(&r);
    }
    ssse3_end(&v, st);
    *result = r;
    return i;
}
#else
static uint32_t vectors(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                        const int16_t *acc, uint32_t n, results *r) {
    return 0;
}
#endif

void fusion_batch(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                  const int16_t *acc, uint32_t n, double *quat, double *bias, uint8_t *resting,
                  uint8_t *converged) {
    results r = { .quat = quat, .bias = bias, .resting = resting, .converged = converged };
    r.bias_unit = co->udps_per_bias * (0x1p-26 / 1e6);
    r.ahead = co->delay * 0x1p-27;
    r.may_be_far = r.ahead * largest_half_angle(co) > STEP_AHEAD_MAX / 32768.0;
    results_reload(&r, st, co);
    for (uint32_t done = 0; done < n; done++) {
        done += vectors(st, co, gyr + 3 * done, acc + 3 * done, n - done, &r);
        /* What the vectors leave: until there is an attitude, and the last sample. */
        portable(st, co, gyr + 3 * done, acc + 3 * done, 1, &r);
    }
}
