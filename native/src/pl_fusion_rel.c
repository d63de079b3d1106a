/* Attitude of one segment seen from another: see pl_fusion.h. */
#include <stddef.h>
#include <string.h>

#include "pl_fixed.h"
#include "pl_fusion.h"

#define ONE (1 << 30)
/* Each leaves 1 - cos(tilt) of the axial rotation, as long as the trunk is not horizontal. */
#define NEUTRAL_STEPS 8

int pl_rel_init(pl_rel *rel, uint32_t rate_mhz, uint32_t tau_ms) {
    if (rate_mhz < 100 || rate_mhz > PL_ORI_RATE_MAX_MHZ) {
        return PL_EFUSION_RATE;
    }
    if (tau_ms < 1000 || tau_ms > 600000) {
        return PL_EFUSION_PARAM;
    }
    memset(rel, 0, sizeof *rel);
    rel->half[0] = ONE;
    /* 1 / (tau rate), but at most all. */
    uint64_t leak = ((uint64_t)ONE * 1000000u) / ((uint64_t)tau_ms * rate_mhz);
    if (leak > ONE / 4) {
        return PL_EFUSION_PARAM;
    }
    rel->leak = (int32_t)leak;
    return 0;
}

/* Turns the upper earth frame by twice the angle whose cosine and sine are c and s, Q30. */
static void turn_heading(pl_rel *rel, int32_t c, int32_t s) {
    int32_t c0 = rel->half[0], s0 = rel->half[1];
    rel->half[0] = fx_narrow((fx_mul_64(c0, c) >> 30) - (fx_mul_64(s0, s) >> 30), INT32_MAX);
    rel->half[1] = fx_narrow((fx_mul_64(s0, c) >> 30) + (fx_mul_64(c0, s) >> 30), INT32_MAX);
    fx_unit(rel->half, 2);
}

/* lower <- upper with the present heading. */
static void compose(const pl_rel *rel, const int32_t lower[4], const int32_t upper[4],
                    int32_t out[4]) {
    const int32_t back[4] = { lower[0], -lower[1], -lower[2], -lower[3] };
    const int32_t heading[4] = { rel->half[0], 0, 0, rel->half[1] };
    int32_t turned[4];
    fx_qmul(turned, heading, upper);
    fx_qmul(out, back, turned);
}

/* (a b + c d), Q30, at most 1: half the element of a rotation matrix, or 1/2 less that. */
static int32_t products(int32_t a, int32_t b, int32_t c, int32_t d) {
    return fx_narrow((fx_mul_64(a, b) + fx_mul_64(c, d)) >> 30, ONE);
}

/*
 * With R = lower <- upper = Ry(flexion) Rx(lateral) Rz(axial): R02 = sin f cos l,
 * R22 = cos f cos l, R12 = -sin l, R10 = cos l sin a, R11 = cos l cos a; half of each here.
 */
typedef struct {
    int32_t r02, r22, r12, r10, r11;
} half_matrix;

static half_matrix matrix_of(const int32_t q[4]) {
    return (half_matrix){
        .r02 = products(q[1], q[3], q[0], q[2]),
        .r22 = ONE / 2 - products(q[1], q[1], q[2], q[2]),
        .r12 = products(q[2], q[3], -q[0], q[1]),
        .r10 = products(q[1], q[2], q[0], q[3]),
        .r11 = ONE / 2 - products(q[1], q[1], q[3], q[3]),
    };
}

void pl_rel_update(pl_rel *rel, const int32_t lower[4], const int32_t upper[4], int neutral) {
    int32_t q[4], length;
    compose(rel, lower, upper, q);
    half_matrix m = matrix_of(q);
    int32_t axial = fx_atan2(m.r10, m.r11, &length);
    if (neutral || !rel->begun) {
        rel->begun = 1;
        for (int i = 0; i < NEUTRAL_STEPS; i++) {
            /* Back by all of the axial rotation; adding the length halves its angle. */
            int32_t half[2] = { fx_narrow((int64_t)m.r11 + length, INT32_MAX), -m.r10 };
            if (fx_unit(half, 2)) {
                turn_heading(rel, half[0], half[1]);
            } else {
                turn_heading(rel, 0, ONE);
            }
            compose(rel, lower, upper, q);
            m = matrix_of(q);
            fx_atan2(m.r10, m.r11, &length);
        }
    } else {
        /* How much of a rotation about the vertical is axial rotation (times cos l). */
        int32_t up_x = products(lower[1], lower[3], -lower[0], lower[2]);
        int32_t up_z = ONE / 2 - products(lower[1], lower[1], lower[2], lower[2]);
        int32_t share = 4 * fx_clamp(products(up_x, m.r02, up_z, m.r22), ONE / 4);
        int32_t decays = fx_narrow(fx_mul_64(axial, share) >> 30, INT32_MAX);
        int32_t step = fx_mul_shift(decays, rel->leak, 30);
        /* Half the step in radians, Q30, from 2^31 for 180 degrees: times pi / 4. */
        turn_heading(rel, ONE, -fx_mul_shift(step, 843314857, 30));
    }
    compose(rel, lower, upper, q);
    m = matrix_of(q);
    rel->angle_cdeg[0] = fx_cdeg(fx_atan2(m.r02, m.r22, &length));
    rel->angle_cdeg[1] = fx_cdeg(fx_atan2(-m.r12, length, NULL));
    rel->angle_cdeg[2] = fx_cdeg(fx_atan2(m.r10, m.r11, NULL));
}
