/*
 * step_sample of pl_fusion_step.h with the vector instructions of every x86-64 processor since
 * 2011 (SSSE3), several products at a time.  Inlined where AVX2 is allowed, the same is encoded with
 * three operands.  Every intermediate value that the portable code
 * rounds is rounded here in the same way, so that results are equal to the last bit;
 * tests/native/test_fusion_batch.py holds the two against each other.
 */
#ifndef FUSION_SSSE3_H
#define FUSION_SSSE3_H

#include <string.h>
#include <tmmintrin.h>

#include "pl_fusion_step.h"

#define SSSE3 static inline __attribute__((always_inline, target("ssse3")))

/* Words of a vector picked by index; -1 gives zero. */
#define WORD(i) ((i) < 0 ? -1 : 2 * (i)), ((i) < 0 ? -1 : 2 * (i) + 1)
#define WORDS(a, b, c, d, e, f, g, h) \
    _mm_setr_epi8(WORD(a), WORD(b), WORD(c), WORD(d), WORD(e), WORD(f), WORD(g), WORD(h))
#define PICK(v, ...) _mm_shuffle_epi8(v, WORDS(__VA_ARGS__))

/* What a span of samples keeps in registers. */
typedef struct {
    __m128i angle_factor; /* (half_angle, 1) four times */
    __m128i angle_low;    /* half_angle_low as signed words */
    __m128i angle_more;   /* all ones if half_angle_low is over 32767 */
    __m128i bias;         /* h, three lanes */
    __m128i still, limit; /* words: means and allowed deviation of gyroscope and accelerometer */
    __m128i carry;        /* h, three lanes */
    int16_t h[4];         /* last half angle */
} ssse3_span;

/*
 * What of a sample needs neither the attitude nor what rounding has left: its half angle and the
 * sine's parts.  It is found while the sample before is at work, since a chain of such length is
 * more than a processor looks ahead.
 */
typedef struct {
    __m128i h;     /* words x y z */
    __m128i cross; /* the same (y z z x x y) */
    __m128i sine;  /* h, three lanes */
} ssse3_turn;

SSSE3 __m128i load64(const void *at) {
    return _mm_loadl_epi64((const __m128i *)at);
}

/* Takes what stages may have changed: bias and means; 1 if the bias is another. */
SSSE3 int ssse3_reload(ssse3_span *v, const pl_ori_state *st) {
    __m128i bias = _mm_srai_epi32(
        _mm_setr_epi32(st->bias[0], st->bias[1], st->bias[2], 0), PL_ORI_BIAS_BITS);
    int same = _mm_movemask_epi8(_mm_cmpeq_epi32(bias, v->bias)) == 0xFFFF;
    v->bias = bias;
    v->still = _mm_setr_epi16(st->still[0], st->still[1], st->still[2], st->still[3],
                              st->still[4], st->still[5], 0, 0);
    return !same;
}

SSSE3 void ssse3_begin(ssse3_span *v, const pl_ori_state *st,
                                     const pl_ori_coef *co) {
    int16_t gyr = (int16_t)co->rest_off[0], acc = (int16_t)co->rest_off[1];
    v->angle_factor = _mm_set1_epi32((1 << 16) | co->half_angle);
    v->angle_low = _mm_set1_epi16((int16_t)co->half_angle_low);
    v->angle_more = _mm_set1_epi16(co->half_angle_low > 32767 ? -1 : 0);
    v->limit = _mm_setr_epi16(gyr, gyr, gyr, acc, acc, acc, 0, 0);
    v->carry = _mm_setr_epi32(st->carry[0], st->carry[1], st->carry[2], 0);
    v->bias = _mm_setzero_si128();
    memcpy(v->h, st->h, sizeof st->h);
    ssse3_reload(v, st);
}

/* The words (y z z x x y) of x y z. */
SSSE3 __m128i ssse3_cross(__m128i h) {
    return PICK(h, 1, 2, 2, 0, 0, 1, -1, -1);
}

