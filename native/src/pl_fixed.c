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

/* Two products to one Q30. */
static int32_t sum2(int32_t a, int32_t b, int32_t c, int32_t d) {
    return (int32_t)(((int64_t)a * b + (int64_t)c * d + (1 << 29)) >> 30);
}

void fx_cross(int32_t out[3], const int32_t u[3], const int32_t v[3]) {
    out[0] = sum2(u[1], v[2], -u[2], v[1]);
    out[1] = sum2(u[2], v[0], -u[0], v[2]);
    out[2] = sum2(u[0], v[1], -u[1], v[0]);
}

int32_t fx_dot(const int32_t u[3], const int32_t v[3]) {
    return sum2(u[0], v[0], u[1], v[1]) + sum2(u[2], v[2], 0, 0);
}

void fx_rotate(int32_t out[3], const int32_t q[4], const int32_t v[3]) {
    /* v + 2 (w t + u x t) with t = u x v, q = (w, u). */
    int32_t t[3], c[3];
    fx_cross(t, &q[1], v);
    fx_cross(c, &q[1], t);
    for (int i = 0; i < 3; i++) {
        out[i] = v[i] + 2 * (sum2(q[0], t[i], 0, 0) + c[i]);
    }
}

void fx_qmul(int32_t out[4], const int32_t a[4], const int32_t b[4]) {
    int32_t w = sum2(a[0], b[0], -a[1], b[1]) - sum2(a[2], b[2], a[3], b[3]);
    int32_t x = sum2(a[0], b[1], a[1], b[0]) + sum2(a[2], b[3], -a[3], b[2]);
    int32_t y = sum2(a[0], b[2], -a[1], b[3]) + sum2(a[2], b[0], a[3], b[1]);
    int32_t z = sum2(a[0], b[3], a[1], b[2]) + sum2(-a[2], b[1], a[3], b[0]);
    out[0] = w;
    out[1] = x;
    out[2] = y;
    out[3] = z;
}

#define CORDIC_STEPS 22
/* 1 / product of sqrt(1 + 4^-i), Q32. */
#define CORDIC_GAIN 2608131496u

int32_t fx_atan2(int32_t y, int32_t x, uint32_t *length) {
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
        int32_t dx = vy >> i, dy = vx >> i;
        if (vy >= 0) {
            vx += dx;
            vy -= dy;
            angle += arc[i];
        } else {
            vx -= dx;
            vy += dy;
            angle -= arc[i];
        }
    }
    if (length) {
        uint32_t scaled = (uint32_t)(((uint64_t)(uint32_t)vx * CORDIC_GAIN) >> 32);
        *length = (scaled << down) >> up;
    }
    /* Found for the first quadrant. */
    if (x < 0) {
        angle = (1u << 31) - angle;
    }
    return (int32_t)(y < 0 ? 0u - angle : angle);
}

int32_t fx_cdeg(int32_t angle) {
    return (int32_t)(((int64_t)angle * 18000 + (1 << 30)) >> 31);
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
    uint32_t square = 0;
    for (int i = 0; i < n; i++) {
        int32_t part = v[i] >> shift;
        square += (uint32_t)(part * part);
    }
    int64_t norm = (int64_t)fx_sqrt(square) * (1 << shift);
    for (int i = 0; i < n; i++) {
        v[i] = (int32_t)((int64_t)v[i] * (1 << 30) / norm); /* within 2^-6 */
    }
    for (int step = 0; step < 3; step++) {
        int64_t square = 1ll << 60;
        for (int i = 0; i < n; i++) {
            square -= (int64_t)v[i] * v[i];
        }
        int32_t lack = (int32_t)(square >> 30);
        for (int i = 0; i < n; i++) {
            v[i] += fx_mul_shift(v[i], lack, 31); /* Newton's: v (3 - |v|^2) / 2 */
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
