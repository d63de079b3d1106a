#include "fusion_batch.h"

#include <math.h>

#include "pl_fusion_step.h"

/* 1 / sqrt(n) for n near 1: three terms of its series, good to 10^-9 where |n - 1| < 10^-3. */
static inline double inverse_root(double n) {
    double off = n - 1.0;
    if (off > 1e-3 || off < -1e-3) {
        return 1.0 / sqrt(n);
    }
    return 1.0 - off * (0.5 - off * (0.375 - off * 0.3125));
}

/* pl_ori_quat in floating point: q (x) exp(h), made unit; `ahead` is the delay in samples. */
static inline void quat_of(const pl_ori_state *st, double ahead, double *out) {
    double scale = ahead * 0x1p-15;
    double x = st->h[0] * scale, y = st->h[1] * scale, z = st->h[2] * scale;
    double n = x * x + y * y + z * z;
    /* sin(r) / r and cos(r), r^2 = n <= 0.72 */
    double s = 1.0 - n * (1.0 / 6 - n * (1.0 / 120 - n * (1.0 / 5040)));
    double w = 1.0 - n * (0.5 - n * (1.0 / 24 - n * (1.0 / 720 - n * (1.0 / 40320))));
    x *= s;
    y *= s;
    z *= s;
    double a = st->q[0], b = st->q[1], c = st->q[2], d = st->q[3];
    double q0 = a * w - b * x - c * y - d * z;
    double q1 = b * w + a * x + c * z - d * y;
    double q2 = c * w + a * y + d * x - b * z;
    double q3 = d * w + a * z + b * y - c * x;
    double unit = 0x1p-30 * inverse_root((q0 * q0 + q1 * q1 + q2 * q2 + q3 * q3) * 0x1p-60);
    out[0] = q0 * unit;
    out[1] = q1 * unit;
    out[2] = q2 * unit;
    out[3] = q3 * unit;
}

void fusion_batch(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                  const int16_t *acc, uint32_t n, double *quat, double *bias, uint8_t *resting,
                  uint8_t *converged) {
    double unit = co->mdps_per_bias * (0x1p-31 / 1000.0);
    double b[3] = { st->bias[0] * unit, st->bias[1] * unit, st->bias[2] * unit };
    double ahead = co->delay / 4096.0;
    uint32_t flags = step_flags(st, co);
    for (uint32_t i = 0; i < n; i++) {
        const int16_t s[6] = { gyr[0], gyr[1], gyr[2], acc[0], acc[1], acc[2] };
        if (step_update(st, co, s)) {
            for (int k = 0; k < 3; k++) {
                b[k] = st->bias[k] * unit;
            }
            flags = step_flags(st, co);
        }
        quat_of(st, ahead, quat);
        bias[0] = b[0];
        bias[1] = b[1];
        bias[2] = b[2];
        resting[i] = (flags & PL_ORI_RESTING) != 0;
        converged[i] = (flags & PL_ORI_CONVERGED) != 0;
        gyr += 3;
        acc += 3;
        quat += 4;
        bias += 3;
    }
}