/* Gives back to the state what single updates keep there. */
SSSE3 void ssse3_end(const ssse3_span *v, pl_ori_state *st) {
    int32_t carry[4];
    _mm_storeu_si128((__m128i *)carry, v->carry);
    for (int i = 0; i < 3; i++) {
        st->carry[i] = (int16_t)carry[i];
        st->h[i] = v->h[i];
    }
}

/* Saturation, movement and sums of raw counts: gx gy gz ax ay az in words. */
SSSE3 void ssse3_raw(const ssse3_span *v, pl_ori_state *st, __m128i s) {
    __m128i size = _mm_xor_si128(s, _mm_srai_epi16(s, 15));
    int clipped = _mm_movemask_epi8(_mm_cmpeq_epi16(size, _mm_set1_epi16(INT16_MAX))) & 0x3F;
    if (clipped) {
        st->seen |= PL_ORI_SEEN_CLIP | PL_ORI_SEEN_MOTION;
    }
    if (st->seen & PL_ORI_SEEN_MOTION) {
        return;
    }
    __m128i off = _mm_subs_epi16(s, v->still);
    __m128i far = _mm_or_si128(_mm_cmpgt_epi16(off, v->limit),
                               _mm_cmpgt_epi16(_mm_sub_epi16(_mm_setzero_si128(), v->limit), off));
    if (_mm_movemask_epi8(far) & 0xFFF) {
        st->seen |= PL_ORI_SEEN_MOTION;
    }
    __m128i *sum = (__m128i *)st->sum_raw, *rest = (__m128i *)(st->sum_raw + 4);
    __m128i sign = _mm_srai_epi16(s, 15);
    _mm_storeu_si128(sum, _mm_add_epi32(_mm_loadu_si128(sum), _mm_unpacklo_epi16(s, sign)));
    _mm_storel_epi64(rest, _mm_add_epi32(load64(rest), _mm_unpackhi_epi16(s, sign)));
}

/* The turn of one sample after one with `last` for cross; reads 8 bytes. */
SSSE3 ssse3_turn ssse3_turn_of(const ssse3_span *v, const int16_t *gyr, __m128i last) {
    const __m128i zero = _mm_setzero_si128();
    const __m128i minus_odd = _mm_setr_epi16(1, -1, 1, -1, 1, -1, 1, -1);
    ssse3_turn turn;
    /* s half_angle + floor(s half_angle_low / 2^16), the latter factor unsigned. */
    __m128i g = PICK(load64(gyr), 0, 1, 2, -1, -1, -1, -1, -1);
    __m128i low = _mm_add_epi16(_mm_mulhi_epi16(g, v->angle_low), _mm_and_si128(g, v->angle_more));
    __m128i angle = _mm_sub_epi32(_mm_madd_epi16(_mm_unpacklo_epi16(g, low), v->angle_factor),
                                  v->bias);
    __m128i h = _mm_srai_epi32(_mm_add_epi32(angle, _mm_set1_epi32(0x8000)), 16);
    turn.h = _mm_packs_epi32(h, zero);
    turn.cross = ssse3_cross(turn.h);

    /* Coning: previous x h. */
    __m128i turned = _mm_sign_epi16(PICK(turn.h, 2, 1, 0, 2, 1, 0, -1, -1), minus_odd);
    __m128i cone = _mm_srai_epi32(_mm_madd_epi16(last, turned), 2);
    cone = _mm_add_epi32(cone, _mm_add_epi32(_mm_srai_epi32(cone, 2), _mm_srai_epi32(cone, 4)));

    __m128i square2 = _mm_madd_epi16(turn.h, turn.h);
    uint32_t square = (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(square2, _mm_srli_si128(square2, 4)));
    square >>= 14;
    int32_t lack = (int32_t)((square * (10923u - ((square * 546u) >> 16))) >> 16);
    __m128i short_of = _mm_madd_epi16(_mm_unpacklo_epi16(turn.h, zero), _mm_set1_epi32(lack));
    turn.sine = _mm_sub_epi32(_mm_add_epi32(angle, cone), short_of);
    return turn;
}

