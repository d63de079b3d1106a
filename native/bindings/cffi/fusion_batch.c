#include "fusion_batch.h"

#include <math.h>
#include <string.h>

#include "pl_fusion_step.h"

#define INLINE static inline __attribute__((always_inline))

/* Attitudes on their way out, so many at a time: the compiler makes vectors across them. */
#define CHUNK 16u

typedef struct {
    int32_t q[CHUNK][4]; /* Q29 */
    int16_t h[CHUNK][4]; /* last half angles, Q15 */
    uint32_t n;
} attitudes;

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

/* Of full scale with the largest bias, Q15. */
static double largest_half_angle(const pl_ori_coef *co) {
    double bias = 3.0 * co->bias_limit / (1 << PL_ORI_BIAS_BITS);
    return ((co->half_angle + 1) * 32768.0 + bias) / 65536.0 + 1.0;
}

/* q (x) (1, x, y, z); its squared length. */
INLINE double go_ahead(double out[4], const int32_t q[4], double x, double y, double z) {
    double a = q[0], b = q[1], c = q[2], d = q[3];
    out[0] = a - b * x - c * y - d * z;
    out[1] = b + a * x + c * z - d * y;
    out[2] = c + a * y + d * x - b * z;
    out[3] = d + a * z + b * y - c * x;
    return (out[0] * out[0] + out[1] * out[1] + out[2] * out[2] + out[3] * out[3]) * 0x1p-58;
}

INLINE void scale(double out[4], const double q[4], double by) {
    out[0] = q[0] * by;
    out[1] = q[1] * by;
    out[2] = q[2] * by;
    out[3] = q[3] * by;
}

/* How far from 1 a squared length may be for its root to be a series' sum. */
#define NEAR 1e-3

/* pl_ori_quat in floating point, one by one; leaves what put_near has put. */
static void put_far(double *out, const attitudes *from, uint32_t n, const results *r) {
    for (uint32_t i = 0; i < n; i++) {
        const int16_t *h = from->h[i];
        double q[4];
        double square = go_ahead(q, from->q[i], held(h[0] * r->ahead), held(h[1] * r->ahead),
                                 held(h[2] * r->ahead));
        if (!r->may_be_far && fabs(square - 1.0) <= NEAR) {
            continue;
        }
        scale(out + 4 * i, q, 1.0 / sqrt(square) * 0x1p-29);
    }
}

/* The same of n whose length is near 1 and which go ahead by little: 1 / sqrt(s) by four terms of
   its series, good to 10^-12 so NEAR.  Whether one was outside that. */
INLINE int64_t put_near(double *restrict out, const attitudes *restrict from, uint32_t n,
                        double ahead) {
    int64_t far = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int16_t *h = from->h[i];
        double q[4];
        double off = go_ahead(q, from->q[i], h[0] * ahead, h[1] * ahead, h[2] * ahead) - 1.0;
        far |= fabs(off) > NEAR;
        scale(out + 4 * i, q, (1.0 - off * (0.5 - off * (0.375 - off * 0.3125))) * 0x1p-29);
    }
    return far;
}

INLINE void put_quats(results *r, attitudes *from) {
    if (r->may_be_far
        || (from->n == CHUNK ? put_near(r->quat, from, CHUNK, r->ahead)
                             : put_near(r->quat, from, from->n, r->ahead))) {
        put_far(r->quat, from, from->n, r);
    }
    r->quat += 4 * from->n;
    from->n = 0;
}

INLINE void put_rest(results *r) {
    r->bias[0] = r->bias_now[0];
    r->bias[1] = r->bias_now[1];
    r->bias[2] = r->bias_now[2];
    r->bias += 3;
    *r->resting++ = (r->flags & PL_ORI_RESTING) != 0;
    *r->converged++ = (r->flags & PL_ORI_CONVERGED) != 0;
}

static void portable(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                     const int16_t *acc, uint32_t n, results *r) {
    attitudes out = { .n = 0 };
    for (; n > 0; n--, gyr += 3, acc += 3) {
        const int16_t s[6] = { gyr[0], gyr[1], gyr[2], acc[0], acc[1], acc[2] };
        if (step_update(st, co, s)) {
            results_reload(r, st, co);
        }
        memcpy(out.q[out.n], st->q, sizeof st->q);
        memcpy(out.h[out.n], st->h, sizeof st->h);
        out.n++;
        if (out.n == CHUNK || n == 1) {
            put_quats(r, &out);
        }
        put_rest(r);
    }
}

