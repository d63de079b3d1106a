/*
 * Fixed-point helpers of the core.  Private to native/src.
 *
 * Qn means: the integer is the value times 2^n.  The core is for processors with one
 * 32 x 32 -> 32 bit multiplier (Cortex-M0+), so that products in frequent code are made of
 * 16-bit halves here; 64-bit intermediates are for what runs rarely.
 *
 * Shifts: >> of a negative value is arithmetic on every compiler the core is built with
 * (implementation-defined in C99, asserted below); << of a negative value is undefined and never
 * written: multiply instead.
 */
#ifndef PL_FIXED_H
#define PL_FIXED_H

#include <stdint.h>

/* For what runs rarely: made small rather than fast, where code is scarce. */
#if defined(__GNUC__) && defined(__arm__)
#define FX_COLD __attribute__((cold))
#define FX_APART __attribute__((cold, noinline))
#else
#define FX_COLD
#define FX_APART
#endif

typedef char pl_fixed_needs_arithmetic_shifts[((-1) >> 1) == -1 ? 1 : -1];

/* The bits of x: modulo 2^32, where that is meant. */
static inline uint32_t fx_bits(int32_t x) {
    return (uint32_t)x;
}

/* The number of these bits, the other way round. */
static inline int32_t fx_int32(uint32_t x) {
    return (int32_t)x;
}

/* The lower 16 bits of x as a signed number. */
static inline int16_t fx_int16(uint32_t x) {
    return (int16_t)(uint16_t)x;
}

/* |x|, of any x. */
static inline uint32_t fx_size(int32_t x) {
    return x < 0 ? 0u - fx_bits(x) : fx_bits(x);
}

/* x^2, |x| <= 32768. */
static inline uint32_t fx_square(int32_t x) {
    return (uint32_t)(x * x);
}

/* a * b.  -32768 <= a <= 65535, -32768 <= b <= 32768. */
static inline int32_t fx_mul_16(int32_t a, int32_t b) {
    return a * b;
}

/* floor(a * b / 2^16).  -32768 <= b <= 32768. */
static inline int32_t fx_mul_s16(int32_t a, int32_t b) {
    return fx_mul_16(a >> 16, b) + (fx_mul_16(a & 0xFFFF, b) >> 16);
}

/* floor(a * b / 2^16).  0 <= b <= 65535. */
static inline int32_t fx_mul_u16(int32_t a, uint32_t b) {
    return (a >> 16) * (int32_t)b + (int32_t)(((fx_bits(a) & 0xFFFFu) * b) >> 16);
}

/* a * b, which is below 2^62 - 2^31 unless both are INT32_MIN. */
static inline int64_t fx_mul_64(int32_t a, int32_t b) {
    return (int64_t)a * b;
}

/* floor(a * b / 2^n), n < 32; the caller knows that the result fits. */
static inline int32_t fx_mul_shift(int32_t a, int32_t b, unsigned n) {
    return (int32_t)(fx_mul_64(a, b) >> n);
}

/* x / 2^n to the nearest, n > 0. */
#define FX_ROUND(x, n) (((x) + (1 << ((n) - 1))) >> (n))

/* x held in [-limit, limit]. */
static inline int32_t fx_clamp(int32_t x, int32_t limit) {
    if (x > limit) {
        return limit;
    }
    return x < -limit ? -limit : x;
}

/* The same of 64 bits. */
static inline int32_t fx_narrow(int64_t x, int32_t limit) {
    if (x > limit) {
        return limit;
    }
    return x < -limit ? -limit : (int32_t)x;
}

/*
 * Angle of the vector (x, y), 2^32 a turn, so that a half turn is INT32_MIN; 0 for (0, 0).
 * *length, unless NULL, is its length (within 2^-19 of it), at most INT32_MAX.
 */
int32_t fx_atan2(int32_t y, int32_t x, int32_t *length);

/* An angle of 2^32 a turn in hundredths of a degree, -18000 .. 18000, rounded. */
int32_t fx_cdeg(int32_t angle);

/*
 * DIRECTIONS AND ATTITUDES
 *
 * Vectors and quaternions (w, x, y, z), Q30.  They are made for a length of 1, but whatever the
 * length, nothing overflows: what 32 bits do not take is held at +-INT32_MAX.  No part may be
 * INT32_MIN, and none that comes out is.
 */

static inline void fx_copy(int32_t to[], const int32_t from[], int n) {
    for (int i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

/* Parts of what fx_unit has made: 1, and 1/16 more than needed. */
#define FX_UNIT_MAX ((1 << 30) + (1 << 26))

/* Scales the n (2 to 4) parts of v, any numbers, to length 1; 0 if v is too short for a
   direction, and then as it was. */
int fx_unit(int32_t v[], int n);

/* v turned by the attitude q. */
void fx_rotate(int32_t out[3], const int32_t q[4], const int32_t v[3]);

/* out = a (x) b. */
void fx_qmul(int32_t out[4], const int32_t a[4], const int32_t b[4]);

/* out = u x v. */
void fx_cross(int32_t out[3], const int32_t u[3], const int32_t v[3]);

/* u . v. */
int32_t fx_dot(const int32_t u[3], const int32_t v[3]);

/* floor(sqrt(x)). */
uint32_t fx_sqrt(uint32_t x);
uint32_t fx_sqrt64(uint64_t x);

#endif
