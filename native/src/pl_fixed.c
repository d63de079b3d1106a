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

/* a b + c d of Q30, below 2^33: none of the four may be INT32_MIN. */
static int64_t sum2(int32_t a, int32_t b, int32_t c, int32_t d) {
    return (fx_mul_64(a, b) + fx_mul_64(c, d) + (1 << 29)) >> 30;
}

static int32_t held(int64_t x) {
    return fx_narrow(x, INT32_MAX);
}

void fx_cross(int32_t out[3], const int32_t u[3], const int32_t v[3]) {
    out[0] = held(sum2(u[1], v[2], -u[2], v[1]));
    out[1] = held(sum2(u[2], v[0], -u[0], v[2]));
    out[2] = held(sum2(u[0], v[1], -u[1], v[0]));
}

int32_t fx_dot(const int32_t u[3], const int32_t v[3]) {
    return held(sum2(u[0], v[0], u[1], v[1]) + sum2(u[2], v[2], 0, 0));
}

void fx_rotate(int32_t out[3], const int32_t q[4], const int32_t v[3]) {
    /* v + 2 (w t + u x t) with t = u x v, q = (w, u). */
    int32_t t[3], c[3];
    fx_cross(t, &q[1], v);
    fx_cross(c, &q[1], t);
    for (int i = 0; i < 3; i++) {
        out[i] = held(v[i] + 2 * (sum2(q[0], t[i], 0, 0) + c[i]));
    }
}

void fx_qmul(int32_t out[4], const int32_t a[4], const int32_t b[4]) {
    int64_t w = sum2(a[0], b[0], -a[1], b[1]) - sum2(a[2], b[2], a[3], b[3]);
    int64_t x = sum2(a[0], b[1], a[1], b[0]) + sum2(a[2], b[3], -a[3], b[2]);
    int64_t y = sum2(a[0], b[2], -a[1], b[3]) + sum2(a[2], b[0], a[3], b[1]);
    int64_t z = sum2(a[0], b[3], a[1], b[2]) + sum2(-a[2], b[1], a[3], b[0]);
    out[0] = held(w);
    out[1] = held(x);
    out[2] = held(y);
    out[3] = held(z);
}

#define CORDIC_STEPS 22
/* 1 / product of sqrt(1 + 4^-i), Q32. */
#define CORDIC_GAIN 2608131496u

/* Turns (x, y) towards y = 0 by atan(2^-i); it grows by sqrt(1 + 4^-i). */
static inline void cordic_step(int32_t *x, int32_t *y, int i) {
    int32_t dx = *y >> i, dy = *x >> i;
    if (*y >= 0) {
        *x += dx;
        *y -= dy;
    } else {
        *x -= dx;
        *y += dy;
    }
}

int32_t fx_atan2(int32_t y, int32_t x, int32_t *length) {
    /* atan(2^-i), 2^32 a turn. */
    static const uint32_t arc[CORDIC_STEPS] = {
        536870912, 316933406, 167458907, 85004756, 42667331, 21354465, 10679838, 5340245,
        2670163, 1335087, 667544, 333772, 166886, 83443, 41722, 20861, 10430, 5215, 2608, 1304,
        652, 326,
    };
    uint32_t angle = 0;
    uint32_t ax = fx_size(x), ay = fx_size(y);
    uint32_t larger = ax > ay ? ax : ay;
    unsigned up = 0, down = 0;
    if (larger == 0) {
        if (length) {
            *length = 0;
        }
        return 0;
    }
    /* The larger one into [2^28, 2^29): room for sqrt(2) and the gain of 1.65. */
    for (; larger < 1u << 28; larger <<= 1) {
        up++;
    }
    for (; larger >= 1u << 29; larger >>= 1) {
        down++;
    }
    int32_t vx = (int32_t)((ax << up) >> down);
    int32_t vy = (int32_t)((ay << up) >> down);
    for (int i = 0; i < CORDIC_STEPS; i++) {
        angle += vy >= 0 ? arc[i] : 0u - arc[i];
        cordic_step(&vx, &vy, i);
    }
    if (length) {
        uint64_t scaled = ((uint64_t)(uint32_t)vx * CORDIC_GAIN) >> 32;
        *length = fx_narrow((int64_t)((scaled << down) >> up), INT32_MAX);
    }
    /* Found for the first quadrant. */
    if (x < 0) {
        angle = (1u << 31) - angle;
    }
    return fx_int32(y < 0 ? 0u - angle : angle);
}

int32_t fx_cdeg(int32_t angle) {
    return (int32_t)((fx_mul_64(angle, 18000) + (1 << 30)) >> 31);
}

/* a / b for b > 0. */
static int64_t quotient(int64_t a, int64_t b) {
    return a / b;
}

int fx_unit(int32_t v[], int n) {
    uint32_t size = 0;
    for (int i = 0; i < n; i++) {
        size |= fx_size(v[i]);
    }
    if (size < 256) {
        return 0;
    }
    unsigned shift = 0;
    while (size >> shift >= 1u << 15) {
        shift++;
    }
    uint64_t square = 0; /* up to 4 (-2^15)^2, which is 2^32 */
    for (int i = 0; i < n; i++) {
        square += fx_square(v[i] >> shift);
    }
    int64_t norm = (int64_t)fx_sqrt64(square) * (1 << shift);
    for (int i = 0; i < n; i++) {
        v[i] = fx_narrow(quotient((int64_t)v[i] * (1 << 30), norm), FX_UNIT_MAX); /* within 2^-6 */
    }
    for (int step = 0; step < 3; step++) {
        int64_t square = 1ll << 60;
        for (int i = 0; i < n; i++) {
            square -= fx_mul_64(v[i], v[i]);
        }
        int32_t lack = fx_narrow(square >> 30, 1 << 26);
        for (int i = 0; i < n; i++) {
            /* Newton's: v (3 - |v|^2) / 2 */
            v[i] = fx_narrow(v[i] + (fx_mul_64(v[i], lack) >> 31), FX_UNIT_MAX);
        }
    }
    return 1;
}

uint32_t fx_sqrt64(uint64_t x) {
    if (x <= UINT32_MAX) {
        return fx_sqrt((uint32_t)x);
    }
    uint64_t root = 0;
    uint64_t bit = (uint64_t)1 << 62;
    while (bit > x) {
        bit >>= 2;
    }
    for (; bit != 0u; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}