/* One sample, whose turn is known; reads 8 bytes at both pointers. */
SSSE3 void ssse3_sample(ssse3_span *v, pl_ori_state *st, const int16_t *gyr, const int16_t *acc,
                        ssse3_turn turn) {
    const __m128i zero = _mm_setzero_si128();
    const __m128i half16 = _mm_set1_epi32(0x8000), half15 = _mm_set1_epi32(0x4000);
    const __m128i minus_odd = _mm_setr_epi16(1, -1, 1, -1, 1, -1, 1, -1);
    __m128i a = load64(acc);
    __m128i s = PICK(_mm_unpacklo_epi64(load64(gyr), a), 0, 1, 2, 4, 5, 6, -1, -1);
    _mm_storel_epi64((__m128i *)st->last, s);
    int32_t end = _mm_cvtsi128_si32(_mm_srli_si128(s, 8));
    memcpy(&st->last[4], &end, sizeof end);
    ssse3_raw(v, st, s);

    a = PICK(a, 0, 1, 2, -1, -1, -1, -1, -1);
    _mm_storel_epi64((__m128i *)v->h, turn.h);
    __m128i x = _mm_add_epi32(turn.sine, v->carry);
    __m128i d = _mm_srai_epi32(_mm_add_epi32(x, half16), 16);
    v->carry = _mm_sub_epi32(x, _mm_slli_epi32(d, 16));
    d = _mm_packs_epi32(d, zero);

    /* q := q (x) d: w (0 x y z) + a (-x 0 -z y) + b (-y z 0 -x) + c (-z -y x 0). */
    __m128i n2 = _mm_madd_epi16(d, d);
    uint32_t n = (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(n2, _mm_srli_si128(n2, 4))) >> 2;
    __m128i q = _mm_loadu_si128((__m128i *)st->q);
    if (n <= STEP_SERIES_MAX) {
        int32_t lost = (int32_t)((n + 256) >> 9) + (int32_t)(((n >> 12) * (n >> 12)) >> 15);
        __m128i r = _mm_srai_epi32(_mm_add_epi32(q, half15), 15);
        __m128i r16 = _mm_packs_epi32(r, r);
        __m128i wa = _mm_shuffle_epi32(r16, 0x00), bc = _mm_shuffle_epi32(r16, 0x55);
        __m128i d1 = _mm_sign_epi16(PICK(d, -1, 0, 0, -1, 1, 2, 2, 1),
                                    _mm_setr_epi16(1, -1, 1, 1, 1, -1, 1, 1));
        __m128i d2 = _mm_sign_epi16(PICK(d, 1, 2, 2, 1, -1, 0, 0, -1),
                                    _mm_setr_epi16(-1, -1, 1, -1, 1, 1, -1, 1));
        __m128i sum = _mm_add_epi32(_mm_madd_epi16(wa, d1), _mm_madd_epi16(bc, d2));
        __m128i loss = _mm_srai_epi32(_mm_madd_epi16(_mm_and_si128(r, _mm_set1_epi32(0xFFFF)),
                                                     _mm_set1_epi32(lost)), 5);
        q = _mm_sub_epi32(_mm_add_epi32(q, sum), loss);
        _mm_storeu_si128((__m128i *)st->q, q);
    } else {
        int16_t far[8];
        _mm_storeu_si128((__m128i *)far, d);
        step_turn(st->q, far[0], far[1], far[2]);
        q = _mm_loadu_si128((__m128i *)st->q);
    }

    /* The attitude's length, as pl_ori_is_unit does: what packing saturates is too long. */
    __m128i r = _mm_srai_epi32(_mm_add_epi32(q, half15), 15);
    r = _mm_packs_epi32(r, r); /* w x y z w x y z */
    __m128i r2 = _mm_madd_epi16(r, r);
    uint32_t size = (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(r2, _mm_srli_si128(r2, 4)));
    if (size - ((1u << 28) - BLOCK_NORM_SLACK) > 2u * BLOCK_NORM_SLACK) {
        pl_ori_forget(st);
        return;
    }

    /* a - h x a, saturated. */
    __m128i across = _mm_madd_epi16(_mm_sign_epi16(turn.cross, minus_odd),
                                    PICK(a, 2, 1, 0, 2, 1, 0, -1, -1));
    across = _mm_srai_epi32(_mm_add_epi32(across, _mm_set1_epi32(0x4000)), 15);
    __m128i b = _mm_sub_epi32(_mm_srai_epi32(_mm_unpacklo_epi16(zero, a), 16), across);
    b = _mm_packs_epi32(b, zero);

    /* Columns of the rotation matrix, Q13. */
    const __m128i half14 = _mm_set1_epi32(0x2000);
    __m128i w_odd = _mm_sign_epi16(PICK(r, 2, 3, 1, 0, 1, 0, -1, -1), _mm_setr_epi16(1, 1, 1, 1, 1, -1, 0, 0));
    __m128i c0 = _mm_madd_epi16(w_odd, PICK(r, 2, 3, 2, 3, 3, 2, -1, -1));
    w_odd = _mm_sign_epi16(PICK(r, 1, 0, 1, 3, 2, 0, -1, -1), _mm_setr_epi16(1, -1, 1, 1, 1, 1, 0, 0));
    __m128i c1 = _mm_madd_epi16(w_odd, PICK(r, 2, 3, 1, 3, 3, 1, -1, -1));
    w_odd = _mm_sign_epi16(PICK(r, 1, 0, 2, 0, 1, 2, -1, -1), _mm_setr_epi16(1, 1, 1, -1, 1, 1, 0, 0));
    __m128i c2 = _mm_madd_epi16(w_odd, PICK(r, 3, 2, 3, 1, 1, 2, -1, -1));
    c0 = _mm_srai_epi32(_mm_add_epi32(c0, half14), 14);
    c1 = _mm_srai_epi32(_mm_add_epi32(c1, half14), 14);
    c2 = _mm_srai_epi32(_mm_add_epi32(c2, half14), 14);
    c0 = _mm_add_epi32(_mm_sign_epi32(c0, _mm_setr_epi32(-1, 1, 1, 0)), _mm_setr_epi32(8192, 0, 0, 0));
    c1 = _mm_add_epi32(_mm_sign_epi32(c1, _mm_setr_epi32(1, -1, 1, 0)), _mm_setr_epi32(0, 8192, 0, 0));
    c2 = _mm_add_epi32(_mm_sign_epi32(c2, _mm_setr_epi32(1, 1, -1, 0)), _mm_setr_epi32(0, 0, 8192, 0));
    __m128i c01 = _mm_or_si128(_mm_and_si128(c0, _mm_set1_epi32(0xFFFF)), _mm_slli_epi32(c1, 16));
    __m128i f01 = _mm_srai_epi32(_mm_madd_epi16(c01, _mm_shuffle_epi32(b, 0x00)), 9);
    __m128i f2 = _mm_srai_epi32(_mm_madd_epi16(c2, _mm_shuffle_epi32(b, 0x55)), 9);
    __m128i *sum = (__m128i *)st->sum_force; /* and one more, which gets zero */
    _mm_storeu_si128(sum, _mm_add_epi32(_mm_loadu_si128(sum), _mm_add_epi32(f01, f2)));
}

/* The attitude and the last half angles, which it may have to go ahead by. */
SSSE3 void ssse3_attitude(const ssse3_span *v, const pl_ori_state *st, int32_t q[4],
                                        int16_t h[4]) {
    _mm_storeu_si128((__m128i *)q, _mm_loadu_si128((const __m128i *)st->q));
    _mm_storel_epi64((__m128i *)h, load64(v->h));
}

#endif
