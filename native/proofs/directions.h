/* Contracts of pl_fixed's directions and attitudes: of any parts but INT32_MIN. */
#ifndef PROOF_DIRECTIONS_H
#define PROOF_DIRECTIONS_H

#include "fixed.h"

static inline bool parts_ok(const int32_t *v, int n) {
    for (int i = 0; i < n; i++) {
        if (v[i] == INT32_MIN) {
            return false;
        }
    }
    return true;
}

/* Any n parts but INT32_MIN. */
static inline void any_parts(int32_t *v, int n) {
    for (int i = 0; i < n; i++) {
        v[i] = any_int32();
    }
    ASSUME(parts_ok(v, n));
}

static inline bool asks_sum2(int32_t a, int32_t b, int32_t c, int32_t d) {
    return a != INT32_MIN && b != INT32_MIN && c != INT32_MIN && d != INT32_MIN;
}

static inline bool gives_sum2(int64_t sum) {
    return upto(sum, 1ll << 33);
}

int64_t sum2_contract(int32_t a, int32_t b, int32_t c, int32_t d) {
    PROVE(asks_sum2(a, b, c, d));
    int64_t sum = any_int64();
    ASSUME(gives_sum2(sum));
    return sum;
}

void fx_cross_contract(int32_t out[3], const int32_t u[3], const int32_t v[3]) {
    PROVE(parts_ok(u, 3) && parts_ok(v, 3));
    any_parts(out, 3);
}

int32_t fx_dot_contract(const int32_t u[3], const int32_t v[3]) {
    PROVE(parts_ok(u, 3) && parts_ok(v, 3));
    int32_t dot = any_int32();
    ASSUME(dot != INT32_MIN);
    return dot;
}

void fx_rotate_contract(int32_t out[3], const int32_t q[4], const int32_t v[3]) {
    PROVE(parts_ok(q, 4) && parts_ok(v, 3));
    any_parts(out, 3);
}

void fx_qmul_contract(int32_t out[4], const int32_t a[4], const int32_t b[4]) {
    PROVE(parts_ok(a, 4) && parts_ok(b, 4));
    any_parts(out, 4);
}

/* Scaled, or too short. */
static inline bool gives_fx_unit(const int32_t *v, int n, int done) {
    for (int i = 0; i < n; i++) {
        if (!upto(v[i], done ? FX_UNIT_MAX : 255)) {
            return false;
        }
    }
    return true;
}

int fx_unit_contract(int32_t v[], int n) {
    PROVE(between(n, 2, 4));
    int done = any_bool();
    any_parts(v, n);
    ASSUME(gives_fx_unit(v, n, done));
    return done;
}

static inline bool asks_quotient(int64_t a, int64_t b) {
    return b > 0;
}

int64_t quotient_contract(int64_t a, int64_t b) {
    PROVE(asks_quotient(a, b));
    return any_int64();
}

/* Before step i: x grows towards 3/2, by rounding too. */
static inline bool cordic_ok(int32_t x, int32_t y, int i) {
    return between(x, 0, 3ll * (1 << 29) - ((1 << 30) >> i) + i) && upto(y, 1 << 29);
}

void cordic_step_contract(int32_t *x, int32_t *y, int i) {
    PROVE(cordic_ok(*x, *y, i));
    *x = any_int32();
    *y = any_int32();
    ASSUME(cordic_ok(*x, *y, i + 1));
}

int32_t fx_atan2_contract(int32_t y, int32_t x, int32_t *length) {
    if (length) {
        *length = any_int32();
        ASSUME(*length >= 0);
    }
    return any_int32();
}

int32_t fx_cdeg_contract(int32_t angle) {
    int32_t cdeg = any_int32();
    ASSUME(upto(cdeg, 18000));
    return cdeg;
}

#endif
