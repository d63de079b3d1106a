#include "pl_fixed.h"

uint32_t fx_sqrt(uint32_t x) {
    uint32_t root = 0;
    for (uint32_t bit = 1u << 30; bit != 0; bit >>= 2) {
        uint32_t trial = root + bit;
        root >>= 1;
        if (x >= trial) {
            x -= trial;
            root += bit;
        }
    }
    return root;
}

/* u x v with u in Q30. */
static void fx_cross(int32_t out[3], const int32_t u[3], const int32_t v[3]) {
    for (int i = 0; i < 3; i++) {
        int j = i == 2 ? 0 : i + 1, k = j == 2 ? 0 : j + 1;
        out[i] = (int32_t)(((int64_t)u[j] * v[k] - (int64_t)u[k] * v[j]) >> 30);
    }
}

void fx_rotate(int32_t out[3], const int32_t q[4], const int32_t v[3]) {
    /* v + 2 (w t + u x t) with t = u x v, q = (w, u). */
    int32_t t[3], c[3];
    fx_cross(t, &q[1], v);
    fx_cross(c, &q[1], t);
    for (int i = 0; i < 3; i++) {
        out[i] = v[i] + 2 * (fx_mul_shift(q[0], t[i], 30) + c[i]);
    }
}