/* Takes all but the last of n > 1 samples, or fewer if the attitude is forgotten; how many. */
typedef uint32_t span_function(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                               const int16_t *acc, uint32_t n, results *r);

#if defined(__x86_64__) && defined(__GNUC__)
#include "fusion_ssse3.h"

/* All but the last sample: vectors of three counts are loaded as four. */
SSSE3 uint32_t span(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                           const int16_t *acc, uint32_t n, results *result) {
    results r = *result;
    attitudes out;
    ssse3_span v;
    out.n = 0;
    ssse3_begin(&v, st, co);
    uint32_t i;
    __m128i last = ssse3_cross(load64(v.h));
    ssse3_turn turn = ssse3_turn_of(&v, gyr, last), next;
    for (i = 0; i + 1 < n && (st->begun & PL_ORI_BEGUN_LEVEL); i++, turn = next) {
        const int16_t *after = gyr + 3 * (i + 2 < n ? i + 1 : i);
        next = ssse3_turn_of(&v, after, turn.cross);
        ssse3_sample(&v, st, gyr + 3 * i, acc + 3 * i, turn);
        if (step_block(st, co)) {
            results_reload(&r, st, co);
            if (ssse3_reload(&v, st)) {
                next = ssse3_turn_of(&v, after, turn.cross);
            }
        }
        ssse3_attitude(&v, st, out.q[out.n], out.h[out.n]);
        if (++out.n == CHUNK) {
            put_quats(&r, &out);
        }
        put_rest(&r);
    }
    put_quats(&r, &out);
    ssse3_end(&v, st);
    *result = r;
    return i;
}

__attribute__((target("ssse3"))) static uint32_t span_ssse3(pl_ori_state *st, const pl_ori_coef *co,
                                                            const int16_t *gyr, const int16_t *acc,
                                                            uint32_t n, results *r) {
    return span(st, co, gyr, acc, n, r);
}

/* The same: three operands an instruction and vectors of four doubles make it quicker. */
__attribute__((target("avx2"))) static uint32_t span_avx2(pl_ori_state *st, const pl_ori_coef *co,
                                                          const int16_t *gyr, const int16_t *acc,
                                                          uint32_t n, results *r) {
    return span(st, co, gyr, acc, n, r);
}

/* The quickest that this processor has, NULL for none. */
static span_function *vectors(int upto) {
    if (upto >= FUSION_AVX2 && __builtin_cpu_supports("avx2")) {
        return span_avx2;
    }
    return upto >= FUSION_SSSE3 && __builtin_cpu_supports("ssse3") ? span_ssse3 : NULL;
}
#else
static span_function *vectors(int upto) {
    return NULL;
}
#endif

void fusion_batch(pl_ori_state *st, const pl_ori_coef *co, const int16_t *gyr,
                  const int16_t *acc, uint32_t n, double *quat, double *bias, uint8_t *resting,
                  uint8_t *converged, int upto) {
    results r = { .quat = quat, .bias = bias, .resting = resting, .converged = converged };
    r.bias_unit = co->udps_per_bias * (0x1p-26 / 1e6);
    r.ahead = co->delay * 0x1p-27;
    r.may_be_far = r.ahead * largest_half_angle(co) > STEP_AHEAD_MAX / 32768.0;
    results_reload(&r, st, co);
    span_function *span_of = r.may_be_far ? NULL : vectors(upto);
    for (uint32_t done = 0, some; done < n; done += some) {
        some = n - done;
        if (span_of && some > 1 && (st->begun & PL_ORI_BEGUN_LEVEL)) {
            some = span_of(st, co, gyr + 3 * done, acc + 3 * done, some, &r);
            continue;
        }
        /* What vectors leave: all, or until there is an attitude, and the last sample. */
        some = span_of ? 1 : some;
        portable(st, co, gyr + 3 * done, acc + 3 * done, some, &r);
    }
}
